/// A SHA-256 hash: a leaf, a node or a root of the Merkle tree.
///
/// Four machine words in memory order, so that it lives in registers and arrays of it are the bytes of a tile.
package struct Hash: Hashable, Sendable, CustomStringConvertible {
    let a, b, c, d: UInt64

    package static let byteCount = 32

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Hash.byteCount else { return nil }
        var words: [4 of UInt64] = .init(repeating: 0)
        for (i, byte) in bytes.enumerated() {
            words[i / 8] |= UInt64(byte) << UInt64(i % 8 * 8)
        }
        (a, b, c, d) = (
            UInt64(littleEndian: words[0]), UInt64(littleEndian: words[1]),
            UInt64(littleEndian: words[2]), UInt64(littleEndian: words[3])
        )
    }

    package init?(base64: some StringProtocol) {
        guard let bytes = Base64.decode(base64), let hash = Hash(bytes) else { return nil }
        self = hash
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Hash.byteCount)
        for word in [a, b, c, d] {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word.littleEndian >> shift))
            }
        }
        return bytes
    }

    package var hex: String { Hex.encode(bytes) }
    package var base64: String { Base64.encode(bytes) }
    package var description: String { base64 }

    /// The root of the tree without leaves: SHA-256 of nothing (RFC 6962 §2.1).
    package static let emptyRoot = Hash(of: [])
}

/// Lower-case hexadecimal.
package enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil unless `text` is pairs of hexadecimal digits; capitals are accepted.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let utf8 = Array(text.utf8)
        guard utf8.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(utf8.count / 2)
        for i in stride(from: 0, to: utf8.count, by: 2) {
            guard let high = value(utf8[i]), let low = value(utf8[i + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
