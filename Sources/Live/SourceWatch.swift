import Model
import Trail

/// How a source speaks, as its events come in: whether it is silent against its own rhythm, late, or misses numbers.
package struct SourceWatch: Sendable {
    package private(set) var source: String
    package private(set) var events = 0
    package private(set) var first: Instant?
    /// Time of the newest event.
    package private(set) var newest: Instant?
    /// When the last delivery came; nil since a start without one.
    package private(set) var received: Instant?
    /// Events older than one that had come before.
    package private(set) var late = 0
    private var cover = SequenceCover()
    /// Events by hour since 1970, of the last weeks.
    private var hours: [Int64: Int] = [:]
    private static let weeks: Int64 = 8

    package init(source: String) { self.source = source }

    package mutating func note(_ time: Instant, events count: Int, received: Instant?) {
        events += count
        first = min(first ?? time, time)
        if let newest, time < newest { late += count }
        newest = max(newest ?? time, time)
        if let received { self.received = max(self.received ?? received, received) }
        let hour = floorDivide(time.milliseconds, Instant.hour), isNew = hours[hour] == nil
        hours[hour, default: 0] += count
        if isNew, hours.count > Int(Self.weeks) * 168 + 24, let newest {
            let oldest = floorDivide(newest.milliseconds, Instant.hour) - Self.weeks * 168
            hours = hours.filter { $0.key >= oldest }
        }
    }

    package mutating func note(sequenceFrom low: Int64, to high: Int64, at from: Instant, _ to: Instant) {
        cover.add(.init(low: low, high: high, from: from, to: to))
    }

    /// Sequence numbers between the first and the last that nobody has seen, and in how many places.
    package var missing: (numbers: Int64, gaps: Int) {
        let gaps = cover.gaps
        return (gaps.reduce(0) { sum, gap in sum.addingReportingOverflow(gap.missing).overflow ? .max : sum + gap.missing }, gaps.count)
    }

    /// Thousandths of all events.
    package var lateShare: Int { events == 0 ? 0 : late * 1_000 / events }

    /// How long it has said nothing, and how many events its own rhythm (the median of the same hour of the week) would have
    /// had in that time. Nil while it is too young to have a rhythm: three weeks, as in an investigation.
    package func silence(at now: Instant) -> (milliseconds: Int64, expected: Int)? {
        guard let newest, let first, now > newest, newest - first >= 21 * Instant.day else { return nil }
        let (from, to) = (floorDivide(newest.milliseconds, Instant.hour), floorDivide(now.milliseconds, Instant.hour))
        var expected = 0
        // Whole hours only, and no more than a week: by then everybody knows.
        for hour in (from + 1)..<max(from + 1, min(to, from + 169)) { expected += usual(hour) }
        return (now - newest, expected)
    }

    /// At least 3 hours in which its own rhythm would have had 25 events.
    package func isSilent(at now: Instant) -> Bool { silence(at: now).map { $0.milliseconds >= 3 * Instant.hour && $0.expected >= 25 } ?? false }

    private func usual(_ hour: Int64) -> Int {
        guard let first else { return 0 }
        let oldest = floorDivide(first.milliseconds, Instant.hour)
        var counts: [Int] = []
        for week in 1...Self.weeks where hour - week * 168 >= oldest { counts.append(hours[hour - week * 168] ?? 0) }
        return counts.isEmpty ? 0 : counts.sorted()[counts.count / 2]
    }
}
