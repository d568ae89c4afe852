import Glibc
import Model

/// The one folder that everything lies in.
///
/// ```
/// lock                     one server at a time
/// server.sock              where `cordond status` asks
/// administrator.key        until it is used
/// tenants/NAME/inbox/      raw deliveries
/// tenants/NAME/cursors/    how far followed files were read
/// tenants/NAME/log/        the ledger as a tlog-tiles log, and its journal
/// tenants/NAME/head/       the last signature
/// tenants/NAME/keys/       case.key (pseudonyms), signing.key, and signing.pub for whoever checks
/// ```
package struct DataFolder: Sendable {
    package let path: String
    package init(_ path: String) { self.path = path }

    package var socket: String { path + "/server.sock" }
    package func inbox(_ tenant: String) -> String { path + "/tenants/" + tenant + "/inbox" }
    package func cursors(_ tenant: String) -> String { path + "/tenants/" + tenant + "/cursors" }
    package func log(_ tenant: String) -> String { path + "/tenants/" + tenant + "/log" }
    package func head(_ tenant: String) -> String { path + "/tenants/" + tenant + "/head" }
    package func keys(_ tenant: String) -> String { path + "/tenants/" + tenant + "/keys" }

    /// Holds the folder for this process until it ends.
    package func lock() throws -> FolderLock {
        try DiskFile.makeFolder(path)
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & 0o022 == 0 else { throw InboxError("cannot use the data folder", "others may write to it; chmod 700 on it") }
        let descriptor = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw InboxError("cannot use the data folder") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw InboxError("cannot use the data folder", "another cordond holds it")
        }
        return FolderLock(descriptor: descriptor)
    }
}

/// Held as long as this lives.
package final class FolderLock: Sendable {
    private let descriptor: Int32
    init(descriptor: Int32) { self.descriptor = descriptor }
    deinit {
        // By name, too: a program that is being started has a copy of every open file until it runs.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
