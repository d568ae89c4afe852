import Model

/// Reads the parts of a time as they are written. What the parts mean together is `TimeParser`'s to decide.
struct TimeReader {
    /// Time of day, 24:00 and a leap second included.
    struct Clock {
        var milliseconds: Int64
        var isTwelveHour = false
        static let midnight = Clock(milliseconds: 0)
    }
    /// Set when day and month could be swapped.
    enum Order { case settled, dayFirst, monthFirst }

    struct Reading {
        /// Set alone: the value is Unix time.
        var unix: Instant?
        var date = CivilDate(year: 0, month: 0, day: 0)
        var yearIsMissing = false
        var order = Order.settled
        var clock: Clock?
        /// Seconds east of UTC, or a named zone.
        var offset: Int?
        var zone: Zone?
    }

    private let text: UnsafeRawBufferPointer
    private var at = 0
    private let end: Int

    /// The value without blanks, brackets or quotes around it.
    init(_ text: UnsafeRawBufferPointer) {
        self.text = text
        var (start, end) = (0, text.count)
        while start < end, TimeReader.isPadding(text[start]) { start += 1 }
        while end > start, TimeReader.isPadding(text[end - 1]), text[end - 1] != 0x5B, text[end - 1] != 0x5D { end -= 1 }
        // A closing bracket may belong to `[Europe/Paris]`: it is padding only if an opening one was.
        if end > start, text[end - 1] == 0x5D, start > 0, text[start - 1] == 0x5B { end -= 1 }
        (at, self.end) = (start, end)
    }

    private static func isPadding(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x22 || byte == 0x27 || byte == 0x5B || byte == 0x5D }

    mutating func read(dayFirst: Bool?) throws(FieldProblem) -> Reading {
        guard at < end else { throw FieldProblem(found: "nothing", expected: TimeReader.shapes, remedy: "export the time of each record") }
        var reading = Reading()
        if isDigit(byte) {
            let digits = digitCount
            if digits >= 8 {
                try readCompact(digits, into: &reading)
            } else {
                try readNumericDate(digits, dayFirst: dayFirst, into: &reading)
            }
        } else {
            try readWordFirst(dayFirst: dayFirst, into: &reading)
        }
        guard at == end else { throw malformed }
        return reading
    }

    /// What the value alone says about `a/b/YYYY`.
    mutating func order() -> Bool? {
        guard let first = number(1...2), let separator = skipSeparator(), let second = number(1...2), skip(separator), number(4...4) != nil else { return nil }
        if first > 12 && second <= 12 { return true }
        if second > 12 && first <= 12 { return false }
        return nil
    }

    static let shapes = "a time such as 2025-05-17T20:05:03+02:00 or 17/05/2025 20:05"
    private var malformed: FieldProblem {
        FieldProblem(found: "not a time", expected: TimeReader.shapes, remedy: "export times in RFC 3339, or map the right column")
    }

    // MARK: Shapes

    /// Digits in one run: Unix time, HL7, ISO basic.
    private mutating func readCompact(_ digits: Int, into reading: inout Reading) throws(FieldProblem) {
        let start = at
        switch digits {
        case 10, 13, 16, 19:
            guard let value = number(digits...digits, limit: 19) else { throw malformed }
            var milliseconds = Int64(value)
            switch digits {
            case 10: milliseconds = milliseconds * 1_000 + Int64(fraction() ?? 0)
            case 13: _ = fraction()
            case 16: milliseconds /= 1_000
            default: milliseconds /= 1_000_000
            }
            reading.unix = Instant(milliseconds: milliseconds)
        case 8, 12, 14:
            guard let year = number(4...4), let month = number(2...2), let day = number(2...2) else { throw malformed }
            reading.date = CivilDate(year: year, month: month, day: day)
            if at < end, byte | 0x20 == 0x74, digits == 8 { at += 1 }
            if at > start + 8 || digits > 8 {
                guard let hour = number(2...2), let minute = number(2...2) else { throw malformed }
                reading.clock = try clock(hour, minute, number(2...2) ?? 0, fraction() ?? 0)
            } else {
                try readClock(into: &reading)
            }
            try readZone(into: &reading)
        default: throw malformed
        }
    }

    /// `2025-05-17 …`, `17/05/2025 …`, `10/Oct/2000:…`, `17 mai 2025 …`.
    private mutating func readNumericDate(_ digits: Int, dayFirst: Bool?, into reading: inout Reading) throws(FieldProblem) {
        if digits == 4 {
            guard let year = number(4...4), let separator = skipSeparator(), let month = number(1...2), skip(separator), let day = number(1...2) else { throw malformed }
            reading.date = CivilDate(year: year, month: month, day: day)
            return try readRest(into: &reading)
        }
        guard let first = number(1...2) else { throw malformed }
        let isOrdinal = first == 1 && word(in: TimeWords.firstOfMonth) != nil
        let separator = skipSeparator()
        if separator == nil { skipBlanks() }
        if separator == nil || !isDigitHere {
            guard let month = word(in: TimeWords.months) else { throw malformed }
            reading.date = CivilDate(year: 0, month: Int(month), day: first)
            if let separator { _ = skip(separator) } else { skipBlanks(); if skip(0x2C) { skipBlanks() } }
            if digitCount == 4, let year = number(4...4) { reading.date.year = year } else { reading.yearIsMissing = true }
            return try readRest(into: &reading)
        }
        guard !isOrdinal, let separator, let second = number(1...2), skip(separator), let year = number(4...4) else {
            throw FieldProblem(found: "not a date", expected: "a year with four digits", remedy: "export times in RFC 3339")
        }
        try readRest(into: &reading)
        let isMonthFirst: Bool
        if let dayFirst {
            isMonthFirst = !dayFirst
        } else {
            isMonthFirst = reading.clock?.isTwelveHour == true && first <= 12
            if first <= 12 && second <= 12 && first != second { reading.order = isMonthFirst ? .monthFirst : .dayFirst }
        }
        let (day, month) = isMonthFirst ? (second, first) : (first, second)
        reading.date = CivilDate(year: year, month: month, day: day)
    }

    /// `May 17 20:05:03`, `May 17, 2025 8:05 PM`, `Sat May 17 20:05:03 CEST 2025`, `Sat, 17 May 2025 …`, `le 17 mai 2025 …`.
    private mutating func readWordFirst(dayFirst: Bool?, into reading: inout Reading) throws(FieldProblem) {
        let start = at
        if word(in: TimeWords.weekdays) != nil {
            _ = skip(0x2C)
            skipBlanks()
            let here = at
            // `mar.` is mardi or mars. A day follows in both; only after a weekday does a month follow the day.
            if number(1...2) != nil {
                _ = word(in: TimeWords.firstOfMonth)
                let isDate = skipSeparator() != nil
                skipBlanks()
                if isDate || word(in: TimeWords.months) != nil {
                    at = here
                    return try readNumericDate(digitCount, dayFirst: dayFirst, into: &reading)
                }
                at = start
            }
        }
        try readMonthFirst(into: &reading)
    }

    private mutating func readMonthFirst(into reading: inout Reading) throws(FieldProblem) {
        guard let month = word(in: TimeWords.months) else { throw malformed }
        skipBlanks()
        guard let day = number(1...2) else { throw malformed }
        reading.date = CivilDate(year: 0, month: Int(month), day: day)
        reading.yearIsMissing = true
        _ = skip(0x2C)
        skipBlanks()
        readYear(into: &reading)
        try readRest(into: &reading)
        skipBlanks()
        if reading.yearIsMissing { readYear(into: &reading) }
    }

    /// A year is four digits that no colon follows.
    private mutating func readYear(into reading: inout Reading) {
        guard digitCount == 4, at + 4 == end || text[at + 4] != 0x3A, let year = number(4...4) else { return }
        reading.date.year = year
        reading.yearIsMissing = false
    }

    // MARK: Time of day and zone

    private mutating func readRest(into reading: inout Reading) throws(FieldProblem) {
        try readClock(into: &reading)
        try readZone(into: &reading)
    }

    private mutating func readClock(into reading: inout Reading) throws(FieldProblem) {
        let start = at
        if at < end, byte | 0x20 == 0x74 || byte == 0x3A || byte == 0x5F {
            at += 1
        } else {
            skipBlanks()
            _ = skip(0x2C)
            skipBlanks()
            if word(in: TimeWords.at) != nil { skipBlanks() }
        }
        guard isDigitHere else {
            at = start
            return
        }
        guard at > start || (at > 0 && !isDigit(text[at - 1])), let hour = number(1...2) else { throw malformed }
        var (minute, second, thousandths) = (0, 0, 0)
        skipBlanks { $0 | 0x20 == 0x68 }
        if at < end, byte | 0x20 == 0x68 {
            at += 1
            skipBlanks { $0 &- 0x30 <= 9 }
            minute = number(2...2) ?? 0
            skipBlanks { $0 | 0x20 == 0x6D }
            if at < end, byte | 0x20 == 0x6D {
                // `m`, `mn`, `min`
                while at < end, byte | 0x20 == 0x6D || byte | 0x20 == 0x69 || byte | 0x20 == 0x6E { at += 1 }
            } else {
                _ = skip(0x3A)
            }
            skipBlanks { $0 &- 0x30 <= 9 }
            if isDigitHere {
                second = number(2...2) ?? 99
                skipBlanks { $0 | 0x20 == 0x73 }
            }
        } else if skip(0x3A) {
            guard let read = number(2...2) else { throw malformed }
            minute = read
            if skip(0x3A) {
                guard let read = number(2...2) else { throw malformed }
                second = read
                thousandths = fraction() ?? 0
            }
        } else {
            // `8 PM`: no minutes needs the half of the day.
            let here = at
            skipBlanks()
            guard readHalfDay() != nil else { throw malformed }
            at = here
        }
        if at < end, byte | 0x20 == 0x73 { at += 1 }
        let isTwelveHour: Bool
        var shown = hour
        let beforeHalf = at
        skipBlanks()
        if let isAfternoon = readHalfDay() {
            guard (1...12).contains(hour) else { throw malformed }
            shown = hour % 12 + (isAfternoon ? 12 : 0)
            isTwelveHour = true
        } else {
            at = beforeHalf
            isTwelveHour = false
        }
        reading.clock = try clock(shown, minute, second, thousandths)
        reading.clock?.isTwelveHour = isTwelveHour
    }

    /// AM or PM, as `PM`, `p.m.`.
    private mutating func readHalfDay() -> Bool? {
        guard at + 1 < end, byte | 0x20 == 0x61 || byte | 0x20 == 0x70 else { return nil }
        let isAfternoon = byte | 0x20 == 0x70
        var next = at + 1
        if text[next] == 0x2E { next += 1 }
        guard next < end, text[next] | 0x20 == 0x6D else { return nil }
        next += 1
        if next < end, text[next] == 0x2E { next += 1 }
        at = next
        return isAfternoon
    }

    private func clock(_ hour: Int, _ minute: Int, _ second: Int, _ thousandths: Int) throws(FieldProblem) -> Clock {
        // 24:00 is midnight at the end of the day (ISO 8601); second 60 is a leap second, which POSIX time counts as the next second.
        guard minute <= 59, second <= 60, hour <= 23 || (hour == 24 && minute == 0 && second == 0 && thousandths == 0) else {
            throw FieldProblem(found: "a time that no clock shows", expected: "hours to 23, minutes and seconds to 59", remedy: "correct the time in the source or set the record aside")
        }
        return Clock(milliseconds: Int64(hour * 3_600 + minute * 60 + second) * 1_000 + Int64(thousandths))
    }

    private mutating func readZone(into reading: inout Reading) throws(FieldProblem) {
        let start = at
        skipBlanks()
        guard at < end else { return }
        if let offset = numericOffset() {
            reading.offset = offset
        } else if let (offset, zone) = namedZone() {
            (reading.offset, reading.zone) = (offset, zone)
        } else if byte != 0x28 && byte != 0x5B {
            at = start
            return
        }
        skipBlanks()
        // What follows an offset in brackets only names it: `+02:00[Europe/Paris]`, `GMT+0200 (CEST)`.
        if at < end, byte == 0x28 || byte == 0x5B {
            let closing: UInt8 = byte == 0x28 ? 0x29 : 0x5D
            let first = at + 1
            while at < end, byte != closing { at += 1 }
            guard at < end else { throw malformed }
            if reading.offset == nil && reading.zone == nil {
                guard let zone = Zone(named: string(first..<at)) else { throw unknownZone }
                reading.zone = zone
            }
            at += 1
        }
    }

    private var unknownZone: FieldProblem {
        FieldProblem(found: "a zone that the program does not know", expected: "an offset such as +02:00", remedy: "export times with a numeric offset or in UTC")
    }

    /// `+02:00`, `+0200`, `+02`, with the typographic minus too.
    private mutating func numericOffset() -> Int? {
        let start = at
        var isWest = byte == 0x2D
        if byte == 0x2B || isWest {
            at += 1
        } else if at + 2 < end, byte == 0xE2, text[at + 1] == 0x88, text[at + 2] == 0x92 {
            isWest = true
            at += 3
        } else {
            return nil
        }
        let digits = digitCount
        var (hours, minutes) = (0, 0)
        switch digits {
        case 4: (hours, minutes) = (number(2...2) ?? 99, number(2...2) ?? 99)
        case 1, 2:
            hours = number(1...2) ?? 99
            if skip(0x3A) { minutes = number(2...2) ?? 99 }
        default: hours = 99
        }
        guard hours <= 23, minutes <= 59 else {
            at = start
            return nil
        }
        return (isWest ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private mutating func namedZone() -> (offset: Int?, zone: Zone?)? {
        var stop = at
        while stop < end, isLetter(text[stop]) || (stop > at && (text[stop] == 0x2F || text[stop] == 0x5F)) { stop += 1 }
        guard stop > at else { return nil }
        let name = string(at..<stop)
        if let seconds = TimeWords.abbreviations[name.uppercased()] {
            at = stop
            if seconds == 0, at < end, byte == 0x2B || byte == 0x2D, let offset = numericOffset() { return (offset, nil) }
            return (seconds, nil)
        }
        guard name.utf8.contains(0x2F), let zone = Zone(named: name) else { return nil }
        at = stop
        return (nil, zone)
    }

    // MARK: Bytes

    private var byte: UInt8 { text[at] }
    private var isDigitHere: Bool { at < end && isDigit(text[at]) }
    private func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }
    private func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }
    private func string(_ range: Range<Int>) -> String { String(decoding: UnsafeRawBufferPointer(rebasing: text[range]), as: UTF8.self) }

    private var digitCount: Int {
        var stop = at
        while stop < end, isDigit(text[stop]) { stop += 1 }
        return stop - at
    }

    /// A number of so many digits that no further digit need end; nil leaves the place where it was.
    private mutating func number(_ width: ClosedRange<Int>, limit: Int = 18) -> Int? {
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
    private mutating func fraction() -> Int? {
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

    private mutating func skip(_ wanted: UInt8) -> Bool {
        guard at < end, byte == wanted else { return false }
        at += 1
        return true
    }

    /// `/`, `-` or `.` between the numbers of a date.
    private mutating func skipSeparator() -> UInt8? {
        guard at < end, byte == 0x2F || byte == 0x2D || byte == 0x2E else { return nil }
        at += 1
        return text[at - 1]
    }

    /// Blanks, no-break ones (U+00A0, U+202F) included, which office programs write between time and AM.
    private mutating func skipBlanks() {
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
    private mutating func skipBlanks(before isWanted: (UInt8) -> Bool) {
        let start = at
        skipBlanks()
        if at == end || !isWanted(byte) { at = start }
    }

    /// A word of the list, in any case, with or without accents and a full stop; nil leaves the place where it was.
    private mutating func word(in list: [UInt64: UInt8]) -> UInt8? {
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

/// The words that times are written with, five bits a letter.
enum TimeWords {
    static let months = coded([
        ("january jan janvier janv", 1), ("february feb fevrier fevr fev", 2), ("march mar mars", 3), ("april apr avril avr", 4), ("may mai", 5),
        ("june jun juin", 6), ("july jul juillet juil", 7), ("august aug aout aou", 8), ("september septembre sept sep", 9),
        ("october octobre oct", 10), ("november novembre nov", 11), ("december decembre dec", 12),
    ])
    static let weekdays = coded([
        ("monday mon lundi lun", 1), ("tuesday tue tues mardi mar", 2), ("wednesday wed mercredi mer", 3), ("thursday thu thur thurs jeudi jeu", 4),
        ("friday fri vendredi ven", 5), ("saturday sat samedi sam", 6), ("sunday sun dimanche dim", 7), ("le the", 8),
    ])
    static let at = coded([("a at", 1)])
    static let firstOfMonth = coded([("er st", 1)])

    /// Offsets of zone abbreviations that RFC 2822 §4.3 or European law fix, in seconds.
    static let abbreviations: [String: Int] = [
        "Z": 0, "UTC": 0, "GMT": 0, "UT": 0, "WET": 0, "WEST": 3_600, "CET": 3_600, "CEST": 7_200, "MEZ": 3_600, "MESZ": 7_200,
        "EET": 7_200, "EEST": 10_800, "EST": -18_000, "EDT": -14_400, "CST": -21_600, "CDT": -18_000, "MST": -25_200, "MDT": -21_600,
        "PST": -28_800, "PDT": -25_200,
    ]

    private static func coded(_ words: [(String, UInt8)]) -> [UInt64: UInt8] {
        var list: [UInt64: UInt8] = [:]
        for (names, value) in words {
            for name in names.split(separator: " ") { list[name.utf8.reduce(0) { $0 << 5 | UInt64($1 - 0x60) }] = value }
        }
        return list
    }

    /// The plain letter of an accented one, by the second byte of its UTF-8 form after 0xC3.
    static func plain(_ byte: UInt8) -> UInt8? {
        switch byte | 0x20 {
        case 0xA0, 0xA2: 0x61
        case 0xA8, 0xA9, 0xAA, 0xAB: 0x65
        case 0xAE, 0xAF: 0x69
        case 0xB4: 0x6F
        case 0xB9, 0xBB: 0x75
        default: nil
        }
    }
}
