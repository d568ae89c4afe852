/// Base64 as in RFC 4648 section 4, with what FHIR's base64Binary and mail programs add: white space between groups, and
/// padding that may be missing. Also the URL alphabet of section 5.
package enum Base64 {
    /// Nil for a byte outside of the alphabets, a group of one character, text after the padding, or bits that stand for nothing.
    package static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var out: [UInt8] = []
        out.reserveCapacity(text.count / 4 * 3 + 3)
        var bits: UInt32 = 0
        var pending = 0
        var padding = 0
        for byte in text {
            switch table[Int(byte)] {
            case let value where value < 64:
                guard padding == 0 else { return nil }
                bits = bits << 6 | UInt32(value)
                pending += 1
                if pending == 4 {
                    out.append(UInt8(truncatingIfNeeded: bits >> 16))
                    out.append(UInt8(truncatingIfNeeded: bits >> 8))
                    out.append(UInt8(truncatingIfNeeded: bits))
                    (bits, pending) = (0, 0)
                }
            case space: break
            case pad: padding += 1
            default: return nil
            }
        }
        guard padding == 0 || pending + padding == 4 && pending > 1 else { return nil }
        switch pending {
        case 0: break
        case 2:
            guard bits & 0xF == 0 else { return nil }
            out.append(UInt8(truncatingIfNeeded: bits >> 4))
        case 3:
            guard bits & 0x3 == 0 else { return nil }
            out.append(UInt8(truncatingIfNeeded: bits >> 10))
            out.append(UInt8(truncatingIfNeeded: bits >> 2))
        default: return nil
        }
        return out
    }

    package static func encode(_ bytes: [UInt8]) -> String {
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var i = 0
        while i < bytes.count {
            let left = bytes.count - i
            let group = UInt32(bytes[i]) << 16 | (left > 1 ? UInt32(bytes[i + 1]) << 8 : 0) | (left > 2 ? UInt32(bytes[i + 2]) : 0)
            out.append(alphabet[Int(group >> 18)])
            out.append(alphabet[Int(group >> 12 & 63)])
            out.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
            out.append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
            i += 3
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let space: UInt8 = 64, pad: UInt8 = 65, wrong: UInt8 = 66

    private static let table: [UInt8] = {
        var table = [UInt8](repeating: wrong, count: 256)
        for (value, character) in alphabet.enumerated() { table[Int(character)] = UInt8(value) }
        table[Int(UInt8(ascii: "-"))] = 62
        table[Int(UInt8(ascii: "_"))] = 63
        table[Int(UInt8(ascii: "="))] = pad
        for character in [9, 10, 13, 32] { table[character] = space }
        return table
    }()
}
