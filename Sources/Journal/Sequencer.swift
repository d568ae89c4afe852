import Ledger

/// The one place where entries get their index: synchronous, one owner, and nothing outside but the file system.
///
/// A batch is one write and one sync; only then is anything answered. A key that the log has is not added again. After a
/// failed write nothing is accepted any more: what the disk holds is found out at the next start.
package struct Sequencer {
    private var tree: CompactRange
    private var index: EventIndex
    private var writer: JournalWriter
    private let buffer = BatchBuffer()
    private let limits: JournalLimits
    private var space: SpaceGuard
    private var stop: String?

    /// As far as the journal is durable.
    package private(set) var committed: Committed

    /// What is durable, for whoever publishes it.
    package struct Committed: Sendable, Equatable {
        package var size: UInt64
        package var root: Hash
        /// The segment that is being written, and how far.
        var segment: Segment
        var end: Int
    }

    init(_ recovery: Recovery, limits: JournalLimits, space: SpaceGuard) {
        self.space = space
        (tree, index, writer, self.limits) = (recovery.tree, recovery.index, recovery.writer, limits)
        committed = Committed(size: tree.size, root: tree.root, segment: writer.segment, end: writer.offset)
    }

    package var isStopped: Bool { stop != nil }

    /// Adds what is new and answers each entry in order, once all of it is durable.
    ///
    /// - Throws: `JournalProblem.entryTooLarge` and, while there is too little space, `.full`: nothing was added; `.stopped`
    ///   when a write failed now or earlier.
    package mutating func append(_ entries: [Entry]) throws -> [Receipt] {
        try checkStopped()
        for entry in entries where entry.bytes.count > Tile.entryMaximum { throw JournalProblem.entryTooLarge(bytes: entry.bytes.count) }
        try space.check()
        var receipts: [Receipt] = []
        receipts.reserveCapacity(entries.count)
        do {
            var next = 0
            while next < entries.count { next = try appendBatch(entries, from: next, &receipts) }
        } catch {
            stop = "\(error)"
            throw JournalProblem.stopped("\(error)")
        }
        return receipts
    }

    private func checkStopped() throws {
        if let stop { throw JournalProblem.stopped(stop) }
    }

    /// - Returns: the first entry that is not in the batch.
    private mutating func appendBatch(_ entries: [Entry], from start: Int, _ receipts: inout [Receipt]) throws -> Int {
        if writer.isFull(at: tree.size) {
            try writer.roll(size: tree.size, root: tree.root)
            index.begin(segment: tree.size)
        }
        buffer.clear()
        let previousRoot = committed.root, firstSize = tree.size
        let firstReceipt = receipts.count
        var i = start
        var bytes = 0
        while i < entries.count, tree.size - firstSize < UInt64(limits.batchEntries), bytes < limits.batchBytes, buffer.hasRoom(for: entries[i].bytes.count) {
            let entry = entries[i]
            i += 1
            if let known = try index.find(entry.key) {
                receipts.append(known.content == entry.content ? .known(index: known.index) : .conflict(index: known.index))
                continue
            }
            let leaf = buffer.append(entry)
            index.insert(EventRecord(key: entry.key, content: entry.content, index: tree.size))
            receipts.append(.added(index: tree.size, leaf: leaf, size: 0))
            tree.append(leaf)
            bytes += entry.bytes.count
        }
        guard tree.size > firstSize else { return i }
        let root = tree.root
        buffer.commit(size: tree.size, root: root, previousRoot: previousRoot)
        try writer.write(buffer)
        committed = Committed(size: tree.size, root: root, segment: writer.segment, end: writer.offset)
        for j in firstReceipt..<receipts.count {
            if case .added(let index, let leaf, _) = receipts[j] { receipts[j] = .added(index: index, leaf: leaf, size: tree.size) }
        }
        return i
    }

    /// The publisher moved the events of finished segments into runs.
    package mutating func adopt(_ runs: [EventRun]) { index.adopt(runs) }
}
