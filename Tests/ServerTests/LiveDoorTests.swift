import Foundation
import Journal
import Ledger
import Live
import Model
import Server
import Synchronization
import Testing

/// Ledger and detection behind the door.
@Suite struct LiveDoorTests {
    private func withDoor(_ body: (LiveDoor) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-door-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let plan = LiveTenant.Plan(key: try CaseKey(secret: [UInt8](repeating: 5, count: 32)), signer: try Signer(name: "ledger.example/door", seed: [UInt8](repeating: 7, count: 32)))
        let tenant = try await LiveTenant(plan, files: try PosixFiles(folder + "/log"), head: try PosixFiles(folder + "/head"), clock: { 1_750_000_000_000 }, setAside: { _, _ in })
        try await body(LiveDoor(["region": tenant]))
        await tenant.close()
    }

    private func delivery(_ lines: String..., identity: Delivery.Identity = .content) -> Delivery {
        Delivery(
            tenant: "region", source: "ward", bytes: Array(("time,id,account,action,person\n" + lines.map { $0 + "\n" }.joined()).utf8),
            received: Instant(year: 2025, month: 6, day: 1), identity: identity)
    }

    @Test func `an event is in the ledger when the door answers, once`() async throws {
        try await withDoor { door in
            let first = try await door.receive(delivery("2025-06-01T10:00:00Z,e1,anna,read,p1", "2025-06-01T10:00:01Z,e2,anna,read,p2"))
            #expect((first.accepted, first.firstIndex, first.size) == (2, 0, 2))
            let again = try await door.receive(delivery("2025-06-01T10:00:01Z,e2,anna,read,p2"))
            #expect((again.accepted, again.duplicates, again.firstIndex, again.size) == (0, 1, nil, 2))
            #expect(await door.checkpoint(tenant: "region") != nil)
            #expect(await door.health().tenants.map(\.size) == [2])
        }
    }

    @Test func `two equal datagrams are two messages, a repeated key is one`() async throws {
        try await withDoor { door in
            let line = "2025-06-01T10:00:00Z,,anna,read,p1"
            var answers: [DeliveryReceipt] = []
            for identity in [Delivery.Identity.unique, .unique, .key("a"), .key("a")] { answers.append(try await door.receive(delivery(line, identity: identity))) }
            #expect(answers.map(\.accepted) == [1, 1, 1, 0] && answers.map(\.duplicates) == [0, 0, 0, 1])
        }
    }

    @Test func `what nobody can read is refused, as is what is for nobody`() async throws {
        try await withDoor { door in
            var unreadable = delivery()
            unreadable.bytes = Array("nothing that anybody reads".utf8)
            await #expect(throws: DeliveryRefusal.self) { try await door.receive(unreadable) }
            var stray = delivery("2025-06-01T10:00:00Z,e1,anna,read,p1")
            stray.tenant = "nobody"
            await #expect(throws: DeliveryRefusal.self) { try await door.receive(stray) }
        }
    }
}
