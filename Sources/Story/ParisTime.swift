import Model

/// Seconds since 1970-01-01 00:00 on a clock in Paris: what people live by and what the placement service writes.
struct ParisTime: Comparable, Hashable, Sendable {
    var seconds: Int

    init(_ seconds: Int) { self.seconds = seconds }
    init(day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) { seconds = day * 86_400 + hour * 3_600 + minute * 60 + second }

    /// Days since 1970-01-01.
    var day: Int { seconds / 86_400 }
    /// 0 = Monday.
    var weekday: Int { (day + 3) % 7 }
    var hour: Int { seconds / 3_600 % 24 }

    static func < (a: ParisTime, b: ParisTime) -> Bool { a.seconds < b.seconds }
    static func + (a: ParisTime, seconds: Int) -> ParisTime { ParisTime(a.seconds + seconds) }
    static func - (a: ParisTime, b: ParisTime) -> Int { a.seconds - b.seconds }

    /// Summer time runs from the last Sunday of March to the last Sunday of October, 01:00 UTC (directive 2000/84/EC).
    /// A time of the double hour is taken as the first of both.
    var instant: Instant {
        let summer = seconds - 7_200
        let year = CivilDate(daysSinceEpoch: summer / 86_400).year
        let isSummer = summer >= ParisTime.change(year, 3) && summer < ParisTime.change(year, 10)
        return Instant(milliseconds: Int64(isSummer ? summer : seconds - 3_600) * 1_000)
    }

    /// `JJ/MM/AAAA HH:MM:SS`
    var french: String {
        let date = CivilDate(daysSinceEpoch: day)
        return padded(date.day, 2) + "/" + padded(date.month, 2) + "/" + padded(date.year, 4) + " " + padded(hour, 2) + ":" + padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2)
    }

    private static func change(_ year: Int, _ month: Int) -> Int {
        let last = CivilDate(year: year, month: month, day: 31).daysSinceEpoch
        return (last - (last + 4) % 7) * 86_400 + 3_600
    }
}
