import Foundation
import Journal
import Ledger
import Testing

@Suite struct LogTests {
    private func open(_ disk: CrashDisk, _ head: CrashDisk, _ limits: JournalLimits = .tiny) throws -> DurableLog {
        try DurableLog(disk, head: head, signer: try testSigner(), limits: limits, now: 1_000)
    }

    /// 700 entries in seven batches, published thrice, with segments gone.
    private func filled() throws -> (disk: CrashDisk, head: CrashDisk, log: DurableLog) {
        let (disk, head) = (CrashDisk(), CrashDisk())
        var log = try open(disk, head)
        for batch in 0..<7 {
            _ = try log.sequencer.append((batch * 100..<batch * 100 + 100).map { entry($0) })
            if batch % 2 == 0 {
                _ = try log.publisher.sign(log.sequencer.committed, now: 1_001 + Int64(batch))
                try log.publisher.publish()
                if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
            }
        }
        return (disk, head, log)
    }

    @Test func `an entry is answered with its index, its leaf hash and the size`() throws {
        var log = try open(CrashDisk(), CrashDisk())
        let entries = (0..<90).map { entry($0) }
        let receipts = try log.sequencer.append(entries)
        for (i, receipt) in receipts.enumerated() {
            // Batches of at most 40.
            #expect(receipt == .added(index: UInt64(i), leaf: Hash(leaf: entries[i].bytes), size: [40, 80, 90][i / 40]))
        }
        #expect(log.sequencer.committed.size == 90)
        #expect(try log.sequencer.append([]) == [])
    }

    @Test func `the same event is one entry, over the whole log and across restarts`() throws {
        let (disk, head, _) = try filled()
        #expect(!(try disk.list("events").isEmpty) && !disk.files.contains("journal/00000000000000000000.seg"))
        var log = try open(disk, head)
        for n in [0, 1, 255, 256, 300, 511, 699] {
            #expect(try log.sequencer.append([entry(n)]) == [.known(index: UInt64(n))], "\(n)")
        }
        #expect(try log.sequencer.append([entry(7), entry(900), entry(900)]).map(\.index) == [7, 700, 700])
        #expect(log.sequencer.committed.size == 701)
    }

    @Test func `the same event with other content is refused and the original named`() throws {
        let (disk, head, _) = try filled()
        var log = try open(disk, head)
        let size = log.sequencer.committed.size
        for n in [3, 650] {
            #expect(try log.sequencer.append([entry(n, content: 1)]) == [.conflict(index: UInt64(n))])
        }
        #expect(log.sequencer.committed.size == size && !log.sequencer.isStopped)
    }

    @Test func `an entry that no bundle can hold is refused and nothing of its call is added`() throws {
        var log = try open(CrashDisk(), CrashDisk())
        let large = Entry(key: EventKey(high: 1, low: 2), content: 0, bytes: [UInt8](repeating: 1, count: 65_536))
        #expect(throws: JournalProblem.entryTooLarge(bytes: 65_536)) { try log.sequencer.append([entry(1), large]) }
        #expect(log.sequencer.committed.size == 0 && !log.sequencer.isStopped)
        var most = large
        most.bytes.removeLast()
        let all = (0..<80).map { n in
            most.key = EventKey(high: 3, low: UInt64(n))
            return most
        }
        #expect(try log.sequencer.append(all).count == 80)
        #expect(try log.publisher.sign(log.sequencer.committed, now: 2_000) != nil)
    }

    @Test func `a segment goes once its entries are in durable tiles, and the log stays whole`() throws {
        let (disk, head, log) = try filled()
        #expect(try disk.list("journal").count <= 4)
        var power = SeededGenerator(1)
        for _ in 0..<20 {
            let (disk, head) = (disk.afterPowerLoss(&power), head.afterPowerLoss(&power))
            var again = try open(disk, head)
            #expect(again.sequencer.committed.size == log.sequencer.committed.size)
            _ = try again.publisher.sign(again.sequencer.committed, now: 2_000)
            try again.publisher.publish()
            let reader = try LedgerReader(keys: [try testSigner().verifierKey]) { try disk.read($0, maximum: $1) }
            #expect(try reader.audit().entries == 700)
        }
    }

    // MARK: What a start refuses

    private func problem(_ disk: CrashDisk, _ head: CrashDisk) -> String {
        do {
            _ = try open(disk, head)
            return "none"
        } catch { return "\(error)" }
    }

    @Test func `a torn tail is cut off, a flipped one is refused`() throws {
        let (disk, head) = (CrashDisk(), CrashDisk())
        var log = try open(disk, head, JournalLimits())
        _ = try log.sequencer.append((0..<30).map { entry($0, bytes: 200) })
        let (file, before) = ("journal/00000000000000000000.seg", disk.bytes("journal/00000000000000000000.seg")?.count ?? 0)
        _ = try log.sequencer.append((30..<60).map { entry($0, bytes: 200) })
        let whole = try #require(disk.bytes(file))
        var flips = 0
        for at in stride(from: before, to: whole.count, by: 101) where whole[at] != 0xA5 {
            var flipped = whole
            flipped[at] ^= 0x10
            let copy = disk.afterKill()
            copy.replace(file, flipped)
            let said = problem(copy, head.afterKill())
            #expect(said.hasPrefix(file) && said.contains("not touched"), "byte \(at): \(said)")
            #expect(copy.bytes(file) == flipped)
            flips += 1
        }
        #expect(flips > 50)
        for at in stride(from: before, to: whole.count, by: 512) {
            var torn = whole
            torn.replaceSubrange(at..<at + 512, with: [UInt8](repeating: 0, count: 512))
            for bytes in [torn, Array(whole[..<at]), Array(whole[..<(at + 100)])] {
                let copy = disk.afterKill()
                copy.replace(file, bytes)
                let log = try open(copy, head.afterKill())
                #expect(log.sequencer.committed.size == 30)
            }
        }
        // In an earlier batch nothing can be torn: it was synced before the next was begun.
        var holed = whole
        holed.replaceSubrange(512..<1_024, with: [UInt8](repeating: 0, count: 512))
        disk.replace(file, holed)
        #expect(problem(disk, head).contains(file))
    }

    @Test func `entries that were signed and are gone are a rollback, not a torn tail`() throws {
        let (disk, head, full) = try filled()
        var log = full
        _ = try log.publisher.sign(log.sequencer.committed, now: 3_000)
        let file = try #require(try disk.list("journal").last.map { "journal/" + $0 })
        disk.replace(file, Array(try #require(disk.bytes(file)).dropLast(512)))
        #expect(problem(disk, head).contains("but 700 were signed"))
    }

    @Test func `an old copy of the data or of the head is not signed upon`() throws {
        let (disk, head, full) = try filled()
        var log = full
        let (oldDisk, oldHead) = (disk.afterKill(), head.afterKill())
        _ = try log.sequencer.append((700..<900).map { entry($0) })
        _ = try log.publisher.sign(log.sequencer.committed, now: 3_000)
        try log.publisher.publish()
        #expect(problem(oldDisk, head.afterKill()).contains("the data is an old copy"))
        #expect(problem(disk.afterKill(), oldHead).contains("the head is an old copy"))
        #expect(problem(disk.afterKill(), CrashDisk()).contains("the head is missing"))
        #expect(problem(CrashDisk(), head.afterKill()).contains("the journal is missing"))
        #expect(problem(disk, head) == "none")
    }

    @Test func `a log that forked from the signed one is refused`() throws {
        let (disk, head, _) = try filled()
        let (fork, forkHead) = (CrashDisk(), CrashDisk())
        var log = try open(fork, forkHead)
        _ = try log.sequencer.append((0..<700).map { entry($0 + 1) })
        #expect(problem(fork, head).contains("are not those that were signed"))
        #expect(problem(disk, forkHead).contains("old copy"))
    }

    @Test func `another key or origin does not open the log`() throws {
        let (disk, head, _) = try filled()
        for signer in [try Signer(name: "other.example", seed: [UInt8](repeating: 7, count: 32)), try Signer(name: testSigner().name, seed: [UInt8](repeating: 8, count: 32))] {
            #expect(throws: JournalProblem.self) { try DurableLog(disk, head: head, signer: signer, limits: .tiny, now: 5_000) }
        }
    }

    @Test func `a clock that went back signs nothing until it has caught up`() throws {
        let (disk, head, full) = try filled()
        var log = full
        _ = try log.sequencer.append([entry(1_000)])
        #expect(throws: JournalProblem.clockWentBack(lastSigned: 1_007, now: 900)) { try log.publisher.sign(log.sequencer.committed, now: 900) }
        var again = try open(disk, head)
        #expect(throws: JournalProblem.clockWentBack(lastSigned: 1_007, now: 900)) { try again.publisher.sign(again.sequencer.committed, now: 900) }
        #expect(try again.publisher.sign(again.sequencer.committed, now: 1_007) != nil)
    }

    // MARK: Failing writes

    @Test func `after any failed write it stops, and the next start loses nothing that was answered`() throws {
        var failures = 0
        for code in [Int32(5), 28] {
            for fails in 1..<400 {
                let (disk, head) = (CrashDisk(), CrashDisk())
                let failing = fails % 2 == 0 ? disk : head
                let at = fails / 2 + 1
                failing.beforeOperation = { if $0 == at { throw CrashDisk.Partly(bytes: fails % 700, error: FileError(operation: "writing", file: "", code: code, reason: "injected")) } }
                var acknowledged: [Int] = []
                var signed: [Checkpoint] = []
                var hasFailed = false
                do {
                    var log = try open(disk, head)
                    for batch in 0..<12 {
                        _ = try log.sequencer.append((batch * 40..<batch * 40 + 40).map { entry($0) })
                        acknowledged += batch * 40..<batch * 40 + 40
                        if let note = try log.publisher.sign(log.sequencer.committed, now: 2_000) { signed.append(try Checkpoint(text: note.text)) }
                        try log.publisher.publish()
                        if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
                    }
                } catch { hasFailed = true }
                guard hasFailed else { break }
                failures += 1
                failing.beforeOperation = { _ in }
                var random = SeededGenerator(UInt64(fails))
                for (disk, head) in [(disk.afterKill(), head.afterKill()), (disk.afterPowerLoss(&random), head.afterPowerLoss(&random))] {
                    var again = try open(disk, head)
                    #expect(again.sequencer.committed.size >= UInt64(acknowledged.count))
                    #expect(try again.sequencer.append(acknowledged.map { entry($0) }) == acknowledged.map { .known(index: UInt64($0)) })
                    _ = try again.publisher.sign(again.sequencer.committed, now: 2_000)
                    try again.publisher.publish()
                    let reader = try LedgerReader { try disk.read($0, maximum: $1) }
                    #expect(try reader.audit().entries == again.sequencer.committed.size)
                    for checkpoint in signed where checkpoint.size > 0 {
                        #expect(try Merkle.hash(of: 0..<checkpoint.size, from: reader.node) == checkpoint.root)
                    }
                }
            }
        }
        #expect(failures > 100)
    }

    @Test func `a sequencer that has failed accepts nothing more`() throws {
        let disk = CrashDisk()
        var log = try open(disk, CrashDisk())
        _ = try log.sequencer.append([entry(0)])
        let now = disk.operations
        disk.beforeOperation = { if $0 == now + 2 { throw FileError(operation: "syncing", file: "", code: 5, reason: "injected") } }
        #expect(throws: JournalProblem.self) { try log.sequencer.append([entry(1)]) }
        disk.beforeOperation = { _ in }
        #expect(throws: JournalProblem.self) { try log.sequencer.append([entry(2)]) }
        #expect(log.sequencer.isStopped && log.sequencer.committed.size == 1)
    }
}

@Suite struct PosixTests {
    @Test func `a log on a real disk is read by the ledger's reader, and opened by one process only`() throws {
        try withTemporaryFolder { folder in
            let signer = try testSigner()
            let files = try PosixFiles(folder + "/a/log"), head = try PosixFiles(folder + "/head")
            do {
                var log = try DurableLog(files, head: head, signer: signer, limits: .tiny, now: 1_000)
                #expect(throws: JournalProblem.locked(file: "lock")) { try DurableLog(files, head: head, signer: signer, now: 1_000) }
                for batch in 0..<10 {
                    _ = try log.sequencer.append((batch * 100..<batch * 100 + 100).map { entry($0) })
                    _ = try log.publisher.sign(log.sequencer.committed, now: 1_001)
                    try log.publisher.publish()
                    if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
                    #expect(try LedgerReader(folder: folder + "/a/log", keys: [signer.verifierKey]).audit().entries == UInt64(batch * 100 + 100))
                }
                #expect(try files.list("journal").count < 4)
            }
            var again = try DurableLog(files, head: head, signer: signer, now: 1_000)
            #expect(try again.sequencer.append([entry(5), entry(999), entry(1_000)]).map(\.index) == [5, 999, 1_000])
        }
    }
}
