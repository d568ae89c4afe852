import CLinux
import Glibc

/// A folder of a real disk.
///
/// Known sad path: after a failed sync the kernel may hold pages that it takes for clean and that are not on the disk. So a
/// failed sync is never tried again here; the log stops, and the next start writes its last batch again before it trusts it.
/// `syncAll` is syncfs(2), which reports write errors of every file since the root was opened (Linux 5.8).
package final class PosixFiles: FileSystem {
    package let root: String
    private let descriptor: Descriptor

    /// Makes the folder when it is missing, readable by its owner and group only.
    package init(_ root: String) throws {
        self.root = root
        var end = root.startIndex
        while let slash = root[end...].dropFirst().firstIndex(of: "/") {
            end = slash
            guard mkdir(String(root[..<slash]), 0o755) == 0 || errno == EEXIST else { throw failure("making the folder", "") }
        }
        guard mkdir(root, 0o750) == 0 || errno == EEXIST else { throw failure("making the folder", "") }
        descriptor = try Descriptor(Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "opening", "")
    }

    /// A folder that is there, to read.
    package init(reading root: String) throws {
        self.root = root
        descriptor = try Descriptor(Glibc.open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC), "opening", root)
    }

    private func path(_ file: String) -> String { file.isEmpty ? root : root + "/" + file }

    package func create(_ file: String) throws -> any OpenFile {
        PosixFile(try Descriptor(Glibc.open(path(file), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644), "creating", file), file)
    }

    package func open(_ file: String) throws -> any OpenFile {
        PosixFile(try Descriptor(Glibc.open(path(file), O_WRONLY | O_CLOEXEC | O_NOFOLLOW), "opening", file), file)
    }

    package func read(_ file: String, at offset: Int, count: Int) throws -> [UInt8] {
        let descriptor = try openToRead(file)
        var problem: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, done in
            while done < count {
                let got = pread(descriptor.number, buffer.baseAddress.map { $0 + done }, count - done, offset + done)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { problem = failure("reading", file) }
                if got <= 0 { break }
                done += got
            }
        }
        if let problem { throw problem }
        return bytes
    }

    private func openToRead(_ file: String) throws -> Descriptor {
        // Not blocking: a named pipe in a folder from elsewhere must not hold the reader.
        let descriptor = try Descriptor(Glibc.open(path(file), O_RDONLY | O_CLOEXEC | O_NONBLOCK), "opening", file)
        var status = stat()
        guard fstat(descriptor.number, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw FileError(operation: "reading", file: file, code: EINVAL, reason: "is not a regular file")
        }
        return descriptor
    }

    package func view(_ file: String) throws -> FileView {
        let descriptor = try openToRead(file)
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw failure("reading", file) }
        let count = Int(status.st_size)
        guard count > 0 else { return FileView([]) }
        guard let start = mmap(nil, count, PROT_READ, MAP_SHARED, descriptor.number, 0), start != MAP_FAILED else { throw failure("mapping", file) }
        return FileView(UnsafeRawBufferPointer(start: start, count: count)) { munmap(start, count) }
    }

    package func size(_ file: String) throws -> Int? {
        var status = stat()
        if lstat(path(file), &status) == 0 { return Int(status.st_size) }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw failure("looking", file)
    }

    package func list(_ folder: String) throws -> [String] {
        guard let stream = opendir(path(folder)) else {
            if errno == ENOENT { return [] }
            throw failure("listing", folder)
        }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) } }
            if name != "." && name != ".." { names.append(name) }
            errno = 0
        }
        guard errno == 0 else { throw failure("listing", folder) }
        return names.sorted()
    }

    package func rename(_ file: String, to name: String) throws {
        guard Glibc.rename(path(file), path(name)) == 0 else { throw failure("renaming", name) }
    }

    package func remove(_ file: String) throws {
        guard unlink(path(file)) == 0 || errno == ENOENT else { throw failure("removing", file) }
    }

    package func removeFolder(_ folder: String) throws {
        guard rmdir(path(folder)) == 0 || errno == ENOENT else { throw failure("removing", folder) }
    }

    package func makeFolder(_ folder: String) throws {
        if mkdir(path(folder), 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, folder.contains("/") else { throw failure("making", folder) }
        try makeFolder(Journal.folder(of: folder))
        guard mkdir(path(folder), 0o755) == 0 || errno == EEXIST else { throw failure("making", folder) }
    }

    package func syncFolder(_ folder: String) throws {
        let descriptor = try Descriptor(Glibc.open(path(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "opening", folder)
        guard fsync(descriptor.number) == 0 else { throw failure("syncing", folder) }
    }

    package func syncAll() throws {
        guard syncfs(descriptor.number) == 0 else { throw failure("syncing", "") }
    }

    package func lock(_ file: String) throws -> any Sendable {
        let descriptor = try Descriptor(Glibc.open(path(file), O_RDWR | O_CREAT | O_CLOEXEC, 0o644), "opening", file)
        guard flock(descriptor.number, LOCK_EX | LOCK_NB) == 0 else {
            if errno == EWOULDBLOCK { throw JournalProblem.locked(file: file) }
            throw failure("locking", file)
        }
        return FileLock(descriptor)
    }

    package func space() throws -> (free: Int, total: Int) {
        var status = statvfs()
        guard fstatvfs(descriptor.number, &status) == 0 else { throw failure("looking at the space", "") }
        return (Int(status.f_bavail) * Int(status.f_frsize), Int(status.f_blocks) * Int(status.f_frsize))
    }
}

private final class PosixFile: OpenFile {
    private let descriptor: Descriptor
    private let name: String

    init(_ descriptor: Descriptor, _ name: String) { (self.descriptor, self.name) = (descriptor, name) }

    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
        var done = 0
        while done < bytes.count {
            let put = pwrite(descriptor.number, bytes.baseAddress.map { $0 + done }, bytes.count - done, offset + done)
            if put < 0 && errno == EINTR { continue }
            guard put > 0 else { throw failure("writing", name) }
            done += put
        }
    }

    func truncate(to size: Int) throws {
        guard ftruncate(descriptor.number, size) == 0 else { throw failure("cutting", name) }
    }

    func sync() throws {
        guard fdatasync(descriptor.number) == 0 else { throw failure("syncing", name) }
    }
}

/// A lock, let go of by name: a program that is being started at this moment has a copy of every open file until it runs, and
/// closing ours alone would leave the lock with it.
private final class FileLock: Sendable {
    private let descriptor: Descriptor
    init(_ descriptor: Descriptor) { self.descriptor = descriptor }
    deinit { flock(descriptor.number, LOCK_UN) }
}

/// An open file's number, closed once.
private final class Descriptor: Sendable {
    let number: Int32

    init(_ number: Int32, _ operation: String, _ file: String) throws {
        guard number >= 0 else { throw failure(operation, file) }
        self.number = number
    }

    deinit { close(number) }
}

private func failure(_ operation: String, _ file: String) -> FileError {
    FileError(operation: operation, file: file, code: errno, reason: String(cString: strerror(errno)))
}
