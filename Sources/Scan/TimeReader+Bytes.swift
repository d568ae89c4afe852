import Model

/// Numbers, words and blanks.
extension TimeReader {
    var byte: UInt8 { text[at] }
    var isDigitHere: Bool { at < end && isDigit(text[at]) }
    func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }
    func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    func string(_ range: Range<Int>) -> String { String(decoding: UnsafeRawBufferPointer(rebasing: text[range]), as: UTF8.self) }

    var digitCount: Int {
        var stop = at
        while stop < end, isDigit(text[stop]) { stop += 1 }
        return stop - at
    }

    /// A number of so many digits that no further digit need end; nil leaves the place where it was.
    mutating func number(_ width: ClosedRange<Int>, limit: Int = 18) -> Int? {
        let start = at
        var value = 0
        while at < end, at - start < min(width.upperBound, limit), isDigit(text[at]) {
            let (product, tooMuch) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooMuchToo) = product.addingReportingOverflow(Int(text[at] - 0x30))
            guard !tooMuch, !tooMuchToo else {
                at = start
                return nil
            }
            value = sum
            at += 1
        }
        guard at - start >= width.lowerBound else {
            at = start
            return nil
        }
        return value
    }

    /// A decimal fraction in thousandths, finer digits cut off.
    mutating func fraction() -> Int? {
        guard at + 1 < end, byte == 0x2E || byte == 0x2C, isDigit(text[at + 1]) else { return nil }
        at += 1
        var (value, scale) = (0, 100)
        while at < end, isDigit(byte) {
            value += Int(byte - 0x30) * scale
            scale /= 10
            at += 1
        }
        return value
    }

    mutating func skip(_ wanted: UInt8) -> Bool {
        guard at < end, byte == wanted else { return false }
        at += 1
        return true
    }

    /// `/`, `-` or `.` between the numbers of a date.
    mutating func skipSeparator() -> UInt8? {
        guard at < end, byte == 0x2F || byte == 0x2D || byte == 0x2E else { return nil }
        at += 1
        return text[at - 1]
    }

    /// Blanks, no-break ones (U+00A0, U+202F) included, which office programs write between time and AM.
    mutating func skipBlanks() {
        while at < end {
            if byte == 0x20 || byte == 0x09 {
                at += 1
            } else if byte == 0xC2, at + 1 < end, text[at + 1] == 0xA0 {
                at += 2
            } else if byte == 0xE2, at + 2 < end, text[at + 1] == 0x80, text[at + 2] == 0xAF || text[at + 2] == 0x89 {
                at += 3
            } else {
                return
            }
        }
    }

    /// Only where such a byte follows them.
    mutating func skipBlanks(before isWanted: (UInt8) -> Bool) {
        let start = at
        skipBlanks()
        if at == end || !isWanted(byte) { at = start }
    }

    /// A word of the list, in any case, with or without accents and a full stop; nil leaves the place where it was.
    mutating func word(in list: [UInt64: UInt8]) -> UInt8? {
        let start = at
        var code: UInt64 = 0
        var letters = 0
        while at < end, letters < 12 {
            var letter: UInt8
            if isLetter(byte) {
                letter = byte | 0x20
                at += 1
            } else if byte == 0xC3, at + 1 < end, let plain = TimeWords.plain(text[at + 1]) {
                letter = plain
                at += 2
            } else {
                break
            }
            letter -= 0x60
            code = code << 5 | UInt64(letter)
            letters += 1
        }
        guard letters > 0, let value = list[code] else {
            at = start
            return nil
        }
        _ = skip(0x2E)
        return value
    }
}
