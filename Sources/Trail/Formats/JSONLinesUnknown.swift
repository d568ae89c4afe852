import Model
import Scan

/// JSON records of a kind that no format reads. It is here to say so by name, record by record, instead of "unknown file".
package struct UnknownJSONFormat: TrailFormat {
    package let name = "json"
    package let summary = "JSON records of another kind: refused with their kind named"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        JSONHead(head, containers: []).records.contains { !$0.isEmpty } ? 1 : 0
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        try JSONUnits(containers: []).forEach(in: text, of: file, to: sink) { (record, place) throws(FieldProblem) in
            let problem: FieldProblem
            do throws(JSONFault) {
                var json = JSONScanner()
                try json.begin(record)
                try json.skip()
                try json.finish()
                problem = FieldProblem(
                    found: JSONKinds.name(of: record), expected: "a record of one of the JSON formats (FHIR R4 AuditEvent, Keycloak, Microsoft 365, LemonLDAP::NG, Samba, OCSF, OTLP)",
                    remedy: "export the trail in one of the formats that `cordon formats` lists, or as CSV")
            } catch {
                problem = JSONScanner.problem(error, in: record)
            }
            sink.refuse(problem, at: place, units: 1)
        }
    }
}

/// Kinds of JSON records by the members that give them away. Names of kinds are ours: nothing of the record is quoted.
enum JSONKinds {
    static func name(of record: UnsafeRawBufferPointer) -> String {
        let head = JSONHead(record, containers: [])
        guard let members = head.records.first else { return "no JSON object" }
        func has(_ names: String...) -> Bool { names.allSatisfy { members[$0] != nil } }
        if let type = members["resourceType"] { return fhir(type) }
        if has("class_uid") { return "an OCSF event" }
        if has("eventVersion", "eventSource") { return "an AWS CloudTrail record" }
        if has("logger", "request") || has("logger", "msg", "ts") { return "a Caddy log record" }
        if has("eventType", "published") { return "an Okta System Log event" }
        if has("Authentication") || has("type", "timestamp") { return "a Samba audit record" }
        if has("realmId") { return "a Keycloak event" }
        if has("Operation", "CreationTime") { return "a Microsoft 365 audit record" }
        if has("@timestamp") { return "an Elastic Common Schema record" }
        if has("resourceLogs") { return "OpenTelemetry logs" }
        return "a JSON object of unknown kind"
    }

    /// A resource type is shown only if it looks like one.
    static func fhir(_ type: String) -> String {
        let isType = !type.isEmpty && type.utf8.count <= 40 && type.utf8.allSatisfy { ($0 | 32) &- 97 < 26 } && (type.utf8.first ?? 0) &- 65 < 26
        return "a FHIR resource \(isType ? type : "of unknown type")"
    }
}
