import HTTPTypes
import Ledger
import Model
import Scan

/// IHE ITI-20, RESTful feed: `POST /fhir/AuditEvent` and `POST /fhir` with a Bundle of type batch. FHIR R4; R5 is refused by
/// name. What an AuditEvent must hold is for the reader behind the door; here is only the protocol.
struct FHIRRoutes: Sendable {
    let receiver: Receiver

    @Sendable func create(_ call: Call) async throws -> Answer {
        let source = try admit(call)
        let text = call.body
        guard let kind = FHIRRoutes.member("resourceType", of: text) else { throw Refusal.malformed("The body is not one JSON object with a resourceType.") }
        guard kind == "AuditEvent" else { throw Refusal.malformed("The resource is not an AuditEvent; a Bundle goes to the base address.") }
        let receipt = try await receiver.receive(call.delivery(of: source, format: "fhir-r4"))
        var answer = Answer(status: .created)
        answer.headers[.location] = "AuditEvent/" + FHIRRoutes.id(source, text)
        answer.headers[.contentLength] = "0"
        if receipt.duplicates > 0 { answer.status = .ok }
        return answer
    }

    /// FHIR R4 §3.1.0.11: one response for each entry, in order; a bad entry does not stop the others.
    @Sendable func batch(_ call: Call) async throws -> Answer {
        let source = try admit(call)
        let entries = try FHIRRoutes.entries(call.body)
        // The good entries go through the door together, one a line, so that its problems name them by line.
        var lines: [UInt8] = [], places: [Int] = [], responses = [JSONValue?](repeating: nil, count: entries.count)
        for (position, entry) in entries.enumerated() {
            switch entry {
            case .resource(let bytes):
                lines += bytes.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }
                lines.append(0x0A)
                places.append(position)
            case .bad(let refusal): responses[position] = FHIRRoutes.response(refusal)
            }
        }
        if !places.isEmpty {
            var refused: [Int: FieldProblem] = [:], whole: Refusal?
            let outcome = try await refusals(in: call.delivery(of: source, format: "fhir-r4", bytes: lines))
            for problem in outcome.problems { refused[problem.line] = problem.problem }
            // One problem may stand for all where the version is wrong.
            if outcome.isWhole, outcome.problems.count < places.count { whole = Refusal(DeliveryRefusal.unreadable(outcome.problems)) }
            var start = 0
            for (line, position) in places.enumerated() {
                let end = lines[start...].firstIndex(of: 0x0A) ?? lines.endIndex
                defer { start = end + 1 }
                if let problem = refused[line + 1] {
                    responses[position] = FHIRRoutes.response(Refusal(status: .badRequest, code: "unreadable", detail: problem.description))
                } else if let whole {
                    responses[position] = FHIRRoutes.response(whole)
                } else {
                    responses[position] = .fields(["status": .string("201 Created"), "location": .string("AuditEvent/" + FHIRRoutes.id(source, Array(lines[start..<end])))])
                }
            }
        }
        return Answer(json: .fields([
            "resourceType": .string("Bundle"), "type": .string("batch-response"),
            "entry": responses.isEmpty ? nil : .array(responses.map { .fields(["response": $0 ?? .null]) }),
        ]), type: "application/fhir+json")
    }

    @Sendable func metadata(_ call: Call) async -> Answer {
        let json = JSONValue.fields([
            "resourceType": .string("CapabilityStatement"), "status": .string("active"), "date": .string("2026-11-24"), "kind": .string("instance"),
            "implementation": .fields(["description": .string("Cordon audit record repository")]),
            "software": .fields(["name": .string("cordond")]),
            "fhirVersion": .string("4.0.1"), "format": .array([.string("application/fhir+json")]),
            "rest": .array([.fields([
                "mode": .string("server"),
                "resource": .array([.fields(["type": .string("AuditEvent"), "interaction": .array([.fields(["code": .string("create")])])])]),
                "interaction": .array([.fields(["code": .string("batch")])]),
            ])]),
        ])
        return Answer(json: json, type: "application/fhir+json")
    }

    // MARK: Parts

    /// What of a delivery could not be read, and whether that is all of it.
    private func refusals(in delivery: Delivery) async throws(DeliveryRefusal) -> (problems: [DeliveryReceipt.Problem], isWhole: Bool) {
        do throws(DeliveryRefusal) {
            return (try await receiver.receive(delivery).problems, false)
        } catch {
            guard case .unreadable(let problems) = error else { throw error }
            return (problems, true)
        }
    }

    private func admit(_ call: Call) throws -> ServerConfiguration.Source {
        guard let source = call.source else { throw Refusal.unauthorized() }
        let type = (call.headers[.contentType] ?? "application/fhir+json").prefix { $0 != ";" }.lowercased()
        guard type == "application/fhir+json" || type == "application/json" else { throw Refusal.unsupported("application/fhir+json") }
        return source
    }

    private static func response(_ refusal: Refusal) -> JSONValue {
        .fields(["status": .string("400 Bad Request"), "outcome": refusal.operationOutcome])
    }

    /// Names the resource by its content: the same event again has the same address.
    private static func id(_ source: ServerConfiguration.Source, _ bytes: [UInt8]) -> String {
        String(Hex.encode(digest(of: Array(source.name.utf8) + [0] + bytes)).prefix(32))
    }

    private static func member(_ name: String, of text: [UInt8]) -> String? {
        text.withUnsafeBytes { raw in
            var json = JSONScanner(), found: String?
            do throws(JSONFault) {
                try json.begin(raw)
                try json.enterObject()
                while let key = try json.nextKey() {
                    if key.string == name, json.peek() == .string { found = try json.string().string } else { try json.skip() }
                }
                try json.finish()
            } catch {
                return nil
            }
            return found
        }
    }

    private enum Entry { case resource([UInt8]), bad(Refusal) }

    private static func entries(_ text: [UInt8]) throws -> [Entry] {
        let result: (kind: String?, type: String?, entries: [Entry])? = text.withUnsafeBytes { raw in
            var json = JSONScanner(), kind: String?, type: String?, entries: [Entry] = []
            do throws(JSONFault) {
                try json.begin(raw)
                try json.enterObject()
                while let key = try json.nextKey() {
                    switch key {
                    case "resourceType" where json.peek() == .string: kind = try json.string().string
                    case "type" where json.peek() == .string: type = try json.string().string
                    case "entry" where json.peek() == .array:
                        try json.enterArray()
                        while try json.nextElement() { entries.append(try entry(&json)) }
                    default: try json.skip()
                    }
                }
                try json.finish()
            } catch {
                return nil
            }
            return (kind, type, entries)
        }
        guard let result else { throw Refusal.malformed("The body is not JSON.") }
        guard result.kind == "Bundle" else { throw Refusal.malformed("The resource is not a Bundle; an AuditEvent goes to AuditEvent.") }
        guard result.type == "batch" else { throw Refusal.malformed("The Bundle's type is not batch.") }
        return result.entries
    }

    private static func entry(_ json: inout JSONScanner) throws(JSONFault) -> Entry {
        guard json.peek() == .object else {
            try json.skip()
            return .bad(.malformed("The entry is not an object."))
        }
        var resource: [UInt8]?, method: String?, url: String?
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "resource": resource = Array(try json.raw())
            case "request" where json.peek() == .object:
                try json.enterObject()
                while let key = try json.nextKey() {
                    switch key {
                    case "method" where json.peek() == .string: method = try json.string().string
                    case "url" where json.peek() == .string: url = try json.string().string
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
        guard method == "POST", url == "AuditEvent" else { return .bad(.malformed("The entry's request is not POST AuditEvent.")) }
        guard let resource else { return .bad(.malformed("The entry has no resource.")) }
        guard member("resourceType", of: resource) == "AuditEvent" else { return .bad(.malformed("The entry's resource is not an AuditEvent.")) }
        return .resource(resource)
    }
}
