import Foundation
import Ledger
import Testing

/// Two readers and provers that share no code with ours.
@Suite struct ForeignTests {
    private static let sizes = [0, 1, 2, 255, 256, 257, 600, 1_025]

    private func audits(_ foreign: Foreign, count: Int) throws {
        try withTemporaryFolder { folder in
            let (_, signer) = try writeLog(folder, count: count)
            let whole = foreign.run("log", folder, signer.verifierKey.description)
            #expect(whole.status == 0, "\(whole.output)")
            #expect(whole.output.hasPrefix("size \(count) tiles "))
            let stranger = try Signer(name: signer.name, seed: [UInt8](repeating: 9, count: 32))
            #expect(foreign.run("log", folder, stranger.verifierKey.description).status == 1)
        }
    }

    private func refusesFlips(_ foreign: Foreign) throws {
        try withTemporaryFolder { folder in
            let (_, signer) = try writeLog(folder, count: 300)
            for (file, offset) in [("tile/entries/000", 700), ("tile/entries/001.p/44", 3), ("tile/0/000", 8_191), ("tile/0/001.p/44", 0), ("tile/1/000.p/1", 31), ("checkpoint", 25)] {
                let url = URL(fileURLWithPath: folder + "/" + file)
                let whole = try Data(contentsOf: url)
                var flipped = whole
                flipped[offset] ^= 4
                try flipped.write(to: url)
                #expect(foreign.run("log", folder, signer.verifierKey.description).status == 1, "\(file)")
                try whole.write(to: url)
            }
            #expect(foreign.run("log", folder, signer.verifierKey.description).status == 0)
        }
    }

    /// Our proofs, and the same with a bit changed: all must say the same.
    private func agreesOnProofs(_ foreign: Foreign) throws {
        let tree = PlainTree(count: 700)
        var random = SeededGenerator(5)
        var lines: [String] = [], ours: [Bool] = []
        for size in Array(1...40) + (0..<30).map({ _ in Int.random(in: 41...700, using: &random) }) {
            let root = tree.root(0..<size)
            for _ in 0..<4 {
                let index = Int.random(in: 0..<size, using: &random)
                let old = index + 1
                let inclusion = try Merkle.inclusionProof(of: UInt64(index), size: UInt64(size), from: tree.node)
                let consistency = try Merkle.consistencyProof(from: UInt64(old), size: UInt64(size), from: tree.node)
                for change in 0..<3 {
                    func changed(_ proof: [Hash]) -> [Hash] {
                        guard change > 0 else { return proof }
                        guard change == 1, let i = proof.indices.randomElement(using: &random) else { return proof + [root] }
                        var proof = proof
                        proof[i] = flipped(proof[i], bit: Int.random(in: 0..<256, using: &random))
                        return proof
                    }
                    let (record, trees) = (changed(inclusion), changed(consistency))
                    lines.append((["record", "\(size)", root.base64, "\(index)", tree.leaves[index].base64] + record.map(\.base64)).joined(separator: " "))
                    ours.append(Merkle.verifyInclusion(of: tree.leaves[index], at: UInt64(index), size: UInt64(size), proof: record, root: root))
                    let oldRoot = tree.root(0..<old)
                    lines.append((["tree", "\(size)", root.base64, "\(old)", oldRoot.base64] + trees.map(\.base64)).joined(separator: " "))
                    ours.append(Merkle.verifyConsistency(old: UInt64(old), oldRoot: oldRoot, size: UInt64(size), root: root, proof: trees))
                }
            }
        }
        #expect(ours.filter { $0 }.count == ours.count / 3)
        try withTemporaryFolder { folder in
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/proofs"))
            let answer = foreign.run("proofs", folder + "/proofs")
            #expect(answer.status == 0, "\(answer.output.suffix(200))")
            #expect(answer.output.split(separator: "\n").map { $0 == "true" } == ours)
        }
    }

    @Test(.needsGo, arguments: sizes + [65_537])
    func `Go's checksum database audits our log`(count: Int) throws { try audits(.go, count: count) }
    @Test(.needsGo) func `Go's checksum database refuses our log with one bit flipped`() throws { try refusesFlips(.go) }
    @Test(.needsGo) func `Go's checksum database decides our proofs as we do`() throws { try agreesOnProofs(.go) }

    @Test(.needsPython, arguments: sizes)
    func `aics-tlog audits our log`(count: Int) throws { try audits(.python, count: count) }
    @Test(.needsPython) func `aics-tlog refuses our log with one bit flipped`() throws { try refusesFlips(.python) }
    @Test(.needsPython) func `aics-tlog decides our proofs as we do`() throws { try agreesOnProofs(.python) }

    @Test(.needsPython) func `a cosignature by aics-tlog holds here`() throws {
        try withTemporaryFolder { folder in
            let (_, signer) = try writeLog(folder, count: 5)
            let answer = Foreign.python.run("cosign", folder, "witness.example/w1")
            #expect(answer.status == 0, "\(answer.output)")
            let parts = answer.output.split(separator: "\n", maxSplits: 1)
            let witness = try VerifierKey(String(parts[0]))
            #expect(witness.kind == .cosignature && witness.name == "witness.example/w1")
            let note = try SignedNote(parsing: Array(parts[1].utf8))
            let verified = try note.verify(with: [witness, signer.verifierKey])
            #expect(verified.map(\.key) == [signer.verifierKey, witness])
            #expect(verified.map(\.time) == [nil, 1_700_000_000])
            let changed = String(parts[1]).replacingOccurrences(of: "cordon.example/case\n5\n", with: "cordon.example/case\n6\n")
            #expect(throws: NoteProblem.self) { try SignedNote(parsing: Array(changed.utf8)).verify(with: [witness]) }
        }
    }
}
