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

    /// All bytes count: accounts and sessions often differ in their middle.
    @inlinable @inline(__always)
    static func hash(_ base: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let raw = UnsafeRawPointer(base)
        var h = UInt64(truncatingIfNeeded: count)
        var i = 0
        while i &+ 8 <= count {
            h = (h ^ raw.loadUnaligned(fromByteOffset: i, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
            h ^= h &>> 29
            i &+= 8
        }
        // At least 16 bytes are there, so the last eight may overlap what was read.
        h = (h ^ raw.loadUnaligned(fromByteOffset: count &- 8, as: UInt64.self)) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: h &>> 40)
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
