import Foundation
import Ledger
import Testing

/// A whole log that another program made: transparency-dev/tessera `testdata/log`.
@Suite(.needsVectors) struct TesseraTests {
    private let folder = (vectors ?? "") + "/tessera-log"
    private let leaves = ["one", "two", "three", "four", "five", "six", "seven", "eit", "nain", "ten", "ileven", "twelf", "threeten", "fourten", "fivten"]
    private func key() throws -> VerifierKey { try VerifierKey("example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx") }
    private func hashes() -> PlainTree { PlainTree(leaves: leaves.map { Hash(leaf: Array($0.utf8)) }) }

    @Test func `all 16 checkpoints verify and their roots follow from the leaves`() throws {
        let key = try key()
        let tree = hashes()
        for size in 0...15 {
            let bytes = Array(try vectorFile("tessera-log/checkpoint.\(size)"))
            let note = try SignedNote(parsing: bytes)
            #expect(try note.verify(with: [key]).map(\.key) == [key])
            let checkpoint = try Checkpoint(text: note.text)
            #expect(checkpoint == Checkpoint(origin: "example.com/log/testdata", size: UInt64(size), root: tree.root(0..<size)))
            #expect(note.bytes == bytes && checkpoint.text == note.text)
            for old in 1..<max(1, size) {
                let proof = try Merkle.consistencyProof(from: UInt64(old), size: UInt64(size), from: tree.node)
                #expect(Merkle.verifyConsistency(old: UInt64(old), oldRoot: tree.root(0..<old), size: UInt64(size), root: checkpoint.root, proof: proof))
            }
        }
    }

    @Test func `the log passes our audit and gives its leaves`() throws {
        let reader = try LedgerReader(folder: folder, keys: [try key()], origin: "example.com/log/testdata")
        let audit = try reader.audit()
        #expect(audit.entries == 15 && audit.bundles == 1 && audit.tiles == 1 && audit.bytes == 99 + 480)
        var read: [String] = []
        try reader.forEachEntry { read.append(String(decoding: $1, as: UTF8.self)) }
        #expect(read == leaves)
    }

    @Test func `every tile and bundle is made again byte for byte`() throws {
        let signer = try Signer(name: "example.com/log/testdata", seed: [UInt8](repeating: 1, count: 32))
        for size in 1...15 {
            try withTemporaryFolder { own in
                let writer = try LedgerWriter(folder: own, origin: signer.name)
                for leaf in leaves.prefix(size) { try writer.append(Array(leaf.utf8)) }
                try writer.finish(signer: signer)
                for file in ["tile/0/000.p/\(size)", "tile/entries/000.p/\(size)"] {
                    #expect(FileManager.default.contents(atPath: own + "/" + file) == FileManager.default.contents(atPath: folder + "/" + file), "\(file)")
                }
            }
        }
    }
}
