import Crypto

/// The secret of one case: 32 bytes from which its pseudonyms, fingerprints, salts and signing key follow.
///
/// Who has it can compute the pseudonym of a person whose identifier they know; who does not can neither compute nor link
/// one. The same files with the same key give the same folder.
package struct CaseKey: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    private let secret: [UInt8]

    /// - Parameter secret: 32 bytes of a cryptographic random generator.
    package init(secret: [UInt8]) throws(CaseKeyProblem) {
        guard secret.count == 32 else { throw CaseKeyProblem("a case key has 32 bytes, found \(secret.count)") }
        self.secret = secret
    }

    private static let prefix = "cordon-case-key-"
    private static let version = "1"

    /// Reads what `fileText` writes. Lines that are empty or begin with `#` are passed over.
    package init(parsing bytes: [UInt8]) throws(CaseKeyProblem) {
        guard bytes.count <= 1 << 16, let text = String(validating: bytes, as: UTF8.self) else { throw CaseKeyProblem("the file is not a case key") }
        let lines = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("#") && !$0.allSatisfy(\.isWhitespace) }
        guard let line = lines.first else { throw CaseKeyProblem("the file has no line that begins with \(CaseKey.prefix)\(CaseKey.version)") }
        guard lines.count == 1 else { throw CaseKeyProblem("the file has \(lines.count) keys; a case has one") }
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0].hasPrefix(CaseKey.prefix) else {
            throw CaseKeyProblem("the key's line is not `\(CaseKey.prefix)\(CaseKey.version)`, a space and the key")
        }
        guard words[0].dropFirst(CaseKey.prefix.count) == CaseKey.version else {
            throw CaseKeyProblem("the key is of a version that this program does not know; it knows \(CaseKey.version)")
        }
        guard let secret = Base64.decode(words[1]) else { throw CaseKeyProblem("the key is not base64; a letter is missing or wrong") }
        try self.init(secret: secret)
    }

    /// The secret, for the file that only its owner reads.
    package var fileText: String {
        """
        # The key of one Cordon case. It makes the pseudonyms, salts and fingerprints of its ledger and, unless another was given, signs it.
        # Keep it away from the folder: who has both can link pseudonyms to identifiers they know. Without it nobody can, nor recompute them.
        \(CaseKey.prefix)\(CaseKey.version) \(Base64.encode(secret))

        """
    }

    /// What a subkey is for. Never renamed: the names are part of the derivation.
    package enum Purpose: String, CaseIterable, Sendable {
        case persons, references, accounts, fingerprints, salts, signing
    }

    /// 32 bytes for one purpose: HKDF-SHA256 (RFC 5869), no salt, info `cordon/1/` and the purpose's name.
    func subkey(_ purpose: Purpose) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret), info: Array("cordon/1/\(purpose.rawValue)".utf8), outputByteCount: 32
        )
    }

    package var pseudonyms: Pseudonyms { Pseudonyms(key: self) }

    /// The case's own signing key.
    package func signer(name: String) throws(NoteProblem) -> Signer {
        try Signer(name: name, seed: subkey(.signing).withUnsafeBytes { Array($0) })
    }

    package var description: String { "(case key)" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// Why a file is not a case key. Never quotes it.
package struct CaseKeyProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
