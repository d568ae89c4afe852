import HTTPTypes
import Model
import Scan

/// `POST /v1/events`: any format that `cordon investigate` reads. `POST /v1/logs`: OTLP logs as JSON.
struct EventRoutes: Sendable {
    let receiver: Receiver

    @Sendable func receive(_ call: Call) async throws -> Answer {
        let receipt = try await receiver.receive(try delivery(call, format: call.query["format"]))
        return Answer(json: receipt.json)
    }

    /// OTLP 1 §"OTLP/HTTP": `{}`, or how many records were not taken.
    @Sendable func receiveLogs(_ call: Call) async throws -> Answer {
        guard mediaType(call) == "application/json" else { throw Refusal.unsupported("application/json; set the exporter's protocol to http/json") }
        let receipt = try await receiver.receive(try delivery(call, format: nil))
        guard receipt.refused > 0 else { return Answer(json: .object([])) }
        let message = receipt.problems.first.map { "\($0.problem)" } ?? "records that cannot be read"
        return Answer(json: .fields(["partialSuccess": .fields(["rejectedLogRecords": .string(String(receipt.refused)), "errorMessage": .string(message)])]))
    }

    private func delivery(_ call: Call, format: String?) throws -> Delivery {
        guard let source = call.source else { throw Refusal.unauthorized() }
        guard !call.body.isEmpty else { throw Refusal.malformed("The body is empty.") }
        return try call.delivery(of: source, format: format ?? source.format ?? (mediaType(call) == "application/fhir+json" ? "fhir-r4" : nil))
    }

    private func mediaType(_ call: Call) -> String {
        (call.headers[.contentType] ?? "").prefix { $0 != ";" }.lowercased().trimmingSpace
    }
}

extension Call {
    func delivery(of source: ServerConfiguration.Source, format: String?, bytes: [UInt8]? = nil) throws -> Delivery {
        var identity = Delivery.Identity.content
        if let name = HTTPField.Name.idempotencyKey, let key = headers[name] {
            guard (1...255).contains(key.utf8.count) else { throw Refusal.malformed("Idempotency-Key may have 1 to 255 characters.") }
            identity = .key(key)
        }
        return Delivery(tenant: source.tenant, source: source.name, profile: source.profile, format: format, bytes: bytes ?? body, received: received, peer: peer, identity: identity)
    }
}

extension DeliveryReceipt {
    var json: JSONValue {
        .fields([
            "accepted": .int(accepted), "duplicates": .int(duplicates), "refused": .int(refused), "problems": problems.isEmpty ? nil : .array(problems.map(\.json)),
            "index": firstIndex.map { .int($0) }, "size": .int(size),
        ])
    }
}
