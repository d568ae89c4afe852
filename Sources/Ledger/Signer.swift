import Crypto

/// A private key that signs notes. Never printed but by `privateText`.
package struct Signer: Sendable, CustomStringConvertible, CustomReflectable {
    package let verifierKey: VerifierKey
    private let key: Curve25519.Signing.PrivateKey
    private let seed: [UInt8]

    package var name: String { verifierKey.name }

    /// - Parameter seed: the 32 bytes of RFC 8032 §5.1.5.
    package init(name: String, seed: [UInt8]) throws(NoteProblem) {
        guard seed.count == 32, let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            throw NoteProblem("a signing key has 32 bytes, found \(seed.count)")
        }
        (self.key, self.seed) = (key, seed)
        verifierKey = try VerifierKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    /// Reads `PRIVATE+KEY+name+id+base64(type ‖ seed)`, the form of golang.org/x/mod/sumdb/note. Lines that are empty or begin
    /// with `#` are passed over.
    package init(parsing text: String) throws(NoteProblem) {
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") }
        guard let line = lines.first, lines.count == 1 else { throw NoteProblem("a signing key file has one line PRIVATE+KEY+name+id+key") }
        let parts = line.split(separator: "+", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "PRIVATE", parts[1] == "KEY" else { throw NoteProblem("a signing key is PRIVATE+KEY+name+id+key") }
        guard let bytes = Base64.decode(parts[4]), bytes.first == VerifierKey.Kind.ed25519.rawValue else {
            throw NoteProblem("the signing key is not base64 of an Ed25519 key")
        }
        try self.init(name: String(parts[2]), seed: Array(bytes.dropFirst()))
        guard parts[3].utf8.count == 8, let id = Hex.decode(parts[3]), bigEndian(id) == verifierKey.id else {
            throw NoteProblem("the signing key's id does not belong to its name and key; a letter is wrong")
        }
    }

    /// The secret, in the form that `init(parsing:)` reads.
    package var privateText: String {
        "PRIVATE+KEY+" + name + "+" + Hex.encode(bigEndianBytes(verifierKey.id)) + "+" + Base64.encode([VerifierKey.Kind.ed25519.rawValue] + seed)
    }

    /// Ed25519 over the text. The same bytes each time (RFC 8032 draws no random number).
    func signature(over text: String) throws(NoteProblem) -> [UInt8] {
        guard let signature = try? key.signature(for: Array(text.utf8)) else { throw NoteProblem("signing failed") }
        return Array(signature)
    }

    /// The key as a witness's: it makes cosignatures, and must make nothing else.
    package func cosignatureKey() throws(NoteProblem) -> VerifierKey {
        try VerifierKey(name: name, kind: .cosignature, publicKey: verifierKey.publicKey)
    }

    /// That this key saw the note at that time: c2sp.org/tlog-cosignature, type 4.
    /// - Parameter time: POSIX seconds.
    package func cosignature(over text: String, time: UInt64) throws(NoteProblem) -> SignedNote.Signature {
        guard let signature = try? key.signature(for: cosignedMessage(text: text, time: time)) else { throw NoteProblem("signing failed") }
        let stamp = (0..<8).map { UInt8(truncatingIfNeeded: time >> UInt64(56 - 8 * $0)) }
        return SignedNote.Signature(name: name, keyID: try cosignatureKey().id, bytes: stamp + Array(signature))
    }

    package var description: String { "(signing key of \(name))" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
