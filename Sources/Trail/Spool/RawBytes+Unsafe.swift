import Glibc

extension UnsafeRawBufferPointer {
    @inline(__always)
    func elementsEqualFast(_ other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count else { return false }
        guard count > 0, let a = baseAddress, let b = other.baseAddress else { return true }
        return memcmp(a, b, count) == 0
    }

    /// Negative, zero or positive, as bytes are ordered.
    @inline(__always)
    func compared(to other: UnsafeRawBufferPointer) -> Int {
        let shared = Swift.min(count, other.count)
        if shared > 0, let a = baseAddress, let b = other.baseAddress {
            let order = memcmp(a, b, shared)
            if order != 0 { return Int(order) }
        }
        return count - other.count
    }

    var text: String { String(decoding: self, as: UTF8.self) }
}

/// Writes values one after the other into memory that is large enough; the caller has counted.
struct RawWriter {
    var at: UnsafeMutableRawPointer

    @inline(__always)
    mutating func put<T: FixedWidthInteger & BitwiseCopyable>(_ value: T) {
        at.storeBytes(of: value.littleEndian, as: T.self)
        at += MemoryLayout<T>.size
    }

    @inline(__always)
    mutating func putLength(_ value: Int) {
        var rest = UInt64(truncatingIfNeeded: value)
        while rest >= 0x80 {
            at.storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
            at += 1
            rest >>= 7
        }
        at.storeBytes(of: UInt8(truncatingIfNeeded: rest), as: UInt8.self)
        at += 1
    }

    @inline(__always)
    mutating func put(_ text: String) {
        let count = text.utf8.count
        putLength(count)
        let target = at
        let done: Void? = text.utf8.withContiguousStorageIfAvailable { source in
            if let base = source.baseAddress { target.copyMemory(from: base, byteCount: count) }
        }
        if done == nil {
            var p = target
            for byte in text.utf8 {
                p.storeBytes(of: byte, as: UInt8.self)
                p += 1
            }
        }
        at += count
    }

    @inline(__always)
    mutating func put(_ bytes: UnsafeRawBufferPointer) {
        putLength(bytes.count)
        putBare(bytes)
    }

    @inline(__always)
    mutating func putBare(_ bytes: UnsafeRawBufferPointer) {
        if let base = bytes.baseAddress { at.copyMemory(from: base, byteCount: bytes.count) }
        at += bytes.count
    }

    /// Most bytes that a length takes.
    static let lengthMax = 10
}

/// Reads back what `RawWriter` wrote. It reads only the program's own spool, never input.
struct RawReader {
    var at: UnsafeRawPointer

    @inline(__always)
    mutating func get<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type) -> T {
        let value = T(littleEndian: at.loadUnaligned(as: T.self))
        at += MemoryLayout<T>.size
        return value
    }

    @inline(__always)
    mutating func getLength() -> Int {
        var value: UInt64 = 0, shift: UInt64 = 0
        while true {
            let byte = at.load(as: UInt8.self)
            at += 1
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return Int(truncatingIfNeeded: value) }
            shift += 7
        }
    }

    @inline(__always)
    mutating func getBytes() -> UnsafeRawBufferPointer {
        let count = getLength()
        defer { at += count }
        return UnsafeRawBufferPointer(start: at, count: count)
    }

    @inline(__always)
    mutating func skip() {
        let count = getLength()
        at += count
    }
}
