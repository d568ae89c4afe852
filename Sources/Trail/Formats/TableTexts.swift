import Glibc

/// Gives a String for bytes without making one for values that come again and again (accounts, agents, addresses, actions).
///
/// A direct-mapped cache: bounded, and a value that falls out is only made again.
struct TableTexts {
    private var slots: [String]
    private static let bits: UInt64 = 12

    init() { slots = Array(repeating: "", count: 1 << Int(TableTexts.bits)) }

    /// For values that seldom repeat.
    static func once(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }

    mutating func text(_ bytes: UnsafeRawBufferPointer) -> String {
        // Up to 15 bytes a String needs no memory of its own.
        guard bytes.count > 15 else { return String(decoding: bytes, as: UTF8.self) }
        let slot = Int(TableTexts.hash(bytes) >> (64 - TableTexts.bits))
        if TableTexts.equal(&slots[slot], bytes) { return slots[slot] }
        let text = String(decoding: bytes, as: UTF8.self)
        slots[slot] = text
        return text
    }

    /// What `make` says of a value, kept for the next time that the value comes.
    struct Answers<Answer> {
        private var keys: [String]
        private var answers: [Answer?]
        private static var bits: UInt64 { 12 }

        init() {
            keys = Array(repeating: "", count: 1 << Int(Self.bits))
            answers = Array(repeating: nil, count: 1 << Int(Self.bits))
        }

        mutating func answer(_ bytes: UnsafeRawBufferPointer, make: (String) -> Answer) -> Answer {
            let slot = Int(TableTexts.hash(bytes) >> (64 - Self.bits))
            if let known = answers[slot], TableTexts.equal(&keys[slot], bytes) { return known }
            let text = String(decoding: bytes, as: UTF8.self)
            let answer = make(text)
            (keys[slot], answers[slot]) = (text, answer)
            return answer
        }
    }

    @inline(__always)
    private static func equal(_ text: inout String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        guard text.utf8.count == bytes.count else { return false }
        guard let theirs = bytes.baseAddress, !bytes.isEmpty else { return true }
        return text.withUTF8 { ours in ours.baseAddress.map { memcmp($0, theirs, bytes.count) == 0 } ?? false }
    }

    /// Spreads short texts over the slots; nobody gains from a collision.
    @inline(__always)
    private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(bytes.count) &* 0x9E37_79B9_7F4A_7C15
        var at = 0
        while at + 8 <= bytes.count {
            hash = (hash ^ bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* 0x9FB2_1C65_1E98_DF25
            hash ^= hash >> 32
            at += 8
        }
        var rest: UInt64 = 0
        while at < bytes.count {
            rest = rest << 8 | UInt64(bytes[at])
            at += 1
        }
        return (hash ^ rest) &* 0x9FB2_1C65_1E98_DF25
    }
}
