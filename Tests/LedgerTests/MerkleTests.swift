import Ledger
import Testing

@Suite struct MerkleTests {
    @Test func `hashes are those of RFC 6962`() {
        #expect(Hash.emptyRoot.hex == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(Hash(leaf: []).hex == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
        // golang.org/x/mod/sumdb/tlog, the tree of two records.
        #expect(Hash(node: Hash(leaf: []), Hash(leaf: [])).hex.count == 64)
        #expect(Hash(of: Array("abc".utf8)).hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func `a hash is 32 bytes and its texts lead back to it`() {
        var random = SeededGenerator(1)
        for _ in 0..<100 {
            let bytes = random.bytes(32)
            let hash = Hash(bytes)
            #expect(hash?.bytes == bytes)
            #expect(hash.flatMap { Hash(base64: $0.base64) } == hash)
            #expect(hash.map { Hex.decode($0.hex) } == bytes)
        }
        #expect(Hash([UInt8](repeating: 0, count: 31)) == nil && Hash([UInt8](repeating: 0, count: 33)) == nil)
    }

    @Test(arguments: [1, 2, 3, 5, 8, 13, 64, 100, 255, 256, 257])
    func `what is proven of a tree holds, and not with any bit changed`(size: Int) throws {
        let tree = PlainTree(count: size)
        let n = UInt64(size)
        let root = tree.root(0..<size)
        var random = SeededGenerator(UInt64(size))
        for _ in 0..<40 {
            let index = UInt64.random(in: 0..<n, using: &random)
            let leaf = tree.leaves[Int(index)]
            let inclusion = try Merkle.inclusionProof(of: index, size: n, from: tree.node)
            #expect(Merkle.verifyInclusion(of: leaf, at: index, size: n, proof: inclusion, root: root))
            for i in inclusion.indices {
                var changed = inclusion
                changed[i] = flipped(changed[i], bit: Int.random(in: 0..<256, using: &random))
                #expect(!Merkle.verifyInclusion(of: leaf, at: index, size: n, proof: changed, root: root))
            }
            let old = UInt64.random(in: 1...n, using: &random)
            let consistency = try Merkle.consistencyProof(from: old, size: n, from: tree.node)
            let oldRoot = tree.root(0..<Int(old))
            #expect(Merkle.verifyConsistency(old: old, oldRoot: oldRoot, size: n, root: root, proof: consistency))
            for i in consistency.indices {
                var changed = consistency
                changed[i] = flipped(changed[i], bit: Int.random(in: 0..<256, using: &random))
                #expect(!Merkle.verifyConsistency(old: old, oldRoot: oldRoot, size: n, root: root, proof: changed))
            }
        }
    }

    @Test(arguments: [1, 2, 3, 7, 8, 9, 20, 33])
    func `a range proof holds for exactly the entries of the range`(size: Int) throws {
        let tree = PlainTree(count: size)
        let n = UInt64(size)
        let root = tree.root(0..<size)
        for start in 0...size {
            for end in start...size {
                let range = UInt64(start)..<UInt64(end)
                let proof = try Merkle.rangeProof(of: range, size: n, from: tree.node)
                let leaves = Array(tree.leaves[start..<end])
                func holds(_ leaves: [Hash], _ proof: [Hash] = proof, _ range: Range<UInt64> = range, size: UInt64 = n) -> Bool {
                    Merkle.verifyRange(range, leaves: leaves, size: size, proof: proof, root: root)
                }
                #expect(holds(leaves))
                #expect(proof.count <= 2 * 6)
                #expect(!holds(leaves + [root]) && !holds(leaves, proof + [root]))
                if start < end {
                    #expect(!holds(Array(leaves.dropFirst())))
                    #expect(!holds(Array(leaves.dropFirst()) + [leaves[0]]) || leaves.count == 1)
                    // One left out, one put in for it: the number is right, the entries are not.
                    var changed = leaves
                    changed[leaves.count / 2] = flipped(changed[leaves.count / 2])
                    #expect(!holds(changed))
                    // The same entries, said to lie elsewhere.
                    if end < size { #expect(!holds(leaves, proof, UInt64(start + 1)..<UInt64(end + 1))) }
                    if start > 0 { #expect(!holds(leaves, proof, UInt64(start - 1)..<UInt64(end - 1))) }
                }
                for i in proof.indices {
                    var changed = proof
                    changed[i] = flipped(changed[i])
                    #expect(!holds(leaves, changed))
                    changed.remove(at: i)
                    #expect(!holds(leaves, changed))
                }
            }
        }
    }

    @Test func `a proof from another tree size does not hold`() throws {
        let tree = PlainTree(count: 20)
        let proof = try Merkle.inclusionProof(of: 4, size: 13, from: tree.node)
        for size in UInt64(5)...20 {
            let holds = Merkle.verifyInclusion(of: tree.leaves[4], at: 4, size: size, proof: proof, root: tree.root(0..<13))
            // The numbers 9 to 16 give paths of the same shape for entry 4; the root is what tells them apart.
            #expect(holds == (9...16).contains(size))
        }
    }

    @Test func `what is outside of the tree is refused and never crashes`() throws {
        let tree = PlainTree(count: 8)
        let hash = tree.leaves[0]
        #expect(throws: Merkle.OutOfRange.self) { try Merkle.inclusionProof(of: 8, size: 8, from: tree.node) }
        #expect(throws: Merkle.OutOfRange.self) { try Merkle.inclusionProof(of: 4, in: 3..<5, from: tree.node) }
        #expect(throws: Merkle.OutOfRange.self) { try Merkle.consistencyProof(from: 0, size: 8, from: tree.node) }
        #expect(throws: Merkle.OutOfRange.self) { try Merkle.consistencyProof(from: 9, size: 8, from: tree.node) }
        #expect(throws: Merkle.OutOfRange.self) { try Merkle.rangeProof(of: 2..<9, size: 8, from: tree.node) }
        let extremes: [UInt64] = [0, 1, 2, 3, 1 << 32, 1 << 62, 1 << 63, 1 << 63 + 1, .max - 1, .max]
        for a in extremes {
            for b in extremes {
                for c in extremes {
                    for length in [0, 1, 3, 64, 65, 200] {
                        let proof = [Hash](repeating: hash, count: length)
                        let isEmptyRange = a == b && a <= c && length == 0
                        #expect(!Merkle.verifyInclusion(of: hash, at: a, start: b, end: c, proof: proof, root: .emptyRoot))
                        #expect(Merkle.verifyConsistency(start: a, end: b, subtreeRoot: .emptyRoot, size: c, root: hash, proof: proof) == isEmptyRange)
                        #expect(!Merkle.verifyConsistency(old: a, oldRoot: .emptyRoot, size: c, root: hash, proof: proof))
                        if a <= b, b - a < 300 {
                            _ = Merkle.verifyRange(a..<b, leaves: [Hash](repeating: hash, count: Int(b - a)), size: c, proof: proof, root: .emptyRoot)
                        }
                    }
                    if a <= b { _ = Merkle.cover(of: a..<b) }
                }
            }
        }
    }
}
