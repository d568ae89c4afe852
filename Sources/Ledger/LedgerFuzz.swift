/// What fuzz targets call: more than that nothing crashes, what is read is written back to the same bytes, since each of
/// these formats has one text for one value. A difference stops the program.
package enum LedgerFuzz {
    package static func checkEntry(_ bytes: [UInt8]) {
        guard let entry = try? LedgerEntry(decoding: bytes) else { return }
        precondition((try? entry.encoded()) == bytes, "an entry was read that is not written so")
    }

    package static func checkNote(_ bytes: [UInt8]) {
        guard let note = try? SignedNote(parsing: bytes) else { return }
        precondition(note.bytes == bytes, "a note was read that is not written so")
        _ = try? note.verify(with: keys)
    }

    package static func checkCheckpoint(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self), let checkpoint = try? Checkpoint(text: text) else { return }
        precondition(Array(checkpoint.text.utf8) == bytes, "a checkpoint was read that is not written so")
    }

    package static func checkTilePath(_ bytes: [UInt8]) {
        guard let path = String(validating: bytes, as: UTF8.self), let tile = Tile(path: path) else { return }
        precondition(Array(tile.path.utf8) == bytes, "a tile path was read that is not written so")
    }

    /// Key files and key texts.
    package static func checkKeys(_ bytes: [UInt8]) {
        if let key = try? CaseKey(parsing: bytes) {
            precondition((try? CaseKey(parsing: Array(key.fileText.utf8))) == key, "a case key was read that is written otherwise")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        if let key = try? VerifierKey(text) {
            precondition((try? VerifierKey(key.description)) == key, "a verifier key was read that is written otherwise")
        }
        if let signer = try? Signer(parsing: text) {
            precondition((try? Signer(parsing: signer.privateText))?.verifierKey == signer.verifierKey, "a signing key was read that is written otherwise")
        }
    }

    /// Proofs have no bytes of their own here: numbers and hashes are cut from the input. No proof holds by chance.
    package static func checkProof(_ bytes: [UInt8]) {
        guard bytes.count >= 24 else { return }
        let numbers = (0..<3).map { i in bytes[(i * 8)..<(i * 8 + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        let hashes = stride(from: 24, to: bytes.count - 31, by: 32).compactMap { Hash(bytes[$0..<$0 + 32]) }
        guard hashes.count >= 2 else { return }
        let proof = Array(hashes.dropFirst(2))
        _ = Merkle.verifyInclusion(of: hashes[0], at: numbers[0], start: numbers[1], end: numbers[2], proof: proof, root: hashes[1])
        _ = Merkle.verifyConsistency(start: numbers[0], end: numbers[1], subtreeRoot: hashes[0], size: numbers[2], root: hashes[1], proof: proof)
        if numbers[0] <= numbers[1] {
            _ = Merkle.verifyRange(numbers[0]..<numbers[1], leaves: proof, size: numbers[2], proof: Array(hashes.prefix(2)), root: hashes[1])
        }
    }

    private static let keys = ["PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"].compactMap { try? VerifierKey($0) }
}
