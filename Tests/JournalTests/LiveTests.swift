import Foundation
import Journal
import Ledger
import Testing

@Suite struct LiveTests {
    private func live<R>(_ options: LiveLog.Options = LiveLog.Options(), _ body: (LiveLog, String) async throws -> R) async throws -> R {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-live-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = try LiveLog(try PosixFiles(folder + "/log"), head: try PosixFiles(folder + "/head"), signer: try testSigner(), options: options) { 1_000 }
        do {
            let result = try await body(log, folder + "/log")
            await log.close()
            return result
        } catch {
            await log.close()
            throw error
        }
    }

    @Test func `a closed log can be opened again at once`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-live-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // All are kept: that nobody holds a log any more is not what frees its folder.
        var logs: [LiveLog] = []
        for n in 0..<60 {
            let log = try LiveLog(try PosixFiles(folder + "/log"), head: try PosixFiles(folder + "/head"), signer: try testSigner()) { 1_000 }
            logs.append(log)
            _ = try await log.append([entry(n)])
            await log.close()
        }
        #expect(logs.last?.status.size == 60)
    }

    @Test func `eight senders that repeat themselves make each event one entry`() async throws {
        var options = LiveLog.Options()
        options.limits.segmentBytes = 100_000
        options.checkpointMilliseconds = 20
        try await live(options) { log, folder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for sender in 0..<8 {
                    group.addTask {
                        var random = SeededGenerator(UInt64(sender))
                        for start in Array(stride(from: 0, to: 10_000, by: 100)).shuffled(using: &random) {
                            let numbers = Array(start..<start + 100)
                            while true {
                                do {
                                    let receipts = try await log.append(numbers.map { entry($0) })
                                    #expect(receipts.allSatisfy { if case .conflict = $0 { false } else { true } })
                                    break
                                } catch JournalProblem.busy { try await Task.sleep(for: .milliseconds(2)) }
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            let note = try await log.publish()
            #expect(try Checkpoint(text: note.text).size == 10_000)
            let reader = try LedgerReader(folder: folder, keys: [try testSigner().verifierKey])
            var seen: Set<[UInt8]> = []
            #expect(try reader.audit(body: { seen.insert($1) }).entries == 10_000)
            #expect(seen.count == 10_000)
        }
    }

    @Test func `what waits is bounded and the rest is told to come again`() async throws {
        var options = LiveLog.Options()
        options.waitingEntries = 10
        try await live(options) { log, _ in
            let outcomes = try await withThrowingTaskGroup(of: Bool.self) { group in
                for n in 0..<200 {
                    group.addTask {
                        do {
                            return try await log.append((0..<5).map { entry(n * 5 + $0, bytes: 5_000) }).count == 5
                        } catch JournalProblem.busy { return false }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(log.status.size == UInt64(outcomes.filter { $0 }.count * 5))
        }
    }

    @Test func `a checkpoint comes by itself within its period`() async throws {
        var options = LiveLog.Options()
        options.checkpointMilliseconds = 30
        try await live(options) { log, folder in
            _ = try await log.append([entry(1)])
            for _ in 0..<200 where log.status.signed.size == 0 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(log.status.signed.size == 1 && log.status.unsigned == nil)
        }
    }

    @Test func `closing answers what waits and publishes it`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-live-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let log = try LiveLog(try PosixFiles(folder), head: try PosixFiles(folder), signer: try testSigner()) { 1_000 }
        async let receipts = log.append((0..<300).map { entry($0) })
        #expect(try await receipts.count == 300)
        await log.close()
        #expect(try LedgerReader(folder: folder).audit().entries == 300)
        await #expect(throws: JournalProblem.self) { try await log.append([entry(1)]) }
        await #expect(throws: JournalProblem.self) { try await log.publish() }
        await log.close()
    }

    @Test func `a failed write stops both halves`() async throws {
        let (disk, head) = (CrashDisk(), CrashDisk())
        let log = try LiveLog(disk, head: head, signer: try testSigner()) { 1_000 }
        _ = try await log.append([entry(0)])
        _ = try await log.publish()
        head.beforeOperation = { _ in throw FileError(operation: "syncing", file: "head", code: 5, reason: "injected") }
        _ = try await log.append([entry(1)])
        await #expect(throws: (any Error).self) { try await log.publish() }
        await #expect(throws: JournalProblem.self) { try await log.append([entry(2)]) }
        #expect(log.status.stopped != nil && log.status.signed.size == 1)
        await log.close()
    }
}
