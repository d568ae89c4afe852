import Foundation
import Glibc
import Model
import Server
import Testing

@Suite struct `cordond over HTTP` {
    static let yaml = """
        tenants: [main, other]
        sources:
          - {name: dpi, tenant: main, credential: {token_file: dpi.token}, body_max: 64KiB}
          - {name: slow, tenant: main, credential: {token_file: slow.token}, quota: {bytes_per_second: 1KiB}}
          - {name: far, tenant: main, credential: {token_file: far.token}, networks: 192.0.2.0/24}
          - {name: elsewhere, tenant: other, credential: {token_file: elsewhere.token}}
        readers: [{name: auditor, tenant: main, token_file: auditor.token}]
        http: [{listen: "127.0.0.1:0"}]
        limits: {stop_time: 5s, body_time: 2s}
        """

    private let home: TemporaryFolder
    private let server: Cordond
    private let client: Client

    init() throws {
        home = try TemporaryFolder()
        for name in ["slow", "far", "elsewhere", "auditor"] { try home.write("the-token-of-\(name)-in-tests\n", to: name + ".token") }
        server = try Cordond(Self.yaml, in: home)
        client = Client(server)
    }

    private func as_(_ name: String) -> Client {
        var other = client
        other.token = "the-token-of-\(name)-in-tests"
        return other
    }

    @Test func `is up in less than a second and says so`() async throws {
        let start = try #require(server.log.first { $0["message"] as? String == "starting" })
        #expect((start["milliseconds"] as? NSNumber)?.intValue ?? 9_999 < 1_000)
        #expect(try await client.get("/healthz").status == 200)
        #expect(try await client.get("/readyz").body == "ready\n")
    }

    @Test func `keeps events durably, says what it could not read, and knows them again`() async throws {
        let body = auditEvent("a") + "\n" + auditEvent("b") + "\n{\"resourceType\":\"AuditEvent\",\"id\":\"c\"}\n"
        let first = try await client.post("/v1/events", body)
        #expect(first.status == 200, "\(first.body)")
        #expect(first.json["accepted"] as? Int == 2 && first.json["refused"] as? Int == 1)
        let problem = try #require((first.json["problems"] as? [[String: Any]])?.first)
        #expect(problem["line"] as? Int == 3 && problem["remedy"] is String)
        let again = try await client.post("/v1/events", body)
        #expect(again.json["accepted"] as? Int == 0 && again.json["duplicates"] as? Int == 2)
        // The sender's own key counts more than the bytes.
        #expect(try await client.post("/v1/events", auditEvent("d"), headers: [("Idempotency-Key", "k1")]).json["accepted"] as? Int == 1)
        #expect(try await client.post("/v1/events", auditEvent("e"), headers: [("Idempotency-Key", "k1")]).json["duplicates"] as? Int == 1)
        // The same bytes from another source are another delivery, in another tenant.
        #expect(try await as_("elsewhere").post("/v1/events", body).json["accepted"] as? Int == 2)
        var kept: [InboxRecord] = []
        try server.inbox().records { kept.append($0); return true }
        #expect(kept.map(\.bytes) == [Array(body.utf8), Array(auditEvent("d").utf8)])
    }

    @Test func `refuses what nobody can read, and keeps nothing of it`() async throws {
        for (body, path, status) in [("not an event at all", "/v1/events", 422), ("", "/v1/events", 400), ("a", "/v1/events?format=nope", 400), (auditEvent("x"), "/v1/events?format=m365", 422)] {
            let answer = try await client.post(path, body)
            #expect(answer.status == status, "\(path): \(answer.body)")
            #expect(answer.header("Content-Type") == "application/problem+json")
            #expect(!answer.body.contains("not an event at all"))
        }
        #expect(try server.inbox().records { _ in true } == 0)
    }

    @Test func `lets in only who may, from where they may, as much as they may`() async throws {
        var nobody = client
        nobody.token = nil
        let anonymous = try await nobody.post("/v1/events", auditEvent("a"))
        #expect(anonymous.status == 401 && anonymous.header("WWW-Authenticate") == "Bearer realm=\"cordon\"")
        nobody.token = "a-token-that-nobody-has"
        #expect(try await nobody.post("/v1/events", auditEvent("a")).status == 401)
        #expect(try await as_("auditor").post("/v1/events", auditEvent("a")).status == 403)
        #expect(try await as_("far").post("/v1/events", auditEvent("a")).status == 403)
        #expect(try await client.get("/tenants/main/log/checkpoint").status == 403)
        #expect(try await client.get("/v1/status").status == 403)
        let slow = as_("slow")
        // A body larger than a second's worth goes through once; its debt of a minute is paid before the next.
        let large = (0..<100).map { auditEvent("\($0)") }.joined(separator: "\n")
        #expect(large.utf8.count > 60 << 10)
        #expect(try await slow.post("/v1/events", large).status == 200)
        let refused = try await slow.post("/v1/events", auditEvent("z"))
        #expect(refused.status == 429 && Int(refused.header("Retry-After") ?? "") ?? 0 >= 1)
    }

    @Test func `says what is wrong with a request`() async throws {
        #expect(try await client.get("/nowhere").status == 404)
        let method = try await client.send("DELETE", "/v1/events")
        #expect(method.status == 405 && method.header("Allow") == "POST")
        #expect(try await client.post("/v1/events", String(repeating: "x", count: 65_537)).status == 413)
        #expect(try await client.post("/v1/events", auditEvent("a"), headers: [("Content-Encoding", "gzip")]).status == 415)
        #expect(try await client.post("/fhir/AuditEvent", "<AuditEvent/>", type: "application/fhir+xml").status == 415)
        #expect(try await client.post("/v1/logs", "x", type: "application/x-protobuf").status == 415)
        let answer = try await client.get("/healthz")
        for name in ["X-Content-Type-Options", "Content-Security-Policy", "Referrer-Policy", "Cache-Control"] { #expect(answer.header(name) != nil, "no \(name)") }
        #expect(answer.header("Server") == nil)
    }

    @Test func `ends a body that takes too long`() async throws {
        let socket = try Socket(port: server.port("http"))
        defer { socket.close() }
        socket.write("POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(Cordond.token)\r\nContent-Length: 60000\r\n\r\n")
        let began = ContinuousClock.now
        while ContinuousClock.now - began < .seconds(4), socket.write("x") { usleep(100_000) }
        #expect(socket.read().hasPrefix("HTTP/1.1 408"))
    }

    @Test func `takes an AuditEvent as ITI-20 says`() async throws {
        let made = try await client.post("/fhir/AuditEvent", auditEvent("a"), type: "application/fhir+json")
        #expect(made.status == 201 && made.header("Location")?.hasPrefix("AuditEvent/") == true)
        let again = try await client.post("/fhir/AuditEvent", auditEvent("a"), type: "application/fhir+json")
        #expect(again.status == 200 && again.header("Location") == made.header("Location"))
        let bad = try await client.post("/fhir/AuditEvent", #"{"resourceType":"Patient"}"#, type: "application/fhir+json")
        #expect(bad.status == 400 && bad.json["resourceType"] as? String == "OperationOutcome")
        let r5 = #"{"resourceType":"AuditEvent","category":[{"coding":[{"code":"rest"}]}],"code":{"coding":[{"code":"read"}]},"action":"R","recorded":"2026-01-05T08:00:00Z","outcome":{"code":{"code":"0"}},"agent":[{"who":{"display":"m"},"requestor":true}],"source":{"observer":{"display":"d"}}}"#
        let refused = try await client.post("/fhir/AuditEvent", r5, type: "application/fhir+json")
        #expect(refused.status == 422 && refused.body.contains("R5"), "\(refused.status) \(refused.body)")
        let capabilities = try await client.get("/fhir/metadata")
        #expect(capabilities.json["resourceType"] as? String == "CapabilityStatement" && capabilities.json["fhirVersion"] as? String == "4.0.1")
    }

    @Test func `answers each entry of a batch by itself`() async throws {
        func entry(_ resource: String) -> String { #"{"resource":\#(resource),"request":{"method":"POST","url":"AuditEvent"}}"# }
        let pretty = auditEvent("b").replacingOccurrences(of: ",\"", with: ",\n  \"")
        let bundle = #"{"resourceType":"Bundle","type":"batch","entry":["# + [entry(auditEvent("a")), entry(#"{"resourceType":"AuditEvent","id":"bad"}"#), entry(pretty), entry(#"{"resourceType":"Patient"}"#)].joined(separator: ",") + "]}"
        let answer = try await client.post("/fhir", bundle, type: "application/fhir+json")
        #expect(answer.status == 200, "\(answer.body)")
        #expect(answer.json["type"] as? String == "batch-response")
        let responses = (answer.json["entry"] as? [[String: Any]] ?? []).compactMap { $0["response"] as? [String: Any] }
        #expect(responses.map { String(($0["status"] as? String ?? "").prefix(3)) } == ["201", "400", "201", "400"], "\(answer.body)")
        #expect((responses[1]["outcome"] as? [String: Any])?["resourceType"] as? String == "OperationOutcome")
        #expect(responses[0]["location"] as? String != responses[2]["location"] as? String)
        let transaction = try await client.post("/fhir", bundle.replacingOccurrences(of: "batch", with: "transaction"), type: "application/fhir+json")
        #expect(transaction.status == 400)
    }

    @Test func `serves a tenant's log to its reader, and nothing else of the disk`() async throws {
        let log = DataFolder(home / "data").log("main")
        try FileManager.default.createDirectory(atPath: log + "/tile/0/x001", withIntermediateDirectories: true)
        try Data("checkpoint\n".utf8).write(to: URL(fileURLWithPath: log + "/checkpoint"))
        try Data("tile".utf8).write(to: URL(fileURLWithPath: log + "/tile/0/x001/000"))
        let reader = as_("auditor")
        #expect(try await reader.get("/tenants/main/log/checkpoint").body == "checkpoint\n")
        let tile = try await reader.get("/tenants/main/log/tile/0/x001/000")
        #expect(tile.body == "tile" && tile.header("Cache-Control")?.contains("immutable") == true)
        for path in ["tile/0/999", "tile/entries/..%2f..%2f..%2finbox", "tile/64/000", "tile/0/000.p/256", "tile/0/..%2f..%2fcheckpoint"] {
            #expect(try await reader.get("/tenants/main/log/" + path).status == 404, "\(path)")
        }
        #expect(try await reader.get("/tenants/other/log/checkpoint").status == 403)
    }

    @Test func `gives the administrator's token once, for the one-time key`() async throws {
        let key = try home.text("data/administrator.key").trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(home.mode("data/administrator.key") == 0o600)
        var nobody = client
        nobody.token = nil
        #expect(try await nobody.post("/v1/admin/claim", "wrong").status == 403)
        let claimed = try await nobody.post("/v1/admin/claim", key)
        let token = try #require(claimed.json["token"] as? String)
        #expect(!home.exists("data/administrator.key"))
        #expect(try await nobody.post("/v1/admin/claim", key).status == 403)
        var administrator = client
        administrator.token = token
        let status = try await administrator.get("/v1/status")
        #expect(status.status == 200 && status.json["state"] as? String == "running")
        // Only its hash is kept, and it outlives the process.
        #expect(try !home.text("log").contains(token) && !home.text("log").contains(key))
        #expect(server.stop() == 0)
        let again = try Cordond(Self.yaml, in: home)
        administrator = Client(again)
        administrator.token = token
        #expect(try await administrator.get("/v1/status").status == 200)
    }

    @Test func `says the same in OpenAPI as it does`() throws {
        let configuration = try ConfigurationReader.read(home / "cordond.yaml")
        let other = try TemporaryFolder()
        var elsewhere = configuration
        elsewhere.dataFolder = other.path
        let document = try #require(try JSONSerialization.jsonObject(with: Data(PublishedRoutes.document)) as? [String: Any])
        #expect(document["openapi"] as? String == "3.1.0")
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        let published = Set(paths.flatMap { path, methods in methods.keys.map { $0.uppercased() + " " + path } })
        let answered = Set(try PublishedRoutes.all(elsewhere, world: .test).map { $0.method + " " + $0.pattern.replacingOccurrences(of: "**", with: "{path}") })
        #expect(published == answered)
    }

    @Test func `logs no path, query, token or content`() async throws {
        _ = try await client.post("/v1/events?secret-query=1", auditEvent("secret-id", user: "secret-user", patient: "secret-patient"))
        _ = try await client.get("/secret-path")
        let log = try home.text("log")
        #expect(!log.contains("secret") && !log.contains(Cordond.token) && !log.contains("127.0.0.1"))
        let answered = server.log.filter { $0["message"] as? String == "answered" }
        #expect(answered.contains { $0["route"] as? String == "/v1/events" && $0["by"] as? String == "dpi" })
    }

    @Test func `finishes what it accepted when told to stop, and lets nobody new in`() async throws {
        let socket = try Socket(port: server.port("http"))
        defer { socket.close() }
        let body = auditEvent("last")
        socket.write("POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(Cordond.token)\r\nContent-Length: \(body.utf8.count)\r\n\r\n" + body.prefix(100))
        usleep(200_000)
        server.signal(SIGTERM)
        usleep(300_000)
        #expect(throws: (any Error).self) { _ = try Socket(port: server.port("http")) }
        socket.write(String(body.dropFirst(100)))
        #expect(socket.read().hasPrefix("HTTP/1.1 200"))
        #expect(server.stop() == 0)
        #expect(try server.inbox().records { _ in true } == 1)
    }

    @Test func `reads its status over the local socket only`() async throws {
        let status = try Cordond.run("status", home / "cordond.yaml", in: home)
        #expect(status.status == 0 && status.out.hasPrefix("running since"), "\(status)")
        #expect(home.mode("data/server.sock") == 0o600)
        #expect(try Cordond.run("run", home / "cordond.yaml", in: home).status == 73)
        _ = server.stop()
        #expect(try Cordond.run("status", home / "cordond.yaml", in: home).status == 1)
        #expect(!home.exists("data/server.sock"))
    }

    @Test func `checks a configuration and makes tokens`() throws {
        #expect(try Cordond.run("check", home / "cordond.yaml", in: home).out.hasPrefix("OK"))
        try home.write("data: relative\nsources: []\nhtp: []\n", to: "bad.yaml")
        let bad = try Cordond.run("check", home / "bad.yaml", in: home)
        #expect(bad.status == 78 && bad.err.contains("bad.yaml:1: data") && bad.err.contains("http is meant?"), "\(bad.err)")
        #expect(try Cordond.run("token", home / "new.token", in: home).status == 0)
        #expect(home.mode("new.token") == 0o600)
        #expect(try Cordond.run("token", home / "new.token", in: home).status == 73)
    }
}

/// A bare connection, for what clients do not let one do.
final class Socket {
    private let descriptor: Int32
    struct Refused: Error {}

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) } }
        guard result == 0 else {
            Glibc.close(descriptor)
            throw Refused()
        }
        var wait = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
    }

    @discardableResult func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    @discardableResult func write(_ bytes: [UInt8]) -> Bool {
        return send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    func read() -> String {
        var chunk = [UInt8](repeating: 0, count: 4_096)
        let n = recv(descriptor, &chunk, chunk.count, 0)
        return String(decoding: chunk.prefix(max(0, n)), as: UTF8.self)
    }

    func close() { Glibc.close(descriptor) }
}
