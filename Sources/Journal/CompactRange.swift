import Ledger

/// The tree's right edge: the roots of its perfect subtrees, large to small. All that is needed to add leaves and know the
/// root, in 32 bytes for each bit of the size.
struct CompactRange {
    private(set) var size: UInt64 = 0
    private var roots: [Hash] = []

    init() {}

    /// A tree that is built already: as many roots as the size has bits set.
    init(_ builder: TileBuilder) {
        size = builder.size
        roots = builder.perfectSubtrees
    }

    mutating func append(_ leaf: Hash) {
        var hash = leaf
        var n = size
        while n & 1 == 1 {
            hash = Hash(node: roots.removeLast(), hash)
            n >>= 1
        }
        roots.append(hash)
        size += 1
    }

    var root: Hash { Merkle.root(ofPerfect: roots) }
}
