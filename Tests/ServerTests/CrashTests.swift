import Foundation
import Glibc
import Model
import Server
import Synchronization
import Testing

@Suite struct `a server that is killed` {
    /// Rounds of this length are many in CORDON_CRASHES, few in an ordinary run: each starts the real program.
    static let rounds = getenv("CORDON_CRASHES").flatMap { Int(String(cString: $0)) } ?? 5

    @Test(.timeLimit(.minutes(10))) func `loses nothing that was acknowledged, and what is sent again changes nothing`() async throws {
        let home = try TemporaryFolder()
        let yaml = """
            sources: [{name: dpi, credential: {token_file: dpi.token}, quota: {requests_per_second: 1000000}}]
            http: [{listen: "127.0.0.1:0"}]
            """
        let (acknowledged, sent) = (Gathered(), Gathered())
        for round in 0..<Self.rounds {
            let server = try Cordond(yaml, in: home), client = Client(server)
            await withTaskGroup(of: Void.self) { group in
                for sender in 0..<8 {
                    group.addTask {
                        for n in 0..<100_000 {
                            let body = auditEvent("\(round)-\(sender)-\(n)")
                            sent.add(body)
                            guard let answer = try? await client.post("/v1/events", body), answer.status == 200 else { return }
                            acknowledged.add(body)
                        }
                    }
                }
                try? await Task.sleep(for: .milliseconds(150 + 37 * round % 200))
                server.crash()
            }
        }
        let server = try Cordond(yaml, in: home), client = Client(server)
        func kept() throws -> [String: Int] {
            var all: [String: Int] = [:]
            try server.inbox().records { all[String(decoding: $0.bytes, as: UTF8.self), default: 0] += 1; return true }
            return all
        }
        let promised = acknowledged.all, before = try kept()
        #expect(promised.count > 20 * Self.rounds)
        #expect(promised.filter { before[$0] == nil }.count == 0, "acknowledged minus found")
        #expect(before.values.allSatisfy { $0 == 1 })
        for body in sent.all { #expect(try await client.post("/v1/events", body).status == 200) }
        let after = try kept()
        #expect(after.values.allSatisfy { $0 == 1 })
        #expect(after.count == Set(sent.all).count)
    }
}

private final class Gathered: Sendable {
    private let items = Mutex<[String]>([])
    var all: [String] { items.withLock { $0 } }
    func add(_ item: String) { items.withLock { $0.append(item) } }
}
