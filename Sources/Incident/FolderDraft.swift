import Glibc

/// An incident folder in the making: everything is written into a hidden sibling and appears under its name at once, whole.
///
/// `discard()` (an error, Ctrl-C) removes the sibling; nothing half-written is ever seen under the folder's name.
/// Known sad path: a killed process leaves the sibling `.NAME.partial-…` behind; it is safe to delete.
package struct FolderDraft: Sendable {
    /// Where the folder will appear.
    package let path: String
    /// Where it is written now.
    package let draft: String

    /// - Throws: `CannotWrite` when `path` exists and is not an empty folder, or its parent is not writable.
    package init(at path: String, suffix: String) throws(CannotWrite) {
        var trimmed = path
        while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
        self.path = trimmed
        if FolderDraft.exists(trimmed), !FolderDraft.isEmptyFolder(trimmed) {
            throw CannotWrite(path: trimmed, reason: "it exists and is not an empty folder; choose another with --out")
        }
        let slash = trimmed.lastIndex(of: "/")
        let parent = slash.map { String(trimmed[..<$0]) + "/" } ?? ""
        let name = slash.map { String(trimmed[trimmed.index(after: $0)...]) } ?? trimmed
        draft = parent + "." + name + ".partial-" + suffix
        try FolderDraft.makeFolder(draft, mode: 0o755)
        try makeFolder("restricted", mode: 0o700)
    }

    package func makeFolder(_ name: String, mode: mode_t = 0o755) throws(CannotWrite) {
        try FolderDraft.makeFolder(draft + "/" + name, mode: mode)
    }

    /// Writes a whole file and makes it durable. `mode` is exact, whatever the umask.
    package func write(_ bytes: [UInt8], to name: String, mode: mode_t = 0o644) throws(CannotWrite) {
        var file = try FileWriter(path: draft + "/" + name, mode: mode)
        try file.write(bytes)
        try file.close()
    }

    /// Gives the folder its name.
    package func publish() throws(CannotWrite) {
        if FolderDraft.exists(path) { rmdir(path) }
        guard rename(draft, path) == 0 else { throw CannotWrite(path: path, reason: String(cString: strerror(errno))) }
    }

    /// Removes everything written so far.
    package func discard() { FolderDraft.remove(draft) }

    // MARK: The file system

    package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func isEmptyFolder(_ path: String) -> Bool { names(in: path).map(\.isEmpty) ?? false }

    /// Names inside a folder but `.` and `..`, sorted; nil when it cannot be read or is no folder.
    package static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var found: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { found.append(name) }
        }
        return found.sorted()
    }

    /// Paths of all files below a folder, relative to it, sorted. Symbolic links are listed as files, never followed.
    package static func files(below path: String) -> [String] {
        var found: [String] = []
        func visit(_ relative: String) {
            let here = relative.isEmpty ? path : path + "/" + relative
            for name in names(in: here) ?? [] {
                let inner = relative.isEmpty ? name : relative + "/" + name
                if isFolder(path + "/" + inner) { visit(inner) } else { found.append(inner) }
            }
        }
        visit("")
        return found.sorted()
    }

    /// True for a real folder, not for a link to one.
    package static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func makeFolder(_ path: String, mode: mode_t) throws(CannotWrite) {
        guard mkdir(path, mode) == 0, chmod(path, mode) == 0 else {
            throw CannotWrite(path: path, reason: String(cString: strerror(errno)))
        }
    }

    static func remove(_ path: String) {
        if isFolder(path) {
            for name in names(in: path) ?? [] { remove(path + "/" + name) }
            rmdir(path)
        } else {
            unlink(path)
        }
    }
}

/// Something cannot be written: exit status 73.
package struct CannotWrite: Error, Sendable, CustomStringConvertible {
    package var path: String
    package var reason: String
    package init(path: String, reason: String) { (self.path, self.reason) = (path, reason) }
    package var description: String { "cannot write \(path): \(reason)" }
}

/// A file being written, through a buffer. Durable once `close()` has returned.
package struct FileWriter: ~Copyable {
    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []

    package init(path: String, mode: mode_t = 0o644) throws(CannotWrite) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        self.path = path
        guard descriptor >= 0, fchmod(descriptor, mode) == 0 else { throw CannotWrite(path: path, reason: String(cString: strerror(errno))) }
        buffer.reserveCapacity(1 << 16)
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    package mutating func write(_ bytes: some Collection<UInt8>) throws(CannotWrite) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= 1 << 16 { try flush() }
    }

    package mutating func write(_ text: String) throws(CannotWrite) { try write(text.utf8) }

    private mutating func flush() throws(CannotWrite) {
        var done = 0
        while done < buffer.count {
            let n = buffer.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, $0.count - done) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { throw CannotWrite(path: path, reason: String(cString: strerror(errno))) }
            done += n
        }
        buffer.removeAll(keepingCapacity: true)
    }

    package mutating func close() throws(CannotWrite) {
        try flush()
        guard fsync(descriptor) == 0 else { throw CannotWrite(path: path, reason: String(cString: strerror(errno))) }
    }
}
