/// Checking proofs, without a tree: RFC 9162 §2.1.3.2 and §2.1.4.2, and draft-ietf-plants-merkle-tree-certs-06 §4.3.3 and
/// §4.4.3 for subtrees. Every number may come from a stranger.
extension Merkle {
    /// Whether `leaf` is entry `index` of the tree of `size` leaves with this root.
    package static func verifyInclusion(of leaf: Hash, at index: UInt64, size: UInt64, proof: [Hash], root: Hash) -> Bool {
        verifyInclusion(of: leaf, at: index, start: 0, end: size, proof: proof, root: root)
    }

    /// Whether `leaf` is entry `index` of the subtree `[start, end)` with this root.
    package static func verifyInclusion(of leaf: Hash, at index: UInt64, start: UInt64, end: UInt64, proof: [Hash], root: Hash) -> Bool {
        guard start <= index, index < end, isSubtree(start..<end) else { return false }
        var node = index - start
        var last = end - start - 1
        var hash = leaf
        for sibling in proof {
            guard last != 0 else { return false }
            if node & 1 == 1 || node == last {
                hash = Hash(node: sibling, hash)
                // Along the right edge, levels where the node has no sibling are passed over.
                while node & 1 == 0 && node != 0 { (node, last) = (node >> 1, last >> 1) }
            } else {
                hash = Hash(node: hash, sibling)
            }
            (node, last) = (node >> 1, last >> 1)
        }
        return last == 0 && hash == root
    }

    /// Whether the tree of `size` leaves continues the tree of `old` leaves. Nothing follows from an empty tree: `old` 0 is
    /// refused, a witness treats it apart.
    package static func verifyConsistency(old: UInt64, oldRoot: Hash, size: UInt64, root: Hash, proof: [Hash]) -> Bool {
        old > 0 && verifyConsistency(start: 0, end: old, subtreeRoot: oldRoot, size: size, root: root, proof: proof)
    }

    /// Whether the subtree `[start, end)` stands in the tree of `size` leaves. The empty range stands in every tree, whatever
    /// its root; its own root is the empty one.
    package static func verifyConsistency(start: UInt64, end: UInt64, subtreeRoot: Hash, size: UInt64, root: Hash, proof: [Hash]) -> Bool {
        guard start <= end, end <= size, isSubtree(start..<end) else { return false }
        if start == end { return proof.isEmpty && subtreeRoot == .emptyRoot }
        var (first, last, treeLast) = (start, end - 1, size - 1)
        func climb() { (first, last, treeLast) = (first >> 1, last >> 1, treeLast >> 1) }

        if last == treeLast {
            while first != last { climb() }
        } else {
            while first != last && last & 1 == 1 { climb() }
        }
        var rest = proof[...]
        var subtreeHash = subtreeRoot
        if first != last {
            guard let seed = rest.popFirst() else { return false }
            subtreeHash = seed
        }
        var treeHash = subtreeHash
        for hash in rest {
            guard treeLast != 0 else { return false }
            if last & 1 == 1 || last == treeLast {
                if first < last { subtreeHash = Hash(node: hash, subtreeHash) }
                treeHash = Hash(node: hash, treeHash)
                while last & 1 == 0 && last != 0 { climb() }
            } else {
                treeHash = Hash(node: treeHash, hash)
            }
            climb()
        }
        return treeLast == 0 && subtreeHash == subtreeRoot && treeHash == root
    }

    /// Whether `leaves` are all entries of `range`, in order, in the tree of `size` leaves with this root.
    package static func verifyRange(_ range: Range<UInt64>, leaves: [Hash], size: UInt64, proof: [Hash], root: Hash) -> Bool {
        guard UInt64(leaves.count) == range.upperBound - range.lowerBound else { return false }
        var next = leaves.startIndex
        return verifyRange(range, size: size, proof: proof, root: root) {
            defer { next += 1 }
            return leaves[next]
        }
    }

    /// The same with leaves taken one by one from `nextLeaf`, each exactly once, so that memory stays O(log n) over any range.
    package static func verifyRange(
        _ range: Range<UInt64>, size: UInt64, proof: [Hash], root: Hash, nextLeaf: () throws -> Hash
    ) rethrows -> Bool {
        guard range.upperBound <= size else { return false }
        guard size > 0 else { return proof.isEmpty && root == .emptyRoot }
        var rest = proof[...]
        let computed = try rangeHash(range, 0..<size, &rest, nextLeaf)
        return computed == root && rest.isEmpty
    }

    /// Nil when the proof is too short.
    private static func rangeHash(
        _ range: Range<UInt64>, _ subtree: Range<UInt64>, _ proof: inout ArraySlice<Hash>, _ nextLeaf: () throws -> Hash
    ) rethrows -> Hash? {
        if range.isEmpty || !range.overlaps(subtree) { return proof.popFirst() }
        if subtree.upperBound - subtree.lowerBound == 1 { return try nextLeaf() }
        let middle = subtree.lowerBound + floorPowerOfTwo(below: subtree.upperBound - subtree.lowerBound)
        guard let left = try rangeHash(range, subtree.lowerBound..<middle, &proof, nextLeaf),
              let right = try rangeHash(range, middle..<subtree.upperBound, &proof, nextLeaf)
        else { return nil }
        return Hash(node: left, right)
    }
}
