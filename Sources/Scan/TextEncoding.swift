import Model

/// How a text's bytes stand for characters.
///
/// Trails are UTF-8 or ASCII, with two exceptions that office programs make: Windows-1252 and UTF-16.
package enum TextEncoding: Hashable, Sendable {
    case utf8
    case utf16LittleEndian
    case utf16BigEndian
    case windows1252

    /// As written into reports.
    package var name: String {
        switch self {
        case .utf8: "UTF-8"
        case .utf16LittleEndian: "UTF-16LE"
        case .utf16BigEndian: "UTF-16BE"
        case .windows1252: "Windows-1252"
        }
    }

    /// Bytes of the byte order mark at the beginning of a text; 0 when there is none.
    package static func markLength(_ text: UnsafeRawBufferPointer) -> Int {
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { return 3 }
        if text.count >= 2, (text[0] == 0xFF && text[1] == 0xFE) || (text[0] == 0xFE && text[1] == 0xFF) { return 2 }
        return 0
    }

    /// Decides for a whole file.
    ///
    /// A byte order mark decides. Without one, of the lines that hold a byte above 127 at least half must be valid UTF-8.
    /// Else the file is Windows-1252, provided that nearly all such bytes of the invalid lines are letters and marks that
    /// Western European text has there. So a UTF-8 file with a broken line stays UTF-8, and only that line is refused. The
    /// first 1,000 such lines are looked at, which may be all of a large file, or none.
    package static func detect(_ text: UnsafeRawBufferPointer) -> TextEncoding {
        switch markLength(text) {
        case 3: return .utf8
        case 2: return text[0] == 0xFF ? .utf16LittleEndian : .utf16BigEndian
        default: break
        }
        if let wide = utf16WithoutMark(text) { return wide }
        var (good, bad, at) = (0, 0, 0)
        var (likely, unlikely) = (0, 0)
        while good + bad < 1_000, let high = firstHigh(in: text, from: at) {
            var start = high, end = high
            while start > at, text[start - 1] != 0x0A { start -= 1 }
            while end < text.count, text[end] != 0x0A { end += 1 }
            if isUTF8(UnsafeRawBufferPointer(rebasing: text[start..<end])) {
                good += 1
            } else {
                bad += 1
                for byte in text[start..<end] where byte >= 0x80 {
                    if isWesternEuropean(byte) { likely += 1 } else { unlikely += 1 }
                }
            }
            at = end
        }
        return bad > good && unlikely * 9 <= likely ? .windows1252 : .utf8
    }

    /// Bytes that Windows-1252 text in French or a neighbouring language has: accented letters but those that stand where
    /// UTF-8 has the first byte of one (`Ã`, `Â` before a sign), quotes, dashes, ellipsis, euro, degree, no-break blank.
    private static func isWesternEuropean(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xE0...0xE2, 0xE4, 0xE7...0xEB, 0xED...0xEF, 0xF1, 0xF3, 0xF4, 0xF6, 0xF9...0xFC, 0xDF: true
        case 0xC0, 0xC4, 0xC7...0xCB, 0xCE, 0xCF, 0xD4, 0xD6, 0xD9, 0xDB, 0xDC: true
        case 0x80, 0x85, 0x8C, 0x91...0x94, 0x96, 0x97, 0x9C, 0xA0, 0xA7, 0xAB, 0xB0, 0xB2, 0xB7, 0xBA, 0xBB: true
        default: false
        }
    }

    /// ASCII text in UTF-16 shows a zero in every other byte.
    private static func utf16WithoutMark(_ text: UnsafeRawBufferPointer) -> TextEncoding? {
        let head = min(text.count & ~1, 64)
        guard head >= 16 else { return nil }
        var (even, odd) = (0, 0)
        for i in 0..<head where text[i] == 0 {
            if i & 1 == 0 { even += 1 } else { odd += 1 }
        }
        if odd > head * 3 / 8 && even == 0 { return .utf16LittleEndian }
        if even > head * 3 / 8 && odd == 0 { return .utf16BigEndian }
        return nil
    }

    /// The whole text in UTF-8, without its byte order mark.
    ///
    /// What has no character (a lone surrogate, one of the five bytes that Windows-1252 leaves open) becomes the byte 0xFF,
    /// which UTF-8 never holds, so that the line shows as wrongly encoded.
    package func utf8(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        let body = UnsafeRawBufferPointer(rebasing: text[TextEncoding.markLength(text)...])
        var out: [UInt8] = []
        out.reserveCapacity(body.count + body.count / 8)
        switch self {
        case .utf8: out.append(contentsOf: body)
        case .windows1252: TextEncoding.appendWindows1252(body, to: &out)
        case .utf16LittleEndian: TextEncoding.appendUTF16(body, low: 0, to: &out)
        case .utf16BigEndian: TextEncoding.appendUTF16(body, low: 1, to: &out)
        }
        return out
    }

    private static func appendUTF16(_ body: UnsafeRawBufferPointer, low: Int, to out: inout [UInt8]) {
        var i = 0
        func unit(_ i: Int) -> UInt32 { UInt32(body[i + low]) | UInt32(body[i + 1 - low]) << 8 }
        while i + 1 < body.count {
            var scalar = unit(i)
            i += 2
            if scalar & 0xF800 == 0xD800 {
                guard scalar < 0xDC00, i + 1 < body.count, unit(i) & 0xFC00 == 0xDC00 else {
                    out.append(0xFF)
                    continue
                }
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + unit(i) & 0x3FF
                i += 2
            }
            append(scalar, to: &out)
        }
        // Half a unit at the end: the file was cut.
        if i < body.count { out.append(0xFF) }
    }

    private static func appendWindows1252(_ body: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        for byte in body {
            if byte < 0x80 {
                out.append(byte)
            } else if byte < 0xA0 {
                let scalar = windows1252High[Int(byte - 0x80)]
                if scalar == 0 { out.append(0xFF) } else { append(UInt32(scalar), to: &out) }
            } else {
                append(UInt32(byte), to: &out)
            }
        }
    }

    private static func append(_ scalar: UInt32, to out: inout [UInt8]) {
        switch scalar {
        case 0..<0x80: out.append(UInt8(scalar))
        case 0x80..<0x800: out.append(contentsOf: [0xC0 | UInt8(scalar >> 6), 0x80 | UInt8(scalar & 63)])
        case 0x800..<0x10000: out.append(contentsOf: [0xE0 | UInt8(scalar >> 12), 0x80 | UInt8(scalar >> 6 & 63), 0x80 | UInt8(scalar & 63)])
        default: out.append(contentsOf: [0xF0 | UInt8(scalar >> 18), 0x80 | UInt8(scalar >> 12 & 63), 0x80 | UInt8(scalar >> 6 & 63), 0x80 | UInt8(scalar & 63)])
        }
    }

    /// Bytes 0x80 to 0x9F of Windows-1252 (WHATWG Encoding, index-windows-1252 less its five C1 controls); 0 = none.
    private static let windows1252High: [UInt16] = [
        0x20AC, 0, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0, 0x017D, 0,
        0, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0, 0x017E, 0x0178,
    ]
}

extension TextEncoding {
    /// Offset of the first byte above 127; nil when the rest is ASCII.
    package static func firstHigh(in text: UnsafeRawBufferPointer, from start: Int = 0) -> Int? {
        var at = start
        while at + 32 <= text.count {
            let words = text.loadUnaligned(fromByteOffset: at, as: SIMD4<UInt64>.self)
            if (words[0] | words[1] | words[2] | words[3]) & 0x8080_8080_8080_8080 != 0 { break }
            at += 32
        }
        while at + 8 <= text.count {
            if text.loadUnaligned(fromByteOffset: at, as: UInt64.self) & 0x8080_8080_8080_8080 != 0 { break }
            at += 8
        }
        while at < text.count, text[at] < 0x80 { at += 1 }
        return at < text.count ? at : nil
    }

    package static func isASCII(_ text: UnsafeRawBufferPointer) -> Bool { firstHigh(in: text) == nil }

    /// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing past U+10FFFF.
    package static func isUTF8(_ text: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while let high = firstHigh(in: text, from: at) {
            let lead = text[high]
            let length: Int
            var second: ClosedRange<UInt8> = 0x80...0xBF
            switch lead {
            case 0xC2...0xDF: length = 2
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: length = 3
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            case 0xF1...0xF3: length = 4
            default: return false
            }
            guard high + length <= text.count, second.contains(text[high + 1]) else { return false }
            for i in 2..<max(2, length) where text[high + i] & 0xC0 != 0x80 { return false }
            at = high + length
        }
        return true
    }

    package static let wrongEncoding = FieldProblem(
        found: "bytes that are not in the file's encoding", expected: "text in one encoding throughout",
        remedy: "export the file again in UTF-8")
}
