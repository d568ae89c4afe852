import Glibc

#if _endian(big)
#error("Columns are read as they lie in the file, which is little-endian.")
#endif

/// A file mapped read-only, or bytes in memory for tests. Every access checks its bounds.
///
/// All pointers into index files are made here and in the hot loops of `Tally+Unsafe.swift`.
final class MappedBytes {
    fileprivate let start: UnsafeRawPointer
    let count: Int
    private let isMapped: Bool

    init(folder: String, name: String) throws(ExposureError) {
        let descriptor = open(folder + "/" + name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ExposureError(.system(errno), file: name, "cannot be opened") }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw ExposureError(.system(errno), file: name, "cannot be examined") }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { throw ExposureError(.foreign, file: name, "is empty or no file") }
        count = Int(status.st_size)
        guard let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else { throw ExposureError(.system(errno), file: name, "cannot be mapped") }
        start = UnsafeRawPointer(address)
        isMapped = true
    }

    init(_ bytes: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(bytes.count, 1), alignment: 16)
        copy.copyBytes(from: bytes)
        start = UnsafeRawPointer(copy.baseAddress!)
        count = bytes.count
        isMapped = false
    }

    deinit {
        if isMapped { munmap(UnsafeMutableRawPointer(mutating: start), count) } else { UnsafeMutableRawPointer(mutating: start).deallocate() }
    }

    func byte(_ offset: Int) -> UInt8 { load(offset) }
    func u32(_ offset: Int) -> UInt32 { load(offset) }
    func u64(_ offset: Int) -> UInt64 { load(offset) }

    func checksum(_ range: Range<Int>) -> UInt32 {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        return Checksum.of(UnsafeRawBufferPointer(start: start + range.lowerBound, count: range.count))
    }

    private func load<T: FixedWidthInteger & BitwiseCopyable>(_ offset: Int) -> T {
        precondition(offset >= 0 && offset <= count - MemoryLayout<T>.size)
        return (start + offset).loadUnaligned(as: T.self)
    }
}

/// A column of a `ColumnFile`. The subscript stops the program on an index outside, so callers check what they took from a file.
struct Column<T: FixedWidthInteger & BitwiseCopyable> {
    private let owner: MappedBytes
    /// For the hot loops; valid as long as the column.
    let base: UnsafePointer<T>
    let count: Int

    fileprivate init(owner: MappedBytes, base: UnsafePointer<T>, count: Int) { (self.owner, self.base, self.count) = (owner, base, count) }

    init(_ owner: MappedBytes, offset: Int, count: Int) {
        precondition(offset >= 0 && offset % MemoryLayout<T>.alignment == 0 && count >= 0 && count <= (owner.count - offset) / MemoryLayout<T>.size)
        self.init(owner: owner, base: (owner.start + offset).assumingMemoryBound(to: T.self), count: count)
    }

    @inline(__always) subscript(index: Int) -> T {
        precondition(index >= 0 && index < count)
        return base[index]
    }

    /// First index in `range` whose value is not below `value`; values ascend.
    func lowerBound(_ value: T, in range: Range<Int>) -> Int {
        var low = range.lowerBound, high = range.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// First index in `range` whose value is above `value`; values ascend.
    func upperBound(_ value: T, in range: Range<Int>) -> Int {
        var low = range.lowerBound, high = range.upperBound
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func position(of value: T) -> Int? {
        let at = lowerBound(value, in: 0..<count)
        return at < count && self[at] == value ? at : nil
    }
}
