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
            at = reader.takeDocument(at)
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

    /// Reads the document that begins at `begin`. Each walk goes past what it has read: the text is looked at once for its
    /// brackets and once for each record.
    /// - Returns: where it ends.
    mutating func takeDocument(_ begin: Int) -> Int {
        var lax = LaxObject(text, at: begin)
        var hasLogs = false
        while let member = lax.nextName() {
            guard lax.isName(member.name, "resourceLogs") || lax.isName(member.name, "resource_logs") else {
                lax.skipValue()
                continue
            }
            hasLogs = true
            lax.i = forEachObject(at: member.value) { reader, start in reader.takeResource(start) }
        }
        if !hasLogs {
            refuse(FieldProblem(found: "another document of OpenTelemetry, or another kind of JSON", expected: "`resourceLogs` (OTLP logs)", remedy: "export logs; traces and metrics are no trail"), at: begin)
        } else if text[max(begin, lax.i - 1)] != UInt8(ascii: "}") {
            refuse(JSONFault(.cutShort, at: 0), at: begin)
        }
        return max(lax.i, begin + 1)
    }

    private mutating func takeResource(_ begin: Int) -> Int {
        resource = OpenTelemetryAttributes()
        var isKnown = false
        var waiting: [Int] = []
        var lax = LaxObject(text, at: begin)
        while let member = lax.nextName() {
            if lax.isName(member.name, "resource") {
                lax.skipValue()
                readResource(member.value, end: lax.i)
                isKnown = true
            } else if lax.isName(member.name, "scopeLogs") || lax.isName(member.name, "scope_logs") || lax.isName(member.name, "instrumentationLibraryLogs") {
                // Nearly always the resource stands before what it sent.
                if isKnown {
                    lax.i = takeScopes(member.value)
                } else {
                    waiting.append(member.value)
                    lax.skipValue()
                }
            } else {
                lax.skipValue()
            }
        }
        for scopes in waiting { _ = takeScopes(scopes) }
        return lax.i
    }

    private mutating func takeScopes(_ begin: Int) -> Int {
        forEachObject(at: begin) { reader, start in
            var lax = LaxObject(reader.text, at: start)
            while let member = lax.nextName() {
                if lax.isName(member.name, "logRecords") || lax.isName(member.name, "log_records") || lax.isName(member.name, "logs") {
                    lax.i = reader.forEachObject(at: member.value) { reader, start in reader.takeRecord(start) }
                } else {
                    lax.skipValue()
                }
            }
            return lax.i
        }
    }

    /// The objects of the array that begins at `start`; `body` says where each ends. What is no array is gone past.
    /// - Returns: where the array ends.
    private mutating func forEachObject(at start: Int, _ body: (inout OpenTelemetryReader, Int) -> Int) -> Int {
        guard text[start] == UInt8(ascii: "[") else {
            var lax = LaxObject(text, at: start - 1)
            lax.skipValue()
            return lax.i
        }
        var at = start + 1
        while true {
            at = JSONBoundary.skipSpace(text, at)
            while at < text.count, text[at] == UInt8(ascii: ",") { at = JSONBoundary.skipSpace(text, at + 1) }
            guard at < text.count else { return text.count }
            if text[at] == UInt8(ascii: "]") { return at + 1 }
            guard text[at] == UInt8(ascii: "{") else {
                refuse(JSONFault(.notAnObject, at: 0), at: at)
                // On to where an object or the end of the array can be.
                at = text[at...].firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "]") || $0 == UInt8(ascii: "\n") } ?? text.count
                if at < text.count, text[at] == UInt8(ascii: "\n") { return at }
                continue
            }
            at = max(body(&self, at), at + 1)
        }
    }

    private mutating func readResource(_ begin: Int, end: Int) {
        do throws(JSONFault) {
            try json.begin(text.part(begin, end))
            guard try json.entersObject() else { return }
            while let key = try json.nextKey() {
                switch key {
                case "attributes": try resource.read(&json)
                default: try json.skip()
                }
            }
        } catch {
            sink.warn(JSONScanner.problem(error, in: text.part(begin, end)), at: Place(file: fileName, line: number + 1, byte: begin))
        }
    }

    // MARK: Records

    /// - Returns: where the record ends.
    private mutating func takeRecord(_ begin: Int) -> Int {
        guard let end = JSONBoundary.end(of: text, from: begin) else {
            refuse(JSONFault(.cutShort, at: 0), at: begin)
            return text.count
        }
        number += 1
        let place = Place(file: fileName, line: number, byte: begin)
        let bytes = text.part(begin, end)
        var record = OpenTelemetryRecord()
        do throws(JSONFault) {
            try json.begin(bytes)
            try record.read(&json)
            try json.finish()
        } catch {
            sink.refuse(JSONScanner.problem(error, in: bytes), at: place, units: 1)
            return end
        }
        if takeCarried(record, at: place) { return end }
        do throws(FieldProblem) {
            if let event = try web.event(of: record, resource, at: place) { sink.keep(event, at: place, units: 1) } else { sink.blank(units: 1) }
        } catch {
            sink.refuse(error, at: place, units: 1)
        }
        return end
    }

    /// The record that the body or an attribute carries, if one does.
    private mutating func takeCarried(_ record: OpenTelemetryRecord, at place: Place) -> Bool {
        var carrier = Carrier()
        carrier.host = resource.instance
        if let time = record.moment { carrier.time = .instant(time) }
        var service = resource[.service]
        return service.withUTF8 { app in
            carrier.app = UnsafeRawBufferPointer(app)
            for value in record.carried where value.withBytes({ records.take($0, from: carrier, at: place, to: sink) }) { return true }
            return false
        }
    }
}
