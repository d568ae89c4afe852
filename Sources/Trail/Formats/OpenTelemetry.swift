import Model
import Scan

/// Logs of OpenTelemetry in the JSON encoding of OTLP (opentelemetry.io/docs/specs/otlp, `ExportLogsServiceRequest`), as the
/// collector's file exporter writes them: one document, or one a line. The unit is the log record.
///
/// A record is read by the format that its body or an attribute carries, if it is one of ours; else by its attributes, whose
/// names are those of the semantic conventions (`user.id`, `client.address`, `url.path`…), as a web access log is. A record
/// that names neither user nor request tells nothing of an access and counts as blank.
package struct OpenTelemetryFormat: TrailFormat {
    package let name = "otlp"
    package let summary = "OpenTelemetry logs in OTLP JSON (resourceLogs): carried records of the other formats, or semantic conventions"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        let begin = JSONBoundary.skipSpace(head, JSONUnits.afterMark(head))
        guard begin < head.count, head[begin] == UInt8(ascii: "{") else { return 0 }
        var lax = LaxObject(head, at: begin)
        while let member = lax.next() {
            if lax.isName(member.name, "resourceLogs") || lax.isName(member.name, "resource_logs") { return 97 }
        }
        return 0
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = OpenTelemetryReader(file: file, text: text, sink: sink)
        var at = JSONUnits.afterMark(text)
        while true {
            at = JSONBoundary.skipSpace(text, at)
            guard at < text.count else { break }
            guard text[at] == UInt8(ascii: "{") else {
                reader.refuse(JSONFault(.notAnObject, at: 0), at: at)
                at = min(endOfLine(text, from: at) + 1, text.count)
                continue
            }
            let end = JSONBoundary.end(of: text, from: at)
            reader.takeDocument(at, end: end ?? text.count)
            if end == nil { reader.refuse(JSONFault(.cutShort, at: 0), at: at) }
            at = end ?? text.count
            guard sink.advance(to: at) else { break }
        }
        reader.finish()
        _ = sink.advance(to: text.count)
    }
}

/// Walks documents by their brackets, so that one broken record does not cost the next, and reads each record strictly.
struct OpenTelemetryReader: ~Copyable {
    private let text: UnsafeRawBufferPointer
    private let sink: any EventSink
    private let fileName: String
    private var records: CarriedRecords
    private var json = JSONScanner()
    private var web: OpenTelemetryEvents
    private var resource = OpenTelemetryAttributes()
    private var number = 0

    init(file: FileInHand, text: UnsafeRawBufferPointer, sink: any EventSink) {
        (self.text, self.sink, fileName) = (text, sink, file.name)
        records = CarriedRecords(file: file)
        web = OpenTelemetryEvents(file)
    }

    consuming func finish() { records.finish(sink) }

    mutating func refuse(_ fault: JSONFault, at byte: Int) {
        refuse(FieldProblem(found: fault.kind.found, expected: fault.kind.expected, remedy: fault.kind.remedy), at: byte)
    }

    private mutating func refuse(_ problem: FieldProblem, at byte: Int) {
        number += 1
        sink.refuse(problem, at: Place(file: fileName, line: number, byte: byte), units: 1)
    }

    // MARK: Documents

    mutating func takeDocument(_ begin: Int, end: Int) {
        let document = text.part(0, end)
        var lax = LaxObject(document, at: begin)
        var hasLogs = false
        while let member = lax.next() {
            guard lax.isName(member.name, "resourceLogs") || lax.isName(member.name, "resource_logs") else { continue }
            hasLogs = true
            forEachObject(of: document, at: member.value) { reader, start in reader.takeResource(document, start) }
        }
        if !hasLogs {
            refuse(FieldProblem(found: "another document of OpenTelemetry, or another kind of JSON", expected: "`resourceLogs` (OTLP logs)", remedy: "export logs; traces and metrics are no trail"), at: begin)
        }
    }

    private mutating func takeResource(_ document: UnsafeRawBufferPointer, _ begin: Int) {
        resource = OpenTelemetryAttributes()
        var scopes: [Int] = []
        var lax = LaxObject(document, at: begin)
        while let member = lax.next() {
            if lax.isName(member.name, "resource") { readResource(document, member.value, end: lax.i) }
            if lax.isName(member.name, "scopeLogs") || lax.isName(member.name, "scope_logs") || lax.isName(member.name, "instrumentationLibraryLogs") { scopes.append(member.value) }
        }
        for scope in scopes {
            forEachObject(of: document, at: scope) { reader, start in
                var lax = LaxObject(document, at: start)
                while let member = lax.next() {
                    guard lax.isName(member.name, "logRecords") || lax.isName(member.name, "log_records") || lax.isName(member.name, "logs") else { continue }
                    reader.forEachObject(of: document, at: member.value) { reader, start in reader.takeRecord(document, start) }
                }
            }
        }
    }

    /// The objects of the array that begins at `start`.
    private mutating func forEachObject(of document: UnsafeRawBufferPointer, at start: Int, _ body: (inout OpenTelemetryReader, Int) -> Void) {
        guard document[start] == UInt8(ascii: "[") else { return }
        var at = start + 1
        while true {
            at = JSONBoundary.skipSpace(document, at)
            while at < document.count, document[at] == UInt8(ascii: ",") { at = JSONBoundary.skipSpace(document, at + 1) }
            guard at < document.count, document[at] == UInt8(ascii: "{") else { return }
            body(&self, at)
            guard let end = JSONBoundary.end(of: document, from: at) else { return }
            at = end
        }
    }

    private mutating func readResource(_ document: UnsafeRawBufferPointer, _ begin: Int, end: Int) {
        do throws(JSONFault) {
            try json.begin(document.part(begin, end))
            guard try json.entersObject() else { return }
            while let key = try json.nextKey() {
                switch key {
                case "attributes": try resource.read(&json)
                default: try json.skip()
                }
            }
        } catch {
            sink.warn(JSONScanner.problem(error, in: document.part(begin, end)), at: Place(file: fileName, line: number + 1, byte: begin))
        }
    }

    // MARK: Records

    private mutating func takeRecord(_ document: UnsafeRawBufferPointer, _ begin: Int) {
        // Without an end the document's own refusal speaks of it.
        guard let end = JSONBoundary.end(of: document, from: begin) else { return }
        number += 1
        let place = Place(file: fileName, line: number, byte: begin)
        let bytes = document.part(begin, end)
        var record = OpenTelemetryRecord()
        do throws(JSONFault) {
            try json.begin(bytes)
            try record.read(&json)
            try json.finish()
        } catch {
            return sink.refuse(JSONScanner.problem(error, in: bytes), at: place, units: 1)
        }
        let time = record.moment
        var carrier = Carrier()
        carrier.host = resource.instance
        if let time { carrier.time = .instant(time) }
        let app = Array(resource[.service].utf8)
        let isTaken = app.withUnsafeBytes { app in
            carrier.app = app
            for text in record.texts where !text.isEmpty {
                if text.withUnsafeBytes({ records.take($0, from: carrier, at: place, to: sink) }) { return true }
            }
            return false
        }
        if isTaken { return }
        do throws(FieldProblem) {
            guard let event = try web.event(of: record, resource, at: place) else { return sink.blank(units: 1) }
            sink.keep(event, at: place, units: 1)
        } catch {
            sink.refuse(error, at: place, units: 1)
        }
    }
}
