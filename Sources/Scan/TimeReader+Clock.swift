import Model

/// Time of day and zone.
extension TimeReader {
    mutating func readRest(into reading: inout Reading) throws(FieldProblem) {
        try readClock(into: &reading)
        try readZone(into: &reading)
    }

    mutating func readClock(into reading: inout Reading) throws(FieldProblem) {
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
    mutating func readHalfDay() -> Bool? {
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

    func clock(_ hour: Int, _ minute: Int, _ second: Int, _ thousandths: Int) throws(FieldProblem) -> Clock {
        // 24:00 is midnight at the end of the day (ISO 8601); second 60 is a leap second, which POSIX time counts as the next second.
        guard minute <= 59, second <= 60, hour <= 23 || (hour == 24 && minute == 0 && second == 0 && thousandths == 0) else {
            throw FieldProblem(
                found: "a time that no clock shows", expected: "hours to 23, minutes and seconds to 59",
                remedy: "correct the time in the source or set the record aside")
        }
        return Clock(milliseconds: Int64(hour * 3_600 + minute * 60 + second) * 1_000 + Int64(thousandths))
    }

    mutating func readZone(into reading: inout Reading) throws(FieldProblem) {
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

    var unknownZone: FieldProblem {
        FieldProblem(found: "a zone that the program does not know", expected: "an offset such as +02:00", remedy: "export times with a numeric offset or in UTC")
    }

    /// `+02:00`, `+0200`, `+02`, with the typographic minus too.
    mutating func numericOffset() -> Int? {
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

    mutating func namedZone() -> (offset: Int?, zone: Zone?)? {
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
}
