import Glibc

/// A file that is written under a temporary name, and gets its own only when it is whole and on disk.
///
/// Owned by one writer. Dropped before `commit`, it leaves nothing behind.
final class OutputFile {
    let name: String
    private let folder: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private var committed = false
    /// Bytes written so far, buffered ones included.
    private(set) var count = 0

    private var temporary: String { folder + "/." + name + ".partial" }

    init(folder: String, name: String) throws(ExposureError) {
        (self.folder, self.name) = (folder, name)
        unlink(folder + "/." + name + ".partial")
        descriptor = open(folder + "/." + name + ".partial", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ExposureError(.system(errno), file: name, "cannot be made") }
        buffer.reserveCapacity(OutputFile.bufferMax + 4096)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !committed { unlink(temporary) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) throws(ExposureError) {
        count += bytes.count
        if bytes.count >= OutputFile.bufferMax {
            try flush()
            try put(bytes)
        } else {
            buffer.append(contentsOf: bytes)
            if buffer.count >= OutputFile.bufferMax { try flush() }
        }
    }

    func append(_ bytes: [UInt8]) throws(ExposureError) {
        count += bytes.count
        buffer.append(contentsOf: bytes)
        if buffer.count >= OutputFile.bufferMax { try flush() }
    }

    /// Writes over bytes that were appended before.
    func overwrite(at offset: Int, _ bytes: [UInt8]) throws(ExposureError) {
        try flush()
        var done = 0
        while done < bytes.count {
            let n = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress! + done, bytes.count - done, offset + done) }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { throw ExposureError(.system(errno), file: name, "cannot be written") }
            done += n
        }
    }

    /// On disk, under its own name.
    func commit() throws(ExposureError) {
        try flush()
        guard fsync(descriptor) == 0 else { throw ExposureError(.system(errno), file: name, "cannot be made durable") }
        close(descriptor)
        descriptor = -1
        guard rename(temporary, folder + "/" + name) == 0 else { throw ExposureError(.system(errno), file: name, "cannot be named") }
        committed = true
    }

    private static let bufferMax = 1 << 16

    private func flush() throws(ExposureError) {
        guard !buffer.isEmpty else { return }
        let error = buffer.withUnsafeBytes { bytes -> ExposureError? in
            do throws(ExposureError) { try put(bytes) } catch { return error }
            return nil
        }
        if let error { throw error }
        buffer.removeAll(keepingCapacity: true)
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(ExposureError) {
        var rest = bytes
        while let start = rest.baseAddress, rest.count > 0 {
            let n = write(descriptor, start, rest.count)
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { throw ExposureError(.system(errno), file: name, "cannot be written") }
            rest = UnsafeRawBufferPointer(rebasing: rest[n...])
        }
    }
}

/// The folder of an index: made if absent, and its list of names made durable after files were renamed into it.
enum OutputFolder {
    static func make(_ path: String) throws(ExposureError) {
        if mkdir(path, 0o700) != 0 && errno != EEXIST { throw ExposureError(.system(errno), "the folder cannot be made") }
    }

    static func sync(_ path: String) throws(ExposureError) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ExposureError(.system(errno), "the folder cannot be opened") }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw ExposureError(.system(errno), "the folder cannot be made durable") }
    }

    @discardableResult static func remove(_ name: String, in path: String) -> Bool { unlink(path + "/" + name) == 0 }
}
