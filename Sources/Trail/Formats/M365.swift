import Model
import Scan

/// Microsoft 365 unified audit records, as the Management API, PowerShell, Purview, Graph or a SIEM gives them (JSON lines,
/// an array, an object with `value`), and the Log Analytics forms of them (OfficeActivity, Entra ID AuditLogs).
///
/// Their objects are mails and files, not patients: persons stay empty, and the coverage says so.
package struct M365Format: TrailFormat {
    package let name = "m365"
    package let summary = "Microsoft 365 unified audit log and Entra ID audit records: JSON lines, an array, or an object with `value`"

    package init() {}

    static let containers: [StaticString] = ["value"]

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        let found = JSONHead(head, containers: ["value", "event", "auditData", "AuditData", "_source"])
        if found.contains(where: M365Format.isUnified) { return 95 }
        return found.contains(where: M365Format.isEntra) ? 90 : 0
    }

    private static func isUnified(_ members: [String: String]) -> Bool {
        let names = Set(members.keys.map { $0.lowercased() })
        guard names.contains("operation") || names.contains("operations") else { return names.contains("auditdata") }
        let isTimed = names.contains("creationtime") || names.contains("timegenerated") || names.contains("creationdate") || names.contains("createddatetime")
        return isTimed && (names.contains("userid") || names.contains("userids") || names.contains("userkey") || names.contains("workload"))
    }

    private static func isEntra(_ members: [String: String]) -> Bool {
        members["OperationName"] != nil && (members["InitiatedBy"] != nil || members["AADTenantId"] != nil || members["LoggedByService"] != nil)
    }

    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? { JSONUnits.linePrefix(head, containers: M365Format.containers) }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = M365Reader(file: file)
        defer { reader.finish(sink) }
        try JSONUnits(containers: M365Format.containers).forEach(in: text, of: file, to: sink) { (record, place) throws(FieldProblem) in
            do throws(FieldProblem) {
                let event = try reader.readAuditData(record, at: place, to: sink)
                sink.keep(event, at: place, units: 1)
            } catch {
                sink.refuse(error, at: place, units: 1)
            }
        }
    }
}

/// Reads single audit records: for `M365Format`, and for tables that carry them in a column.
///
/// Make one for each file, call `readAuditData` for each record and `finish` once at the end.
package struct M365Reader: ~Copyable {
    private var times: ReaderTimes
    private var json = JSONScanner()
    /// Records that showed objects whose persons are not named, by source.
    private var unrecorded: [String: (first: Instant, count: Int)] = [:]

    package init(file: FileInHand) {
        // Times of the audit log are UTC by its schema, whatever zone a profile states for other files.
        times = ReaderTimes(statedZone: "UTC", file)
    }

    /// - Parameters:
    ///   - json: one audit record, or an envelope that holds one (`AuditData`, `auditData`, `event`).
    ///   - place: where it stands, for its id if it has none and for warnings.
    package mutating func readAuditData(_ record: UnsafeRawBufferPointer, at place: Place, to sink: any EventSink) throws(FieldProblem) -> AccessEvent {
        var fields = M365Fields()
        do throws(JSONFault) {
            try json.begin(record)
            guard json.peek() == .object else { throw JSONFault(.notAnObject, at: json.offset) }
            try M365Fields.read(&json, into: &fields, depth: 0)
            try json.finish()
        } catch {
            throw JSONScanner.problem(error, in: record)
        }
        for warning in fields.warnings { sink.warn(warning, at: place) }
        let event = try event(of: fields, at: place)
        if fields.isThrottled { sink.declare(gap: "throttling", source: event.source, at: event.time, count: nil) }
        if !event.manners.isEmpty, event.outcome != .failure {
            let known = unrecorded[event.source]
            unrecorded[event.source] = (min(known?.first ?? event.time, event.time), (known?.count ?? 0) + 1)
        }
        return event
    }

    /// Says once for each source that its records name no persons, and what was taken for granted.
    package func finish(_ sink: any EventSink) {
        times.tell(sink)
        for (source, found) in unrecorded.sorted(by: { $0.key < $1.key }) {
            sink.declare(gap: "unrecorded_persons", source: source, at: found.first, count: nil)
        }
    }

    private mutating func event(of fields: M365Fields, at place: Place) throws(FieldProblem) -> AccessEvent {
        var event = AccessEvent()
        guard let operation = fields[.operation] else {
            throw FieldProblem(
                field: "Operation", found: "missing", expected: "the operation of a Microsoft 365 audit record",
                remedy: "export the audit records unchanged; this one is of another kind")
        }
        guard let time = fields[.creationTime] ?? fields[.activityTime] ?? fields[.otherTime] else {
            throw FieldProblem(field: "CreationTime", found: "missing", expected: "date and time (UTC)", remedy: "export the column CreationTime")
        }
        event.time = try Array(time.utf8).withUnsafeBytes { times.parse(bytes: $0, field: "CreationTime") }.get()
        event.id = fields[.id] ?? fields[.officeID] ?? ""
        event.hasOwnID = !event.id.isEmpty
        if !event.hasOwnID { event.id = place.description }

        event.service = fields[.workload] ?? M365Operation.workload(recordType: fields[.recordType]) ?? (fields[.loggedBy] == nil ? "m365" : "AzureActiveDirectory")
        event.source = event.service
        event.account = fields[.userID] ?? fields[.userName] ?? fields[.userKey] ?? ""
        event.session = fields[.session] ?? ""
        event.authentication = fields[.method] ?? ""
        event.agent = fields[.agent] ?? fields[.clientInfo] ?? ""
        let address = fields[.clientIP] ?? fields[.actorIP] ?? ""
        let canonical = ClientAddress(address)?.description ?? address
        // `0.0.0.0` stands for "not known".
        event.address = canonical == "0.0.0.0" || canonical == "::" ? "" : canonical
        event.query = fields[.query] ?? ""

        let kind = M365Operation(operation, isSync: fields.isSync)
        event.action = kind.action
        event.manners = kind.manners
        event.resource = kind.resource.isEmpty ? operation : kind.resource
        if kind.action == .login || kind.action == .logout { event.resource = "" }
        if fields.items.isEmpty {
            event.path = fields[.object] ?? fields[.site] ?? fields[.mailbox] ?? ""
        } else {
            event.path = fields.items.joined(separator: ";")
            // Mails are no persons: their number bounds nobody. That the source names nobody is declared.
        }
        event.outcome = kind.isFailure || fields[.logonError] != nil ? .failure : M365Operation.outcome(fields[.result])
        return event
    }
}
