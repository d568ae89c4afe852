import Glibc
import Ledger
import Model

/// A tenant's secrets: the key of its pseudonyms and the one that signs its log. Made at the first start, never again.
struct TenantKeys {
    let caseKey: CaseKey
    let signer: Signer

    /// - Parameter hasLog: a log is there. Without its keys it is not gone on with: another key would give other pseudonyms.
    init(folder: String, origin: String, hasLog: Bool, world: World) throws {
        try DiskFile.makeFolder(folder)
        func secret(_ name: String, _ make: () throws -> String) throws -> String {
            let path = folder + "/" + name
            if access(path, F_OK) != 0 {
                guard !hasLog else { throw InboxError("cannot open the ledger", "it is there, but \(name) is not: restore it from the backup") }
                try DiskFile.replace(path, with: Array(try make().utf8))
            }
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & 0o077 == 0 else { throw InboxError("cannot use \(name)", "others may read it; chmod 600 on it") }
            return String(decoding: try DiskFile.read(path, max: 1 << 16), as: UTF8.self)
        }
        caseKey = try CaseKey(parsing: Array(try secret("case.key") { try CaseKey(secret: world.randomBytes(32)).fileText }.utf8))
        signer = try Signer(parsing: try secret("signing.key") { try Signer(name: origin, seed: world.randomBytes(32)).privateText + "\n" })
        guard signer.name == origin else { throw InboxError("cannot open the ledger", "signing.key is of another origin than the configuration names") }
        try DiskFile.replace(folder + "/signing.pub", with: Array((signer.verifierKey.description + "\n").utf8), mode: 0o644)
    }
}
