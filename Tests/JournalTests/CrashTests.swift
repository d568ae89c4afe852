import Journal
import Ledger
import Testing

/// A log on a crash disk, with what it promised: the world's memory outlives every power loss.
///
/// After each loss: everything acknowledged is there under its index, every checkpoint that left the process is a prefix of
/// what is there, the public log audits whole, and sending everything again adds nothing that was there.
private struct Promises {
    /// Acknowledged entries under their index, as numbers of `entry(_:)`.
    var acknowledged: [UInt64: Int] = [:]
    var checkpoints: [Checkpoint] = []
    var sent = 0
}

/// Made once: tens of thousands of states look at them.
private let crashEntries: [Entry] = (0..<4_000).map { entry($0, bytes: $0 % 37) }
private func crashEntry(_ n: Int) -> Entry { n < crashEntries.count ? crashEntries[n] : entry(n, bytes: n % 37) }

private final class World {
    let disk: CrashDisk
    let headDisk: CrashDisk
    var promises: Promises
    var now: Int64 = 1_000

    init(_ disk: CrashDisk = CrashDisk(), _ headDisk: CrashDisk = CrashDisk(), _ promises: Promises = Promises()) {
        (self.disk, self.headDisk, self.promises) = (disk, headDisk, promises)
    }

    func open() throws -> DurableLog { try DurableLog(disk, head: headDisk, signer: try testSigner(), limits: .tiny, now: now) }

    func append(_ log: inout DurableLog, _ numbers: [Int]) throws {
        promises.sent = max(promises.sent, (numbers.max() ?? -1) + 1)
        let receipts = try log.sequencer.append(numbers.map(crashEntry))
        for (number, receipt) in zip(numbers, receipts) {
            if let earlier = promises.acknowledged[receipt.index] { #expect(earlier == number, "index \(receipt.index) was given twice") }
            promises.acknowledged[receipt.index] = number
        }
    }

    func publish(_ log: inout DurableLog) throws {
        now += 1
        let note = try log.publisher.sign(log.sequencer.committed, now: now)
        if let note { promises.checkpoints.append(try Checkpoint(text: note.text)) }
        try log.publisher.publish()
    }

    func settle(_ log: inout DurableLog) throws {
        if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
        if let runs = try log.publisher.mergeRuns() { log.sequencer.adopt(runs) }
    }

    /// Everything that may be asked of a log after a loss.
    func check(_ place: String) {
        do {
            var log = try open()
            let size = log.sequencer.committed.size
            try publish(&log)
            var entries: [[UInt8]] = []
            let reader = try LedgerReader { [disk] in try disk.read($0, maximum: $1) }
            _ = try reader.audit(body: { entries.append($1) })
            #expect(UInt64(entries.count) == size, "\(place)")
            for (index, number) in promises.acknowledged {
                guard index < size, entries[Int(index)] == crashEntry(number).bytes else {
                    Issue.record("\(place): acknowledged entry \(index) of \(size) is lost")
                    return
                }
            }
            var root: [UInt64: Hash] = [0: .emptyRoot]
            var tree = TileBuilder()
            for (i, bytes) in entries.enumerated() {
                try tree.append(Hash(leaf: bytes)) { _, _ in }
                if promises.checkpoints.contains(where: { $0.size == UInt64(i + 1) }) { root[UInt64(i + 1)] = tree.root }
            }
            for checkpoint in promises.checkpoints where root[checkpoint.size] != checkpoint.root {
                Issue.record("\(place): the checkpoint of size \(checkpoint.size) is not a prefix of the log of size \(size)")
                return
            }
            // All of it again, in any order: what was acknowledged keeps its index, what was not gets one, nothing is twice.
            var numbers = Array(0..<promises.sent)
            var random = SeededGenerator(size)
            numbers.shuffle(using: &random)
            try append(&log, numbers)
            #expect(log.sequencer.committed.size == UInt64(promises.sent), "\(place): an entry is there twice or not at all")
        } catch {
            Issue.record("\(place): \(error)")
        }
    }
}

@Suite struct CrashTests {
    /// One life of a log: batches of all sizes, repeats, publications, and segments that go.
    private func live(_ world: World, _ random: inout SeededGenerator, steps: Int, batch: Int) throws {
        var log = try world.open()
        for _ in 0..<steps {
            let first = world.promises.sent
            var numbers = Array(first..<first + Int.random(in: 1...batch, using: &random))
            if first > 0, Bool.random(using: &random) { numbers.append(Int.random(in: 0..<first, using: &random)) }
            try world.append(&log, numbers)
            if Int.random(in: 0..<3, using: &random) == 0 { try world.publish(&log) }
            if Int.random(in: 0..<4, using: &random) == 0 { try world.settle(&log) }
        }
    }

    /// Loses power after every operation of a life, each time in several ways, and sometimes again while recovering.
    private func states(seed: UInt64, steps: Int, batch: Int, ways: Int) throws -> Int {
        var random = SeededGenerator(seed), life = SeededGenerator(~seed)
        let world = World()
        var count = 0
        func loseEverywhere() {
            for way in 0..<ways {
                let lost = way == 0 && count % 5 == 0
                    ? World(world.disk.afterKill(), world.headDisk.afterKill(), world.promises)
                    : World(world.disk.afterPowerLoss(&random), world.headDisk.afterPowerLoss(&random), world.promises)
                lost.now = world.now
                count += 1
                let place = "seed \(seed), operation \(world.disk.operations), way \(way)"
                guard count % 7 == 0 else {
                    lost.check(place)
                    continue
                }
                // Once more, some operations into the recovery.
                struct PowerLoss: Error {}
                let last = Int.random(in: 1...30, using: &random)
                let stop: (Int) throws -> Void = { _ in if lost.disk.operations + lost.headDisk.operations >= last { throw PowerLoss() } }
                (lost.disk.beforeOperation, lost.headDisk.beforeOperation) = (stop, stop)
                do {
                    var log = try lost.open()
                    try lost.append(&log, [world.promises.sent, world.promises.sent + 1])
                    try lost.publish(&log)
                } catch is PowerLoss {} catch is JournalProblem {} catch { Issue.record("\(place): \(error)") }
                let again = World(lost.disk.afterPowerLoss(&random), lost.headDisk.afterPowerLoss(&random), lost.promises)
                again.now = lost.now
                again.check(place + ", twice")
            }
        }
        world.disk.afterOperation = loseEverywhere
        world.headDisk.afterOperation = loseEverywhere
        try live(world, &life, steps: steps, batch: batch)
        return count
    }

    /// Short lives see every order of operations, long ones the end of segments, runs of events, and their merging.
    @Test(arguments: 0..<8) func `nothing promised is lost wherever the power goes`(shard: Int) throws {
        var count = 0
        for seed in (0..<2).map({ UInt64(shard * 2 + $0) }) { count += try states(seed: seed, steps: 16, batch: 70, ways: 1) }
        var seed = UInt64(1_000 * (shard + 1))
        while count < 6_300 {
            count += try states(seed: seed, steps: 6, batch: 5, ways: 6)
            seed += 1
        }
    }
}
