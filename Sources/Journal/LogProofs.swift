import Ledger

/// Proofs from the tiles on the disk, for a tree size whose tiles were written. Each reads at most a tile per level.
///
/// Nothing is verified here: a proof from damaged tiles does not hold, and whoever checks it finds that.
package struct LogProofs: Sendable {
    private let files: any FileSystem
    package let size: UInt64

    package init(_ files: any FileSystem, size: UInt64) { (self.files, self.size) = (files, size) }

    package func inclusion(of index: UInt64) throws -> [Hash] { try Merkle.inclusionProof(of: index, size: size, from: nodes()) }
    package func consistency(from old: UInt64) throws -> [Hash] { try Merkle.consistencyProof(from: old, size: size, from: nodes()) }
    package func range(_ range: Range<UInt64>) throws -> [Hash] { try Merkle.rangeProof(of: range, size: size, from: nodes()) }
    package func leaf(at index: UInt64) throws -> Hash { try nodes()(Merkle.Node(height: 0, index: index)) }
    /// The root of the first `count` entries; nil when there are fewer.
    package func rootOf(first count: UInt64) throws -> Hash? { count > size ? nil : try Merkle.hash(of: 0..<count, from: nodes()) }
    package func root() throws -> Hash { try Merkle.hash(of: 0..<size, from: nodes()) }

    private func nodes() -> Merkle.Source {
        let tiles = TileFiles(files), size = size
        var read: [Tile: [Hash]] = [:]
        return { node in
            try tiles.node(node, size: size) { tile in
                if let hashes = read[tile] { return hashes }
                let hashes = try tiles.hashes(tile)
                read[tile] = hashes
                return hashes
            }
        }
    }
}
