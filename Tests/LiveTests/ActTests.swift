import Detection
import Journal
import Ledger
import Live
import Model
import Profiles
import Testing
import Trail

/// Single acts, by hand: what they become in the ledger and what detection sees.
@Suite struct ActTests {
    static let header = "time,id,request,account,rpps,action,person,ins,session,ip,count\n"

    private func post(_ lines: String...) -> Incoming {
        Incoming(bytes: Array((Self.header + lines.map { $0 + "\n" }.joined()).utf8), source: "ward", received: Instant(year: 2025, month: 6, day: 1))
    }

    private func withTenant(_ change: (inout LiveTenant.Plan) -> Void = { _ in }, _ body: (LiveTenant, () async throws -> [LedgerEntry]) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            var plan = LiveTenant.Plan(key: try CaseKey(secret: [UInt8](repeating: 5, count: 32)), signer: try Signer(name: "ledger.example/acts", seed: [UInt8](repeating: 7, count: 32)))
            change(&plan)
            let files = try PosixFiles(folder + "/log")
            let tenant = try await LiveTenant(plan, files: files, head: try PosixFiles(folder + "/head"), clock: { Clock.shared.next() }, setAside: { _, _ in })
            try await body(tenant) {
                _ = try await tenant.checkpoint()
                var entries: [LedgerEntry] = []
                try LedgerReader { try files.read($0, maximum: $1) }.forEachEntry { entries.append(try LedgerEntry(decoding: $1)) }
                return entries
            }
            await tenant.close()
        }
    }

    private func acts(_ entries: [LedgerEntry]) -> [Act] {
        var whole = LiveDetection(limits: .unbounded)
        whole.beginReplay()
        for (index, entry) in entries.enumerated() { whole.take(entry, at: UInt64(index)) }
        whole.endReplay()
        return whole.windowActs
    }

    @Test func `records of one request in one post are one entry`() async throws {
        try await withTenant { tenant, entries in
            let answer = try await tenant.receive(post(
                "2025-06-01T10:00:00Z,e1,r1,anna,,read,p1,,s,10.0.0.1,", "2025-06-01T10:00:00Z,e2,r1,anna,,read,p2,,s,10.0.0.1,"))
            #expect((answer.accepted, answer.entries) == (2, 1))
            let all = try await entries()
            #expect(all.map(\.events) == [2] && all[0].disclosures.count == 2 && all[0].live?.records.count == 2)
        }
    }

    @Test func `records that come later are another entry of the same act`() async throws {
        try await withTenant { tenant, entries in
            _ = try await tenant.receive(post("2025-06-01T10:00:00Z,e1,r1,anna,,search,p1,,s,10.0.0.1,3"))
            _ = try await tenant.receive(post("2025-06-01T10:00:05Z,e9,r9,anna,,read,p9,,s,10.0.0.1,"))
            let answer = try await tenant.receive(post("2025-06-01T10:00:01Z,e2,r1,anna,,search,p2,,s,10.0.0.1,3"))
            #expect(answer.accepted == 1)
            #expect(await tenant.status.acts == 2)
            let all = try await entries()
            #expect(all.count == 3 && all[0].live?.thread == all[2].live?.thread)
            let acts = acts(all)
            #expect(acts.map(\.events) == [2, 1])
            #expect(acts[0].disclosures.count == 2 && acts[0].unrecorded == 1)
            #expect(acts.map(\.eventID) == ["0", "1"])
        }
    }

    @Test func `a record that comes again is a duplicate in whatever company`() async throws {
        try await withTenant { tenant, _ in
            _ = try await tenant.receive(post("2025-06-01T10:00:00Z,e1,r1,anna,,read,p1,,s,10.0.0.1,", "2025-06-01T10:00:00Z,e2,r1,anna,,read,p2,,s,10.0.0.1,"))
            let answer = try await tenant.receive(post("2025-06-01T10:00:00Z,e2,r1,anna,,read,p2,,s,10.0.0.1,", "2025-06-01T10:00:00Z,e3,r1,anna,,read,p3,,s,10.0.0.1,"))
            #expect((answer.accepted, answer.duplicates, answer.refused) == (1, 1, 0))
        }
    }

    @Test func `the same id with other content is refused, and named by its line`() async throws {
        try await withTenant { tenant, _ in
            _ = try await tenant.receive(post("2025-06-01T10:00:00Z,e1,r1,anna,,read,p1,,s,10.0.0.1,"))
            let answer = try await tenant.receive(post("2025-06-01T10:05:00Z,e5,r5,anna,,read,p5,,s,10.0.0.1,", "2025-06-01T10:00:00Z,e1,r1,anna,,read,p2,,s,10.0.0.1,"))
            #expect((answer.accepted, answer.refused) == (1, 1))
            #expect(answer.problems.map(\.line) == [3] && answer.problems[0].problem.field == "id")
        }
    }

    @Test func `what is older than the records in memory is still known, act by act`() async throws {
        try await withTenant({ $0.recordsKnown = 1 }) { tenant, _ in
            for n in 1...5 { _ = try await tenant.receive(post("2025-06-01T10:0\(n):00Z,e\(n),r\(n),anna,,read,p\(n),,s,10.0.0.1,")) }
            let again = try await tenant.receive(post("2025-06-01T10:01:00Z,e1,r1,anna,,read,p1,,s,10.0.0.1,"))
            #expect((again.accepted, again.duplicates, again.refused) == (0, 1, 0))
            let other = try await tenant.receive(post("2025-06-01T10:02:00Z,e2,r2,anna,,read,p7,,s,10.0.0.1,"))
            #expect((other.accepted, other.duplicates, other.refused) == (0, 0, 1))
            #expect(await tenant.status.acts == 5)
        }
    }

    @Test func `equal lines without an id are two acts in one post, and none when it comes again`() async throws {
        try await withTenant { tenant, _ in
            let line = "2025-06-01T10:00:00Z,,,anna,,read,p1,,s,10.0.0.1,"
            let first = try await tenant.receive(post(line, line))
            #expect((first.accepted, first.entries) == (2, 2))
            let again = try await tenant.receive(post(line, line))
            #expect((again.accepted, again.duplicates) == (0, 2))
            // At another place, of a file that is followed for one, it is another line.
            var elsewhere = post(line)
            elsewhere.place = "access.log:4096"
            #expect(try await tenant.receive(elsewhere).accepted == 1)
            #expect(try await tenant.receive(elsewhere).duplicates == 1)
        }
    }

    @Test func `references that share a national number are one person from then on`() async throws {
        try await withTenant { tenant, entries in
            _ = try await tenant.receive(post("2025-06-01T10:00:00Z,e1,r1,anna,,read,p1,255081416802538,s,10.0.0.1,"))
            _ = try await tenant.receive(post("2025-06-01T10:01:00Z,e2,r2,anna,,read,p2,,s,10.0.0.1,"))
            _ = try await tenant.receive(post("2025-06-01T10:02:00Z,e3,r3,anna,,read,p2,255081416802538,s,10.0.0.1,"))
            let shown = try await entries().map { $0.disclosures[0] }
            #expect(shown[1].person != shown[0].person && shown[1].reference == nil)
            // The ledger itself says which of its earlier pseudonyms is whose.
            #expect(shown[2].person == shown[0].person && shown[2].reference == shown[1].person)
        }
    }

    @Test func `an account keeps its pseudonym when another of its names comes`() async throws {
        try await withTenant { tenant, entries in
            _ = try await tenant.receive(post("2025-06-01T10:00:00Z,e1,r1,anna,,read,p1,,s,10.0.0.1,"))
            _ = try await tenant.receive(post("2025-06-01T10:01:00Z,e2,r2,anna,10001234567,read,p1,,s,10.0.0.1,"))
            _ = try await tenant.receive(post("2025-06-01T10:02:00Z,e3,r3,,10001234567,read,p1,,s,10.0.0.1,"))
            _ = try await tenant.receive(post("2025-06-01T10:03:00Z,e4,r4,bert,,read,p1,,s,10.0.0.1,"))
            let accounts = try await entries().map(\.account)
            #expect(accounts[0] != nil && accounts[1] == accounts[0] && accounts[2] == accounts[0] && accounts[3] != accounts[0])
        }
    }

    @Test func `names, numbers and sign-ins that were known before a stop are known after it`() async throws {
        try await withTemporaryFolder { folder in
            let plan = LiveTenant.Plan(key: try CaseKey(secret: [UInt8](repeating: 5, count: 32)), signer: try Signer(name: "ledger.example/acts", seed: [UInt8](repeating: 7, count: 32)))
            let files = try PosixFiles(folder + "/log"), head = try PosixFiles(folder + "/head")
            let before = [
                post("2025-06-01T10:00:00Z,e1,r1,anna,,login,,,s,10.0.0.1,"),
                post("2025-06-01T10:01:00Z,e2,r2,anna,10001234567,read,p1,255081416802538,s,10.0.0.1,"),
            ]
            let after = [
                post("2025-06-01T10:02:00Z,e3,r3,,10001234567,read,p2,255081416802538,s,10.0.0.1,"),
                post("2025-06-01T10:03:00Z,e4,r4,,,read,p1,,,10.0.0.1,"),
            ]
            for part in [before, after] {
                let tenant = try await LiveTenant(plan, files: files, head: head, clock: { Clock.shared.next() }, setAside: { _, _ in })
                for post in part { #expect(try await tenant.receive(post).accepted == 1) }
                _ = try await tenant.checkpoint()
                await tenant.close()
            }
            var entries: [LedgerEntry] = []
            try LedgerReader { try files.read($0, maximum: $1) }.forEachEntry { entries.append(try LedgerEntry(decoding: $1)) }
            #expect(entries.count == 4 && Set(entries.map(\.account)).count == 1 && entries[0].account != nil)
            #expect(entries[2].disclosures[0].person == entries[1].disclosures[0].person)
            #expect(entries[3].attribution == .joined)
        }
    }

    @Test func `an act later than the window reaches is in the ledger, in no finding, and counted`() async throws {
        try await withTenant({ $0.detection.windowMilliseconds = Instant.hour }) { tenant, entries in
            for hour in 10...14 { _ = try await tenant.receive(post("2025-06-01T\(hour):00:00Z,h\(hour),q\(hour),anna,,read,p1,,s,10.0.0.1,")) }
            let answer = try await tenant.receive(post("2025-06-01T10:30:00Z,late,ql,anna,,read,p2,,s,10.0.0.1,"))
            #expect(answer.accepted == 1)
            #expect(await tenant.status.unplaced == 1)
            let acts = acts(try await entries())
            #expect(acts.map(\.time.hourOfDay) == [10, 10, 11, 12, 13, 14])
        }
    }

    @Test func `a delivery of no known format is refused whole`() async throws {
        try await withTenant { tenant, _ in
            let answer = try await tenant.receive(Incoming(bytes: Array("nothing\nthat anybody reads\n".utf8), source: "ward", received: Instant(year: 2025, month: 6, day: 1)))
            #expect((answer.lines, answer.refused, answer.accepted) == (2, 2, 0))
            #expect(answer.problems.count == 1)
        }
    }
}
