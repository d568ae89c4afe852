import Foundation
import Journal
import Ledger
import Live
import Model
import Story
import Synchronization
import Testing
import Trail

@Suite struct TenantTests {
    @Test func `a trail in posts of 100 gives the findings of an investigation`() async throws {
        try await withTemporaryFolder { folder in
            let (told, posts, expected) = try Told.shared.get()
            #expect(expected.contains { $0.measure == .cut })
            let tenant = try await told.tenant(at: folder)
            var lines = 0, accepted = 0
            for post in posts {
                let answer = try await tenant.receive(post)
                #expect(answer.refused == 0 && answer.duplicates == 0)
                #expect(answer.lines == answer.accepted + answer.header + answer.blank)
                (lines, accepted) = (lines + answer.lines - answer.header, accepted + answer.accepted)
            }
            #expect(lines == told.truth.events && accepted == lines)
            await tenant.settle()
            let found = try await told.found(tenant, at: folder)
            #expect(found == expected)
            let status = await tenant.status
            #expect(status.unplaced == 0 && status.isExact)
            // The feed told of each finding when it appeared.
            let changes = await tenant.changes, findings = await tenant.findings
            #expect(Set(changes.filter { $0.kind == .appeared }.map(\.finding.id)).isSuperset(of: findings.map(\.id)))

            // Resending everything changes nothing.
            for post in told.posts(of: 133) {
                let answer = try await tenant.receive(post)
                #expect(answer.accepted == 0 && answer.refused == 0 && answer.duplicates == answer.lines - answer.header - answer.blank)
            }
            let after = await tenant.status
            #expect(after.log.size == status.log.size && after.acts == status.acts)
            #expect(await tenant.changes == changes)
            await tenant.close()
        }
    }

    @Test func `posts that come late and shuffled give the same in the end, and each revision is said`() async throws {
        try await withTemporaryFolder { folder in
            let (told, inOrder, expected) = try Told.shared.get()
            let tenant = try await told.tenant(at: folder) { plan in
                plan.detection.windowMilliseconds = 7 * Instant.day
                plan.detection.patience = 1
            }
            var random = SeededGenerator(3)
            // Each post up to 12 places behind its own.
            let posts = inOrder.enumerated().map { (place: $0 + Int(random.next() % 12), post: $1) }.sorted { $0.place < $1.place }.map(\.post)
            for post in posts { _ = try await tenant.receive(post) }
            await tenant.settle()
            let status = await tenant.status
            #expect(status.unplaced == 0)
            #expect(status.sources.contains { $0.late > 0 })
            #expect(try await told.found(tenant, at: folder) == expected)
            // Whatever the feed said, applied in its order, is what stands in the end.
            var standing: [String: LiveFinding] = [:]
            for change in await tenant.changes {
                switch change.kind {
                case .appeared: #expect(standing.updateValue(change.finding, forKey: change.finding.id) == nil)
                case .changed:
                    #expect(standing[change.finding.id] == change.before)
                    standing[change.finding.id] = change.finding
                case .withdrawn: #expect(standing.removeValue(forKey: change.finding.id) == change.finding)
                }
            }
            let findings = await tenant.findings
            #expect(standing.values.sorted { $0.id < $1.id } == findings.sorted { $0.id < $1.id })
            await tenant.close()
        }
    }

    @Test func `a tenant that stopped in the middle goes on from its ledger alone`() async throws {
        try await withTemporaryFolder { folder in
            let (told, posts, expected) = try Told.shared.get()
            var tenant = try await told.tenant(at: folder)
            for (number, post) in posts.enumerated() {
                if number == posts.count * 3 / 4 {
                    await tenant.close()
                    tenant = try await told.tenant(at: folder)
                    // What was sent before the stop is known after it.
                    let again = try await tenant.receive(posts[number - 1])
                    #expect(again.accepted == 0 && again.refused == 0)
                }
                _ = try await tenant.receive(post)
            }
            await tenant.settle()
            #expect(try await told.found(tenant, at: folder) == expected)
            await tenant.close()
        }
    }

    @Test func `bad lines among good ones are reported and set aside, and change nothing else`() async throws {
        try await withTemporaryFolder { folder in
            let (told, all, _) = try Told.shared.get()
            let aside = Mutex<[(Incoming, [Delivered.Problem])]>([])
            let tenant = try await told.tenant(at: folder, setAside: { delivery, problems in aside.withLock { $0.append((delivery, problems)) } })
            let posts = all.prefix(40)
            var expected = 0
            for (number, post) in posts.enumerated() {
                var post = post
                let text = String(decoding: post.bytes, as: UTF8.self)
                var lines = text.split(separator: "\n").map(String.init)
                guard number % 3 == 0, lines.count > 3 else { _ = try await tenant.receive(post); continue }
                lines.insert(post.source == "placement" ? "no date;x" : "{\"id\":\"cut", at: 2)
                post.bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
                let answer = try await tenant.receive(post)
                #expect(answer.refused == 1)
                #expect(answer.problems.map(\.line) == [3])
                #expect(answer.problems[0].byte == lines[..<2].reduce(0) { $0 + $1.utf8.count + 1 })
                expected += 1
            }
            #expect(expected > 5)
            let kept = aside.withLock { $0 }
            #expect(kept.count == expected)
            let size = await tenant.status.log.size
            // The same without the bad lines is all there.
            for post in posts {
                let answer = try await tenant.receive(post)
                #expect(answer.accepted == 0 && answer.refused == 0)
            }
            #expect(await tenant.status.log.size == size)
            await tenant.close()
        }
    }
}

/// A small generator with a seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
