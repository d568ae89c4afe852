import Glibc

// The loops that look at every byte, and the memory that the scanner owns.

/// First byte from `p` on that is a quote, a backslash or a control character; `end` if there is none.
///
/// Sixteen bytes at a time. Both sides of each comparison are vectors whose type is written out on purpose: otherwise the
/// compiler takes the generic comparison and leaves a loop over lanes, forty times slower.
@inlinable @inline(__always)
func endOfPlainBytes(_ from: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
    var p = from
    let quote = SIMD16<UInt8>(repeating: 0x22), backslash = SIMD16<UInt8>(repeating: 0x5C), space = SIMD16<UInt8>(repeating: 0x20)
    while end - p >= 16 {
        let block = UnsafeRawPointer(p).loadUnaligned(as: SIMD16<UInt8>.self)
        let hits = (block .== quote) .| (block .== backslash) .| (block .< space)
        let halves = unsafeBitCast(hits, to: SIMD2<UInt64>.self)
        let (low, high) = (UInt64(littleEndian: halves[0]), UInt64(littleEndian: halves[1]))
        if low != 0 { return p + (low.trailingZeroBitCount &>> 3) }
        if high != 0 { return p + (8 &+ (high.trailingZeroBitCount &>> 3)) }
        p += 16
    }
    while p < end, p.pointee >= 32, p.pointee != UInt8(ascii: "\""), p.pointee != UInt8(ascii: "\\") { p += 1 }
    return p
}

/// Offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7); nil if all are.
package func firstByteNotUTF8(_ text: UnsafeRawBufferPointer) -> Int? {
    guard let base = text.baseAddress else { return nil }
    let count = text.count
    var i = 0
    while true {
        // Nearly everything is ASCII: 32 bytes at a time.
        while i &+ 32 <= count {
            let a = base.loadUnaligned(fromByteOffset: i, as: UInt64.self) | base.loadUnaligned(fromByteOffset: i &+ 8, as: UInt64.self)
            let b = base.loadUnaligned(fromByteOffset: i &+ 16, as: UInt64.self) | base.loadUnaligned(fromByteOffset: i &+ 24, as: UInt64.self)
            if (a | b) & 0x8080_8080_8080_8080 != 0 { break }
            i &+= 32
        }
        while i < count, text[i] < 0x80 { i &+= 1 }
        if i == count { return nil }
        let length = lengthOfSequence(text, i)
        if length == 0 { return i }
        i &+= length
    }
}

/// Bytes of the well-formed sequence that begins at `i` with a byte above 0x7F; 0 if there is none.
private func lengthOfSequence(_ text: UnsafeRawBufferPointer, _ i: Int) -> Int {
    let left = text.count - i
    func continues(_ k: Int) -> Bool { text[i + k] & 0xC0 == 0x80 }
    switch text[i] {
    case 0xC2...0xDF:
        return left >= 2 && continues(1) ? 2 : 0
    case 0xE0...0xEF:
        guard left >= 3, continues(1), continues(2) else { return 0 }
        if text[i] == 0xE0 && text[i + 1] < 0xA0 || text[i] == 0xED && text[i + 1] > 0x9F { return 0 }
        return 3
    case 0xF0...0xF4:
        guard left >= 4, continues(1), continues(2), continues(3) else { return 0 }
        if text[i] == 0xF0 && text[i + 1] < 0x90 || text[i] == 0xF4 && text[i + 1] > 0x8F { return 0 }
        return 4
    default:
        return 0
    }
}

/// The names of all open objects as a stack, to find names that occur twice. Memory for the worst case is reserved once and
/// touched only as far as it is used.
@usableFromInline
struct JSONNames {
    @usableFromInline enum Answer { case new, twice, tooMany }

    static let capacity = JSONScanner.depthMax * JSONScanner.membersMax

    /// A word that differs for nearly all different names; equal words are compared byte by byte.
    @usableFromInline let words: UnsafeMutablePointer<UInt64>
    /// Offset and length in the text, and whether escapes stand in it (lowest bit of the length).
    @usableFromInline let places: UnsafeMutablePointer<(UInt32, UInt32)>
    /// Where the names of each open object begin.
    @usableFromInline let bases: UnsafeMutablePointer<Int>
    @usableFromInline var used = 0

    init() {
        words = .allocate(capacity: JSONNames.capacity)
        places = .allocate(capacity: JSONNames.capacity)
        bases = .allocate(capacity: JSONScanner.depthMax)
    }

    func deallocate() {
        words.deallocate()
        places.deallocate()
        bases.deallocate()
    }

    @inlinable @inline(__always)
    mutating func open(_ level: Int) { bases[level] = used }

    @inlinable @inline(__always)
    mutating func close(_ level: Int) { used = bases[level] }

    @inlinable @inline(__always)
    mutating func remember(_ key: JSONText, depth level: Int, textStart: UnsafePointer<UInt8>) -> Answer {
        let word = key.isPlain ? JSONNames.word(key.base, key.count) : escapedWord(key)
        var i = bases[level]
        while i < used {
            if words[i] == word, isSame(key, i, textStart) { return .twice }
            i &+= 1
        }
        guard used &- bases[level] < JSONScanner.membersMax else { return .tooMany }
        words[used] = word
        places[used] = (UInt32(truncatingIfNeeded: key.base - textStart), UInt32(truncatingIfNeeded: key.count) &<< 1 | (key.isPlain ? 0 : 1))
        used &+= 1
        return .new
    }

    /// Of short names the bytes themselves, of longer ones the first and last eight bytes and the length, mixed.
    @inlinable @inline(__always)
    static func word(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        let raw = UnsafeRawPointer(base)
        if count >= 8 {
            let first = raw.loadUnaligned(as: UInt64.self), last = raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)
            return first &* 0x9E37_79B9_7F4A_7C15 ^ last ^ UInt64(truncatingIfNeeded: count) &<< 56
        }
        if count >= 4 {
            let first = raw.loadUnaligned(as: UInt32.self), last = raw.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self)
            return UInt64(first) &<< 32 | UInt64(last ^ UInt32(truncatingIfNeeded: count))
        }
        var word = UInt64(truncatingIfNeeded: count)
        for i in 0..<count { word = word &<< 8 | UInt64(base[i]) }
        return word
    }

    @usableFromInline
    func escapedWord(_ key: JSONText) -> UInt64 {
        key.unescaped.withUnsafeBufferPointer { bytes in bytes.baseAddress.map { JSONNames.word($0, bytes.count) } ?? 0 }
    }

    @usableFromInline
    func isSame(_ key: JSONText, _ i: Int, _ textStart: UnsafePointer<UInt8>) -> Bool {
        let (offset, length) = places[i]
        let other = JSONText(base: textStart + Int(offset), count: Int(length >> 1), isPlain: length & 1 == 0)
        if key.isPlain && other.isPlain { return key.count == other.count && sameBytes(key.base, other.base, key.count) }
        return key.bytes == other.bytes
    }
}

/// Offset of the next newline from `i` on, or the end of the text.
package func endOfLine(_ text: UnsafeRawBufferPointer, from i: Int) -> Int {
    guard i < text.count, let base = text.baseAddress, let found = memchr(base + i, 10, text.count - i) else { return text.count }
    return UnsafeRawPointer(found) - base
}
