import AsyncHTTPClient
import Foundation
import NIOCore
import NIOSSL
import Testing

/// A client that is not ours.
struct Client {
    let base: String
    var http: HTTPClient = .shared
    var token: String? = Cordond.token

    struct Answer {
        var status: Int
        var headers: [(String, String)]
        var body: String
        var version: String
        func header(_ name: String) -> String? { headers.first { $0.0.lowercased() == name.lowercased() }?.1 }
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]) ?? [:] }
    }

    init(_ server: Cordond) { base = "http://127.0.0.1:\(server.port("http"))" }
    init(base: String, http: HTTPClient, token: String? = Cordond.token) { (self.base, self.http, self.token) = (base, http, token) }

    func send(_ method: String, _ path: String, _ body: String? = nil, type: String = "application/x-ndjson", headers: [(String, String)] = []) async throws -> Answer {
        var request = HTTPClientRequest(url: base + path)
        request.method = .init(rawValue: method)
        if let body {
            request.body = .bytes(Array(body.utf8))
            request.headers.add(name: "Content-Type", value: type)
        }
        if let token { request.headers.add(name: "Authorization", value: "Bearer " + token) }
        for (name, value) in headers { request.headers.replaceOrAdd(name: name, value: value) }
        let response = try await http.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 16 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers.map { ($0.name, $0.value) }, body: String(buffer: bytes), version: "\(response.version)")
    }

    func get(_ path: String) async throws -> Answer { try await send("GET", path) }
    func post(_ path: String, _ body: String, type: String = "application/x-ndjson", headers: [(String, String)] = []) async throws -> Answer {
        try await send("POST", path, body, type: type, headers: headers)
    }
}

/// A BALP-like AuditEvent of FHIR R4.
func auditEvent(_ id: String, user: String = "marie", patient: String = "p1") -> String {
    """
    {"resourceType":"AuditEvent","id":"\(id)","type":{"system":"http://terminology.hl7.org/CodeSystem/audit-event-type","code":"rest"},"subtype":[{"system":"http://hl7.org/fhir/restful-interaction","code":"read"}],"action":"R","recorded":"2026-01-05T08:00:00Z","outcome":"0","agent":[{"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationType","code":"IRCP"}]},"who":{"identifier":{"system":"https://idp.example","value":"\(user)"}},"requestor":true}],"source":{"observer":{"display":"dpi"}},"entity":[{"what":{"reference":"Patient/\(patient)"},"type":{"system":"http://terminology.hl7.org/CodeSystem/audit-entity-type","code":"1"},"role":{"system":"http://terminology.hl7.org/CodeSystem/object-role","code":"1"}}]}
    """
}
