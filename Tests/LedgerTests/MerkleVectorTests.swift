import Crypto
import Foundation
import Ledger
import Testing

/// transparency-dev/merkle testdata and the accumulated vectors of draft-ietf-plants-merkle-tree-certs-06, appendix C.1.
@Suite struct MerkleVectorTests {
    private struct Vector: Decodable {
        var leafIdx: UInt64?, treeSize: UInt64?, start: UInt64?, end: UInt64?, size: UInt64?, size1: UInt64?, size2: UInt64?
        var root: Data?, root1: Data?, root2: Data?, leafHash: Data?
        var proof: [Data]?
        var desc: String
        var wantErr: Bool
    }

    /// Nil for a hash of another length than 32 bytes: such a proof cannot even be stated here, which refuses it.
    private static func hash(_ data: Data?) -> Hash? { data.flatMap { Hash(Array($0)) } }

    private static func decide(_ vector: Vector) -> Bool {
        let proof = (vector.proof ?? []).map { Hash(Array($0)) }
        guard !proof.contains(nil) else { return false }
        let hashes = proof.compactMap(\.self)
        if let index = vector.leafIdx {
            guard let leaf = hash(vector.leafHash), let root = hash(vector.root) else { return false }
            if let size = vector.treeSize { return Merkle.verifyInclusion(of: leaf, at: index, size: size, proof: hashes, root: root) }
            guard let start = vector.start, let end = vector.end else { return false }
            return Merkle.verifyInclusion(of: leaf, at: index, start: start, end: end, proof: hashes, root: root)
        }
        // Where the roots do not matter but for being equal, the vectors have the words "don't care" in their place.
        let roots = [vector.root1, vector.root2].map { data in data.map { Hash(Array($0)) ?? Hash(of: Array($0)) } }
        guard let first = roots[0], let second = roots[1] else { return false }
        if let old = vector.size1, let size = vector.size2 {
            return Merkle.verifyConsistency(old: old, oldRoot: first, size: size, root: second, proof: hashes)
        }
        guard let start = vector.start, let end = vector.end, let size = vector.size else { return false }
        return Merkle.verifyConsistency(start: start, end: end, subtreeRoot: first, size: size, root: second, proof: hashes)
    }

    @Test(.needsVectors, arguments: [("inclusion", 98), ("consistency", 98), ("subtreeinclusion", 204), ("subtreeconsistency", 118)])
    func `every proof vector is decided as it is marked`(folder: String, count: Int) throws {
        let files = try vectorFiles("merkle/" + folder)
        #expect(files.count == count)
        var accepted = 0
        for file in files {
            let vector = try JSONDecoder().decode(Vector.self, from: vectorFile(file))
            let holds = Self.decide(vector)
            #expect(holds == !vector.wantErr, "\(file): \(vector.desc)")
            if holds { accepted += 1 }
        }
        #expect(accepted > 0 && accepted < count)
    }

    private static let tree = PlainTree(leaves: (0..<130).map { Hash(leaf: [UInt8($0)]) })
    private static func root(_ range: Range<UInt64>) -> Hash { tree.root(Int(range.lowerBound)..<Int(range.upperBound)) }

    private static func accumulate(_ body: (_ line: (String, [Hash]) -> Void) throws -> Void) rethrows -> String {
        var hasher = SHA256()
        try body { text, proof in
            hasher.update(data: Array((text + proof.map { " " + $0.hex }.joined() + "\n").utf8))
        }
        return Hex.encode(Array(hasher.finalize()))
    }

    private static func forEachSubtree(upTo size: UInt64, _ body: (Range<UInt64>) throws -> Void) rethrows {
        for end in 0...size {
            for start in 0...end where Merkle.isSubtree(start..<end) { try body(start..<end) }
        }
    }

    @Test func `the hashes of all subtrees are those of the draft`() throws {
        let accumulated = try Self.accumulate { line in
            try Self.forEachSubtree(upTo: 130) { subtree in
                let hash = try Merkle.hash(of: subtree, from: Self.tree.node)
                #expect(hash == Self.root(subtree))
                line("[\(subtree.lowerBound), \(subtree.upperBound))", [hash])
            }
        }
        #expect(accumulated == "b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81")
    }

    @Test func `the inclusion proofs of all subtrees are those of the draft and hold`() throws {
        let accumulated = try Self.accumulate { line in
            try Self.forEachSubtree(upTo: 130) { subtree in
                let root = Self.root(subtree)
                for index in subtree {
                    let proof = try Merkle.inclusionProof(of: index, in: subtree, from: Self.tree.node)
                    line("\(index) [\(subtree.lowerBound), \(subtree.upperBound))", proof)
                    let leaf = Self.tree.leaves[Int(index)]
                    func holds(_ index: UInt64, _ proof: [Hash]) -> Bool {
                        Merkle.verifyInclusion(of: leaf, at: index, start: subtree.lowerBound, end: subtree.upperBound, proof: proof, root: root)
                    }
                    #expect(holds(index, proof))
                    #expect(!holds(index, proof + [root]) && !holds(index + 1, proof) && (proof.isEmpty || !holds(index, Array(proof.dropLast()))))
                }
            }
        }
        #expect(accumulated == "ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f")
    }

    @Test func `the consistency proofs of all subtrees are those of the draft and hold`() throws {
        let accumulated = try Self.accumulate { line in
            for size in UInt64(0)...130 {
                let root = Self.root(0..<size)
                try Self.forEachSubtree(upTo: size) { subtree in
                    let proof = try Merkle.consistencyProof(of: subtree, size: size, from: Self.tree.node)
                    line("[\(subtree.lowerBound), \(subtree.upperBound)) \(size)", proof)
                    let subtreeRoot = Self.root(subtree)
                    func holds(_ subtreeRoot: Hash, _ root: Hash, _ proof: [Hash]) -> Bool {
                        Merkle.verifyConsistency(
                            start: subtree.lowerBound, end: subtree.upperBound, subtreeRoot: subtreeRoot, size: size, root: root, proof: proof)
                    }
                    #expect(holds(subtreeRoot, root, proof))
                    #expect(!holds(flipped(subtreeRoot), root, proof) && !holds(subtreeRoot, root, proof + [root]))
                    #expect(holds(subtreeRoot, flipped(root), proof) == subtree.isEmpty)
                    #expect(proof.isEmpty || !holds(subtreeRoot, root, Array(proof.dropLast())) && !holds(subtreeRoot, root, Array(proof.dropFirst())))
                }
            }
        }
        #expect(accumulated == "10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74")
    }

    @Test func `two subtrees cover every range as in the draft`() {
        let accumulated = Self.accumulate { line in
            for end in UInt64(0)...130 {
                for start in 0...end {
                    let (left, right) = Merkle.cover(of: start..<end)
                    line("[\(left.lowerBound), \(left.upperBound)) [\(right.lowerBound), \(right.upperBound))", [])
                }
            }
        }
        #expect(accumulated == "7fd9c8b926e9d2b5cf831560e8ce295a5ef97ad5c5ede4ea0dea28a8c8fc8bb0")
    }
}
