import Glibc
import Model

/// What went wrong with the inbox on disk: the operation and the system's reason, no content.
package struct InboxError: Error, Sendable, CustomStringConvertible {
    package var what: String
    package var reason: String
    package init(_ what: String, _ reason: String = String(cString: strerror(errno))) { (self.what, self.reason) = (what, reason) }
    package var description: String { "\(what): \(reason)" }
}

/// File system calls of the inbox and the data directory, with their errors named.
enum DiskFile {
    /// Makes a folder that only its owner enters, with its parents.
    static func makeFolder(_ path: String) throws(InboxError) {
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            if mkdir(made, 0o700) != 0, errno != EEXIST, errno != EISDIR, errno != EROFS { throw InboxError("cannot make the folder \(baseName(path))") }
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw InboxError("cannot make the folder \(baseName(path))", "a part of the path is no folder") }
    }

    static func baseName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    static func names(in folder: String) throws(InboxError) -> [String] {
        guard let directory = opendir(folder) else { throw InboxError("cannot list \(baseName(folder))") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    static func sync(folder: String) throws(InboxError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InboxError("cannot open the folder \(baseName(folder))") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw InboxError("cannot make the folder \(baseName(folder)) durable") }
    }

    /// Writes all of `bytes`, or says why not.
    static func write(_ bytes: [UInt8], to descriptor: Int32, at offset: Int, named name: String) throws(InboxError) {
        var done = 0
        while done < bytes.count {
            let n = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, offset + done) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw InboxError("cannot write \(name)") }
            done += n
        }
    }

    /// A small file that appears whole: temporary name, fsync, rename, fsync of the folder.
    static func replace(_ path: String, with bytes: [UInt8], mode: mode_t = 0o600) throws(InboxError) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let temporary = path + ".partial"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw InboxError("cannot make \(baseName(path))") }
        defer { close(descriptor) }
        do throws(InboxError) {
            try write(bytes, to: descriptor, at: 0, named: baseName(path))
        } catch {
            unlink(temporary)
            throw error
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw InboxError("cannot write \(baseName(path))") }
        try sync(folder: folder.isEmpty ? "/" : folder)
    }

    static func read(_ path: String, max: Int) throws(InboxError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InboxError("cannot open \(baseName(path))") }
        defer { close(descriptor) }
        var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let n = Glibc.read(descriptor, &chunk, chunk.count)
            if n < 0, errno == EINTR { continue }
            guard n >= 0 else { throw InboxError("cannot read \(baseName(path))") }
            if n == 0 { return bytes }
            bytes += chunk[0..<n]
            guard bytes.count <= max else { throw InboxError("cannot read \(baseName(path))", "it is larger than \(max) bytes") }
        }
    }

    /// The file's bytes, mapped, valid during the call.
    static func withMapped<R>(_ path: String, _ body: (UnsafeRawBufferPointer) throws -> R) throws -> R {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InboxError("cannot open \(baseName(path))") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw InboxError("cannot read \(baseName(path))") }
        let count = Int(status.st_size)
        guard count > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else { throw InboxError("cannot map \(baseName(path))") }
        defer { munmap(start, count) }
        return try body(UnsafeRawBufferPointer(start: start, count: count))
    }
}
