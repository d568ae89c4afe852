import Model
import Testing
import Trail

@Suite struct SyslogFormatTests {
    static let balp = #"{"resourceType":"AuditEvent","id":"e1","type":{"code":"rest"},"subtype":[{"code":"read"}],"action":"R","recorded":"2026-01-05T08:00:00Z","outcome":"0","agent":[{"type":{"coding":[{"code":"IRCP"}]},"who":{"display":"marie"},"requestor":true}],"source":{"observer":{"display":"dpi"}},"entity":[{"what":{"reference":"Patient/p1"},"type":{"code":"1"},"role":{"code":"1"}}]}"#
    static let web = #"203.0.113.9 - marie [05/Jan/2026:08:00:00 +0100] "GET /patients/p1 HTTP/1.1" 200 12 "-" "Firefox/128.0""#
    static let keycloak = "type=LOGIN, realmId=chu, userId=u, ipAddress=203.0.113.9, username=marie"

    @Test func `every format is read after its header`() throws {
        let text = """
            <85>1 2026-01-05T08:00:00.000Z dpi dpi 1 - - \(SyslogFormatTests.balp)
            <190>Jan  5 08:00:00 web1 nginx: \(SyslogFormatTests.web)
            <14>1 2026-01-05T08:00:00.000Z idp keycloak 1 - - 2026-01-05 08:00:00,357 INFO  [org.keycloak.events] (executor-thread-1) \(SyslogFormatTests.keycloak)
            <14>1 2026-01-05T08:00:00.000Z idp keycloak 1 - - [org.keycloak.events] (executor-thread-1) \(SyslogFormatTests.keycloak)
            Jan  5 08:00:00 sso LLNG[7]: [notice] User marie successfully authenticated at level 2
            2026-01-05T08:00:00.000+01:00 ad samba[8]: JSON Authentication: {"timestamp":"2026-01-05T08:00:00.000000+0100","type":"Authentication","Authentication":{"status":"NT_STATUS_OK","remoteAddress":"ipv4:203.0.113.9:4711","becameAccount":"marie"}}
            <85>1 2026-01-05T08:00:00.000Z siem x - - - @cee: {"class_uid":3002,"activity_id":1,"time":1767600000000,"status_id":1,"user":{"name":"marie"}}
            <85>1 2026-01-05T08:00:00.000Z dpi dpi - IHE+RFC-3881 - \(AuditMessageTests.message(user: "marie"))
            Jan  5 08:00:00 host sshd[1]: Accepted publickey for root

            """
        let sink = try reading(SyslogFormat(), text)
        #expect(sink.refusals.isEmpty && sink.blanks == 1 && sink.units == 9)
        #expect(sink.events.map(\.account) == Array(repeating: "marie", count: 8))
        #expect(sink.events.map(\.service) == ["dpi", "web", "keycloak", "keycloak", "lemonldap-ng", "samba", "x", "dpi"].map { $0 == "x" ? "" : $0 })
        #expect(sink.events[1].source == "web1" && sink.events[4].source == "sso" && sink.events[5].source == "ad")
        // The carrier's time where the message has none.
        #expect(sink.events[3].time == Instant(year: 2026, month: 1, day: 5, hour: 8) && sink.events[4].time.description.hasSuffix("-01-05T07:00:00.000Z"))
        #expect(sink.assumptions.contains(.year(2025)) && sink.assumptions.contains(.zone("Europe/Paris")))
        #expect(text.withUTF8Bytes { SyslogFormat().recognise($0) } > 95)
    }

    @Test func `damage is refused in its place and costs nothing else`() throws {
        let text = """
            <85>1 2026-01-05T08:00:00.000Z dpi dpi 1 - - \(SyslogFormatTests.balp.dropLast())
            <999>1 2026-01-05T08:00:00.000Z dpi dpi 1 - - \(SyslogFormatTests.balp)
            <190>Jan  5 08:00:00 web1 nginx: 203.0.113.9 - marie [05/Jan/2026:08:00:00 +0100] "GET /patients HTTP/1.1
            <190>Jan  5 08:00:00 web1 nginx: 2026/01/05 08:00:00 [error] 4711#0: *1 open() "/x" failed, client: 203.0.113.9, request: "GET / HTTP/1.1"
            <85>1 2026-01-05T08:00:00.000Z dpi dpi - - - <AuditMessage><EventIdentification
            <85>1 2026-01-05T08:00:00.000Z dpi dpi 1 - - \(SyslogFormatTests.balp)
            """
        let sink = try reading(SyslogFormat(), text)
        #expect(sink.kept == 1 && sink.blanks == 1 && sink.refusals.map(\.place.line) == [1, 2, 3, 5] && sink.units == 6)
        #expect(sink.refusals.map(\.problem.field) == ["entity", "PRI", "", ""])
        #expect(sink.places.first?.line == 6)
    }

    @Test func `counted frames without line ends are units of their own`() throws {
        let one = "<85>1 2026-01-05T08:00:00.000Z dpi dpi 1 - - " + SyslogFormatTests.balp
        let counted = "\(one.utf8.count) \(one)"
        let sink = try reading(SyslogFormat(), counted + counted + "\n" + one + "\n" + counted)
        #expect(sink.kept == 4 && sink.units == 4 && sink.places.map(\.line) == [1, 2, 3, 4] && sink.places[1].byte == counted.utf8.count)
        // rsyslog counts the line end of its template among the octets.
        let line = "<190>Jan  5 08:00:00 web1 nginx: \(SyslogFormatTests.web)\n"
        #expect(try reading(SyslogFormat(), "\(line.utf8.count) \(line)" + counted).kept == 2)
        let cut = try reading(SyslogFormat(), counted + String(counted.dropLast(9)))
        #expect(cut.kept == 1 && cut.refusals.map(\.problem.field) == ["MSG-LEN"])
    }

    @Test func `an audit message over many lines is one record and all its lines`() throws {
        let message = AuditMessageTests.message().replacing("><", with: ">\n<")
        let lines = message.split(separator: "\n").count
        let text = "<85>1 - dpi dpi - - - \(message)\n<85>1 - dpi dpi - - - \(message)\n<85>1 - dpi dpi - - - \(SyslogFormatTests.balp)\n"
        let sink = try reading(SyslogFormat(), text)
        #expect(sink.kept == 3 && sink.refused == 0 && sink.units == 2 * lines + 1 && sink.places.last?.line == 2 * lines + 1)
    }

    @Test func `syslog that carries nothing of ours is not claimed`() {
        let text = "Jan  5 08:00:00 host sshd[1]: Accepted publickey for root\nJan  5 08:00:01 host cron[1]: (root) CMD (true)\n"
        #expect(text.withUTF8Bytes { SyslogFormat().recognise($0) } == 0)
        #expect(SyslogFormatTests.web.withUTF8Bytes { SyslogFormat().recognise($0) } == 0)
        #expect(SyslogFormatTests.balp.withUTF8Bytes { SyslogFormat().recognise($0) } == 0)
    }

    @Test func `an access log is taken for syslog only behind a header`() {
        let text = "<190>Jan  5 08:00:00 web1 nginx: \(SyslogFormatTests.web)\n"
        #expect(text.withUTF8Bytes { SyslogFormat().recognise($0) } > text.withUTF8Bytes { WebLogFormat().recognise($0) })
        let console = "2026-01-05 08:00:00,357 INFO  [org.keycloak.events] (t) \(SyslogFormatTests.keycloak)\n"
        #expect(console.withUTF8Bytes { SyslogFormat().recognise($0) } == 0)
    }
}

extension String {
    func withUTF8Bytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { Array(utf8).withUnsafeBytes(body) }
}
