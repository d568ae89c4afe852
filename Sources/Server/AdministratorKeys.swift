import Glibc
import Ledger
import Model
import Synchronization

/// The administrator's way in, without a default password.
///
/// The first start writes a one-time key into a file that only the server's user reads. Whoever sends it to
/// `POST /v1/admin/claim` gets the administrator's token, once; the file is gone with that. Of the token only the hash is kept.
package final class AdministratorKeys: Sendable {
    private let folder: String
    private let world: World
    private struct State { var oneTimeHash: [UInt8]?; var tokenHash: [UInt8]? }
    private let state: Mutex<State>

    package var oneTimeKeyPath: String { folder + "/administrator.key" }
    private var tokenPath: String { folder + "/administrator.sha256" }

    /// - Returns by `isFirst`: whether a one-time key was made just now.
    package init(folder: String, world: World) throws {
        (self.folder, self.world) = (folder, world)
        var first = State()
        let (keyPath, tokenPath) = (folder + "/administrator.key", folder + "/administrator.sha256")
        if access(tokenPath, F_OK) == 0 {
            first.tokenHash = Array(try DiskFile.read(tokenPath, max: 32))
            unlink(keyPath)
        } else {
            if access(keyPath, F_OK) != 0 { try DiskFile.replace(keyPath, with: Array((newToken(world) + "\n").utf8)) }
            guard let key = try? SecretFile.read(keyPath, bytesMin: 20, isPrivateFolder: false) else {
                throw InboxError("cannot use administrator.key", "it must be mode 0600 and hold the key; remove it to have a new one made")
            }
            first.oneTimeHash = key.withBytes(digest(of:))
        }
        state = Mutex(first)
    }

    /// True until the one-time key was used.
    package var isUnclaimed: Bool { state.withLock { $0.oneTimeHash != nil } }

    func isToken(_ hash: [UInt8]) -> Bool { state.withLock { $0.tokenHash.map { equalInConstantTime($0, hash) } ?? false } }

    /// Trades the one-time key for the administrator's token. Nil: not the key, or used before.
    func claim(_ key: [UInt8]) throws -> String? {
        let hash = digest(of: key)
        return try state.withLock { state in
            guard let known = state.oneTimeHash, equalInConstantTime(known, hash) else { return nil }
            let token = newToken(world)
            let tokenHash = digest(of: Array(token.utf8))
            try DiskFile.replace(tokenPath, with: tokenHash)
            unlink(oneTimeKeyPath)
            (state.oneTimeHash, state.tokenHash) = (nil, tokenHash)
            return token
        }
    }
}

/// 256 random bits that a shell and a header take as they are.
package func newToken(_ world: World) -> String { "cordon_" + Hex.encode(world.randomBytes(32)) }
