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

        // Full tiles below the first tile border in the journal are durable; from there the journal tells.
        let border = (first.first + 255) & ~255
        let tiles = TileFiles(files)
        var tree = CompactRange(try TileBuilder(size: border) { try tiles.hashes($0) })
        var isHeadSeen = false
        if head.checkpoint.size < border {
            guard try tiles.root(of: head.checkpoint.size, size: border) == head.checkpoint.root else { throw Recovery.otherRoot(head) }
            throw JournalProblem.rolledBack("the head was signed at size \(head.checkpoint.size), but the log was published up to \(border) already: the head is an old copy")
        }
        func check(_ tree: CompactRange) throws {
            guard !isHeadSeen, tree.size == head.checkpoint.size else { return }
            guard tree.root == head.checkpoint.root else { throw Recovery.otherRoot(head) }
            isHeadSeen = true
        }
        try check(tree)

        var next = first.first
        var root: Hash?
        for segment in segments {
            let isLast = segment == segments.last
            func damaged(_ what: String) -> JournalProblem { .damaged(file: segment.file, what) }
            guard let header = try SegmentReader.header(of: segment, in: files), header.first == segment.first else { throw damaged("its header is not as written") }
            guard header.origin == originHash else { throw JournalProblem.foreign(file: segment.file, "is of a log of another origin") }
            guard segment.first == next else { throw damaged("begins with entry \(segment.first), expected \(next)") }
            guard root == nil || header.root == root, next < border || header.root == tree.root else { throw damaged("does not follow from what is before it") }
            index.begin(segment: segment.first)
            root = header.root
            let end = try files.size(segment.file) ?? 0
            var reader = SegmentReader(segment, in: files)
            var last: (offset: Int, bytes: [UInt8])?
            walk: while true {
                switch try reader.next(upTo: end) {
                case .end: break walk
                case .batch(let batch):
                    guard batch.previousRoot == root else { throw damaged("the batch at byte \(reader.offset) does not follow from the one before") }
                    for entry in batch.entries {
                        if next >= border {
                            tree.append(reader.leafHash(of: entry))
                            try check(tree)
                        }
                        if next >= covered { index.insert(EventRecord(key: entry.key, content: entry.content, index: next)) }
                        next += 1
                    }
                    guard batch.size == next, next < border || tree.root == batch.root else { throw damaged("the entries before byte \(reader.offset + batch.end - batch.start) are not what was committed") }
                    root = batch.root
                    if isLast { last = (reader.offset, Array(reader.bytes(of: batch))) }
                    reader.pass(batch)
                case .bad(let what):
                    guard isLast, try reader.isTorn(upTo: end, root: root ?? header.root) else { throw damaged(what) }
                    break walk
                }
            }
            guard isLast else { continue }
            guard next >= border else { throw JournalProblem.rolledBack("the journal ends with entry \(next), but tiles are there up to \(border)") }
            if head.checkpoint.size > next {
                throw JournalProblem.rolledBack("the log has \(next) entries, but \(head.checkpoint.size) were signed: the data is an old copy")
            }
            guard covered <= next else { throw JournalProblem.rolledBack("the log has \(next) entries, but events of \(covered) are known: the journal is an old copy") }
            let open = try files.open(segment.file)
            if reader.offset < end { try open.truncate(to: reader.offset) }
            if let last { try open.write(last.bytes, at: last.offset) } else { try open.write(header.bytes, at: 0) }
            try open.sync()
        }
        // The names of the segments, the last one's at least, may never have been made durable.
        try files.syncFolder(Segment.folder)
        index.begin(segment: next)
        writer = try segments.last?.first == next
            ? JournalWriter(reopening: Segment(first: next), files, originHash: originHash, limits: limits)
            : JournalWriter(files, originHash: originHash, limits: limits, size: next, root: tree.root)
        self.tree = tree
        self.index = index
    }

    private static func otherRoot(_ head: Head.Record) -> JournalProblem {
        .rolledBack("the first \(head.checkpoint.size) entries are not those that were signed")
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
