/// Core deterministic CBOR (RFC 8949 §4.2.1), as much of it as a ledger entry uses: integers, byte and text strings, arrays
/// and maps of definite length, false, true and null. No floats, no tags, no indefinite lengths.
struct CBORWriter {
    private(set) var bytes: [UInt8] = []

    enum Major: UInt8 { case unsigned = 0, negative, bytes, text, array, map }

    /// The shortest form of a head.
    mutating func head(_ major: Major, _ value: UInt64) {
        let top = major.rawValue << 5
        switch value {
        case 0..<24: bytes.append(top | UInt8(value))
        case 0..<(1 << 8): bytes.append(top | 24); append(value, 1)
        case 0..<(1 << 16): bytes.append(top | 25); append(value, 2)
        case 0..<(1 << 32): bytes.append(top | 26); append(value, 4)
        default: bytes.append(top | 27); append(value, 8)
        }
    }

    private mutating func append(_ value: UInt64, _ count: UInt64) {
        for i in (0..<count).reversed() { bytes.append(UInt8(truncatingIfNeeded: value >> (8 * i))) }
    }

    mutating func unsigned(_ value: UInt64) { head(.unsigned, value) }
    mutating func integer(_ value: Int64) {
        if value >= 0 { head(.unsigned, UInt64(value)) } else { head(.negative, UInt64(bitPattern: ~value)) }
    }
    mutating func pseudonym(_ value: Pseudonym) { head(.bytes, UInt64(Pseudonym.byteCount)); value.append(to: &bytes) }
    mutating func text(_ value: String) { head(.text, UInt64(value.utf8.count)); bytes += value.utf8 }
    mutating func array(_ count: Int) { head(.array, UInt64(count)) }
    mutating func map(_ count: Int) { head(.map, UInt64(count)) }
    mutating func bool(_ value: Bool) { bytes.append(value ? 0xf5 : 0xf4) }
    mutating func null() { bytes.append(0xf6) }

    mutating func append(_ other: CBORWriter) { bytes += other.bytes }
    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }
}

/// Reads what `CBORWriter` writes and refuses every other encoding of the same values.
struct CBORReader {
    private let bytes: [UInt8]
    private(set) var offset = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { offset == bytes.count }
    private var rest: Int { bytes.count - offset }

    func problem(_ what: String) -> EntryProblem { EntryProblem("byte \(offset): \(what)") }

    private mutating func head() throws(EntryProblem) -> (major: UInt8, value: UInt64) {
        guard rest >= 1 else { throw problem("cut short") }
        let first = bytes[offset]
        let (major, info) = (first >> 5, first & 31)
        if info < 24 {
            offset += 1
            return (major, UInt64(info))
        }
        guard info <= 27 else { throw problem("a length that is not definite") }
        let count = 1 << Int(info - 24)
        guard rest > count else { throw problem("cut short") }
        var value: UInt64 = 0
        for i in 1...count { value = value << 8 | UInt64(bytes[offset + i]) }
        let shortest: UInt64 = switch count { case 1: 24; case 2: 1 << 8; case 4: 1 << 16; default: 1 << 32 }
        guard value >= shortest else { throw problem("a number that is not in its shortest form") }
        offset += 1 + count
        return (major, value)
    }

    private mutating func head(_ major: CBORWriter.Major, _ name: String) throws(EntryProblem) -> UInt64 {
        let start = offset
        let head = try head()
        guard head.major == major.rawValue else {
            offset = start
            throw problem("something else than \(name)")
        }
        return head.value
    }

    mutating func unsigned() throws(EntryProblem) -> UInt64 { try head(.unsigned, "a number") }

    mutating func integer() throws(EntryProblem) -> Int64 {
        let start = offset
        let head = try head()
        guard head.major <= 1, head.value <= UInt64(Int64.max) else {
            offset = start
            throw problem("something else than a 64-bit integer")
        }
        return head.major == 0 ? Int64(head.value) : ~Int64(head.value)
    }

    mutating func count(_ major: CBORWriter.Major) throws(EntryProblem) -> Int {
        // Every item takes a byte at least, so that a count that cannot be true costs nothing.
        let value = try head(major, "a list")
        guard value <= UInt64(rest) else { throw problem("more items than there are bytes") }
        return Int(value)
    }

    mutating func byteString(count: Int) throws(EntryProblem) -> ArraySlice<UInt8> {
        guard try head(.bytes, "bytes") == UInt64(count) else { throw problem("bytes of another length than \(count)") }
        return try take(count)
    }

    mutating func text() throws(EntryProblem) -> String {
        let value = try head(.text, "a text")
        guard value <= UInt64(rest) else { throw problem("cut short") }
        guard let text = String(validating: try take(Int(value)), as: UTF8.self) else { throw problem("a text that is not UTF-8") }
        return text
    }

    mutating func bool() throws(EntryProblem) -> Bool {
        guard rest >= 1, bytes[offset] == 0xf4 || bytes[offset] == 0xf5 else { throw problem("something else than true or false") }
        offset += 1
        return bytes[offset - 1] == 0xf5
    }

    /// Takes a null if there is one.
    mutating func null() -> Bool {
        guard rest >= 1, bytes[offset] == 0xf6 else { return false }
        offset += 1
        return true
    }

    private mutating func take(_ count: Int) throws(EntryProblem) -> ArraySlice<UInt8> {
        guard rest >= count else { throw problem("cut short") }
        offset += count
        return bytes[(offset - count)..<offset]
    }
}
