/// CRC-32C (Castagnoli, RFC 3720 appendix B.4), eight bytes at a time by tables.
///
/// It finds what a disk does to bytes by accident. Against intent it is no help; there the tree's hashes stand.
func crc32c(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    crcTables.withUnsafeBufferPointer { tables in
        var crc = ~UInt32(0)
        var at = 0
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)) ^ UInt64(crc)
            crc = tables[0x700 | Int(word & 255)] ^ tables[0x600 | Int(word >> 8 & 255)]
                ^ tables[0x500 | Int(word >> 16 & 255)] ^ tables[0x400 | Int(word >> 24 & 255)]
                ^ tables[0x300 | Int(word >> 32 & 255)] ^ tables[0x200 | Int(word >> 40 & 255)]
                ^ tables[0x100 | Int(word >> 48 & 255)] ^ tables[Int(word >> 56)]
            at += 8
        }
        while at < bytes.count {
            crc = crc >> 8 ^ tables[Int((crc ^ UInt32(bytes[at])) & 255)]
            at += 1
        }
        return ~crc
    }
}

package func crc32c(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { crc32c($0) } }

private let crcTables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for i in 0..<256 {
        var crc = UInt32(i)
        for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0x82F6_3B78 : crc >> 1 }
        tables[i] = crc
    }
    for i in 256..<tables.count { tables[i] = tables[i - 256] >> 8 ^ tables[Int(tables[i - 256] & 255)] }
    return tables
}()
