import Glibc
import Ledger
import Model
import ServiceLifecycle

/// Follows a file, or every file of a folder, and delivers whole lines as they are written.
///
/// A file is known by its inode, so that a renamed one (rotation) is read to its end under its new name while the new file
/// begins; a file that is shorter than what was read, or begins otherwise, was truncated or replaced and is read from its
/// beginning. Files are looked at every half second.
///
/// Known sad paths. A file that is rotated and compressed or removed within one look, or while the server is down, is lost
/// from where it was read: keep the last one uncompressed (`delaycompress`). A table whose headings are in its first line
/// only is not readable in pieces: put such files whole into a followed folder.
final class FollowService: Service {
    private let source: ServerConfiguration.Source
    private let path: String
    private let cursorPath: String
    private let receiver: Receiver
    private let log: ServerLog
    private let world: World

    static let pieceBytesMax = 1 << 20

    init(_ source: ServerConfiguration.Source, path: String, cursors folder: String, receiver: Receiver, log: ServerLog, world: World) throws {
        (self.source, self.path, self.receiver, self.log, self.world) = (source, path, receiver, log, world)
        try DiskFile.makeFolder(folder)
        cursorPath = folder + "/" + source.name + ".json"
    }

    func run() async throws {
        let known = try load()
        try? await cancelWhenGracefulShutdown { [self] in
            var cursors = known
            while !Task.isCancelled {
                do { try await look(&cursors) } catch is CancellationError { return } catch {
                    log(.error, "a followed file cannot be read", ["source": PublicText(source.name), "reason": PublicText((error as? InboxError)?.reason ?? "refused")])
                }
                try await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func load() throws -> [String: FollowCursor] {
        guard access(cursorPath, F_OK) == 0 else { return [:] }
        if let known = FollowCursor.decode(try DiskFile.read(cursorPath, max: 16 << 20)) { return known }
        throw InboxError("cannot use the cursor of source \(source.name)", "it is damaged; restore it, or remove it to read the files again from their beginning")
    }

    private struct Found { var path: String, key: String, size: Int, modified: Int }

    private func look(_ cursors: inout [String: FollowCursor]) async throws {
        let found = candidates(cursors).sorted { ($0.modified, $0.path) < ($1.modified, $1.path) }
        for file in found {
            while !Task.isCancelled, try await step(file, &cursors) {}
        }
        let gone = cursors.keys.filter { key in !found.contains { $0.key == key } }
        if !gone.isEmpty, !found.isEmpty {
            for key in gone { cursors[key] = nil }
            try save(cursors)
        }
    }

    /// A folder's files, or the file with those that were rotated away from it and are known by their inode.
    private func candidates(_ cursors: [String: FollowCursor]) -> [Found] {
        func found(_ path: String) -> Found? {
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
            return Found(path: path, key: "\(status.st_dev):\(status.st_ino)", size: Int(status.st_size), modified: status.st_mtim.tv_sec * 1_000_000_000 + status.st_mtim.tv_nsec)
        }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            return ((try? DiskFile.names(in: path)) ?? []).filter { !$0.hasPrefix(".") }.compactMap { found(path + "/" + $0) }
        }
        let (folder, name) = (String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), DiskFile.baseName(path))
        let rotated = ((try? DiskFile.names(in: folder.isEmpty ? "/" : folder)) ?? []).filter { $0 != name && $0.hasPrefix(name) }.compactMap { found(folder + "/" + $0) }
        return rotated.filter { cursors[$0.key] != nil } + [found(path)].compactMap { $0 }
    }

    /// One piece of one file; false when there is no whole line more.
    private func step(_ file: Found, _ cursors: inout [String: FollowCursor]) async throws -> Bool {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InboxError("cannot open a followed file") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, "\(status.st_dev):\(status.st_ino)" == file.key else { return false }
        var cursor = cursors[file.key] ?? FollowCursor()
        let head = digest(of: try bytes(descriptor, 0, cursor.headCount))
        let isOther = cursor.offset > Int(status.st_size) || (cursor.headCount > 0 && head != cursor.head)
        if isOther {
            log(.notice, "a followed file begins again", ["source": PublicText(source.name)])
            cursor = FollowCursor(generation: cursor.generation + 1)
        }
        var piece = try bytes(descriptor, cursor.offset, (cursor.pending ?? cursor.offset + FollowService.pieceBytesMax) - cursor.offset)
        if cursor.pending == nil {
            // Whole lines; a line longer than a piece goes as it is.
            guard let end = piece.lastIndex(of: 0x0A).map({ $0 + 1 }) ?? (piece.count == FollowService.pieceBytesMax ? piece.count : nil) else { return false }
            piece.removeSubrange(end...)
            cursor.pending = cursor.offset + end
            cursors[file.key] = cursor
            try save(cursors)
        }
        guard let end = cursor.pending, piece.count == end - cursor.offset else {
            cursor.pending = nil
            cursors[file.key] = cursor
            return false
        }
        let key = "follow:\(file.key):\(cursor.generation):\(cursor.offset):\(end):\(Hex.encode(digest(of: piece).prefix(8)))"
        try await deliver(Delivery(tenant: source.tenant, source: source.name, profile: source.profile, format: source.format, bytes: piece, received: world.now(), identity: .key(key), canBeRefused: false))
        (cursor.offset, cursor.pending) = (end, nil)
        cursor.headCount = min(end, FollowCursor.headMax)
        cursor.head = digest(of: try bytes(descriptor, 0, cursor.headCount))
        cursors[file.key] = cursor
        try save(cursors)
        return true
    }

    /// The file waits on disk: busy means to come again.
    private func deliver(_ delivery: Delivery) async throws {
        while true {
            do throws(DeliveryRefusal) {
                _ = try await receiver.receive(delivery)
                return
            } catch {
                guard case .busy(let seconds, _) = error else { throw InboxError("cannot deliver", "the inbox does not take it") }
                try await Task.sleep(for: .seconds(seconds))
            }
        }
    }

    private func save(_ cursors: [String: FollowCursor]) throws { try DiskFile.replace(cursorPath, with: FollowCursor.encode(cursors)) }

    /// Up to `count` bytes from `offset`; fewer at the end of the file.
    private func bytes(_ descriptor: Int32, _ offset: Int, _ count: Int) throws -> [UInt8] {
        var all = [UInt8](repeating: 0, count: max(0, min(count, 64 << 20))), done = 0
        while done < all.count {
            let n = all.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress! + done, $0.count - done, offset + done) }
            if n < 0, errno == EINTR { continue }
            guard n >= 0 else { throw InboxError("cannot read a followed file") }
            if n == 0 { break }
            done += n
        }
        all.removeSubrange(done...)
        return all
    }
}
