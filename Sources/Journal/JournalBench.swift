import Ledger

/// What `cordon bench` measures of the live log, each beside its floor in the same run and on the same disk. Ratios are what to
/// look at: a disk that caches answers faster than one that keeps its word.
package enum JournalBench {
    package struct Figure: Sendable {
        package var name: String
        package var result: String
        /// Speed as a share of the floor's; nil where there is none.
        package var ratio: Double?
        package var floor = ""
    }

    package typealias Clock = @Sendable () -> UInt64

    /// - Parameters:
    ///   - folder: one that can be made and is left to the caller to remove.
    ///   - clock: nanoseconds from any start.
    package static func run(folder: String, entries: Int = 1_000_000, clock: @escaping Clock, report: (Figure) -> Void) throws {
        let batch = 4_096, bytes = 200
        let floor = try bareLoop(folder + "/floor", count: entries / 2, batch: batch, bytes: bytes, clock)
        let (bulk, restart, fsck) = try durable(folder + "/bulk", count: entries, batch: batch, bytes: bytes, clock)
        report(Figure(name: "durable, batches of \(batch)", result: "\(perSecond(bulk)) entries/s", ratio: bulk / floor, floor: "leaf and node hash, write, fdatasync: \(perSecond(floor))/s"))
        report(Figure(name: "restart with \(entries) entries", result: "\(Int(restart * 1_000)) ms"))
        report(Figure(name: "fsck", result: "\(perSecond(fsck)) entries/s"))

        let single = try bareLoop(folder + "/single", count: 3_000, batch: 1, bytes: 512, clock)
        let (one, core) = try waitFor { try await singles(folder + "/one", count: 3_000, clock) }
        report(Figure(name: "single appends, awaited", result: "\(perSecond(one))/s", ratio: one / single, floor: "write and fdatasync: \(perSecond(single))/s"))
        report(Figure(name: "single appends, sequencer alone", result: "\(perSecond(core))/s", ratio: core / single))
        let times = try waitFor { try await offered(folder + "/offered", perSecond: 20_000, seconds: 5, clock).sorted() }
        report(Figure(name: "acknowledged at 20,000/s offered", result: "p50 \(micro(times[times.count / 2])), p99 \(micro(times[times.count * 99 / 100])), worst \(micro(times[times.count - 1]))"))
    }

    private static func perSecond(_ rate: Double) -> String { rate >= 10_000 ? "\(Int(rate / 1_000)) k" : "\(Int(rate))" }
    private static func micro(_ nanoseconds: UInt64) -> String { "\(nanoseconds / 1_000) µs" }
    private static func rate(_ count: Int, _ nanoseconds: UInt64) -> Double { Double(count) * 1e9 / Double(max(1, nanoseconds)) }

    private static func entries(_ range: Range<Int>, bytes: Int) -> [Entry] {
        range.map { n in
            let spread = UInt64(truncatingIfNeeded: n) &* 0x9E37_79B9_7F4A_7C15
            var body = [UInt8](repeating: 7, count: bytes)
            for i in 0..<8 { body[i] = UInt8(truncatingIfNeeded: n >> (8 * i)) }
            return Entry(key: EventKey(high: spread ^ spread >> 29, low: spread &* 0xBF58_476D_1CE4_E5B9), content: 0, bytes: body)
        }
    }

    private static func bareLoop(_ folder: String, count: Int, batch: Int, bytes: Int, _ clock: Clock) throws -> Double {
        let file = try PosixFiles(folder).create("floor")
        var buffer = [UInt8](repeating: 7, count: batch * bytes), node = [UInt8](repeating: 1, count: 65), leaf = [UInt8](repeating: 0, count: bytes + 1)
        var offset = 0
        let start = clock()
        for first in stride(from: 0, to: count, by: batch) {
            if batch > 1 {
                for i in 0..<batch {
                    leaf[1 + i % bytes] &+= 1
                    node[1] = UInt8(truncatingIfNeeded: Hash(of: leaf).bytes[0])
                    buffer[i * bytes] = UInt8(truncatingIfNeeded: Hash(of: node).hashValue)
                }
            }
            buffer[0] = UInt8(truncatingIfNeeded: first)
            try file.write(buffer, at: offset)
            try file.sync()
            offset += buffer.count
        }
        return rate(count, clock() - start)
    }

    private static func durable(_ folder: String, count: Int, batch: Int, bytes: Int, _ clock: Clock) throws -> (append: Double, restart: Double, fsck: Double) {
        let files = try PosixFiles(folder + "/log"), head = try PosixFiles(folder + "/head")
        let signer = try Signer(name: "bench", seed: [UInt8](repeating: 1, count: 32))
        var nanoseconds: UInt64 = 0
        do {
            var log = try DurableLog(files, head: head, signer: signer, now: 1)
            for first in stride(from: 0, to: count, by: batch) {
                let batch = entries(first..<min(count, first + batch), bytes: bytes)
                let start = clock()
                _ = try log.sequencer.append(batch)
                nanoseconds += clock() - start
                if first / batch.count % 50 == 49 { try publish(&log) }
            }
            try publish(&log)
        }
        var start = clock()
        do {
            var log = try DurableLog(files, head: head, signer: signer, now: 1)
            _ = try log.sequencer.append(entries(0..<1, bytes: bytes))
        }
        let restart = Double(clock() - start) / 1e9
        start = clock()
        _ = try Fsck(files, head: head, key: signer.verifierKey)
        return (rate(count, nanoseconds), restart, rate(count, clock() - start))
    }

    private static func publish(_ log: inout DurableLog) throws {
        _ = try log.publisher.sign(log.sequencer.committed, now: 1)
        try log.publisher.publish()
        if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
        if let runs = try log.publisher.mergeRuns() { log.sequencer.adopt(runs) }
    }

    private static func singles(_ folder: String, count: Int, _ clock: Clock) async throws -> (awaited: Double, core: Double) {
        let signer = try Signer(name: "bench", seed: [UInt8](repeating: 1, count: 32))
        var log = try DurableLog(PosixFiles(folder + "/core"), head: PosixFiles(folder + "/core-head"), signer: signer, now: 1)
        var start = clock()
        for n in 0..<count { _ = try log.sequencer.append(entries(n..<n + 1, bytes: 200)) }
        let core = rate(count, clock() - start)
        let live = try LiveLog(PosixFiles(folder + "/log"), head: PosixFiles(folder + "/head"), signer: signer) { 1 }
        start = clock()
        for n in 0..<count { _ = try await live.append(entries(n..<n + 1, bytes: 200)) }
        let awaited = rate(count, clock() - start)
        await live.close()
        return (awaited, core)
    }

    /// Posts of 100 entries at fixed times, whether or not the ones before were answered; the time from sending to the answer.
    private static func offered(_ folder: String, perSecond: Int, seconds: Int, _ clock: @escaping Clock) async throws -> [UInt64] {
        let signer = try Signer(name: "bench", seed: [UInt8](repeating: 1, count: 32))
        let live = try LiveLog(PosixFiles(folder + "/log"), head: PosixFiles(folder + "/head"), signer: signer) { 1 }
        let posts = perSecond * seconds / 100, gap = UInt64(100 * 1_000_000_000 / perSecond)
        let start = clock()
        let times = try await withThrowingTaskGroup(of: UInt64.self) { group in
            for post in 0..<posts {
                let due = start + UInt64(post) * gap
                let batch = entries(post * 100..<post * 100 + 100, bytes: 200)
                let now = clock()
                if now < due { try await Task.sleep(for: .nanoseconds(due - now)) }
                group.addTask {
                    let sent = clock()
                    _ = try await live.append(batch)
                    return clock() - sent
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        await live.close()
        return times
    }
}
