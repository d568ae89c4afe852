import Model
import Scan

/// FHIR R4 AuditEvents (hl7.org/fhir/R4/auditevent.html), with or without IHE BALP: one a line, an array, Bundles, or a
/// single resource over many lines.
package struct FHIRAuditEventFormat: TrailFormat {
    package let name = "fhir-r4"
    package let summary = "FHIR R4 AuditEvents, IHE BALP or plain: NDJSON, an array, a Bundle or single resources"

    package init() {}

    static let containers: [StaticString] = ["entry"]

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        let found = JSONHead(head, containers: ["entry", "resource"])
        if found.contains(where: { $0["resourceType"] == "AuditEvent" }) { return 100 }
        if found.contains(where: { $0["resourceType"] == "Bundle" }) { return 60 }
        // Other resources are refused by their names, which helps more than "unknown".
        return found.contains { $0["resourceType"] != nil } ? 40 : 0
    }

    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? {
        JSONUnits.linePrefix(head, containers: FHIRAuditEventFormat.containers)
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = FHIREventReader(file: file)
        defer { reader.times.tell(sink) }
        var isFirst = true
        try JSONUnits(containers: FHIRAuditEventFormat.containers).forEach(in: text, of: file, to: sink) { (record, place) throws(FieldProblem) in
            let otherVersion = reader.take(record, at: place, to: sink)
            if let otherVersion {
                // A file of another version is refused as a whole; one such record among others by itself.
                if isFirst { throw otherVersion }
                sink.refuse(otherVersion, at: place, units: 1)
            }
            isFirst = false
        }
    }
}

extension FHIREventReader {
    /// Reads one record and tells the sink of it, unless it is an AuditEvent of another version: then what is wrong comes back.
    mutating func take(_ record: UnsafeRawBufferPointer, at place: Place, to sink: any EventSink) -> FieldProblem? {
        do throws(JSONFault) {
            try read(record)
        } catch {
            sink.refuse(JSONScanner.problem(error, in: record), at: place, units: 1)
            return nil
        }
        if let problem {
            if isOtherVersion { return problem }
            sink.refuse(problem, at: place, units: 1)
            return nil
        }
        var event = takeEvent()
        if !event.hasOwnID { event.id = place.description }
        for warning in warnings { sink.warn(warning, at: place) }
        if unnamedPersons > 0 { sink.declare(gap: "unrecorded_persons", source: event.source, at: event.time, count: unnamedPersons) }
        sink.keep(event, at: place, units: 1)
        return nil
    }
}

/// The time parser of a reader, and what it took for granted.
struct ReaderTimes {
    private var parser: TimeParser

    init(_ file: FileInHand) {
        parser = TimeParser(zone: file.zone, zoneIsStated: file.zoneIsStated, assumedYear: file.assumedYear)
    }

    /// For formats whose times without a zone are of a stated zone (Microsoft 365: UTC).
    init(statedZone zone: String, _ file: FileInHand) {
        parser = TimeParser(zone: zone, zoneIsStated: true, assumedYear: file.assumedYear)
    }

    mutating func parse(_ text: JSONText, field: String) -> Result<Instant, FieldProblem> {
        text.withBytes { parse(bytes: $0, field: field) }
    }

    mutating func parse(bytes: UnsafeRawBufferPointer, field: String) -> Result<Instant, FieldProblem> {
        do throws(FieldProblem) {
            return .success(try parser.parse(bytes))
        } catch {
            var problem = error
            problem.field = field
            return .failure(problem)
        }
    }

    func tell(_ sink: any EventSink) {
        for assumption in parser.assumptions.compactMap(ReaderTimes.forTrail).sorted(by: { "\($0)" < "\($1)" }) { sink.assume(assumption) }
    }

    private static func forTrail(_ assumption: TimeParser.Assumption) -> Assumption? {
        switch assumption {
        case .zone(let zone): .zone(zone)
        case .year(let year): .year(year)
        case .ambiguousHour(let zone), .missingHour(let zone): .ambiguousHour(zone)
        case .dayFirst: .dayFirst
        case .monthFirst: nil
        }
    }
}
