/// Text with signatures under it: c2sp.org/signed-note v1.0.0.
///
/// A note that parses is not yet to be believed: `verify` says whose signatures hold.
package struct SignedNote: Sendable, Hashable {
    /// Ends with a newline, which is signed too.
    package let text: String
    package let signatures: [Signature]

    package struct Signature: Sendable, Hashable {
        package let name: String
        package let keyID: UInt32
        /// What the key made, without its id.
        package let bytes: [UInt8]
    }

    /// A signature that holds.
    package struct Verified: Sendable, Hashable {
        package let key: VerifierKey
        /// POSIX seconds, of a cosignature.
        package let time: UInt64?
    }

    /// Readers must accept 16; more than this is refused before anything is verified.
    package static let signaturesMaximum = 100

    package init(text: String, signers: [Signer]) throws(NoteProblem) {
        guard text.utf8.last == UInt8(ascii: "\n"), hasOnlyPlainText(text) else {
            throw NoteProblem("a note's text must end with a newline and have no other control characters")
        }
        self.text = text
        var signatures: [Signature] = []
        for signer in signers {
            signatures.append(Signature(name: signer.name, keyID: signer.verifierKey.id, bytes: try signer.signature(over: text)))
        }
        self.signatures = signatures
    }

    package init(parsing bytes: [UInt8]) throws(NoteProblem) {
        guard let note = String(validating: bytes, as: UTF8.self) else { throw NoteProblem("is not UTF-8") }
        guard hasOnlyPlainText(note) else { throw NoteProblem("has control characters") }
        // The last empty line parts text and signatures: the text may have empty lines, the signatures none.
        guard bytes.last == UInt8(ascii: "\n"),
              let split = (1..<bytes.count).last(where: { bytes[$0] == UInt8(ascii: "\n") && bytes[$0 - 1] == UInt8(ascii: "\n") })
        else { throw NoteProblem("has no signatures: they stand under an empty line") }
        text = String(decoding: bytes[..<split], as: UTF8.self)
        let lines = bytes[(split + 1)...].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
        guard !lines.isEmpty else { throw NoteProblem("has no signatures: they stand under an empty line") }
        guard lines.count <= SignedNote.signaturesMaximum else { throw NoteProblem("has \(lines.count) signatures, expected at most \(SignedNote.signaturesMaximum)") }
        var signatures: [Signature] = []
        for line in lines {
            guard let signature = Signature(line: line) else { throw NoteProblem("signature line \(signatures.count + 1) is malformed") }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    /// The same note with more signatures, of which each key's first counts.
    package func adding(_ more: [Signature]) -> SignedNote { SignedNote(text: text, signatures: signatures + more) }

    private init(text: String, signatures: [Signature]) { (self.text, self.signatures) = (text, signatures) }

    package var bytes: [UInt8] {
        Array((text + "\n" + signatures.map(\.line).joined()).utf8)
    }

    /// Checks every signature of a known key. Signatures of others say nothing and are passed over, even where they share a
    /// name or an id with a known key.
    ///
    /// - Returns: the known keys whose signatures hold, in the note's order, each once.
    /// - Throws: when one fails, when none is there, or when two of `keys` cannot be told apart.
    package func verify(with keys: [VerifierKey]) throws(NoteProblem) -> [Verified] {
        var verified: [Verified] = []
        for signature in signatures {
            let known = keys.filter { $0.id == signature.keyID && $0.name.utf8.elementsEqual(signature.name.utf8) }
            guard let key = known.first else { continue }
            guard known.count == 1 else { throw NoteProblem("two keys \(key.name)+\(Hex.encode(bigEndianBytes(key.id))) are configured") }
            guard key.verifies(signature.bytes, text: text) else {
                throw NoteProblem("the signature of \(key.name)+\(Hex.encode(bigEndianBytes(key.id))) does not hold")
            }
            if !verified.contains(where: { $0.key == key }) {
                verified.append(Verified(key: key, time: key.kind == .cosignature ? VerifierKey.cosignatureTime(signature.bytes) : nil))
            }
        }
        guard !verified.isEmpty else { throw NoteProblem("has no signature of a known key") }
        return verified
    }
}

/// What is wrong with a note, a checkpoint or a key.
package struct NoteProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}

extension SignedNote.Signature {
    private static let dash = Array("\u{2014} ".utf8)

    /// With its newline, as it stands under a note.
    package var line: String {
        "\u{2014} " + name + " " + Base64.encode(bigEndianBytes(keyID) + bytes) + "\n"
    }

    /// A line without its newline; nil when it is not a signature.
    package init?(line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.dash) else { return nil }
        let parts = line.dropFirst(Self.dash.count).split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let payload = Base64.decode(Array(parts[1])), payload.count >= 5 else { return nil }
        name = String(decoding: parts[0], as: UTF8.self)
        guard isValidKeyName(name) else { return nil }
        keyID = bigEndian(Array(payload.prefix(4)))
        bytes = Array(payload.dropFirst(4))
    }
}

private func hasOnlyPlainText(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 >= 0x20 || $0 == UInt8(ascii: "\n") }
}
