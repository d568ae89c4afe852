import Crypto

/// A public key that signs notes, with its name: the `vkey` text `name+id+base64(type ‖ key)` of c2sp.org/signed-note.
///
/// Ed25519 policy. Verifying is BoringSSL's through swift-crypto: without cofactor, `S` below the group order, `R` compared as
/// bytes, so a signature has one form and every verifier of that family says the same. What it would let pass is refused
/// here, when the key is configured: encodings whose coordinate is not below 2²⁵⁵ − 19, and the points of small order, under
/// which anybody can make signatures.
package struct VerifierKey: Hashable, Sendable, CustomStringConvertible {
    /// Signature types of c2sp.org/signed-note that are understood here.
    package enum Kind: UInt8, Sendable {
        /// Ed25519 over the note's text.
        case ed25519 = 1
        /// Ed25519 over a time and the text: a witness's cosignature (c2sp.org/tlog-cosignature).
        case cosignature = 4
    }

    package let name: String
    package let kind: Kind
    /// 32 bytes (RFC 8032 §5.1.5).
    package let publicKey: [UInt8]
    /// First four bytes of SHA-256(name ‖ LF ‖ type ‖ key).
    package let id: UInt32

    package init(name: String, kind: Kind = .ed25519, publicKey: [UInt8]) throws(NoteProblem) {
        guard isValidKeyName(name) else { throw NoteProblem("the key's name is empty or has spaces or plus signs") }
        if let problem = ed25519KeyProblem(publicKey) { throw NoteProblem("the public key \(problem)") }
        (self.name, self.kind, self.publicKey) = (name, kind, publicKey)
        id = keyID(name: name, kind: kind, publicKey: publicKey)
    }

    package init(_ text: String) throws(NoteProblem) {
        // The name has no plus sign; base64 may have some.
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw NoteProblem("a verifier key is name+id+key in one line") }
        guard parts[1].utf8.count == 8, let id = Hex.decode(parts[1]) else { throw NoteProblem("the key's id is not 8 hexadecimal digits") }
        guard let key = Base64.decode(parts[2]), let type = key.first else { throw NoteProblem("the key is not base64") }
        guard let kind = Kind(rawValue: type) else { throw NoteProblem("keys of type \(type) are not understood; Ed25519 (1) and its cosignature (4) are") }
        try self.init(name: String(parts[0]), kind: kind, publicKey: Array(key.dropFirst()))
        guard self.id == bigEndian(id) else { throw NoteProblem("the key's id does not belong to its name and key; a letter is wrong") }
    }

    package var description: String {
        name + "+" + Hex.encode(bigEndianBytes(id)) + "+" + Base64.encode([kind.rawValue] + publicKey)
    }

    /// Whether `signature` (without the key id) is this key's over `text`.
    package func verifies(_ signature: [UInt8], text: String) -> Bool {
        switch kind {
        case .ed25519:
            return verifies(raw: signature, message: Array(text.utf8))
        case .cosignature:
            guard let time = VerifierKey.cosignatureTime(signature) else { return false }
            return verifies(raw: Array(signature.dropFirst(8)), message: cosignedMessage(text: text, time: time))
        }
    }

    /// POSIX seconds that a cosignature states; nil when it is not 72 bytes or beyond 2⁶³ − 1.
    package static func cosignatureTime(_ signature: [UInt8]) -> UInt64? {
        guard signature.count == 72 else { return nil }
        let time = signature.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return time <= UInt64(Int64.max) ? time : nil
    }

    private func verifies(raw signature: [UInt8], message: [UInt8]) -> Bool {
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}

func cosignedMessage(text: String, time: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(time)\n".utf8) + Array(text.utf8)
}

private func keyID(name: String, kind: VerifierKey.Kind, publicKey: [UInt8]) -> UInt32 {
    let hash = Hash(of: Array(name.utf8) + [UInt8(ascii: "\n"), kind.rawValue] + publicKey)
    return bigEndian(Array(hash.bytes.prefix(4)))
}

func bigEndian(_ bytes: [UInt8]) -> UInt32 { bytes.reduce(0) { $0 << 8 | UInt32($1) } }
func bigEndianBytes(_ n: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: n >> UInt32(24 - 8 * $0)) } }

/// Not empty, no Unicode space, no control character, no plus sign (c2sp.org/signed-note).
func isValidKeyName(_ name: String) -> Bool {
    !name.isEmpty && name.unicodeScalars.allSatisfy { $0 != "+" && $0.value >= 0x20 && !$0.properties.isWhitespace }
}

/// Why a public key must not be trusted; nil when nothing speaks against it.
func ed25519KeyProblem(_ key: [UInt8]) -> String? {
    guard key.count == 32 else { return "has \(key.count) bytes, expected 32" }
    // The top bit is the sign of x; the rest is y, little-endian.
    var y = key
    y[31] &= 0x7f
    if y[31] == 0x7f, y[1..<31].allSatisfy({ $0 == 0xff }), y[0] >= 0xed { return "is not the canonical encoding of a point" }
    if smallOrderY.contains(y) { return "is a point of small order, under which anybody can sign" }
    return nil
}

/// The y-coordinates of the eight points of small order of edwards25519: orders 1, 2, 4 and 8.
private let smallOrderY: [[UInt8]] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
].compactMap { Hex.decode($0) }
