/// A point in time: milliseconds since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX time).
///
/// Finer fractions that a source gives are cut off, so that what is printed (three fraction digits) is what is compared.
package struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    package var milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Midnight UTC of a civil date, plus a time of day. The date is not checked: day 31 of a short month runs into the next.
    package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0) {
        let seconds = CivilDate(year: year, month: month, day: day).daysSinceEpoch * 86_400 + hour * 3_600 + minute * 60 + second
        self.milliseconds = Int64(seconds) * 1_000 + Int64(millisecond)
    }

    package static func < (a: Instant, b: Instant) -> Bool { a.milliseconds < b.milliseconds }
    package static func + (a: Instant, d: Int64) -> Instant { Instant(milliseconds: a.milliseconds + d) }
    /// Milliseconds from `b` to `a`.
    package static func - (a: Instant, b: Instant) -> Int64 { a.milliseconds - b.milliseconds }

    package static let second: Int64 = 1_000
    package static let minute: Int64 = 60_000
    package static let hour: Int64 = 3_600_000
    package static let day: Int64 = 86_400_000

    /// Days since 1970-01-01 (UTC), rounded down.
    package var dayNumber: Int { Int(floorDivide(milliseconds, Instant.day)) }
    /// Hour of the day in UTC, 0 to 23.
    package var hourOfDay: Int { Int(floorDivide(milliseconds, Instant.hour) - floorDivide(milliseconds, Instant.day) * 24) }
    /// Day of the week in UTC, 0 = Monday.
    package var weekday: Int { ((dayNumber + 3) % 7 + 7) % 7 }
    /// `YYYY-MM-DD` in UTC.
    package var date: String { String(description.prefix(10)) }

    /// RFC 3339 in UTC with exactly three fraction digits and `Z`. Years are those from 0 to 9999 that the format can say.
    package var description: String {
        let civil = CivilDate(daysSinceEpoch: dayNumber)
        let inDay = Int(milliseconds - Int64(dayNumber) * Instant.day)
        // Written digit by digit: it is printed for every access of a trail.
        return String(unsafeUninitializedCapacity: 24) { text in
            func put(_ value: Int, at place: Int, digits: Int) {
                var rest = value
                for position in stride(from: place + digits - 1, through: place, by: -1) {
                    text[position] = UInt8(0x30 + rest % 10)
                    rest /= 10
                }
            }
            put(min(max(civil.year, 0), 9_999), at: 0, digits: 4)
            put(civil.month, at: 5, digits: 2)
            put(civil.day, at: 8, digits: 2)
            put(inDay / 3_600_000, at: 11, digits: 2)
            put(inDay / 60_000 % 60, at: 14, digits: 2)
            put(inDay / 1_000 % 60, at: 17, digits: 2)
            put(inDay % 1_000, at: 20, digits: 3)
            text[4] = UInt8(ascii: "-")
            text[7] = UInt8(ascii: "-")
            text[10] = UInt8(ascii: "T")
            text[13] = UInt8(ascii: ":")
            text[16] = UInt8(ascii: ":")
            text[19] = UInt8(ascii: ".")
            text[23] = UInt8(ascii: "Z")
            return 24
        }
    }
}

/// A date of the proleptic Gregorian calendar. The arithmetic is Howard Hinnant's (chrono-compatible low-level date algorithms).
package struct CivilDate: Hashable, Sendable {
    package var year: Int, month: Int, day: Int

    package init(year: Int, month: Int, day: Int) { (self.year, self.month, self.day) = (year, month, day) }

    package init(daysSinceEpoch days: Int) {
        let z = days + 719_468
        let era = Int(floorDivide(Int64(z), 146_097))
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shifted + 2) / 5 + 1
        month = shifted < 10 ? shifted + 3 : shifted - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    package var daysSinceEpoch: Int {
        let y = month <= 2 ? year - 1 : year
        let era = Int(floorDivide(Int64(y), 400))
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Days in the month, leap years included.
    package var lengthOfMonth: Int {
        switch month {
        case 2: (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// Quotient rounded towards minus infinity; `b` is positive.
package func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
    a >= 0 ? a / b : -((-a + b - 1) / b)
}

/// Decimal digits of a non-negative number, zeros in front up to `width`.
package func padded(_ n: Int, _ width: Int) -> String {
    let digits = String(n)
    return digits.utf8.count >= width ? digits : String(repeating: "0", count: width - digits.utf8.count) + digits
}
