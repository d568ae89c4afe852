/// A client's address, version 4 or 6, without its port.
///
/// A version 4 address in version 6 clothes (`::ffff:192.0.2.1`) is the version 4 address: a server that listens on both
/// writes one client in two ways.
package struct ClientAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address as eight groups of 16 bits in two halves; version 4 in the low 32 bits of `low`.
    private let high: UInt64, low: UInt64
    package let isVersion4: Bool

    private init(version4 value: UInt32) { (high, low, isVersion4) = (0, UInt64(value), true) }

    private init(version6 high: UInt64, _ low: UInt64) {
        isVersion4 = high == 0 && low >> 32 == 0xFFFF
        self.high = high
        self.low = isVersion4 ? low & 0xFFFF_FFFF : low
    }

    /// `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]:443`, `fe80::1%eth0`, `ipv4:192.0.2.1:443` (Samba).
    /// Nil for anything else, host names included. Numbers with leading zeros are refused: programs disagree on what they mean.
    package init?(_ text: UnsafeRawBufferPointer) {
        var (start, end) = (0, text.count)
        while start < end, text[start] == 0x20 { start += 1 }
        while end > start, text[end - 1] == 0x20 { end -= 1 }
        if end - start > 5, text[start] | 0x20 == 0x69, text[start + 1] | 0x20 == 0x70, text[start + 2] | 0x20 == 0x76, text[start + 4] == 0x3A { start += 5 }
        guard start < end else { return nil }
        if text[start] == 0x5B {
            guard let close = (start..<end).first(where: { text[$0] == 0x5D }) else { return nil }
            if close + 1 < end {
                guard text[close + 1] == 0x3A, ClientAddress.isPort(text, close + 2, end) else { return nil }
            }
            (start, end) = (start + 1, close)
        }
        if let zone = (start..<end).first(where: { text[$0] == 0x25 }) { end = zone }
        if let four = ClientAddress.version4(text, start, end) {
            self.init(version4: four)
        } else if let colon = (start..<end).first(where: { text[$0] == 0x3A }), ClientAddress.isPort(text, colon + 1, end), let four = ClientAddress.version4(text, start, colon) {
            self.init(version4: four)
        } else if let (high, low) = ClientAddress.version6(text, start, end) {
            self.init(version6: high, low)
        } else {
            return nil
        }
    }

    package init?(_ text: String) {
        var text = text
        guard let address = text.withUTF8({ ClientAddress(UnsafeRawBufferPointer($0)) }) else { return nil }
        self = address
    }

    /// Dotted quad, or the canonical form of RFC 5952.
    package var description: String { isVersion4 ? ClientAddress.text4(UInt32(truncatingIfNeeded: low)) : ClientAddress.text6(high, low) }

    /// What stands for the place of the client: `192.0.2.0/24`, `2001:db8:1::/48`.
    package var network: String {
        isVersion4
            ? ClientAddress.text4(UInt32(truncatingIfNeeded: low) & 0xFFFF_FF00) + "/24"
            : ClientAddress.text6(high & 0xFFFF_FFFF_FFFF_0000, 0) + "/48"
    }

    // MARK: Reading

    private static func isPort(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
        start < end && end - start <= 5 && (start..<end).allSatisfy { text[$0] &- 0x30 <= 9 }
    }

    private static func version4(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UInt32? {
        guard end - start >= 7, end - start <= 15 else { return nil }
        var (value, part, digits, dots) = (UInt32(0), UInt32(0), 0, 0)
        for i in start..<end {
            let byte = text[i]
            if byte &- 0x30 <= 9 {
                guard digits == 0 || part != 0 else { return nil }
                part = part * 10 + UInt32(byte - 0x30)
                digits += 1
                guard digits <= 3, part <= 255 else { return nil }
            } else {
                guard byte == 0x2E, digits > 0, dots < 3 else { return nil }
                value = value << 8 | part
                (part, digits) = (0, 0)
                dots += 1
            }
        }
        guard dots == 3, digits > 0 else { return nil }
        return value << 8 | part
    }

    private static func version6(_ text: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> (UInt64, UInt64)? {
        guard end - start >= 2, end - start <= 45 else { return nil }
        var groups: [UInt16] = []
        var gap: Int?
        var at = start
        if text[at] == 0x3A {
            guard text[at + 1] == 0x3A else { return nil }
            gap = 0
            at += 2
        }
        while at < end {
            var (stop, value) = (at, 0)
            while stop < end, let digit = hex(text[stop]), stop - at < 5 {
                value = value << 4 | digit
                stop += 1
            }
            if stop < end, text[stop] == 0x2E {
                // The last 32 bits as a dotted quad.
                guard let four = version4(text, at, end), groups.count <= 6 else { return nil }
                groups += [UInt16(four >> 16), UInt16(four & 0xFFFF)]
                at = end
                break
            }
            guard stop > at, stop - at <= 4, groups.count < 8 else { return nil }
            groups.append(UInt16(value))
            at = stop
            guard at < end else { break }
            guard text[at] == 0x3A, at + 1 < end else { return nil }
            at += 1
            if text[at] == 0x3A {
                guard gap == nil else { return nil }
                gap = groups.count
                at += 1
            }
        }
        if let gap {
            guard groups.count < 8 else { return nil }
            groups.insert(contentsOf: [UInt16](repeating: 0, count: 8 - groups.count), at: gap)
        }
        guard groups.count == 8 else { return nil }
        let halves = groups.reduce(into: (UInt64(0), UInt64(0))) { $0 = ($0.0 << 16 | $0.1 >> 48, $0.1 << 16 | UInt64($1)) }
        return halves
    }

    private static func hex(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x37
        case 0x61...0x66: Int(byte) - 0x57
        default: nil
        }
    }

    // MARK: Writing

    private static func text4(_ value: UInt32) -> String {
        "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
    }

    private static func text6(_ high: UInt64, _ low: UInt64) -> String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: ($0 < 4 ? high : low) >> UInt64(48 - 16 * ($0 % 4))) }
        // The longest run of at least two zeros is written `::`; the first of equals.
        var (longest, run) = (0..<0, 0)
        for i in 0..<8 {
            run = groups[i] == 0 ? run + 1 : 0
            if run >= 2 && run > longest.count { longest = i + 1 - run..<i + 1 }
        }
        func written(_ part: ArraySlice<UInt16>) -> String { part.map { String($0, radix: 16) }.joined(separator: ":") }
        guard !longest.isEmpty else { return written(groups[...]) }
        return written(groups[..<longest.lowerBound]) + "::" + written(groups[longest.upperBound...])
    }

    /// Whether the first `bits` bits are those of another address of the same version.
    fileprivate func shares(_ bits: Int, with other: ClientAddress) -> Bool {
        guard isVersion4 == other.isVersion4 else { return false }
        if isVersion4 { return bits == 0 || (low ^ other.low) >> UInt64(32 - bits) == 0 }
        if bits == 0 { return true }
        if bits <= 64 { return (high ^ other.high) >> UInt64(64 - bits) == 0 }
        return high == other.high && (low ^ other.low) >> UInt64(128 - bits) == 0
    }
}

/// An address or a network in prefix notation (`10.0.0.0/8`, `2001:db8::/32`).
package struct AddressRange: Hashable, Sendable {
    private let address: ClientAddress
    private let bits: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = ClientAddress(String(first)) else { return nil }
        let width = address.isVersion4 ? 32 : 128
        guard parts.count == 1 || Int(parts[1]).map({ (0...width).contains($0) }) == true else { return nil }
        self.address = address
        bits = parts.count == 1 ? width : Int(parts[1]) ?? width
    }

    package func contains(_ other: ClientAddress) -> Bool { address.shares(bits, with: other) }
}
