import Model
import Testing
import Trail

@Suite struct SambaTests {
    static let login = #"{"timestamp":"2026-01-05T08:00:00.123456+0100","type":"Authentication","Authentication":{"version":{"major":1,"minor":2},"eventId":4624,"logonId":"ab","logonType":8,"status":"NT_STATUS_OK","localAddress":"ipv4:127.0.0.1:389","remoteAddress":"ipv4:203.0.113.9:44053","serviceDescription":"LDAP","authDescription":"simple bind/TLS","clientDomain":"CHU","clientAccount":"marie@chu.test","workstation":null,"becameAccount":"marie","becameDomain":"CHU","becameSid":"S-1-5-21-1-2-3-1104","mappedAccount":"marie","mappedDomain":"CHU","netlogonComputer":null,"passwordType":"Plaintext","duration":1234}}"#
    static let refused = login.replacing("4624", with: "4625").replacing("NT_STATUS_OK", with: "NT_STATUS_ACCOUNT_DISABLED").replacing("\"becameAccount\":\"marie\"", with: "\"becameAccount\":null").replacing("S-1-5-21-1-2-3-1104", with: "S-1-0-0").replacing("ipv4:203.0.113.9:44053", with: "ipv6:[2001:db8::1]:44053")
    static let change = #"{"timestamp":"2026-01-05T08:01:00.000000+0100","type":"dsdbChange","dsdbChange":{"version":{"major":1,"minor":0},"statusCode":0,"status":"Success","operation":"Modify","remoteAddress":"ipv4:127.0.0.1:44055","performedAsSystem":false,"userSid":"S-1-5-21-1-2-3-500","dn":"CN=marie,CN=Users,DC=chu,DC=test","transactionId":"t","sessionId":"s","attributes":{"userAccountControl":{"actions":[{"action":"replace","values":[{"value":"514"}]}]}}}}"#
    static let commit = #"{"timestamp":"2026-01-05T08:01:00.000000+0100","type":"dsdbTransaction","dsdbTransaction":{"version":{"major":1,"minor":0},"action":"commit","transactionId":"t","duration":10}}"#

    @Test func `a bind, a refused one, and a change of the directory`() throws {
        let sink = try reading(SambaFormat(), [SambaTests.login, SambaTests.refused, SambaTests.change, SambaTests.commit].joined(separator: "\n"))
        #expect(sink.kept == 3 && sink.blanks == 1 && sink.refused == 0)
        let (a, b, c) = (sink.events[0], sink.events[1], sink.events[2])
        #expect(a.action == .login && a.outcome == .success && a.account == "marie" && a.subject == "S-1-5-21-1-2-3-1104" && a.address == "203.0.113.9" && a.authentication == "simple bind/TLS")
        #expect(a.time == Instant(year: 2026, month: 1, day: 5, hour: 7, minute: 0, second: 0, millisecond: 123) && a.service == "samba")
        #expect(b.outcome == .failure && b.account == "marie" && b.subject.isEmpty && b.address == "2001:db8::1")
        #expect(c.action == .update && c.outcome == .success && c.subject == "S-1-5-21-1-2-3-500" && c.account.isEmpty && c.resource == "dsdbChange" && c.path.hasPrefix("CN=marie") && c.session == "s")
    }

    @Test func `in Samba's own log the head of each message is a heading`() throws {
        let text = """
            [2026/01/05 08:00:00.123456,  3] ../../auth/auth_log.c:653(log_json)
              JSON Authentication: \(SambaTests.login)
            [2026/01/05 08:00:01.000000,  5] ../../source4/dsdb/samdb/ldb_modules/audit_log.c:1(x)
              JSON dsdbChange: \(SambaTests.change)
              something else
            """
        let sink = try reading(SambaFormat(), text)
        #expect(sink.headers == 2 && sink.kept == 2 && sink.refused == 0 && sink.blanks == 1 && sink.units == 5)
        #expect(text.withUTF8Bytes { SambaFormat().recognise($0) } > 90)
    }

    /// As Samba 4.17 writes them with both audit classes on, shortened.
    @Test func `a sign-in that is said in words and as JSON is one`() throws {
        let words = #"Auth: [LDAP,simple bind] user [CHU]\[marie@chu.test] at [Tue, 24 Nov 2026 18:32:27.045758 UTC] with [Plaintext] status [NT_STATUS_OK] workstation [DC1] remote host [ipv4:127.0.0.1:59028] became [CHU]\[marie] [S-1-5-21-382499703-1332492683-4064420664-1102]. local host [ipv4:127.0.0.1:389] "#
        let record = #"{"timestamp": "2026-11-24T18:32:27.045816+0000", "type": "Authentication", "Authentication": {"version": {"major": 1, "minor": 2}, "eventId": 4624, "logonType": 8, "status": "NT_STATUS_OK", "localAddress": "ipv4:127.0.0.1:389", "remoteAddress": "ipv4:127.0.0.1:59028", "authDescription": "simple bind", "clientAccount": "marie@chu.test", "becameAccount": "marie", "becameSid": "S-1-5-21-382499703-1332492683-4064420664-1102", "mappedAccount": "marie"}}"#
        let both = try reading(SambaFormat(), words + "\n" + record + "\n" + words.replacing("59028", with: "59029") + "\n" + record)
        #expect(both.kept == 3 && both.headers == 1 && both.units == 4)
        let head = "[2026/11/24 18:32:27.045758,  3] ../../auth/auth_log.c:653(x)\n  "
        #expect(try reading(SambaFormat(), head + words + "\n" + head + "JSON Authentication: " + record).kept == 1)
        let (a, b) = (both.events[1], both.events[0])
        #expect(a.account == "marie" && a.subject == b.subject && a.address == b.address && a.outcome == .success && a.time == b.time && b.account == "marie")
    }

    @Test func `damage and foreign records`() throws {
        let text = [String(SambaTests.login.dropLast(2)), #"{"type":"Authentication","Authentication":{"status":"NT_STATUS_OK"}}"#, #"{"timestamp":"yesterday","type":"Authentication","Authentication":{}}"#, #"{"timestamp":"x","type":"stats"}"#, #"{"a":1}"#].joined(separator: "\n")
        let sink = try reading(SambaFormat(), text)
        #expect(sink.refusals.dropFirst().map(\.problem.field) == ["timestamp", "timestamp", "type"] && sink.refused == 4 && sink.blanks == 1 && sink.units == 5)
    }
}
