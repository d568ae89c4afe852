/// What stands in the ledger for a person, a reference or an account: 16 bytes that tell nothing without the case key.
package struct Pseudonym: Hashable, Comparable, Sendable, CustomStringConvertible {
    private let high, low: UInt64

    package static let byteCount = 16

    /// Nil unless there are exactly 16 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Pseudonym.byteCount else { return nil }
        self.init(prefixOf: bytes)
    }

    /// The first 16 bytes of a longer value.
    init(prefixOf bytes: some Collection<UInt8>) {
        var words: (UInt64, UInt64) = (0, 0)
        for (i, byte) in bytes.prefix(Pseudonym.byteCount).enumerated() {
            if i < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        (high, low) = words
    }

    /// 32 hexadecimal digits, or 22 letters of base 64 for URLs.
    package init?(_ text: some StringProtocol) {
        switch text.utf8.count {
        case 32:
            guard let bytes = Hex.decode(text) else { return nil }
            self.init(prefixOf: bytes)
        case 22:
            let standard = text.utf8.map { $0 == UInt8(ascii: "-") ? UInt8(ascii: "+") : $0 == UInt8(ascii: "_") ? UInt8(ascii: "/") : $0 }
            guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }),
                  let bytes = Base64.decode(standard + Array("==".utf8))
            else { return nil }
            self.init(prefixOf: bytes)
        default:
            return nil
        }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes.append(contentsOf: $0) }
    }

    /// In the order of the bytes, which is also the order of `hex`.
    package static func < (a: Pseudonym, b: Pseudonym) -> Bool { (a.high, a.low) < (b.high, b.low) }

    package var hex: String { Hex.encode(bytes) }
    package var base64URL: String { Base64.encodeURL(bytes) }
    package var description: String { hex }
}
