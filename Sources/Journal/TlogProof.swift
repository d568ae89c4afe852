import Ledger

/// That one entry is in a signed log, in one file that is checked without the log: c2sp.org/tlog-proof.
///
/// ```
/// c2sp.org/tlog-proof@v1
/// extra <base64>           may be missing
/// index <decimal>
/// <hash, base64>           from the leaf to the root, one a line
///
/// <checkpoint, as it was published>
/// ```
package struct TlogProof: Sendable, Hashable {
    package var index: UInt64
    package var hashes: [Hash]
    package var checkpoint: SignedNote
    package var extra: [UInt8]?

    private static let version = "c2sp.org/tlog-proof@v1"

    package init(index: UInt64, hashes: [Hash], checkpoint: SignedNote, extra: [UInt8]? = nil) {
        (self.index, self.hashes, self.checkpoint, self.extra) = (index, hashes, checkpoint, extra)
    }

    package init(parsing bytes: [UInt8]) throws {
        func problem(_ what: String) -> ProofProblem { ProofProblem(description: "the proof \(what)") }
        var at = 0
        func line() throws -> String {
            guard let end = bytes[at...].firstIndex(of: UInt8(ascii: "\n")), let text = String(validating: bytes[at..<end], as: UTF8.self) else { throw problem("is cut short") }
            at = end + 1
            return text
        }
        guard try line() == TlogProof.version else { throw problem("does not begin with \(TlogProof.version)") }
        var next = try line()
        if next.hasPrefix("extra ") {
            guard let decoded = Base64.decode(next.dropFirst(6)) else { throw problem("has extra data that is not base64") }
            extra = decoded
            next = try line()
        }
        guard next.hasPrefix("index "), let number = decimalNumber(next.dropFirst(6)) else { throw problem("has no line `index` with a plain decimal number") }
        index = number
        hashes = []
        while true {
            let text = try line()
            if text.isEmpty { break }
            guard hashes.count < 64, let hash = Hash(base64: text) else { throw problem("has something else than at most 64 hashes in base64") }
            hashes.append(hash)
        }
        checkpoint = try SignedNote(parsing: Array(bytes[at...]))
    }

    package var bytes: [UInt8] {
        var text = TlogProof.version + "\n"
        if let extra { text += "extra " + Base64.encode(extra) + "\n" }
        text += "index \(index)\n" + hashes.map { $0.base64 + "\n" }.joined() + "\n"
        return Array(text.utf8) + checkpoint.bytes
    }

    /// - Returns: the keys that signed, and the checkpoint that they signed.
    /// - Throws: when no known key signed, or the leaf is not where the proof says.
    package func verify(_ leaf: Hash, keys: [VerifierKey]) throws -> (signers: [SignedNote.Verified], checkpoint: Checkpoint) {
        let signers = try checkpoint.verify(with: keys)
        let tree = try Checkpoint(text: checkpoint.text)
        guard Merkle.verifyInclusion(of: leaf, at: index, size: tree.size, proof: hashes, root: tree.root) else {
            throw ProofProblem(description: "the proof does not lead from this entry at index \(index) to the root of size \(tree.size)")
        }
        return (signers, tree)
    }
}

package struct ProofProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
}

/// Digits only, no zeros in front.
func decimalNumber(_ text: some StringProtocol) -> UInt64? {
    guard let first = text.utf8.first, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), first != 0x30 || text.utf8.count == 1 else { return nil }
    return UInt64(text)
}
