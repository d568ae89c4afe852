import Glibc
import Model

/// Bytes of a file mapped into memory, read-only, for as long as this object lives.
///
/// Known sad path: a file that another program cuts while it is mapped ends the process (SIGBUS), as in every program that
/// maps files. Trails are exports; nobody should write into them any more.
final class MappedBytes: @unchecked Sendable {
    // Sendable: the mapping is read-only and never changes after init.
    let bytes: UnsafeRawBufferPointer

    /// Maps the first `count` bytes of an open file. The descriptor may be closed afterwards.
    init?(descriptor: Int32, count: Int) {
        guard count > 0 else {
            bytes = UnsafeRawBufferPointer(start: nil, count: 0)
            return
        }
        guard let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else { return nil }
        madvise(start, count, MADV_SEQUENTIAL)
        bytes = UnsafeRawBufferPointer(start: start, count: count)
    }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}

/// A file without a name: 0600, unlinked as soon as it is made, gone with the process however that ends.
///
/// It may hold personal data (the trail itself, decompressed). Written once from one thread, then mapped.
final class TemporaryFile {
    private let descriptor: Int32
    private var buffer: UnsafeMutableRawBufferPointer
    private var filled = 0
    private var flushed = 0

    var count: Int { flushed + filled }

    init(in folder: String, bufferSize: Int = 1 << 20) throws {
        var template = Array((folder + "/cordon.XXXXXX").utf8CString)
        let descriptor = template.withUnsafeMutableBufferPointer { path in path.baseAddress.map { mkstemp($0) } ?? -1 }
        guard descriptor >= 0 else { throw TrailError.cannotWrite(reason: String(cString: strerror(errno))) }
        template.withUnsafeBufferPointer { path in if let base = path.baseAddress { _ = unlink(base) } }
        self.descriptor = descriptor
        buffer = .allocate(byteCount: bufferSize, alignment: 16)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws {
        if filled + bytes.count > buffer.count {
            try flush()
            guard bytes.count <= buffer.count else { return try put(bytes) }
        }
        if let target = buffer.baseAddress, let source = bytes.baseAddress { memcpy(target + filled, source, bytes.count) }
        filled += bytes.count
    }

    func flush() throws {
        let pending = filled
        filled = 0
        try put(UnsafeRawBufferPointer(start: buffer.baseAddress, count: pending))
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws {
        var done = 0
        while done < bytes.count, let base = bytes.baseAddress {
            let n = Glibc.write(descriptor, base + done, bytes.count - done)
            if n < 0 {
                if errno == EINTR { continue }
                throw TrailError.cannotWrite(reason: String(cString: strerror(errno)))
            }
            done += n
        }
        flushed += bytes.count
    }

    /// All that was written, mapped.
    func mapped() throws -> MappedBytes {
        try flush()
        guard let mapped = MappedBytes(descriptor: descriptor, count: flushed) else {
            throw TrailError.cannotWrite(reason: String(cString: strerror(errno)))
        }
        return mapped
    }
}
