/// A string (or name, or number) of a JSON text where it stands: bytes between the quotes, escapes and all.
///
/// It is valid only as long as the text that was scanned. Compare it with `==` or in a `switch`; ask for `string` only for
/// what a person will read.
@usableFromInline package struct JSONText {
    @usableFromInline let base: UnsafePointer<UInt8>
    @usableFromInline package let count: Int
    /// No escape stands in it: the bytes are the value.
    @usableFromInline package let isPlain: Bool

    @inlinable
    init(base: UnsafePointer<UInt8>, count: Int, isPlain: Bool) {
        (self.base, self.count, self.isPlain) = (base, count, isPlain)
    }

    @inlinable package var isEmpty: Bool { count == 0 }

    /// The bytes as written.
    @inlinable package var raw: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: base, count: count) }

    /// The value.
    @inlinable package var string: String { isPlain ? String(decoding: raw, as: UTF8.self) : String(decoding: unescaped, as: UTF8.self) }

    /// The value's bytes.
    package var bytes: [UInt8] { isPlain ? Array(raw) : unescaped }

    /// The bytes of the value inside the call, without a copy where no escape stands in it.
    package func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        if isPlain { return try body(UnsafeRawBufferPointer(raw)) }
        let decoded = unescaped
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: decoded.count, alignment: 1)
        defer { buffer.deallocate() }
        buffer.copyBytes(from: decoded)
        return try body(UnsafeRawBufferPointer(buffer))
    }

    @inlinable @inline(__always)
    package static func == (a: JSONText, b: StaticString) -> Bool {
        guard a.isPlain else { return a.equalsEscaped(b) }
        return a.count == b.utf8CodeUnitCount && sameBytes(a.base, b.utf8Start, a.count)
    }

    @inlinable @inline(__always)
    package static func ~= (pattern: StaticString, text: JSONText) -> Bool { text == pattern }

    @inlinable
    package func hasPrefix(_ prefix: StaticString) -> Bool {
        count >= prefix.utf8CodeUnitCount && sameBytes(base, prefix.utf8Start, prefix.utf8CodeUnitCount)
    }

    @inlinable
    package func hasSuffix(_ suffix: StaticString) -> Bool {
        count >= suffix.utf8CodeUnitCount
            && sameBytes(base + (count - suffix.utf8CodeUnitCount), suffix.utf8Start, suffix.utf8CodeUnitCount)
    }

    /// The bytes as written are these.
    package func hasBytes(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { other in
            other.count == count && (count == 0 || other.baseAddress.map { sameBytes($0, base, count) } ?? false)
        }
    }

    /// Equal but for the case of ASCII letters.
    package func equalsIgnoringCase(_ other: StaticString) -> Bool {
        guard isPlain, count == other.utf8CodeUnitCount else { return false }
        for i in 0..<count where lower(base[i]) != lower(other.utf8Start[i]) { return false }
        return true
    }

    /// The rest after `n` bytes.
    @inlinable
    package func dropFirst(_ n: Int) -> JSONText { JSONText(base: base + min(n, count), count: max(0, count - n), isPlain: isPlain) }

    @usableFromInline
    func equalsEscaped(_ other: StaticString) -> Bool {
        unescaped.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    /// The scanner has checked every escape, so nothing can be malformed here; a text that was cut in an escape ends in a
    /// replacement character.
    @usableFromInline
    var unescaped: [UInt8] {
        // Taking escapes out shortens a text; a cut `\u` may give one byte more.
        Array(unsafeUninitializedCapacity: count + 4) { out, length in
            var (i, n) = (0, 0)
            while i < count {
                let c = base[i]
                i += 1
                guard c == UInt8(ascii: "\\"), i < count else {
                    out[n] = c
                    n += 1
                    continue
                }
                let escape = base[i]
                i += 1
                switch escape {
                case UInt8(ascii: "b"): out[n] = 8
                case UInt8(ascii: "f"): out[n] = 12
                case UInt8(ascii: "n"): out[n] = 10
                case UInt8(ascii: "r"): out[n] = 13
                case UInt8(ascii: "t"): out[n] = 9
                case UInt8(ascii: "u"):
                    var scalar = fourHexDigits(base + i, available: count - i) ?? 0xFFFD
                    i += 4
                    if scalar & 0xFC00 == 0xD800, i + 2 < count, let low = fourHexDigits(base + i + 2, available: count - i - 2) {
                        scalar = 0x10000 + ((scalar & 0x3FF) << 10 | low & 0x3FF)
                        i += 6
                    }
                    for byte in UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}") ?? UTF8.encodedReplacementCharacter {
                        out[n] = byte
                        n += 1
                    }
                    continue
                default: out[n] = escape
                }
                n += 1
            }
            length = n
        }
    }
}

/// Value of four hexadecimal digits.
func fourHexDigits(_ p: UnsafePointer<UInt8>, available: Int) -> UInt32? {
    guard available >= 4 else { return nil }
    var value: UInt32 = 0
    for i in 0..<4 {
        switch p[i] {
        case let c where c &- 48 < 10: value = value << 4 | UInt32(c &- 48)
        case let c where (c | 32) &- 97 < 6: value = value << 4 | UInt32((c | 32) &- 87)
        default: return nil
        }
    }
    return value
}

@inline(__always)
func lower(_ c: UInt8) -> UInt8 { c &- 65 < 26 ? c | 32 : c }

/// Equality of two byte ranges of one length, eight bytes at a time.
@inlinable @inline(__always)
func sameBytes(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ count: Int) -> Bool {
    let (x, y) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    if count >= 8 {
        var i = 0
        while i &+ 8 <= count {
            if x.loadUnaligned(fromByteOffset: i, as: UInt64.self) != y.loadUnaligned(fromByteOffset: i, as: UInt64.self) { return false }
            i &+= 8
        }
        return x.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self) == y.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
    }
    if count >= 4 {
        return x.loadUnaligned(as: UInt32.self) == y.loadUnaligned(as: UInt32.self)
            && x.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self) == y.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
    }
    var i = 0
    while i < count {
        if a[i] != b[i] { return false }
        i &+= 1
    }
    return true
}

extension JSONText {
    /// The empty text.
    @inlinable package static var nothing: JSONText {
        let empty: StaticString = ""
        return JSONText(base: empty.utf8Start, count: 0, isPlain: true)
    }

    /// Bytes `begin` up to `end` of the text as written. Meant for texts without escapes; cutting one in an escape gives a
    /// text that reads on with a replacement character.
    package func slice(_ begin: Int, _ end: Int) -> JSONText {
        let (from, to) = (max(0, min(begin, count)), max(0, min(end, count)))
        return JSONText(base: base + from, count: max(0, to - from), isPlain: isPlain)
    }

    /// From the beginning of this text to the end of another that follows it in the same text.
    package func through(_ other: JSONText) -> JSONText {
        JSONText(base: base, count: max(count, other.base + other.count - base), isPlain: isPlain && other.isPlain)
    }
}
