import Ledger

/// Reads the journal that is there from end to end, and the tree with it, and changes nothing: what a start and `fsck` share.
///
/// Everything must follow: headers, checksums, each commit's roots from the entries, the signed head's root on the way. Only
/// the last segment may end with a batch that a power loss tore (`SegmentReader.isTorn`).
struct JournalWalk {
    private let files: any FileSystem
    private let segments: [Segment]
    private let originHash: Hash
    /// What was signed or published, each a prefix of the log.
    private let checkpoints: [Checkpoint]

    /// The tree so far. Begins at the first tile border in the journal, since full tiles before it are durable.
    private(set) var tree: CompactRange
    private let border: UInt64
    /// The index of the next entry.
    private(set) var next: UInt64
    /// The segment that was begun last, how far it is whole, and how far it goes.
    private(set) var segment: Segment
    private(set) var end = 0
    private(set) var fileEnd = 0
    /// Its last whole batch, or its header.
    private(set) var last: (offset: Int, bytes: [UInt8]) = (0, [])
    /// Batches whose fill is not as written. They hold all the same.
    private(set) var badFills: [String] = []

    /// - Parameter segments: at least one, in order.
    init(_ files: any FileSystem, _ segments: [Segment], originHash: Hash, checkpoints: [Checkpoint]) throws {
        (self.files, self.segments, self.originHash, self.checkpoints) = (files, segments, originHash, checkpoints)
        segment = segments.first ?? Segment(first: 0)
        next = segment.first
        border = (segment.first + 255) & ~255
        let tiles = TileFiles(files)
        tree = CompactRange(try TileBuilder(size: border) { try tiles.hashes($0) })
        for checkpoint in checkpoints where checkpoint.size < border {
            guard try tiles.root(of: checkpoint.size, size: border) == checkpoint.root else { throw otherRoot(checkpoint) }
        }
        try checkRoots()
    }

    /// - Parameter body: each entry, with its leaf hash where it is a leaf that is not in a durable tile.
    mutating func run(_ body: (EventRecord, Hash?) throws -> Void) throws {
        var root: Hash?
        for segment in segments {
            self.segment = segment
            func damaged(_ what: String) -> JournalProblem { .damaged(file: segment.file, what) }
            guard let header = try SegmentReader.header(of: segment, in: files), header.first == segment.first else { throw damaged("its header is not as written") }
            guard header.origin == originHash else { throw JournalProblem.foreign(file: segment.file, "is of a log of another origin") }
            guard segment.first == next else { throw damaged("begins with entry \(segment.first), expected \(next)") }
            guard root == nil || header.root == root, next < border || header.root == tree.root else { throw damaged("does not follow from what is before it") }
            root = try walk(header, body)
        }
        guard next >= border else { throw JournalProblem.rolledBack("the journal ends with entry \(next), but tiles are there up to \(border)") }
        if let signed = checkpoints.map(\.size).max(), signed > next {
            throw JournalProblem.rolledBack("the log has \(next) entries, but \(signed) were signed: the data is an old copy")
        }
    }

    /// - Returns: the root after the segment.
    private mutating func walk(_ header: SegmentHeader, _ body: (EventRecord, Hash?) throws -> Void) throws -> Hash {
        func damaged(_ what: String) -> JournalProblem { .damaged(file: header.file, what) }
        var root = header.root
        fileEnd = try files.size(segment.file) ?? 0
        last = (0, header.bytes)
        var reader = SegmentReader(segment, in: files)
        walk: while true {
            end = reader.offset
            switch try reader.next(upTo: fileEnd) {
            case .end: break walk
            case .batch(let batch):
                guard batch.previousRoot == root else { throw damaged("the batch at byte \(end) does not follow from the one before") }
                for entry in batch.entries {
                    let leaf = next < border ? nil : reader.leafHash(of: entry)
                    try body(EventRecord(key: entry.key, content: entry.content, index: next), leaf)
                    next += 1
                    if let leaf {
                        tree.append(leaf)
                        try checkRoots()
                    }
                }
                guard batch.size == next, next < border || tree.root == batch.root else { throw damaged("the batch at byte \(end) is not what was committed") }
                root = batch.root
                if segment == segments.last { last = (end, Array(reader.bytes(of: batch))) }
                if !batch.hasWholeFill(reader.bytes(of: batch)) { badFills.append("\(segment.file): bytes after the batch at byte \(end) are not as written") }
                reader.pass(batch)
            case .bad(let what):
                guard segment == segments.last, try reader.isTorn(upTo: fileEnd, root: root) else { throw damaged(what) }
                break walk
            }
        }
        return root
    }

    private func checkRoots() throws {
        for checkpoint in checkpoints where tree.size == checkpoint.size && tree.root != checkpoint.root { throw otherRoot(checkpoint) }
    }

    private func otherRoot(_ signed: Checkpoint) -> JournalProblem { .rolledBack("the first \(signed.size) entries are not those that were signed") }
}

extension SegmentHeader {
    var file: String { Segment(first: first).file }
}
