import Glibc

/// What does not hold in a log's folder, and in which of its files.
package struct LedgerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Relative to the log's folder, `checkpoint` or a tile's path; empty for the log as a whole.
    package var file: String
    package var problem: String

    package init(file: String, problem: String) { (self.file, self.problem) = (file, problem) }

    package var description: String { file.isEmpty ? problem : "\(file): \(problem)" }
}

/// The files of one log. The only place of this room that touches a disk.
struct LedgerFiles {
    let folder: String

    func exists(_ file: String) -> Bool {
        var status = stat()
        return lstat(path(file), &status) == 0
    }

    /// The whole file. Refuses what is not a regular file, and more than `maximum` bytes, before it reads them.
    func read(_ file: String, maximum: Int) throws -> [UInt8] {
        // Not blocking: a named pipe in a folder from elsewhere must not hold the auditor.
        let descriptor = open(path(file), O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(file, errno == ENOENT ? "is missing" : "cannot be read") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw LedgerError(file: file, problem: "is not a regular file") }
        guard status.st_size <= maximum else { throw LedgerError(file: file, problem: "has \(status.st_size) bytes, expected at most \(maximum)") }
        let size = Int(status.st_size)
        var problem: LedgerError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            count = 0
            while count < size {
                let left = UnsafeMutableBufferPointer(rebasing: buffer[count..<size])
                let got = Glibc.read(descriptor, left.baseAddress, left.count)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { problem = failure(file, "cannot be read") }
                if got <= 0 { break }
                count += got
            }
        }
        if let problem { throw problem }
        return bytes
    }

    /// Writes under a temporary name and moves it into place, so that a reader sees the whole file or none.
    func write(_ file: String, _ bytes: [UInt8]) throws {
        let temporary = path(file) + ".tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw failure(file, "cannot be created") }
        var written = 0
        while written < bytes.count {
            let put = bytes.withUnsafeBytes { buffer in
                let left = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return Glibc.write(descriptor, left.baseAddress, left.count)
            }
            if put < 0 && errno == EINTR { continue }
            guard put > 0 else {
                let error = failure(file, "cannot be written")
                close(descriptor)
                unlink(temporary)
                throw error
            }
            written += put
        }
        guard close(descriptor) == 0, rename(temporary, path(file)) == 0 else {
            let error = failure(file, "cannot be written")
            unlink(temporary)
            throw error
        }
    }

    /// Makes the folders above `file` that are missing, the log's own included.
    func makeFolders(for file: String) throws {
        let whole = path(file)
        var end = whole.startIndex
        while let slash = whole[end...].firstIndex(of: "/") {
            end = whole.index(after: slash)
            let folder = String(whole[..<slash])
            guard folder.isEmpty || mkdir(folder, 0o755) == 0 || errno == EEXIST else { throw failure(file, "its folder cannot be created") }
        }
    }

    private func path(_ file: String) -> String { folder.hasSuffix("/") ? folder + file : folder + "/" + file }

    private func failure(_ file: String, _ problem: String) -> LedgerError {
        LedgerError(file: file, problem: errno == ENOENT ? problem : "\(problem): \(String(cString: strerror(errno)))")
    }
}
