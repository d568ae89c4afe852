/// The Merkle tree of RFC 6962 §2.1 (RFC 9162 §2.1 is the same tree) with SHA-256, and the subtrees of
/// draft-ietf-plants-merkle-tree-certs-06 §4: `[start, end)` is a *subtree* when one node of some tree stands over it and over
/// nothing to its left.
///
/// Making proofs; checking them is in `MerkleVerifying.swift`. Everything is made from perfect nodes, the only ones that a log
/// keeps, so that a proof costs O(log n) of them.
package enum Merkle {
    /// The root of `2^height` leaves from `index · 2^height` on.
    package struct Node: Hashable, Sendable {
        package var height: Int
        package var index: UInt64

        package init(height: Int, index: UInt64) { (self.height, self.index) = (height, index) }
    }

    /// Where hashes come from: a log's tiles, or an array.
    package typealias Source = (Node) throws -> Hash

    /// A proof was asked for something that is not in the tree.
    package struct OutOfRange: Error, CustomStringConvertible {
        package let description: String
        package init(description: String) { self.description = description }
    }

    /// Whether `[start, end)` is a subtree: `start` is a multiple of the smallest power of two not below the length. The
    /// empty range is one at any place.
    package static func isSubtree(_ range: Range<UInt64>) -> Bool {
        if range.lowerBound == 0 || range.isEmpty { return true }
        let length = range.upperBound - range.lowerBound
        guard length <= 1 << 63 else { return false }
        return range.lowerBound & (ceilingPowerOfTwo(length) - 1) == 0
    }

    /// `MTH(D[start:end])` of a subtree.
    package static func hash(of subtree: Range<UInt64>, from source: Source) throws -> Hash {
        try checkSubtree(subtree)
        var perfect: [Hash] = []
        var start = subtree.lowerBound
        while start < subtree.upperBound {
            let height = 63 - (subtree.upperBound - start).leadingZeroBitCount
            perfect.append(try source(Node(height: height, index: start >> UInt64(height))))
            start += 1 << UInt64(height)
        }
        return root(ofPerfect: perfect)
    }

    /// The root over perfect subtrees of falling size, left to right.
    package static func root(ofPerfect subtrees: [Hash]) -> Hash {
        guard var root = subtrees.last else { return .emptyRoot }
        for left in subtrees.dropLast().reversed() { root = Hash(node: left, root) }
        return root
    }

    /// `PATH(index, D[size])` of RFC 6962 §2.1.1: the leaf's sibling first.
    package static func inclusionProof(of index: UInt64, size: UInt64, from source: Source) throws -> [Hash] {
        try inclusionProof(of: index, in: 0..<size, from: source)
    }

    /// The same within a subtree.
    package static func inclusionProof(of index: UInt64, in subtree: Range<UInt64>, from source: Source) throws -> [Hash] {
        try checkSubtree(subtree)
        guard subtree.contains(index) else { throw OutOfRange(description: "entry \(index) is not in [\(subtree.lowerBound), \(subtree.upperBound))") }
        var (low, high) = (subtree.lowerBound, subtree.upperBound)
        var siblings: [Range<UInt64>] = []
        while high - low > 1 {
            let middle = low + floorPowerOfTwo(below: high - low)
            if index < middle {
                siblings.append(middle..<high)
                high = middle
            } else {
                siblings.append(low..<middle)
                low = middle
            }
        }
        return try siblings.reversed().map { try hash(of: $0, from: source) }
    }

    /// `PROOF(old, D[size])` of RFC 6962 §2.1.2. There is none from the empty tree, which proves nothing.
    package static func consistencyProof(from old: UInt64, size: UInt64, from source: Source) throws -> [Hash] {
        guard old > 0 else { throw OutOfRange(description: "the empty tree is consistent with every tree and proves nothing") }
        return try consistencyProof(of: 0..<old, size: size, from: source)
    }

    /// That a subtree stands in the tree of `size` leaves (`SUBTREE_PROOF` of the draft). Empty for the empty range.
    package static func consistencyProof(of subtree: Range<UInt64>, size: UInt64, from source: Source) throws -> [Hash] {
        try checkSubtree(subtree)
        guard subtree.upperBound <= size else { throw OutOfRange(description: "entry \(subtree.upperBound) is beyond size \(size)") }
        if subtree.isEmpty { return [] }
        var (low, high) = (UInt64(0), size)
        var (start, isKnown) = (subtree.lowerBound, true)
        var parts: [Range<UInt64>] = []
        // From the root down to the subtree; past a border that the subtree crosses, its left part is known but not alone.
        while !(start == low && subtree.upperBound == high) {
            let middle = low + floorPowerOfTwo(below: high - low)
            if subtree.upperBound <= middle {
                parts.append(middle..<high)
                high = middle
            } else {
                parts.append(low..<middle)
                if start < middle { (start, isKnown) = (middle, false) }
                low = middle
            }
        }
        if !isKnown { parts.append(low..<high) }
        return try parts.reversed().map { try hash(of: $0, from: source) }
    }

    /// What stands left and right of `range`, so that with its leaf hashes the root follows and nothing can be missing from it
    /// or added: at most `2 · log₂ size` hashes, left to right.
    package static func rangeProof(of range: Range<UInt64>, size: UInt64, from source: Source) throws -> [Hash] {
        guard range.upperBound <= size else { throw OutOfRange(description: "entry \(range.upperBound) is beyond size \(size)") }
        guard size > 0 else { return [] }
        var proof: [Hash] = []
        try outside(range, 0..<size) { proof.append(try hash(of: $0, from: source)) }
        return proof
    }

    private static func outside(_ range: Range<UInt64>, _ subtree: Range<UInt64>, _ body: (Range<UInt64>) throws -> Void) throws {
        if range.isEmpty || !range.overlaps(subtree) { return try body(subtree) }
        if range.lowerBound <= subtree.lowerBound && subtree.upperBound <= range.upperBound { return }
        let middle = subtree.lowerBound + floorPowerOfTwo(below: subtree.upperBound - subtree.lowerBound)
        try outside(range, subtree.lowerBound..<middle, body)
        try outside(range, middle..<subtree.upperBound, body)
    }

    /// Two adjacent subtrees that cover a range, ending where it ends and beginning less than the length of the first before
    /// it (the draft's §4.5). The second is empty when the range has at most one entry.
    package static func cover(of range: Range<UInt64>) -> (Range<UInt64>, Range<UInt64>) {
        let (start, end) = (range.lowerBound, range.upperBound)
        guard end - start > 1 else { return (range, end..<end) }
        let last = end - 1
        let split = UInt64(63 - (start ^ last).leadingZeroBitCount)
        let mask = (UInt64(1) << split) - 1
        let middle = last & ~mask
        let leftSplit = UInt64(64 - (~start & mask).leadingZeroBitCount)
        return ((start & ~((UInt64(1) << leftSplit) - 1))..<middle, middle..<end)
    }

    private static func checkSubtree(_ range: Range<UInt64>) throws {
        guard isSubtree(range) else { throw OutOfRange(description: "[\(range.lowerBound), \(range.upperBound)) is not a subtree") }
    }
}

/// The largest power of two smaller than `n`, where the tree of `n` leaves is split. `n` is at least 2.
func floorPowerOfTwo(below n: UInt64) -> UInt64 { 1 << UInt64(63 - (n - 1).leadingZeroBitCount) }

/// The smallest power of two not smaller than `n`, which is at most 2⁶³.
func ceilingPowerOfTwo(_ n: UInt64) -> UInt64 { n <= 1 ? 1 : 1 << UInt64(64 - (n - 1).leadingZeroBitCount) }
