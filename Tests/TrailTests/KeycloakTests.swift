import Model
import Scan
import Testing
import Trail

@Suite struct KeycloakTests {
    static let login = #"{"id":"e1","time":1767600000123,"type":"LOGIN","realmId":"chu","clientId":"dpi","userId":"u-1","sessionId":"s-1","ipAddress":"2001:DB8::1","error":null,"details":{"auth_method":"openid-connect","username":"marie","redirect_uri":"https://x","realmId":"other"}}"#
    static let failed = #"{"time":1767600000123,"type":"LOGIN_ERROR","realmId":"chu","userId":null,"ipAddress":"203.0.113.9","error":"user_not_found","details":{"username":"x"}}"#
    static let admin = #"{"time":1767600000123,"realmId":"chu","authDetails":{"realmId":"master","clientId":"c","userId":"u-9","ipAddress":"203.0.113.9"},"operationType":"UPDATE","resourceType":"USER","resourcePath":"users/u-1","representation":"{\"enabled\":false}"}"#

    @Test func `a login event of the REST interface`() throws {
        let e = try #require(try reading(KeycloakFormat(), KeycloakTests.login).events.first)
        #expect(e.id == "e1" && e.hasOwnID && e.time == Instant(milliseconds: 1_767_600_000_123))
        #expect(e.action == .login && e.outcome == .success)
        #expect(e.account == "marie" && e.subject == "u-1" && e.session == "s-1" && e.address == "2001:db8::1")
        #expect(e.source == "chu" && e.service == "keycloak" && e.authentication == "openid-connect" && e.resource.isEmpty)
    }

    @Test func `a failed login has no subject and succeeds at nothing`() throws {
        let sink = try reading(KeycloakFormat(), KeycloakTests.failed)
        let e = try #require(sink.events.first)
        #expect(e.action == .login && e.outcome == .failure && e.account == "x" && e.subject.isEmpty)
        #expect(e.id == "trail:1" && !e.hasOwnID)
    }

    @Test func `logout, other events and admin events`() throws {
        let text = "[" + [KeycloakTests.login.replacing("\"LOGIN\"", with: "\"LOGOUT\""), KeycloakTests.login.replacing("\"LOGIN\"", with: "\"UPDATE_PASSWORD\""), KeycloakTests.admin].joined(separator: ",\n") + "]"
        let sink = try reading(KeycloakFormat(), text)
        #expect(sink.events.map(\.action) == [.logout, .other, .other])
        #expect(sink.events[1].resource == "UPDATE_PASSWORD" && sink.events[1].outcome == .success)
        let e = sink.events[2]
        #expect(e.account == "u-9" && e.subject.isEmpty && e.source == "chu" && e.resource == "USER" && e.path == "users/u-1" && e.address == "203.0.113.9")
        #expect(sink.units == 3)
    }

    @Test func `an event without time or type is refused by name`() throws {
        let sink = try reading(KeycloakFormat(), #"{"type":"LOGIN","realmId":"chu"}"# + "\n" + #"{"time":1,"realmId":"chu"}"#)
        #expect(sink.refusals.map(\.problem.field) == ["time", "type"] && sink.units == 2)
    }

    static let line = "2025-09-01 10:00:00,357 INFO  [org.keycloak.events] (executor-thread-1) "

    @Test func `values stand bare, in apostrophes or in quotes`() throws {
        let text = KeycloakTests.line + "type=LOGIN, realmId=chu, userId=u, sessionId=s, ipAddress=192.0.2.1, username='marie d'arc, the 2nd', custom_required_action=a,b, code_id=c\n"
            + KeycloakTests.line + #"type="LOGOUT", realmId="chu", userId="null", ipAddress="192.0.2.1", username="a, \"b\" c""#
        let events = try reading(KeycloakFormat(), text).events
        #expect(events.map(\.account) == ["marie d'arc, the 2nd", #"a, \"b\" c"#])
        #expect(events.map(\.action) == [.login, .logout])
        #expect(events[0].session == "s" && events[0].subject == "u" && events[1].subject.isEmpty)
    }

    @Test func `local time is read in the zone that is assumed, and that is said`() throws {
        let sink = try reading(KeycloakFormat(), KeycloakTests.line + "type=LOGIN, realmId=chu")
        #expect(sink.events.first?.time == Instant(year: 2025, month: 9, day: 1, hour: 8, minute: 0, second: 0, millisecond: 357))
        #expect(sink.assumptions == [.zone("Europe/Paris")])
    }

    @Test func `other lines of the log count as blank, foreign ones are refused`() throws {
        let text = """
            2025-09-01 09:00:00,000 INFO  [io.quarkus] (main) Keycloak started
            2025-09-01 09:00:01,000 ERROR [org.keycloak.services] (t) java.lang.X
            \tat org.keycloak.X.y(X.java:1)
            Caused by: z

            keycloak-1  | \(KeycloakTests.line)type=LOGIN, realmId=chu, username=a
            2025-09-01T10:00:00.357Z INFO [org.keycloak.events] (t) type=LOGIN, realmId=chu, username=b
            something else
            2025-09-01 10:00:00,357 INFO  [org.keycloak.events] (t) cut in the mid
            """
        let sink = try reading(KeycloakFormat(), text)
        #expect(sink.events.map(\.account) == ["a", "b"])
        #expect(sink.events[1].time == Instant(year: 2025, month: 9, day: 1, hour: 10, minute: 0, second: 0, millisecond: 357))
        #expect(sink.blanks == 5 && sink.refusals.map(\.place.line) == [8, 9] && sink.units == 9)
    }

    @Test func `Quarkus' JSON lines carry the same message`() throws {
        let text = #"{"timestamp":"2025-09-01T10:00:00.357+02:00","sequence":7,"loggerName":"io.quarkus","level":"INFO","message":"started","mdc":{}}"# + "\n"
            + #"{"timestamp":"2025-09-01T10:00:00.357+02:00","sequence":8,"loggerName":"org.keycloak.events","level":"WARN","message":"type=\"LOGIN_ERROR\", realmId=\"chu\", ipAddress=\"192.0.2.1\", error=\"invalid_user_credentials\", username=\"marie\"","threadName":"t"}"#
        let sink = try reading(KeycloakFormat(), text)
        #expect(sink.blanks == 1 && sink.units == 2)
        let e = try #require(sink.events.first)
        #expect(e.account == "marie" && e.outcome == .failure && e.time == Instant(year: 2025, month: 9, day: 1, hour: 8, minute: 0, second: 0, millisecond: 357))
        #expect(sink.assumptions.isEmpty)
    }

    @Test(.enabled(if: Vectors.areThere, "set CORDON_VECTORS to the folder of third-party vectors"))
    func `the published log lines are read field by field`() throws {
        let slow = try reading(KeycloakFormat(), try Vectors.read("keycloak/slow-bruteforce.log"), zone: "UTC")
        #expect(slow.kept == 12 && slow.units == 12 && slow.refusals.isEmpty)
        #expect(slow.events.map(\.account) == (0...11).map { "user-a\($0)" })
        #expect(slow.events.allSatisfy { $0.address == "35.188.49.176" && $0.action == .login && $0.outcome == .failure && $0.source == "keycloak" })
        #expect(slow.events.map(\.subject) == Array(repeating: "", count: 5) + Array(repeating: "bb28055e-fdea-4df5-83a9-369ae7ede1ba", count: 7))
        #expect(slow.events.allSatisfy { $0.time == Instant(year: 2023, month: 5, day: 25, hour: 22, minute: 24, second: 19, millisecond: 357) })
        #expect(slow.events[0].session == "8924e83e-4b25-45e0-8bea-c509bebbeea4")

        let brute = try reading(KeycloakFormat(), try Vectors.read("keycloak/bruteforce.log"))
        #expect(brute.kept == 10 && brute.units == 10 && brute.refusals.isEmpty && Set(brute.events.map(\.address)) == ["192.168.1.2"])

        let events = try reading(KeycloakFormat(), try Vectors.read("keycloak/events.log"), zone: "UTC").events
        #expect(events.map(\.account) == ["user-a", "user-a", "user-b", "user-b", "sadas", "sadas", "admindeddeedede"])
        #expect(events.map(\.address) == ["192.168.1.1", "192.168.1.1", "192.168.1.2", "192.168.1.2", "192.168.1.3", "192.168.1.3", "192.168.1.4"])
        #expect(events.allSatisfy { $0.action == .login && $0.outcome == .failure && $0.service == "keycloak" })
        #expect(events[4].source == "7fb34d1f-ea30-4f13-ab20-f6910f191f59")
        #expect(events[6].source == "8735605f-6ae9-4f41-8436-db5d4cf50025" && events[6].subject.isEmpty && events[6].session == "e44d80b4-058d-4b45-b2ee-fac3d174e10c")
        #expect(events[6].time == Instant(year: 2024, month: 5, day: 8, hour: 6, minute: 16, second: 19, millisecond: 457))
    }

    static let corpus = [login, failed, admin, "[" + login + "," + admin + "]", line + "type=LOGIN, realmId=chu, username='a b'", line, "{", "[", "type=LOGIN", "\n\r\n", line + "type=",
                         line + "=,=,", #"{"loggerName":"org.keycloak.events","message":"type=\"A"}"#, "2025-09-01 10:00:00", "2025-09-01 10:00:00,000 X [org.keycloak.events", "2025-09-01T[]"]

    @Test(arguments: corpus)
    func `properties hold on the corpus, its prefixes and with bytes changed`(text: String) {
        let bytes = Array(text.utf8)
        FormatFuzz.check(KeycloakFormat(), bytes)
        for n in 0..<bytes.count { FormatFuzz.check(KeycloakFormat(), Array(bytes[..<n])) }
        for i in bytes.indices {
            for change in [UInt8(0x22), 0x27, 0x2C, 0x3D, 0x7B, 0x5B, 0x0A, 0x20, 0xFF] {
                var changed = bytes
                changed[i] = change
                FormatFuzz.check(KeycloakFormat(), changed)
            }
        }
    }
}
