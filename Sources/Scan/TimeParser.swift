import Model

/// The one time parser of the program. It reads every shape of time that trails carry, and never looks at a locale.
///
/// - RFC 3339 and its relatives: `2025-05-17T20:05:03.123+02:00`, space for `T`, no seconds, comma, `+0100`, `+01`, `UTC`;
/// - Unix time by its count of digits: 10 seconds (a fraction may follow), 13 milliseconds, 16 microseconds, 19 nanoseconds;
/// - `17/05/2025 20:05`, `17-05-2025`, `17.05.2025`, day first (see `dayFirst`); `5/17/2025 8:05:03 PM`;
/// - HL7: `20250517200503.123+0200`; ISO basic: `20250517T200503Z`;
/// - Apache: `10/Oct/2000:13:55:36 -0700`;
/// - months in words, French and English: `17 mai 2025 à 20h05`, `Sat, 17 May 2025 20:05:03 GMT`, `May 17 20:05:03`.
///
/// The zone is the value's own, else the one given at the start. Whatever had to be taken for granted is in `assumptions`.
/// A time that is not one of these, a day that no calendar has, or a date without a time of day throws; nothing is guessed.
package struct TimeParser: Sendable {
    /// What a value left open and the parser decided.
    package enum Assumption: Hashable, Sendable {
        /// No zone in the value and none stated: read in this one.
        case zone(String)
        /// No year in the value: read in this one.
        case year(Int)
        /// A local time that this zone's clock showed twice was read as the first of both.
        case ambiguousHour(String)
        /// A local time that this zone's clock never showed was shifted forward by an hour.
        case missingHour(String)
        /// Day and month could be swapped; read as day first.
        case dayFirst
        /// Day and month could be swapped; read as month first, because of AM or PM.
        case monthFirst
    }

    package let zoneName: String
    package let zoneIsStated: Bool
    package let assumedYear: Int
    /// Order of day and month in `a/b/YYYY` where both could be either. Nil: day first, but month first beside AM or PM,
    /// and the assumption is noted. A caller that has looked through the whole column (`probe`) sets it.
    package var dayFirst: Bool?
    /// Whether a date without a time of day is midnight of its zone (bounds of a query) or refused (a record of a trail).
    package var acceptsDateAlone = false

    private let zone: Zone?
    private var noted = Noted()

    package init(zone: String = "Europe/Paris", zoneIsStated: Bool = false, assumedYear: Int = 2025) {
        (zoneName, self.zoneIsStated, self.assumedYear) = (zone, zoneIsStated, assumedYear)
        self.zone = Zone(named: zone)
    }

    package var assumptions: Set<Assumption> { Set(assumptionList) }

    /// The same, each once and always in the same order.
    package var assumptionList: [Assumption] {
        let all: [(Noted, Assumption)] = [
            (.zone, .zone(zoneName)), (.year, .year(assumedYear)), (.twice, .ambiguousHour(zoneName)), (.never, .missingHour(zoneName)),
            (.dayFirst, .dayFirst), (.monthFirst, .monthFirst),
        ]
        return all.filter { noted.contains($0.0) }.map(\.1)
    }

    /// How many assumptions there are: cheap enough to look at after each value.
    package var assumptionCount: Int { noted.rawValue.nonzeroBitCount }

    /// - Throws: what is wrong with the value, without quoting it and without the name of its field.
    package mutating func parse(_ text: UnsafeRawBufferPointer) throws(FieldProblem) -> Instant {
        if let quick = TimeParser.internetTime(text) { return quick }
        var reader = TimeReader(text)
        let reading = try reader.read(dayFirst: dayFirst)
        return try settle(reading)
    }

    package mutating func parse(_ text: String) throws(FieldProblem) -> Instant {
        var text = text
        let result: Result<Instant, FieldProblem> = text.withUTF8 { bytes in
            do throws(FieldProblem) { return .success(try parse(UnsafeRawBufferPointer(bytes))) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// What a value says about the order of day and month: true day first, false month first, nil nothing.
    package static func probe(_ text: UnsafeRawBufferPointer) -> Bool? {
        var reader = TimeReader(text)
        return reader.order()
    }

    private mutating func settle(_ reading: TimeReader.Reading) throws(FieldProblem) -> Instant {
        if let unix = reading.unix { return unix }
        if reading.order == .dayFirst { noted.insert(.dayFirst) }
        if reading.order == .monthFirst { noted.insert(.monthFirst) }
        var date = reading.date
        if reading.yearIsMissing {
            date.year = assumedYear
            noted.insert(.year)
        }
        guard (1...12).contains(date.month), date.day >= 1, date.day <= date.lengthOfMonth, (1...9_999).contains(date.year) else {
            throw FieldProblem(found: "a date that no calendar has", expected: "a day of the calendar", remedy: "correct the date in the source or set the record aside")
        }
        guard let clock = reading.clock ?? (acceptsDateAlone ? .midnight : nil) else {
            throw FieldProblem(found: "a date without a time of day", expected: "date and time", remedy: "export the time of day, too, or map its column")
        }
        let local = Instant(milliseconds: Int64(date.daysSinceEpoch) * Instant.day + clock.milliseconds)
        if let offset = reading.offset { return local + Int64(-offset) * 1_000 }
        guard let zone = reading.zone ?? self.zone else {
            throw FieldProblem(
                found: "a time without a zone", expected: "a zone that the program knows",
                remedy: "name the zone in the profile as Europe/Paris or +02:00")
        }
        let (instant, occurrence) = zone.instant(ofLocal: local)
        if reading.zone == nil && !zoneIsStated { noted.insert(.zone) }
        if occurrence == .twice { noted.insert(.twice) }
        if occurrence == .never { noted.insert(.never) }
        return instant
    }

    private struct Noted: OptionSet, Sendable {
        let rawValue: UInt8
        static let zone = Noted(rawValue: 1), year = Noted(rawValue: 2), twice = Noted(rawValue: 4), never = Noted(rawValue: 8)
        static let dayFirst = Noted(rawValue: 16), monthFirst = Noted(rawValue: 32)
    }
}

extension TimeParser {
    /// The common case alone, `YYYY-MM-DDTHH:MM:SS[.f…]Z` with at most nine fraction digits: nil for anything else, however slightly it differs.
    @inline(__always)
    static func internetTime(_ text: UnsafeRawBufferPointer) -> Instant? {
        let n = text.count
        guard n >= 20, n <= 30, text[4] == 0x2D, text[7] == 0x2D, text[10] | 0x20 == 0x74, text[13] == 0x3A, text[16] == 0x3A, text[n - 1] | 0x20 == 0x7A else { return nil }
        var wrong: UInt32 = 0
        func digit(_ i: Int) -> Int {
            let d = UInt32(text[i] ^ 0x30)
            wrong |= d > 9 ? 1 : 0
            return Int(d)
        }
        func two(_ i: Int) -> Int { digit(i) * 10 + digit(i + 1) }
        let date = CivilDate(year: two(0) * 100 + two(2), month: two(5), day: two(8))
        let (hour, minute, second) = (two(11), two(14), two(17))
        var thousandths = 0
        if n > 20 {
            guard text[19] == 0x2E || text[19] == 0x2C, n > 21 else { return nil }
            var scale = 100
            for i in 20..<(n - 1) {
                thousandths += digit(i) * scale
                scale /= 10
            }
        }
        guard wrong == 0, date.year >= 1, date.month >= 1, date.month <= 12, date.day >= 1, date.day <= date.lengthOfMonth,
            hour <= 23, minute <= 59, second <= 59
        else { return nil }
        let seconds = date.daysSinceEpoch * 86_400 + hour * 3_600 + minute * 60 + second
        return Instant(milliseconds: Int64(seconds) * 1_000 + Int64(thousandths))
    }
}
