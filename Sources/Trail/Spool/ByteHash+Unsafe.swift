/// A fast 64-bit hash of bytes: 8 at a time, folded by 128-bit multiplication (after wyhash, Wang Yi, public domain).
///
/// The same on every machine and in every run: canonical order rests on it where all else is equal. It is no defence
/// against chosen collisions, so equality of hashes is never taken for equality of bytes.
@inline(__always)
func hash64(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    let p0: UInt64 = 0xa076_1d64_78bd_642f, p1: UInt64 = 0xe703_7ed1_a0b4_28db, p2: UInt64 = 0x8ebc_6af0_9c88_c6e3
    var state = seed ^ p0
    let count = bytes.count
    // Nothing is nothing, whether it has an address or not.
    guard count > 0, let start = bytes.baseAddress else { return fold(state ^ p1, p2) }
    var at = 0
    while at + 16 <= count {
        let a = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        let b = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: at + 8, as: UInt64.self))
        state = fold(a ^ p1, b ^ state)
        at += 16
    }
    var a: UInt64 = 0, b: UInt64 = 0
    if at + 8 <= count {
        a = UInt64(littleEndian: start.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        at += 8
    }
    var shift: UInt64 = 0
    while at < count {
        b |= UInt64(start.load(fromByteOffset: at, as: UInt8.self)) << shift
        shift += 8
        at += 1
    }
    return fold(p2 ^ UInt64(truncatingIfNeeded: count), fold(a ^ p1, b ^ state) ^ p0)
}

@inline(__always)
private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (high, low) = a.multipliedFullWidth(by: b)
    return high ^ low
}

/// Gives each byte string a number at first sight, from 0. Bytes lie one after the other in an arena; a string is made only
/// by who asks for one.
struct ByteTable {
    private var slots: [UInt32]
    private var hashes: [UInt64] = []
    private var ends: [Int] = [0]
    private var arena: [UInt8] = []
    private var mask: Int

    init(capacity: Int = 64) {
        var size = 64
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: .max, count: size)
        mask = size - 1
    }

    var count: Int { hashes.count }

    /// The number of these bytes, and whether they are new.
    mutating func number(of bytes: UnsafeRawBufferPointer) -> (number: UInt32, isNew: Bool) {
        let hash = hash64(bytes)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != .max {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash, equals(candidate, bytes) { return (UInt32(candidate), false) }
            slot = (slot + 1) & mask
        }
        let number = UInt32(hashes.count)
        slots[slot] = number
        hashes.append(hash)
        arena.append(contentsOf: bytes)
        ends.append(arena.count)
        if hashes.count * 2 > slots.count { grow() }
        return (number, true)
    }

    func known(_ bytes: UnsafeRawBufferPointer) -> UInt32? {
        let hash = hash64(bytes)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot] != .max {
            let candidate = Int(slots[slot])
            if hashes[candidate] == hash, equals(candidate, bytes) { return UInt32(candidate) }
            slot = (slot + 1) & mask
        }
        return nil
    }

    mutating func number(of text: String) -> (number: UInt32, isNew: Bool) {
        var text = text
        return text.withUTF8 { number(of: UnsafeRawBufferPointer($0)) }
    }

    func text(_ number: UInt32) -> String {
        String(decoding: arena[ends[Int(number)]..<ends[Int(number) + 1]], as: UTF8.self)
    }

    /// Forgets everything; a room that one large use left behind is given back.
    mutating func removeAll() {
        guard !hashes.isEmpty else { return }
        if slots.count > 1_024 { slots = Array(repeating: .max, count: 64) } else {
            for index in slots.indices { slots[index] = .max }
        }
        mask = slots.count - 1
        hashes.removeAll(keepingCapacity: true)
        arena.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        ends.append(0)
    }

    private func equals(_ number: Int, _ bytes: UnsafeRawBufferPointer) -> Bool {
        let start = ends[number], end = ends[number + 1]
        guard end - start == bytes.count else { return false }
        return arena.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: $0[start..<end]).elementsEqualFast(bytes) }
    }

    private mutating func grow() {
        mask = slots.count * 2 - 1
        slots = Array(repeating: .max, count: mask + 1)
        for (number, hash) in hashes.enumerated() {
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot] != .max { slot = (slot + 1) & mask }
            slots[slot] = UInt32(number)
        }
    }
}
