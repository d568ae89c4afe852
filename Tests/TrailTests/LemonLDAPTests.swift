import Model
import Testing
import Trail

@Suite struct LemonLDAPTests {
    @Test func `lines of the user log, as version 2_16 writes them`() throws {
        let text = """
            [Mon Jan  5 08:00:00 2026] [LLNG:4711] [notice] User dwho successfully authenticated at level 1
            [Mon Jan  5 08:00:01 2026] [LLNG:4711] [notice] User dwho is authorized to access to svc1
            [Mon Jan  5 08:00:02 2026] [LLNG:4711] [warn] User dwho is not authorized to access to svc2
            [Mon Jan  5 08:00:03 2026] [LLNG:4711] [notice] User dwho was forbidden to access to dpi.example/admin
            [Mon Jan  5 08:00:04 2026] [LLNG:4711] [warn] Bad password for dwho (203.0.113.9)
            [Mon Jan  5 08:00:05 2026] [LLNG:4711] [notice] User dwho has been disconnected from LDAP (203.0.113.9)
            [Mon Jan  5 08:00:06.123456 2026] [perl:notice] [pid 3] [client 203.0.113.7:4711] [LLNG:4711] [warn] rtyler was not found in LDAP directory
            [Mon Jan  5 08:00:07 2026] [LLNG:4711] [info] Something else

            something foreign
            """
        let sink = try reading(LemonLDAPFormat(), text)
        #expect(sink.blanks == 2 && sink.refusals.map(\.place.line) == [10] && sink.units == 10)
        #expect(sink.events.map(\.action) == [.login, .other, .other, .other, .login, .logout, .login])
        #expect(sink.events.map(\.outcome) == [.success, .success, .failure, .failure, .failure, .success, .failure])
        #expect(sink.events.map(\.account) == ["dwho", "dwho", "dwho", "dwho", "dwho", "dwho", "rtyler"])
        #expect(sink.events.map(\.address) == ["", "", "", "", "203.0.113.9", "203.0.113.9", "203.0.113.7"])
        #expect(sink.events[0].authentication == "1" && sink.events[0].time == Instant(year: 2026, month: 1, day: 5, hour: 7))
        #expect(sink.events[1].path == "svc1" && sink.events[3].path == "dpi.example/admin")
        #expect(text.withUTF8Bytes { LemonLDAPFormat().recognise($0) } > 95)
    }

    @Test func `a session gives the login its place`() throws {
        let session = #"{"_session_id":"f5ca","_session_kind":"SSO","_utime":1767600000,"_startTime":"20260105090000","_user":"dwho","_whatToTrace":"dwho@chu","ipAddr":"203.0.113.9","UA":"Mozilla/5.0","authenticationLevel":2,"groups":"a; b","hGroups":{"a":{}}}"#
        let sink = try reading(LemonLDAPFormat(), session)
        let e = try #require(sink.events.first)
        #expect(e.action == .login && e.account == "dwho@chu" && e.address == "203.0.113.9" && e.agent == "Mozilla/5.0" && e.session == "f5ca" && e.authentication == "2")
        #expect(e.time == Instant(milliseconds: 1_767_600_000_000) && e.id == "f5ca" && e.hasOwnID)
        // Without _utime the local start time speaks; many sessions come as an array.
        let older = try reading(LemonLDAPFormat(), "[\n" + session.replacing("\"_utime\":1767600000,", with: "") + ",\n" + session + "]")
        #expect(older.events.map(\.time) == [Instant(year: 2026, month: 1, day: 5, hour: 8), e.time] && older.units == 2)
    }

    @Test func `a persistent session is its history of logins`() throws {
        let text = #"{"_session_id":"p","_session_kind":"Persistent","_session_uid":"dwho","_utime":1,"_loginHistory":{"successLogin":[{"_utime":1767600000,"ipAddr":"203.0.113.9"},{"_utime":"1767500000","ipAddr":"2001:DB8::1"}],"failedLogin":[{"_utime":1767400000,"ipAddr":"203.0.113.7","error":"5"}]}}"#
        let sink = try reading(LemonLDAPFormat(), text)
        #expect(sink.events.map(\.account) == ["dwho", "dwho", "dwho"] && sink.events.map(\.outcome) == [.success, .success, .failure])
        #expect(sink.events.map(\.address) == ["203.0.113.9", "2001:db8::1", "203.0.113.7"])
        #expect(sink.units == 1 && Set(sink.events.map(\.id)).count == 3)
    }

    @Test func `other sessions tell no login, and others' JSON is refused`() throws {
        let sink = try reading(LemonLDAPFormat(), #"{"_session_id":"o","_session_kind":"OIDC","_utime":1}"# + "\n" + #"{"a":1}"# + "\n" + #"{"_session_id":"o","_utime":1"#)
        #expect(sink.blanks == 1 && sink.refused == 2 && sink.kept == 0)
    }
}

@Suite(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
struct IdentityLogVectorTests {
    @Test func `LemonLDAP::NG in syslog`() throws {
        let sink = try reading(SyslogFormat(), try Vectors.read("idp/lemonldap-ng.log"))
        #expect(sink.events.map(\.account) == ["CamillaNazario7", "dani", "BadUser", "admin"] && sink.refused == 0)
        #expect(sink.events.allSatisfy { $0.action == .login && $0.outcome == .failure && $0.address == "1.2.3.4" && $0.service == "lemonldap-ng" })
        #expect(try reading(SyslogFormat(), try Vectors.read("idp/lemonldap-ng-bruteforce.log")).kept == 7)
    }

    @Test func `Samba's Auth lines, alone and in syslog`() throws {
        let sink = try reading(SambaFormat(), try Vectors.read("idp/samba.log"))
        #expect(sink.events.map(\.account) == ["root", "administrator"] && sink.events.map(\.address) == ["172.17.0.1", "172.17.0.1"] && sink.refused == 0)
        #expect(sink.events[0].time == Instant(year: 2021, month: 10, day: 14, hour: 15, minute: 24, second: 12, millisecond: 23))
        let brute = try reading(SyslogFormat(), try Vectors.read("idp/samba-bruteforce.log"))
        #expect(brute.kept == 6 && brute.refused == 0 && brute.events.allSatisfy { $0.account == "toto" && $0.outcome == .failure && $0.source == "host2" })
    }

    @Test func `formats are recognised among all`() throws {
        func best(_ path: String) throws -> String? {
            try Vectors.read(path).withUnsafeBytes { text in
                let scores = TrailFormats.all.map { $0.recognise(text) }
                guard let most = scores.max(), most > 0 else { return nil }
                return scores.firstIndex(of: most).map { TrailFormats.all[$0].name }
            }
        }
        for name in AuditMessageVectorTests.names { #expect(try best("atna/\(name).xml") == "atna") }
        for name in ["lemonldap-ng", "lemonldap-ng-bruteforce", "samba-bruteforce"] { #expect(try best("idp/\(name).log") == "syslog") }
        #expect(try best("idp/samba.log") == "samba" && best("ocsf/okta-v1.3.0/authentication.ocsf.json") == "ocsf")
        #expect(try best("keycloak/events.log") == "keycloak" && best("weblog/plaso_iis10.log") == "iis-w3c" && best("idp/authelia.log") == nil)
        for name in ["1.1.3_AuditEvent-ex-auditBasicReadServer", "1.1.3_AuditEvent-ex-auditAuthZconsent"] { #expect(try best("balp/\(name).json") == "fhir-r4") }
    }
}
