import Ledger

/// The log's public files: tiles and bundles. One owner.
final class TileFiles {
    private let files: any FileSystem
    private var folders: Set<String> = []

    init(_ files: any FileSystem) { self.files = files }

    func hashes(_ tile: Tile) throws -> [Hash] {
        let expected = tile.width * Hash.byteCount
        guard let bytes = try files.read(tile.path, maximum: expected) else { throw JournalProblem.damaged(file: tile.path, "is missing") }
        guard bytes.count == expected else { throw JournalProblem.damaged(file: tile.path, "has \(bytes.count) bytes, expected \(expected)") }
        return tileHashes(bytes)
    }

    /// A node of the tree of `size` entries, from the tile that holds it or the level below it.
    func node(_ node: Merkle.Node, size: UInt64, reading hashes: ((Tile) throws -> [Hash])? = nil) throws -> Hash {
        guard node.height < 64, node.index <= size >> UInt64(node.height) else { throw Merkle.OutOfRange(description: "the log has no such node") }
        let (level, height) = (node.height / 8, node.height % 8)
        let first = node.index << UInt64(height)
        guard let tile = Tile.at(.hashes(level), first >> 8, size: size) else { throw Merkle.OutOfRange(description: "the log has no such node") }
        let hashes = try (hashes ?? self.hashes)(tile)
        let (start, width) = (Int(first & 255), 1 << height)
        guard start + width <= hashes.count else { throw Merkle.OutOfRange(description: "the log has no such node") }
        return tileRoot(Array(hashes[start..<start + width]))
    }

    func root(of count: UInt64, size: UInt64) throws -> Hash {
        try Merkle.hash(of: 0..<count) { try node($0, size: size) }
    }

    /// Not durable until the disk is synced: the journal still has what is in it.
    func place(_ tile: Tile, _ bytes: [UInt8]) throws {
        let folder = Journal.folder(of: tile.path)
        if folders.insert(folder).inserted { try files.makeFolder(folder) }
        try files.place(bytes, at: tile.path)
    }

    /// Partial tiles of a tile that is full.
    func removePartials(of tile: Tile) throws {
        let folder = Tile(tile.level, tile.index).path + ".p"
        for name in try files.list(folder) { try files.remove(folder + "/" + name) }
        try files.removeFolder(folder)
        folders.remove(folder)
    }
}
