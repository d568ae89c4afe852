/// CRC-32C (Castagnoli; RFC 3720 §12.1), eight bytes a step. It finds damage, not malice: the incident's signed note covers
/// the same files by SHA-256.
struct Checksum {
    private var state: UInt32 = 0xFFFF_FFFF

    var value: UInt32 { ~state }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var crc = state
        var rest = bytes[...]
        Checksum.tables.withUnsafeBufferPointer { table in
            while rest.count >= 8 {
                let word = UInt64(littleEndian: UnsafeRawBufferPointer(rebasing: rest).loadUnaligned(as: UInt64.self)) ^ UInt64(crc)
                crc = 0
                for k in 0..<8 { crc ^= table[(7 - k) * 256 + Int(truncatingIfNeeded: (word >> (8 * UInt64(k))) & 0xFF)] }
                rest = rest.dropFirst(8)
            }
            for byte in rest { crc = (crc >> 8) ^ table[Int((crc ^ UInt32(byte)) & 0xFF)] }
        }
        state = crc
    }

    static func of(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var sum = Checksum()
        sum.update(bytes)
        return sum.value
    }

    /// `tables[k * 256 + b]`: the effect of byte `b` that is followed by `k` zero bytes.
    private static let tables: [UInt32] = {
        var t = [UInt32](repeating: 0, count: 2048)
        for b in 0..<256 {
            var crc = UInt32(b)
            for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
            t[b] = crc
        }
        for k in 1..<8 {
            for b in 0..<256 {
                let before = t[(k - 1) * 256 + b]
                t[k * 256 + b] = (before >> 8) ^ t[Int(before & 0xFF)]
            }
        }
        return t
    }()
}
