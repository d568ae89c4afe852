import Model
import Scan

/// Keycloak's own trail: events and admin events as its REST interface gives them (array or NDJSON), and the lines of its
/// logging listener, in plain console lines or in Quarkus' JSON lines.
///
/// A log holds other lines, too. Lines of other categories and the continuation of a message tell nothing of users: they
/// count as blank. Whatever is no log line is refused.
package struct KeycloakFormat: TrailFormat {
    package let name = "keycloak"
    package let summary = "Keycloak: events and admin events as JSON, and log lines of org.keycloak.events (plain or JSON)"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        let found = JSONHead(head, containers: [])
        if !found.records.isEmpty {
            let isEvent = found.contains { members in
                guard members["realmId"] != nil, members["time"] != nil else { return false }
                return members["type"] != nil || members["operationType"] != nil
            }
            if isEvent { return 95 }
            if found.contains(where: { KeycloakLine.isEventCategory($0["loggerName"] ?? "") }) { return 95 }
            return found.contains { ($0["loggerName"] ?? "").hasPrefix("org.keycloak") } ? 60 : 0
        }
        return KeycloakLine.recognise(head)
    }

    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? { JSONUnits.linePrefix(head, containers: []) }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = KeycloakReader(file: file)
        defer { reader.times.tell(sink) }
        let begin = JSONBoundary.skipSpace(text, JSONUnits.afterMark(text))
        let isJSON = begin < text.count && (text[begin] == UInt8(ascii: "{") || text[begin] == UInt8(ascii: "["))
        if isJSON, JSONUnits.shape(of: text, containers: []) == .records {
            try JSONUnits(containers: []).forEach(in: text, of: file, to: sink) { (record, place) throws(FieldProblem) in
                reader.take(record, at: place, to: sink)
            }
        } else {
            // Console lines and JSON lines may stand in one file: each line says what it is.
            try JSONUnits(containers: []).forEachLine(in: text, of: file, to: sink) { (line, place) throws(FieldProblem) in
                reader.take(line, at: place, to: sink)
            }
        }
    }
}

extension JSONUnits {
    /// For reading a large file in pieces: each line of a file of lines begins a record.
    static func linePrefix(_ head: UnsafeRawBufferPointer, containers: [StaticString]) -> [UInt8]? {
        guard let first = head.first, first == UInt8(ascii: "{"), shape(of: head, containers: containers) == .lines else { return nil }
        return Array("{\"".utf8)
    }
}
