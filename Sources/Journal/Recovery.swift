import Ledger

/// What a start finds on the disk: the tree's right edge, the events that are not in a run yet, and a segment to go on in.
///
/// Rules. A segment that has a follower is whole. The last one may end with a batch that a power loss tore: it was never
/// answered, and it is cut off. Anything else that does not parse, or whose roots do not follow, is damage, and nothing is
/// touched. What is kept of the last batch is written again and synced before it is trusted: after a failed sync, or a kill
/// before one, nobody knows whether the disk has it. A segment is written in one life of a process.
struct Recovery {
    var tree: CompactRange
    var index: EventIndex
    var writer: JournalWriter
    /// The entry from which the journal is there; everything before is in full, durable tiles and bundles.
    var journalStart: UInt64

    init(_ files: any FileSystem, origin: String, head: Head.Record, limits: JournalLimits) throws {
        let originHash = Hash(of: Array(origin.utf8))
        let runs = try EventRun.all(in: files)
        let covered = runs.last?.range.upperBound ?? 0
        var index = EventIndex(runs: runs)
        var segments = try Segment.all(in: files)
        if let last = segments.last, try Recovery.removeUnfinished(last, files) { segments.removeLast() }

        guard let first = segments.first else {
            guard head.checkpoint.size == 0, covered == 0, try files.list("tile").isEmpty else {
                throw JournalProblem.rolledBack("the journal is missing, but the log is not empty")
            }
            try files.makeFolder(Segment.folder)
            // The folder itself must be there after a power loss before anything in it is promised.
            try files.syncFolder("")
            tree = CompactRange()
            journalStart = 0
            index.begin(segment: 0)
            writer = try JournalWriter(files, originHash: originHash, limits: limits, size: 0, root: .emptyRoot)
            self.index = index
            return
        }
        journalStart = first.first
        guard covered >= first.first else { throw JournalProblem.damaged(file: first.file, "entries \(covered)..<\(first.first) are in no segment and in no run of events") }

        var walk = try JournalWalk(files, segments, originHash: originHash, checkpoints: [head.checkpoint])
        let border = (first.first + 255) & ~255
        guard head.checkpoint.size >= border else {
            throw JournalProblem.rolledBack("the head was signed at size \(head.checkpoint.size), but the log was published up to \(border) already: the head is an old copy")
        }
        let firsts = Set(segments.map(\.first))
        try walk.run { record, _ in
            if firsts.contains(record.index) { index.begin(segment: record.index) }
            if record.index >= covered { index.insert(record) }
        }
        guard covered <= walk.next else { throw JournalProblem.rolledBack("the log has \(walk.next) entries, but events of \(covered) are known: the journal is an old copy") }
        let next = walk.next
        tree = walk.tree
        let open = try files.open(walk.segment.file)
        if walk.end < walk.fileEnd { try open.truncate(to: walk.end) }
        try open.write(walk.last.bytes, at: walk.last.offset)
        try open.sync()
        // The names of the segments, the last one's at least, may never have been made durable.
        try files.syncFolder(Segment.folder)
        index.begin(segment: next)
        writer = try segments.last?.first == next
            ? JournalWriter(reopening: Segment(first: next), files, originHash: originHash, limits: limits)
            : JournalWriter(files, originHash: originHash, limits: limits, size: next, root: walk.tree.root)
        self.index = index
    }

    /// A last segment whose header never became durable holds nothing that was answered.
    private static func removeUnfinished(_ segment: Segment, _ files: any FileSystem) throws -> Bool {
        guard try SegmentReader.header(of: segment, in: files) == nil else { return false }
        let bytes = try files.read(segment.file, at: 0, count: 2 * Segment.sector)
        guard bytes.count <= Segment.sector, bytes.count < Segment.sector || bytes.allSatisfy({ $0 == 0 }) else { return false }
        try files.remove(segment.file)
        try files.syncFolder(Segment.folder)
        return true
    }
}

/// The end of the journal, where batches are added.
struct JournalWriter {
    private let files: any FileSystem
    private let originHash: Hash
    let limits: JournalLimits
    private(set) var segment: Segment
    private(set) var offset: Int
    private var file: any OpenFile

    /// Goes on in a segment that has no entries yet.
    init(reopening segment: Segment, _ files: any FileSystem, originHash: Hash, limits: JournalLimits) throws {
        (self.files, self.originHash, self.limits, self.segment) = (files, originHash, limits, segment)
        file = try files.open(segment.file)
        offset = Segment.sector
    }

    /// Begins a segment.
    init(_ files: any FileSystem, originHash: Hash, limits: JournalLimits, size: UInt64, root: Hash) throws {
        (self.files, self.originHash, self.limits) = (files, originHash, limits)
        segment = Segment(first: size)
        file = try files.create(segment.file)
        try file.write(SegmentHeader(first: size, root: root, origin: originHash).bytes, at: 0)
        try file.sync()
        try files.syncFolder(Segment.folder)
        offset = Segment.sector
    }

    func isFull(at size: UInt64) -> Bool {
        offset >= limits.segmentBytes || size - segment.first >= UInt64(limits.segmentEntries)
    }

    mutating func roll(size: UInt64, root: Hash) throws {
        self = try JournalWriter(files, originHash: originHash, limits: limits, size: size, root: root)
    }

    /// One write, one sync: durable when it returns.
    mutating func write(_ batch: BatchBuffer) throws {
        try file.write(batch.bytes, at: offset)
        try file.sync()
        offset += batch.count
    }
}
