import Model

/// A time as people in Paris read it. The documents of the folder keep UTC; pages show Paris, and say so.
///
/// Summer time by directive 2000/84/EC: from the last Sunday of March to the last Sunday of October, both at 01:00 UTC.
struct LocalTime: Equatable {
    /// Days since 1970-01-01 on the wall.
    let dayNumber: Int
    let hour: Int
    let minute: Int
    let second: Int
    /// Hours ahead of UTC.
    let offset: Int

    init(_ instant: Instant) {
        offset = LocalTime.isSummer(instant) ? 2 : 1
        let wall = Instant(milliseconds: instant.milliseconds &+ Int64(offset) &* Instant.hour)
        dayNumber = wall.dayNumber
        let seconds = Int(floorDivide(wall.milliseconds, Instant.second) - Int64(wall.dayNumber) * 86_400)
        (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60)
    }

    /// An RFC 3339 time in UTC as the folder writes it; nil for anything else.
    init?(_ text: String) {
        guard let instant = Instant(folderText: text) else { return nil }
        self.init(instant)
    }

    var civil: CivilDate { CivilDate(daysSinceEpoch: dayNumber) }
    /// 0 = Monday.
    var weekday: Int { ((dayNumber + 3) % 7 + 7) % 7 }

    private static func isSummer(_ instant: Instant) -> Bool {
        let year = CivilDate(daysSinceEpoch: instant.dayNumber).year
        return instant >= lastSunday(of: 3, year) && instant < lastSunday(of: 10, year)
    }

    private static func lastSunday(of month: Int, _ year: Int) -> Instant {
        let end = Instant(year: year, month: month, day: 31, hour: 1)
        return end + -Int64((end.weekday + 1) % 7) * Instant.day
    }
}

extension Instant {
    /// Reads `YYYY-MM-DDTHH:MM:SS.mmmZ`, the one form of the folder.
    package init?(folderText text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 24 else { return nil }
        for (index, byte) in [(4, "-"), (7, "-"), (10, "T"), (13, ":"), (16, ":"), (19, "."), (23, "Z")] as [(Int, Character)]
        where bytes[index] != byte.asciiValue { return nil }
        func number(_ from: Int, _ to: Int) -> Int? {
            var value = 0
            for byte in bytes[from..<to] {
                guard byte >= 48, byte <= 57 else { return nil }
                value = value * 10 + Int(byte) - 48
            }
            return value
        }
        guard let year = number(0, 4), let month = number(5, 7), let day = number(8, 10), let hour = number(11, 13),
              let minute = number(14, 16), let second = number(17, 19), let millisecond = number(20, 23),
              (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60 else { return nil }
        self.init(year: year, month: month, day: day, hour: hour, minute: minute, second: second, millisecond: millisecond)
    }
}
