import Model

/// A civil time zone by rule, without the machine's zone files: the same bytes give the same instants everywhere.
///
/// Known are UTC, fixed offsets (`+02:00`), the European zones that follow Directive 2000/84/EC (change at 01:00 UTC on the
/// last Sundays of March and October), the French overseas zones, which keep one offset all year, and Saint-Pierre-et-Miquelon
/// with the North American rule.
///
/// What can still go wrong: the European rule holds since 1996 and is applied as it stands to earlier years (their summer time
/// ended in September); the North American one knows its change of 2007 and nothing before 1987; and no law of the future is known.
package struct Zone: Hashable, Sendable {
    /// As it was asked for: `Europe/Paris`, `+02:00`.
    package let name: String
    /// Offset outside summer time, seconds east of UTC.
    package let standardOffset: Int
    private let summer: Summer

    private enum Summer: Hashable, Sendable { case none, european, northAmerican }

    package static let utc = Zone(name: "UTC", standardOffset: 0, summer: .none)

    private init(name: String, standardOffset: Int, summer: Summer) {
        (self.name, self.standardOffset, self.summer) = (name, standardOffset, summer)
    }

    /// A zone whose offset never changes. `seconds` east of UTC.
    package init(offset seconds: Int) {
        let minutes = abs(seconds) / 60
        name = seconds == 0 ? "UTC" : (seconds < 0 ? "-" : "+") + padded(minutes / 60, 2) + ":" + padded(minutes % 60, 2)
        standardOffset = seconds
        summer = .none
    }

    /// Nil for a zone that is not in the table. Letter case does not matter.
    package init?(named name: String) {
        let wanted = name.lowercased()
        if let seconds = Zone.fixedOffset(wanted) {
            self = Zone(offset: seconds)
            return
        }
        for group in Zone.table where group.names.contains(where: { $0.lowercased() == wanted }) {
            self = Zone(name: group.names.first { $0.lowercased() == wanted } ?? name, standardOffset: group.minutes * 60, summer: group.summer)
            return
        }
        return nil
    }

    /// How often a local time occurs on the clock of the zone.
    package enum Occurrence: Sendable { case once, twice, never }

    /// The instant at which the zone's clock shows a local time, given as if it were UTC.
    ///
    /// An hour that occurs twice (October) is the first of both; one that does not exist (March) is shifted forward by the
    /// width of the change, as a clock that nobody set would have it.
    package func instant(ofLocal local: Instant) -> (instant: Instant, occurrence: Occurrence) {
        let standard = Int64(standardOffset) * 1_000
        guard let (start, end) = summerTime(inYearOf: local) else { return (local + -standard, .once) }
        let daylight = standard + Instant.hour
        let clock = local.milliseconds
        if clock >= start + daylight && clock < end + standard { return (local + -daylight, .once) }
        if clock >= end + standard && clock < end + daylight { return (local + -daylight, .twice) }
        if clock >= start + standard && clock < start + daylight { return (local + -standard, .never) }
        return (local + -standard, .once)
    }

    /// Seconds east of UTC at an instant.
    package func offset(at instant: Instant) -> Int {
        guard let (start, end) = summerTime(inYearOf: instant + Int64(standardOffset) * 1_000) else { return standardOffset }
        return instant.milliseconds >= start && instant.milliseconds < end ? standardOffset + 3_600 : standardOffset
    }

    /// Start and end of summer time as UTC milliseconds, in the year that the local time lies in.
    private func summerTime(inYearOf local: Instant) -> (start: Int64, end: Int64)? {
        guard summer != .none else { return nil }
        let year = CivilDate(daysSinceEpoch: local.dayNumber).year
        switch summer {
        case .none: return nil
        case .european:
            let change = Instant.hour
            return (Zone.lastSunday(year, 3) * Instant.day + change, Zone.lastSunday(year, 10) * Instant.day + change)
        case .northAmerican:
            // At 02:00 on the clock that is being left.
            let standard = Int64(standardOffset) * 1_000
            let first = year >= 2007 ? Zone.sunday(2, year, 3) : Zone.sunday(1, year, 4)
            let last = year >= 2007 ? Zone.sunday(1, year, 11) : Zone.lastSunday(year, 10)
            return (first * Instant.day + 2 * Instant.hour - standard, last * Instant.day + Instant.hour - standard)
        }
    }

    /// Day number of the last Sunday of a month of 31 days.
    private static func lastSunday(_ year: Int, _ month: Int) -> Int64 {
        let last = CivilDate(year: year, month: month, day: 31).daysSinceEpoch
        return Int64(last - ((last + 4) % 7 + 7) % 7)
    }

    private static func sunday(_ n: Int, _ year: Int, _ month: Int) -> Int64 {
        let first = CivilDate(year: year, month: month, day: 1).daysSinceEpoch
        return Int64(first + (7 - ((first + 4) % 7 + 7) % 7) % 7 + 7 * (n - 1))
    }

    /// `+02:00`, `-0330`, `+04`, `UTC+2`, `GMT-03:00`, in seconds.
    private static func fixedOffset(_ text: String) -> Int? {
        var rest = Array(text.utf8)
        if text.hasPrefix("utc") || text.hasPrefix("gmt") { rest.removeFirst(3) }
        guard let sign = rest.first, sign == 0x2B || sign == 0x2D else { return nil }
        rest.removeFirst()
        let digits = rest.filter { $0 != 0x3A }
        guard (1...4).contains(digits.count), digits.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
        let (hours, minutes) = digits.count <= 2 ? (value, 0) : (value / 100, value % 100)
        guard hours <= 23, minutes <= 59 else { return nil }
        return (sign == 0x2D ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }

    private static let table: [(minutes: Int, summer: Summer, names: [String])] = [
        (0, .none, ["UTC", "Etc/UTC", "GMT", "Etc/GMT", "Z", "Zulu", "Universal", "Atlantic/Reykjavik"]),
        (0, .european, [
            "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Jersey", "Europe/Guernsey", "Europe/Isle_of_Man", "Europe/Belfast",
            "Atlantic/Canary", "Atlantic/Madeira", "Atlantic/Faroe", "WET",
        ]),
        (60, .european, [
            "Europe/Paris", "Europe/Monaco", "Europe/Brussels", "Europe/Luxembourg", "Europe/Amsterdam", "Europe/Berlin", "Europe/Zurich",
            "Europe/Vienna", "Europe/Rome", "Europe/Madrid", "Europe/Andorra", "Europe/Vaduz", "Europe/San_Marino", "Europe/Vatican",
            "Europe/Malta", "Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm", "Europe/Prague", "Europe/Bratislava", "Europe/Budapest",
            "Europe/Warsaw", "Europe/Ljubljana", "Europe/Zagreb", "Europe/Sarajevo", "Europe/Belgrade", "Europe/Podgorica", "Europe/Skopje",
            "Europe/Tirane", "Europe/Gibraltar", "Europe/Busingen", "Arctic/Longyearbyen", "Africa/Ceuta", "CET", "MET",
        ]),
        (120, .european, [
            "Europe/Athens", "Europe/Helsinki", "Europe/Mariehamn", "Europe/Tallinn", "Europe/Riga", "Europe/Vilnius", "Europe/Sofia",
            "Europe/Bucharest", "Europe/Kyiv", "Europe/Kiev", "Europe/Nicosia", "Asia/Nicosia", "EET",
        ]),
        (240, .none, ["Indian/Reunion"]),
        (180, .none, ["Indian/Mayotte"]),
        (-240, .none, ["America/Guadeloupe", "America/Martinique", "America/St_Barthelemy", "America/Marigot"]),
        (-180, .none, ["America/Cayenne"]),
        (-180, .northAmerican, ["America/Miquelon"]),
        (660, .none, ["Pacific/Noumea"]),
        (720, .none, ["Pacific/Wallis"]),
        (-600, .none, ["Pacific/Tahiti"]),
        (-570, .none, ["Pacific/Marquesas"]),
        (-540, .none, ["Pacific/Gambier"]),
    ]
}
