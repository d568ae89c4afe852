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

    let text: UnsafeRawBufferPointer
    var at = 0
    let end: Int

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
    var malformed: FieldProblem {
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
}
