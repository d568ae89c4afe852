import Foundation
import Ledger
import Model
import Server
import Testing

/// The real program with `ledger` in its configuration: events are acknowledged once they are in the tenant's log.
@Suite struct `cordond with a ledger` {
    private static let yaml = """
        ledger: {origin: ledger.example/cordon}
        sources: [{name: dpi, credential: {token_file: dpi.token}}]
        readers: [{name: auditor, token_file: auditor.token}]
        http: [{listen: "127.0.0.1:0"}]
        limits: {stop_time: 5s}
        """
    private let home: TemporaryFolder

    init() throws {
        home = try TemporaryFolder()
        try home.write("the-token-of-auditor-in-tests\n", to: "auditor.token")
    }

    private func post(_ range: Range<Int>, to server: Cordond) async throws -> Int {
        let body = range.map { auditEvent("e\($0)", patient: "p\($0 % 40)") }.joined(separator: "\n")
        return try await Client(server).post("/v1/events", body).status
    }

    /// Entries of the log on disk, audited from its checkpoint with the public key that lies beside it.
    private func entries() throws -> [LedgerEntry] {
        let folder = home / "data/tenants/main/log/"
        let key = try VerifierKey(try home.text("data/tenants/main/keys/signing.pub").trimmingCharacters(in: .newlines))
        let reader = try LedgerReader(keys: [key], origin: "ledger.example/cordon/main") { file, _ in [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder + file))) }
        var entries: [LedgerEntry] = []
        try reader.forEachEntry { _, bytes in entries.append(try LedgerEntry(decoding: bytes)) }
        return entries
    }

    @Test func `keeps every acknowledged event once, over kills and repetitions`() async throws {
        var acknowledged = 0
        for round in 0..<4 {
            let server = try Cordond(Self.yaml, in: home)
            // All that was ever sent comes again, and a hundred more.
            #expect(try await post(0..<(round + 1) * 100, to: server) == 200)
            acknowledged = (round + 1) * 100
            if round < 3 { server.crash() } else { #expect(server.stop() == 0) }
        }
        let entries = try entries()
        #expect(entries.count == acknowledged)
        #expect(Set(entries.map(\.eventID)).count == acknowledged)
    }

    @Test func `publishes a signed checkpoint for auditors and no name of anybody`() async throws {
        let server = try Cordond(Self.yaml, in: home)
        #expect(try await post(0..<300, to: server) == 200)
        var auditor = Client(server)
        auditor.token = "the-token-of-auditor-in-tests"
        let answer = try await auditor.get("/tenants/main/log/checkpoint")
        #expect(answer.status == 200)
        let lines = answer.body.split(separator: "\n")
        #expect(lines.first == "ledger.example/cordon/main" && lines.dropFirst().first == "300")
        let tile = try await auditor.get("/tenants/main/log/tile/entries/000")
        #expect(tile.status == 200 && !tile.body.contains("marie") && !tile.body.contains("p1"))
        #expect(home.mode("data/tenants/main/keys/case.key") == 0o600 && home.mode("data/tenants/main/keys/signing.key") == 0o600)
        #expect(server.stop() == 0)
        let entries = try entries()
        #expect(entries.count == 300 && Set(entries.flatMap { $0.disclosures.map(\.person) }).count == 40)
    }

    @Test func `sets aside what cannot be read, and takes the rest`() async throws {
        let server = try Cordond(Self.yaml, in: home)
        let body = auditEvent("a") + "\n{\"resourceType\":\"AuditEvent\",\"id\":\"broken\n" + auditEvent("b")
        let answer = try await Client(server).post("/v1/events", body)
        #expect(answer.status == 200 && answer.body.contains("\"refused\":1"), "\(answer.body)")
        let named = try await Client(server).post("/v1/events?format=nope", auditEvent("c"))
        #expect(named.status == 400)
        #expect(server.stop() == 0)
        var aside: [String] = []
        try server.inbox().records { aside.append(String(decoding: $0.bytes, as: UTF8.self)); return true }
        #expect(aside == [body])
        #expect(try entries().count == 2)
    }

    @Test func `does not go on with a log whose key is gone`() async throws {
        let server = try Cordond(Self.yaml, in: home)
        #expect(try await post(0..<1, to: server) == 200)
        #expect(server.stop() == 0)
        try FileManager.default.removeItem(atPath: home / "data/tenants/main/keys/case.key")
        let again = try Cordond.run("run", home / "cordond.yaml", in: home)
        #expect(again.status != 0 && again.err.contains("case.key") && again.err.contains("backup"), "\(again.err)")
    }
}
