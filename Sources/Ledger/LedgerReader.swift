/// Reads a log that was written here or elsewhere, and believes nothing in its folder but what follows from the checkpoint.
///
/// Opening reads the checkpoint and the right edge's tiles (at most eight) and checks that they make the root. From there
/// every tile is checked against the one above it, and every entry against its tile, before it is given out. Memory is a
/// tile per level and one bundle, whatever the checkpoint claims the size to be.
package final class LedgerReader {
    package let note: SignedNote
    package let checkpoint: Checkpoint
    /// Keys whose signatures hold; empty when none were given to check.
    package let signers: [SignedNote.Verified]

    /// A whole file of the log's folder, refused beyond a number of bytes.
    package typealias Files = (_ file: String, _ maximum: Int) throws -> [UInt8]?

    private let readFile: Files
    private var edge: [Int: [Hash]] = [:]
    private var cached: [Int: (index: UInt64, hashes: [Hash])] = [:]

    package var size: UInt64 { checkpoint.size }
    package var root: Hash { checkpoint.root }

    /// A checkpoint is a few lines; nobody needs a megabyte of signatures.
    private static let checkpointMaximum = 1 << 20

    /// - Parameters:
    ///   - keys: who may have signed. With none, the signatures are not looked at: the log is then only whole, not anybody's.
    ///   - origin: refuses the log of another name.
    /// - Throws: `LedgerError` with the first thing that does not hold.
    package convenience init(folder: String, keys: [VerifierKey] = [], origin: String? = nil) throws {
        let files = LedgerFiles(folder: folder)
        try self.init(keys: keys, origin: origin) { try files.read($0, maximum: $1) }
    }

    /// The same over files that are reached otherwise; nil for one that is missing.
    package init(keys: [VerifierKey] = [], origin: String? = nil, files: @escaping Files) throws {
        readFile = files
        guard let bytes = try files("checkpoint", LedgerReader.checkpointMaximum) else { throw LedgerError(file: "checkpoint", problem: "is missing") }
        do {
            note = try SignedNote(parsing: bytes)
            signers = keys.isEmpty ? [] : try note.verify(with: keys)
            checkpoint = try Checkpoint(text: note.text)
        } catch {
            throw LedgerError(file: "checkpoint", problem: "\(error)")
        }
        if let origin, !origin.utf8.elementsEqual(checkpoint.origin.utf8) {
            throw LedgerError(file: "checkpoint", problem: "is the checkpoint of another log")
        }
        try readEdge()
    }

    /// The partial tiles are what the root is made of directly.
    private func readEdge() throws {
        var perfect: [Hash] = []
        var paths: [String] = []
        for level in (0..<Tile.levels(size: size)).reversed() {
            guard let tile = Tile.at(.hashes(level), Tile.count(atLevel: level, size: size) >> 8, size: size) else { continue }
            let hashes = try read(tile)
            edge[level] = hashes
            perfect += perfectSubtrees(hashes)
            paths.append(tile.path)
        }
        guard Merkle.root(ofPerfect: perfect) == root else {
            // Against a signature that holds it is the tiles that are wrong; without one, nobody can say.
            let tiles = paths.joined(separator: ", ")
            throw signers.isEmpty
                ? LedgerError(file: "checkpoint", problem: "its root does not follow from \(tiles)")
                : LedgerError(file: tiles, problem: "does not make the root that was signed")
        }
    }

    private func read(_ tile: Tile) throws -> [Hash] {
        let expected = tile.width * Hash.byteCount
        let bytes = try bytes(tile, maximum: expected)
        guard bytes.count == expected else { throw LedgerError(file: tile.path, problem: "has \(bytes.count) bytes, expected \(expected)") }
        return tileHashes(bytes)
    }

    private func bytes(_ tile: Tile, maximum: Int) throws -> [UInt8] {
        guard let bytes = try readFile(tile.path, maximum) else { throw LedgerError(file: tile.path, problem: "is missing") }
        return bytes
    }

    private func bundle(_ tile: Tile) throws -> Bundle {
        try Bundle(tile, bytes: try bytes(tile, maximum: tile.width * (2 + Tile.entryMaximum)))
    }

    // MARK: Hashes

    /// A tile's hashes, checked up to the root.
    private func hashes(level: Int, tile index: UInt64) throws -> [Hash] {
        if let cached = cached[level], cached.index == index { return cached.hashes }
        guard let tile = Tile.at(.hashes(level), index, size: size) else { throw Merkle.OutOfRange(description: "the log has no tile \(index) at level \(level)") }
        if tile.width < Tile.fullWidth, let hashes = edge[level] { return hashes }
        let hashes = try read(tile)
        let above = try self.hashes(level: level + 1, tile: index >> 8)
        guard tileRoot(hashes) == above[Int(index & 255)] else { throw LedgerError(file: tile.path, problem: "is not what the tile above it says") }
        cached[level] = (index, hashes)
        return hashes
    }

    /// A node of the tree, checked up to the root: what proofs are made from.
    package func node(_ node: Merkle.Node) throws -> Hash {
        guard node.height < 64, node.index <= (size >> UInt64(node.height)), node.index << UInt64(node.height) < size else {
            throw Merkle.OutOfRange(description: "the log has no such node")
        }
        let (level, height) = (node.height / 8, node.height % 8)
        let first = node.index << UInt64(height)
        let hashes = try hashes(level: level, tile: first >> 8)
        let (start, width) = (Int(first & 255), 1 << height)
        guard start + width <= hashes.count else { throw Merkle.OutOfRange(description: "the log has no such node") }
        return tileRoot(Array(hashes[start..<start + width]))
    }

    package func inclusionProof(of index: UInt64) throws -> [Hash] {
        try Merkle.inclusionProof(of: index, size: size, from: node)
    }

    package func consistencyProof(from old: UInt64) throws -> [Hash] {
        try Merkle.consistencyProof(from: old, size: size, from: node)
    }

    package func rangeProof(of range: Range<UInt64>) throws -> [Hash] {
        try Merkle.rangeProof(of: range, size: size, from: node)
    }

    package func leafHash(at index: UInt64) throws -> Hash {
        try node(Merkle.Node(height: 0, index: index))
    }

    // MARK: Entries

    package func entry(at index: UInt64) throws -> [UInt8] {
        var found: [UInt8] = []
        try forEachEntry(in: index..<(index + 1)) { found = $1 }
        return found
    }

    /// The entries of a range in order, each proven to be in the tree. Reads no bundle outside the range.
    package func forEachEntry(in range: Range<UInt64>? = nil, _ body: (UInt64, [UInt8]) throws -> Void) throws {
        let range = range ?? 0..<size
        guard range.upperBound <= size else { throw Merkle.OutOfRange(description: "entry \(range.upperBound) is beyond size \(size)") }
        guard !range.isEmpty else { return }
        for index in (range.lowerBound >> 8)...((range.upperBound - 1) >> 8) {
            guard let tile = Tile.at(.entries, index, size: size) else { continue }
            var bundle = try bundle(tile)
            let hashes = try hashes(level: 0, tile: index)
            for i in 0..<tile.width {
                let position = index << 8 | UInt64(i)
                guard range.contains(position) else { continue }
                guard bundle.leafHash(i) == hashes[i] else { throw LedgerError(file: tile.path, problem: "entry \(position) is not what the hash tile says") }
                try body(position, bundle.entry(i))
            }
        }
    }

    // MARK: Audit

    package struct Audit: Sendable, Equatable {
        package var entries: UInt64 = 0
        package var bundles = 0
        package var tiles = 0
        package var bytes = 0
    }

    /// Reads every bundle and tile, computes the whole tree again from the entries alone, and compares. Files that the size
    /// does not call for (partial tiles of earlier sizes) are not looked at.
    ///
    /// - Parameters:
    ///   - minimum: entries below it may be gone by the log's retention policy. Their bundles are not read; their hashes are,
    ///     and must make the same tree.
    ///   - progress: called after each bundle with the entries done.
    /// - Throws: `LedgerError` with the first thing that does not hold.
    package func audit(minimum: UInt64 = 0, progress: (UInt64) -> Void = { _ in }, body: (UInt64, [UInt8]) throws -> Void = { _, _ in }) throws -> Audit {
        var audit = Audit()
        var builder = TileBuilder()
        let compare: (Tile, [Hash]) throws -> Void = { tile, computed in
            audit.tiles += 1
            audit.bytes += computed.count * Hash.byteCount
            let stored = try self.read(tile)
            guard stored == computed else { throw self.difference(tile, stored, computed) }
        }
        var index: UInt64 = 0
        while let tile = Tile.at(.entries, index, size: size) {
            if (index + 1) << 8 <= minimum, tile.width == Tile.fullWidth {
                for leaf in try read(Tile(.hashes(0), index)) { try builder.append(leaf, emit: compare) }
                index += 1
                progress(builder.size)
                continue
            }
            var bundle = try bundle(tile)
            audit.bundles += 1
            audit.bytes += bundle.byteCount
            for i in 0..<tile.width {
                try builder.append(bundle.leafHash(i), emit: compare)
                try body(builder.size - 1, bundle.entry(i))
            }
            index += 1
            audit.entries += UInt64(tile.width)
            progress(builder.size)
        }
        try builder.partials(emit: compare)
        guard builder.root == root else { throw LedgerError(file: "checkpoint", problem: "the root does not follow from the entries") }
        return audit
    }

    /// Says which of two files is wrong: the tile that does not follow from what is above it, else the entries under it.
    private func difference(_ tile: Tile, _ stored: [Hash], _ computed: [Hash]) -> LedgerError {
        let i = zip(stored, computed).enumerated().first { $1.0 != $1.1 }?.offset ?? 0
        guard case .hashes(0) = tile.level else { return LedgerError(file: tile.path, problem: "hash \(i) does not follow from the tile under it") }
        do {
            _ = try hashes(level: 0, tile: tile.index)
            let bundle = Tile(.entries, tile.index, width: tile.width)
            return LedgerError(file: bundle.path, problem: "entry \(tile.index << 8 | UInt64(i)) is not what the hash tile says")
        } catch {
            return LedgerError(file: tile.path, problem: "hash \(i) does not follow from the entry")
        }
    }
}

/// An entry bundle, taken apart but not yet believed.
private struct Bundle {
    private var bytes: [UInt8]
    private var starts: [Int] = []
    let byteCount: Int

    init(_ tile: Tile, bytes: [UInt8]) throws {
        self.bytes = bytes
        byteCount = bytes.count
        starts.reserveCapacity(tile.width + 1)
        var at = 0
        for i in 0..<tile.width {
            guard bytes.count - at >= 2 else { throw LedgerError(file: tile.path, problem: "ends before entry \(i) of \(tile.width)") }
            let length = Int(bytes[at]) << 8 | Int(bytes[at + 1])
            guard bytes.count - at - 2 >= length else { throw LedgerError(file: tile.path, problem: "ends within entry \(i) of \(tile.width)") }
            starts.append(at + 2)
            at += 2 + length
        }
        guard at == bytes.count else { throw LedgerError(file: tile.path, problem: "has \(bytes.count - at) bytes after its \(tile.width) entries") }
        starts.append(at + 2)
    }

    mutating func leafHash(_ i: Int) -> Hash {
        Ledger.leafHash(inBundle: &bytes, entryAt: starts[i], count: starts[i + 1] - 2 - starts[i])
    }

    func entry(_ i: Int) -> [UInt8] { Array(bytes[starts[i]..<(starts[i + 1] - 2)]) }
}
