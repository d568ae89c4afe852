/// Strings that come again and again (agents, services, accounts, sessions), each made once.
///
/// A table of fixed size in which a newcomer takes the place of what its hash meets: it never grows, and a miss costs what
/// making the string costs anyway. Short strings fit into the value itself and pass by.
@usableFromInline package struct JSONStrings {
    @usableFromInline var slots: [String]
    @inlinable static var slotCount: Int { 4_096 }

    package init() { slots = Array(repeating: "", count: JSONStrings.slotCount) }

    @inlinable
    package mutating func string(_ text: JSONText) -> String {
        guard text.isPlain, text.count > 15 else { return text.string }
        let slot = JSONStrings.hash(text.base, text.count) & (JSONStrings.slotCount - 1)
        let known = slots[slot].utf8.withContiguousStorageIfAvailable { known in
            known.count == text.count && known.baseAddress.map { sameBytes($0, text.base, text.count) } ?? false
        }
        if known == true { return slots[slot] }
        let made = text.string
        slots[slot] = made
        return made
    }

    /// Four samples of eight bytes from begin to end. Texts that they do not tell apart share a slot, which costs time only.
    @inlinable @inline(__always)
    static func hash(_ base: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let raw = UnsafeRawPointer(base)
        let last = count &- 8, third = last / 3
        let a = raw.loadUnaligned(as: UInt64.self), b = raw.loadUnaligned(fromByteOffset: third, as: UInt64.self)
        let c = raw.loadUnaligned(fromByteOffset: last &- third, as: UInt64.self), d = raw.loadUnaligned(fromByteOffset: last, as: UInt64.self)
        let left = (a ^ UInt64(truncatingIfNeeded: count)) &* 0x9E37_79B9_7F4A_7C15 ^ b &* 0xC2B2_AE3D_27D4_EB4F
        let right = c &* 0x1656_67B1_9E37_79F9 ^ d &* 0x9FB2_1C65_1E98_DF25
        let mixed = (left ^ right &>> 31) &* 0x9E37_79B9_7F4A_7C15 ^ right
        return Int(truncatingIfNeeded: mixed &>> 40)
    }
}

/// Results of a pure function of strings that come again and again (an address and its canonical text), in a table of fixed size.
@usableFromInline package struct JSONMemo {
    @usableFromInline var keys: [String]
    @usableFromInline var values: [String]

    package init() {
        keys = Array(repeating: "", count: JSONStrings.slotCount)
        values = keys
    }

    package mutating func value(_ text: JSONText, _ make: (String) -> String) -> String {
        guard text.isPlain, text.count > 0 else { return make(text.string) }
        let slot = JSONMemo.hash(text) & (JSONStrings.slotCount - 1)
        let known = keys[slot].utf8.withContiguousStorageIfAvailable { known in
            known.count == text.count && known.baseAddress.map { sameBytes($0, text.base, text.count) } ?? false
        }
        if known == true { return values[slot] }
        let key = text.string
        let made = make(key)
        keys[slot] = key
        values[slot] = made
        return made
    }

    private static func hash(_ text: JSONText) -> Int {
        if text.count >= 16 { return JSONStrings.hash(text.base, text.count) }
        var h = UInt64(text.count)
        for i in 0..<text.count { h = (h ^ UInt64(text.base[i])) &* 0x9E37_79B9_7F4A_7C15 }
        return Int(truncatingIfNeeded: h >> 40)
    }
}
