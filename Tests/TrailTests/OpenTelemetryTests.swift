import Model
import Testing
import Trail

@Suite struct OpenTelemetryTests {
    /// In the shape of opentelemetry-proto's examples/logs.json.
    static func document(_ records: String..., resource: String = #"{"attributes":[{"key":"service.name","value":{"stringValue":"portail"}},{"key":"service.instance.id","value":{"stringValue":"portail-1"}}]}"#) -> String {
        #"{"resourceLogs":[{"resource":\#(resource),"scopeLogs":[{"scope":{"name":"my.library","version":"1.0.0"},"logRecords":[\#(records.joined(separator: ","))]}]}]}"#
    }
    static func record(body: String = #"{"stringValue":"GET"}"#, _ attributes: (String, String)...) -> String {
        let list = attributes.map { #"{"key":"\#($0)","value":{"stringValue":"\#($1)"}}"# }.joined(separator: ",")
        return #"{"timeUnixNano":"1767600000123456789","severityNumber":9,"severityText":"INFO","traceId":"5B8EFFF798038103D269B633813FC60C","spanId":"EEE19B7EC3C1B174","body":\#(body),"attributes":[\#(list)]}"#
    }
    static func escaped(_ text: String) -> String { "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"" }

    @Test func `semantic conventions are read as a web access log is`() throws {
        let text = OpenTelemetryTests.document(OpenTelemetryTests.record(
            ("user.id", "marie"), ("client.address", "203.0.113.9"), ("user_agent.original", "Firefox"), ("http.request.method", "GET"), ("url.path", "/patients/p1"), ("url.query", "page=2"),
            ("http.response.status_code", "200"), ("session.id", "s1"), ("log.record.uid", "01J")))
        let e = try #require(try reading(OpenTelemetryFormat(), text).events.first)
        #expect(e.time == Instant(milliseconds: 1_767_600_000_123) && e.id == "01J" && e.hasOwnID && e.request == "5B8EFFF798038103D269B633813FC60C")
        #expect(e.account == "marie" && e.address == "203.0.113.9" && e.agent == "Firefox" && e.session == "s1" && e.service == "portail" && e.source == "portail-1")
        #expect(e.action == .read && e.path == "/patients/p1" && e.query == "page=2" && e.page == 2 && e.outcome == .success)
    }

    @Test func `older names, numbers and arrays`() throws {
        let record = OpenTelemetryTests.record(("enduser.id", "marie"), ("http.method", "DELETE"), ("http.target", "/patients/p1?x=1"))
            .replacing("\"attributes\":[", with: #""attributes":[{"key":"http.status_code","value":{"intValue":"403"}},{"key":"http.request.header.x-request-id","value":{"arrayValue":{"values":[{"stringValue":"r1"}]}}},"#)
        let e = try #require(try reading(OpenTelemetryFormat(), OpenTelemetryTests.document(record)).events.first)
        #expect(e.action == .delete && e.path == "/patients/p1" && e.query == "x=1" && e.outcome == .failure && e.request == "r1")
    }

    @Test func `an event by its name`() throws {
        let record = OpenTelemetryTests.record(("user.id", "marie"), ("event.outcome", "failure")).replacing("\"spanId\"", with: #""eventName":"user.login","spanId""#)
        let e = try #require(try reading(OpenTelemetryFormat(), OpenTelemetryTests.document(record)).events.first)
        #expect(e.action == .login && e.outcome == .failure)
    }

    @Test func `a record of another format in the body, as text or as a list, or in an attribute`() throws {
        let balp = OpenTelemetryTests.escaped(SyslogFormatTests.balp)
        let asText = OpenTelemetryTests.record(body: #"{"stringValue":\#(balp)}"#)
        let asAttribute = OpenTelemetryTests.record().replacing("\"attributes\":[", with: #""attributes":[{"key":"audit","value":{"stringValue":\#(balp)}}"#)
        let asList = OpenTelemetryTests.record(body: #"{"kvlistValue":{"values":[{"key":"class_uid","value":{"intValue":"3002"}},{"key":"activity_id","value":{"intValue":1}},{"key":"time","value":{"intValue":"1767600000000"}},{"key":"user","value":{"kvlistValue":{"values":[{"key":"name","value":{"stringValue":"d\"arc"}}]}}},{"key":"is_mfa","value":{"boolValue":true}}]}}"#)
        let asLine = OpenTelemetryTests.record(body: #"{"stringValue":\#(OpenTelemetryTests.escaped(SyslogFormatTests.web))}"#)
        let sink = try reading(OpenTelemetryFormat(), OpenTelemetryTests.document(asText, asAttribute, asList, asLine))
        #expect(sink.refused == 0 && sink.events.map(\.account) == ["marie", "marie", "d\"arc", "marie"])
        #expect(sink.events.map(\.action) == [.read, .read, .login, .read])
        #expect(sink.events[0].persons.map(\.reference) == ["p1"] && sink.events[2].authentication == "mfa" && sink.events[3].source == "portail-1")
    }

    @Test func `other records count as blank, and one broken record costs itself`() throws {
        let good = OpenTelemetryTests.record(("user.id", "marie"), ("url.path", "/a"))
        let text = OpenTelemetryTests.document(good, OpenTelemetryTests.record(), good.replacing("\"severityNumber\":9", with: "\"severityNumber\":nine"), good) + "\n" + OpenTelemetryTests.document(good) + "\n"
        let sink = try reading(OpenTelemetryFormat(), text)
        #expect(sink.kept == 3 && sink.blanks == 1 && sink.refusals.map(\.place.line) == [3] && sink.places.map(\.line) == [1, 4, 5])
        let timeless = try reading(OpenTelemetryFormat(), OpenTelemetryTests.document(good.replacing("1767600000123456789", with: "0")))
        #expect(timeless.refusals.map(\.problem.field) == ["timeUnixNano"])
    }

    @Test func `cut documents keep what came before, other documents are refused by name`() throws {
        let good = OpenTelemetryTests.record(("user.id", "marie"), ("url.path", "/a"))
        let whole = OpenTelemetryTests.document(good, good)
        let cut = try reading(OpenTelemetryFormat(), String(whole.dropLast(20)))
        #expect(cut.kept >= 1 && cut.refused >= 1)
        let traces = try reading(OpenTelemetryFormat(), #"{"resourceSpans":[]}"# + "\n" + whole)
        #expect(traces.kept == 2 && traces.refusals.count == 1 && traces.refusals.first?.problem.found.contains("OpenTelemetry") == true)
    }

    @Test func `the resource may stand after what it sent`() throws {
        let good = OpenTelemetryTests.record(("user.id", "marie"), ("url.path", "/a"))
        let text = #"{"resourceLogs":[{"scopeLogs":[{"logRecords":[\#(good)]}],"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"x"}}]}}]}"#
        #expect(try reading(OpenTelemetryFormat(), text).events.first?.service == "x")
        #expect(text.withUTF8Bytes { OpenTelemetryFormat().recognise($0) } > 95)
    }
}
