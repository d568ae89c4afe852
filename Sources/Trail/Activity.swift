import Model

/// When each source spoke: acts per hour, whether it has sessions, persons that it did not record.
struct Activity {
    struct Source {
        var name: String
        var hours: [Int: UInt32] = [:]
        var hasSessions = false
        var unrecorded = 0
        var unrecordedActs = 0
        var unrecordedFrom: Int64?
        var unrecordedTo: Int64?
    }
    private var table = ByteTable()
    private(set) var sources: [Source] = []
    private(set) var first: Int64?
    private(set) var last: Int64?

    mutating func note(source: UnsafeRawBufferPointer, time: Int64, hasSession: Bool, unrecorded: Int) {
        let (number, isNew) = table.number(of: source)
        if isNew { sources.append(Source(name: source.text)) }
        let at = Int(number)
        sources[at].hours[Int(floorDivide(time, Instant.hour)), default: 0] += 1
        if hasSession { sources[at].hasSessions = true }
        if unrecorded > 0 {
            sources[at].unrecorded += unrecorded
            sources[at].unrecordedActs += 1
            sources[at].unrecordedFrom = min(sources[at].unrecordedFrom ?? time, time)
            sources[at].unrecordedTo = max(sources[at].unrecordedTo ?? time, time)
        }
        first = min(first ?? time, time)
        last = max(last ?? time, time)
    }

    /// Hours in which a source that usually speaks was silent: at least 3 hours in which its own rhythm (the median of the
    /// same hour of the week) would have had 25 acts. At most 20 for a source, the longest expected ones.
    static func silences(of source: Source) -> [(from: Instant, to: Instant, expected: Int)] {
        guard let low = source.hours.keys.min(), let high = source.hours.keys.max(), high - low >= 21 * 24, high - low < 2_000_000 else { return [] }
        var counts = [[UInt32]](repeating: [], count: 168)
        for hour in low...high { counts[hourOfWeek(hour)].append(source.hours[hour] ?? 0) }
        let usual = counts.map { list -> Int in
            let sorted = list.sorted()
            return sorted.isEmpty ? 0 : Int(sorted[sorted.count / 2])
        }
        var found: [(from: Instant, to: Instant, expected: Int)] = []
        var start: Int?, expected = 0
        for hour in low...high {
            if source.hours[hour] == nil {
                if start == nil { (start, expected) = (hour, 0) }
                expected += usual[hourOfWeek(hour)]
            } else if let begin = start {
                if hour - begin >= 3, expected >= 25 {
                    found.append((Instant(milliseconds: Int64(begin) * Instant.hour), Instant(milliseconds: Int64(hour) * Instant.hour), expected))
                }
                start = nil
            }
        }
        return found.sorted { ($1.expected, $0.from) < ($0.expected, $1.from) }.prefix(20).sorted { $0.from < $1.from }
    }

    /// 1970-01-01 was a Thursday.
    private static func hourOfWeek(_ hour: Int) -> Int { ((hour + 72) % 168 + 168) % 168 }
}
