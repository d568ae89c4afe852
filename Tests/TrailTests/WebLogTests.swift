import Model
import Scan
import Testing
import Trail

@Suite struct WebLogTests {
    static let line = "10.0.0.9 - jdupont [17/May/2015:10:05:03 +0200] \"GET /patients/8004512/medical?tab=1&page=3 HTTP/1.1\" 200 203023 \"http://portal/\" \"Mozilla/5.0 (Windows NT 6.1) Chrome/32.0\""

    @Test func `a combined line is read whole`() throws {
        let sink = try readTable(Self.line + "\n", as: WebLogFormat(), FileInHand(name: "access.log"))
        let event = try #require(sink.events.first)
        #expect(event.time.description == "2015-05-17T08:05:03.000Z" && event.account == "jdupont" && event.address == "10.0.0.9")
        #expect(event.path == "/patients/8004512/medical" && event.query == "tab=1&page=3" && event.page == 3 && event.action == .read && event.outcome == .success)
        #expect(event.agent == "Mozilla/5.0 (Windows NT 6.1) Chrome/32.0" && event.id == "access.log:1" && !event.hasOwnID && event.persons.isEmpty)
        #expect(sink.assumptions.isEmpty)
    }

    @Test func `common, combined, virtual host and more fields are one format`() throws {
        let lines = [
            "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.0\" 304 -",
            "portal.example:443 192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"-\"",
            "192.0.2.1 - \"\" [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/7.1\" 4f1c2d3e-aaaa-bbbb-cccc-0123456789ab 1520",
            "2001:DB8::1 - John Doe [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 \"-\" \"curl/7.1\" \"203.0.113.9, 10.0.0.2\" rt=0.012 request_id=abc",
            "192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 5 1520",
        ]
        let sink = try readTable(lines.joined(separator: "\n"), as: WebLogFormat())
        #expect(sink.kept == 5 && sink.refused == 0)
        #expect(sink.events.map(\.address) == ["192.0.2.1", "192.0.2.1", "192.0.2.1", "2001:db8::1", "192.0.2.1"])
        #expect(sink.events.map(\.account) == ["", "", "", "John Doe", ""])
        #expect(sink.events.map(\.request) == ["", "", "4f1c2d3e-aaaa-bbbb-cccc-0123456789ab", "abc", ""])
        #expect(sink.events.map(\.source) == ["", "portal.example:443", "", "", ""])
        #expect(sink.events.map(\.agent) == ["", "", "curl/7.1", "curl/7.1", ""])
    }

    @Test func `escapes are undone and a backslash in a login stays`() throws {
        let sink = try readTable("192.0.2.1 - CHU\\jdupont [17/May/2015:10:05:03 +0000] \"GET /a\\\"b\\x20c HTTP/1.1\" 200 5 \"-\" \"x \\\"y\\\" \\x5cz \\xc3\\xa9\"\n", as: WebLogFormat())
        #expect(sink.events.first?.path == "/a\"b" && sink.events.first?.agent == "x \"y\" \\z é" && sink.events.first?.account == "CHU\\jdupont")
    }

    @Test func `forwarding addresses are believed only from stated proxies, as far as the rightmost hop that is none`() throws {
        let line = "10.0.0.9 - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"x\" \"1.1.1.1, 203.0.113.9, 10.0.0.2\"\n"
        func client(_ proxies: [String], _ line: String) throws -> String? { try readTable(line, as: WebLogFormat(), FileInHand(name: "x", trustedProxies: proxies)).events.first?.address }
        #expect(try client([], line) == "10.0.0.9")
        #expect(try client(["10.0.0.8"], line) == "10.0.0.9")
        #expect(try client(["10.0.0.9"], line) == "10.0.0.2")
        #expect(try client(["10.0.0.0/8"], line) == "203.0.113.9")
        #expect(try client(["10.0.0.0/8"], line.replacing("203.0.113.9", with: "unknown")) == "10.0.0.2")
        #expect(try client(["0.0.0.0/0"], line) == "1.1.1.1")
    }

    @Test(arguments: [("200", Outcome.success), ("302", .success), ("401", .failure), ("403", .failure), ("404", .failure), ("500", .failure), ("101", .unknown)])
    func `the status is the outcome`(status: String, outcome: Outcome) throws {
        #expect(try readTable(Self.line.replacing(" 200 ", with: " \(status) "), as: WebLogFormat()).events.first?.outcome == outcome)
    }

    @Test(arguments: [("GET", Action.read), ("HEAD", .other), ("POST", .other), ("PUT", .update), ("PATCH", .update), ("DELETE", .delete)])
    func `the method is the action`(method: String, action: Action) throws {
        #expect(try readTable(Self.line.replacing("GET", with: method), as: WebLogFormat()).events.first?.action == action)
    }

    @Test func `what is no request names no path`() throws {
        let sink = try readTable("192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"\\x16\\x03\\x01\" 400 226 \"-\" \"-\"\n192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"-\" 408 - \"-\" \"-\"\n", as: WebLogFormat())
        #expect(sink.kept == 2 && sink.events.allSatisfy { $0.path.isEmpty && $0.action == .other && $0.outcome == .failure })
    }

    @Test func `damage is refused line by line`() throws {
        let text = [Self.line, "not a log line at all, but one long enough to be no remainder of one, is it?", Self.line.replacing("17/May", with: "32/May"), "", Self.line + "\u{0}", Self.line, String(Self.line.prefix(120))].joined(separator: "\r\n")
        let sink = try readTable(text, as: WebLogFormat())
        #expect(sink.kept == 2 && sink.blanks == 1)
        #expect(sink.refusals.map(\.problem.found) == ["not a line of an access log", "a date that no calendar has", "a NUL byte", "cut short"])
        #expect(sink.refusals.map(\.place.line) == [2, 3, 5, 7])
        #expect(sink.refusals.map(\.place.byte) == [2, 3, 5, 7].map { line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).prefix(line - 1).reduce(0) { $0 + $1.count + 1 } })
    }

    @Test func `an agent that is cut inside the file is kept with a warning, at the end of the file the line is cut`() throws {
        let open = String(Self.line.dropLast(5))
        let sink = try readTable(open + "\n" + Self.line + "\n" + open, as: WebLogFormat())
        #expect(sink.kept == 2 && sink.warnings.map(\.field) == ["agent"] && sink.refusals.map(\.problem.found) == ["cut short"])
        #expect(sink.events.first?.agent == "Mozilla/5.0 (Windows NT 6.1) Chrome/")
    }

    @Test func `fields of IIS follow the line in force`() throws {
        let text = """
            #Software: Microsoft Internet Information Services 10.0
            #Fields: date time cs-method cs-uri-stem cs-uri-query cs-username c-ip cs(User-Agent) cs(Cookie) sc-status
            2021-04-01 00:00:21 GET /a id=5 CHU\\jdupont 2001:DB8::1 Mozilla/5.0+(X;+Y) ASP.NET_SessionId=abc;+x=1 200
            #Fields: time date sc-status c-ip X-Forwarded-For
            00:00:22 2021-04-01 403 10.0.0.9 203.0.113.9

            00:00:23 2021-04-01 403
            """
        let sink = try readTable(text, as: WebLogIISFormat(), FileInHand(name: "u_ex.log", trustedProxies: ["10.0.0.9"]))
        try #require(sink.kept == 2)
        #expect(sink.events[0].time.description == "2021-04-01T00:00:21.000Z" && sink.events[0].account == "CHU\\jdupont" && sink.events[0].address == "2001:db8::1")
        #expect(sink.events[0].agent == "Mozilla/5.0 (X; Y)" && sink.events[0].session == "abc" && sink.events[0].query == "id=5" && sink.events[0].action == .read)
        #expect(sink.events[1].outcome == .failure && sink.events[1].address == "203.0.113.9")
        #expect(sink.headers == 3 && sink.blanks == 1 && sink.refusals.map(\.problem.found) == ["3 fields"] && sink.assumptions.isEmpty)
    }

    @Test func `formats are told apart`() {
        let iis = Array("#Fields: date time c-ip\n2021-04-01 00:00:21 ::1\n".utf8), combined = Array((Self.line + "\n").utf8)
        #expect(recogniseTable(combined, WebLogFormat()) >= 90 && recogniseTable(combined, WebLogIISFormat()) == 0)
        #expect(recogniseTable(iis, WebLogIISFormat()) >= 90 && recogniseTable(iis, WebLogFormat()) == 0)
        #expect(recogniseTable(Array("time;account\n2025-05-17T20:05:03Z;a\n".utf8), WebLogFormat()) == 0)
    }
}
