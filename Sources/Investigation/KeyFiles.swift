import Glibc
import Incident
import Ledger
import Model

/// Keys as files: 0600, never overwritten.
package enum KeyFiles {
    /// - Throws: `InvestigationFailure`; the key's text is never quoted.
    package static func caseKey(_ path: String) throws -> CaseKey {
        let bytes = try InputFile.bytes(path)
        do { return try CaseKey(parsing: bytes) } catch { throw InvestigationFailure(.badData, "\(InputFile.baseName(path)): \(error)") }
    }

    package static func signer(_ path: String) throws -> Signer {
        let text = try InputFile.text(path)
        do { return try Signer(parsing: text) } catch { throw InvestigationFailure(.badData, "\(InputFile.baseName(path)): \(error)") }
    }

    /// Makes a signing key and returns its verifier key.
    package static func newSigner(name: String, at path: String, world: World) throws -> String {
        let signer: Signer
        do { signer = try Signer(name: name, seed: world.randomBytes(32)) } catch { throw InvestigationFailure(.usage, "\(error)") }
        try writeSecret("# Signing key of \(signer.name). Keep it secret; hand out the verifier key (cordon key show).\n\(signer.privateText)\n", to: path)
        return signer.verifierKey.description
    }

    /// Makes a case key and returns the verifier key of the signatures that it makes.
    package static func newCase(at path: String, world: World) throws -> String {
        let key = try CaseKey(secret: world.randomBytes(32))
        try writeSecret(key.fileText, to: path)
        return try key.signer().verifierKey.description
    }

    /// The verifier key of a signing key or of a case key.
    package static func verifierKey(of path: String) throws -> String {
        let text = try InputFile.text(path)
        if let signer = try? Signer(parsing: text) { return signer.verifierKey.description }
        if let key = try? CaseKey(parsing: Array(text.utf8)) { return try key.signer().verifierKey.description }
        throw InvestigationFailure(.badData, "\(InputFile.baseName(path)): neither a signing key nor a case key; make one with cordon key new or cordon key new-case")
    }

    private static func writeSecret(_ text: String, to path: String) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CannotWrite(path: path, reason: errno == EEXIST ? "it exists, and a key is never overwritten" : String(cString: strerror(errno)))
        }
        close(descriptor)
        var file = try FileWriter(path: path, mode: 0o600)
        try file.write(text)
        try file.close()
    }
}

extension CaseKey {
    /// Names the case's log, and its key where the case signs for itself. Tells nothing of the case.
    package var origin: String { "cordon.case/" + pseudonyms.account("origin").hex.prefix(16) }

    /// The key that signs a case when no other is given.
    package func signer() throws -> Signer { try signer(name: origin) }
}
