import Model
import Profiles

/// Takes what a format finds in one file, or in one piece of it, into the spool, and keeps the file's balance.
final class FileSink: EventSink {
    private let name: String
    private let file: Int
    private let format: UInt8
    private let formatName: String
    private let sorter: Sorter<IdentityOrder>
    private let meter: ProgressMeter
    private var applier: ProfileApplier
    /// What is added to lines and bytes when the piece does not begin the file.
    private let lineBase: Int
    private let byteBase: Int
    /// Bytes of the file as given per byte of its text.
    private let scale: Double

    private(set) var lines = 0
    private(set) var header = 0
    private(set) var kept = 0
    private(set) var refused = 0
    private(set) var blank = 0
    private(set) var refusals: [FileBalance.Refusal] = []
    private(set) var assumptions: Set<Assumption> = []
    private(set) var warnings: [Warning: (count: Int, first: Place)] = [:]
    private(set) var gaps: [DeclaredGap] = []
    private(set) var sequences: [String: SequenceCover] = [:]
    private(set) var firstError: (any Error)?
    private var events = 0
    private var saidEvents = 0
    private var saidBytes = 0

    struct Warning: Hashable {
        var field: String, found: String, expected: String, remedy: String
    }
    struct DeclaredGap: Hashable {
        var kind: String, source: String, time: Instant?, count: Int?
    }

    init(name: String, file: Int, format: UInt8, formatName: String, sorter: Sorter<IdentityOrder>, profiles: ProfileSet, meter: ProgressMeter, lineBase: Int, byteBase: Int, scale: Double) {
        (self.name, self.file, self.format, self.formatName, self.sorter, self.meter) = (name, file, format, formatName, sorter, meter)
        (self.lineBase, self.byteBase, self.scale) = (lineBase, byteBase, scale)
        applier = ProfileApplier(profiles)
    }

    var profilesUsed: [Bool] { applier.used }

    func keep(_ event: AccessEvent, at place: Place, units: Int) {
        var event = event
        let lengthMax = EventRecord.lengthMax(event)
        if let problem = Self.impossible(event, lengthMax) { return refuse(problem, at: place, units: units) }
        lines += units
        kept += units
        if event.source.isEmpty { event.source = event.service.isEmpty ? formatName : event.service }
        if !event.hasOwnID { event.id = name + ":" + String(place.line + lineBase) }
        applier.apply(to: &event)
        if let sequence = event.sequence { sequences[event.source, default: SequenceCover()].add(sequence, at: event.time) }
        do {
            // The profile may have added a person from the path, a resource, a controller: measured again.
            try sorter.add(lengthMax: EventRecord.lengthMax(event)) { target in
                EventRecord.encode(event, file: file, line: place.line + lineBase, byte: place.byte + byteBase, units: units, format: format, to: target)
            }
        } catch {
            // The disk is full: nothing after it counts, reading stops at the next advance.
            if firstError == nil { firstError = error }
        }
        events += 1
    }

    /// What no trail holds: times before 1900 or after 9999, a record of a gigabyte.
    private static func impossible(_ event: AccessEvent, _ length: Int) -> FieldProblem? {
        if event.time < timeMin || event.time > timeMax {
            return FieldProblem(field: "time", found: "a time before 1900 or after 9999", expected: "the time of the access", remedy: "check the unit (seconds or milliseconds) and the format of the column")
        }
        if length > 1 << 30 {
            return FieldProblem(found: "a record of more than a gigabyte", expected: "one access", remedy: "export the record again; its line ends may be lost")
        }
        return nil
    }
    private static let timeMin = Instant(year: 1900, month: 1, day: 1), timeMax = Instant(year: 9999, month: 12, day: 31)

    func refuse(_ problem: FieldProblem, at place: Place, units: Int) {
        lines += units
        refused += units
        if refusals.count < FileBalance.refusalsMax {
            refusals.append(.init(place: Place(file: name, line: place.line + lineBase, byte: place.byte + byteBase), problem: problem))
        }
    }

    func blank(units: Int) {
        lines += units
        blank += units
    }

    func header(units: Int) {
        lines += units
        header += units
    }

    func assume(_ assumption: Assumption) { assumptions.insert(assumption) }

    func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {
        let source = source.isEmpty ? formatName : source
        // Gaps without a count are one and the same however often they are said; a bound keeps the list short.
        if gaps.count < 10_000 { gaps.append(DeclaredGap(kind: kind, source: source, time: time, count: count)) }
    }

    func warn(_ problem: FieldProblem, at place: Place) {
        let warning = Warning(field: problem.field, found: problem.found, expected: problem.expected, remedy: problem.remedy)
        let place = Place(file: name, line: place.line + lineBase, byte: place.byte + byteBase)
        warnings[warning, default: (0, place)].count += 1
    }

    func advance(to byte: Int) -> Bool {
        let done = Int(Double(byte) * scale)
        defer { (saidBytes, saidEvents) = (done, events) }
        return meter.add(bytes: max(0, done - saidBytes), events: events - saidEvents) && firstError == nil
    }
}

/// Which sequence numbers of a source were seen: disjoint intervals, ascending. Short when numbers come nearly in order.
package struct SequenceCover: Sendable {
    package struct Interval: Sendable {
        package var low: Int64, high: Int64
        /// Times of the records with the lowest and the highest number.
        package var from: Instant, to: Instant

        package init(low: Int64, high: Int64, from: Instant, to: Instant) { (self.low, self.high, self.from, self.to) = (low, high, from, to) }
    }
    package private(set) var intervals: [Interval] = []

    mutating func add(_ number: Int64, at time: Instant) {
        add(Interval(low: number, high: number, from: time, to: time))
    }

    package init() {}

    package mutating func add(_ new: Interval) {
        // Nearly always the next number of the last interval.
        if let last = intervals.indices.last, new.low == intervals[last].high &+ 1, new.low > intervals[last].high {
            (intervals[last].high, intervals[last].to) = (new.high, new.to)
            return
        }
        var low = 0, high = intervals.count
        while low < high {
            let middle = (low + high) / 2
            // The first interval that is not wholly before the new one, neighbours counting as touching.
            if intervals[middle].high < new.low, intervals[middle].high &+ 1 < new.low { low = middle + 1 } else { high = middle }
        }
        var merged = new
        var end = low
        while end < intervals.count, intervals[end].low <= merged.high || (merged.high < .max && intervals[end].low == merged.high + 1) {
            if intervals[end].low < merged.low { (merged.low, merged.from) = (intervals[end].low, intervals[end].from) }
            if intervals[end].high > merged.high { (merged.high, merged.to) = (intervals[end].high, intervals[end].to) }
            end += 1
        }
        intervals.replaceSubrange(low..<end, with: CollectionOfOne(merged))
    }

    mutating func formUnion(_ other: SequenceCover) {
        for interval in other.intervals { add(interval) }
    }

    /// Numbers between the first and the last that nobody saw, with the times on both sides.
    package var gaps: [(missing: Int64, from: Instant, to: Instant)] {
        zip(intervals, intervals.dropFirst()).map { before, after in
            let (distance, overflow) = after.low.subtractingReportingOverflow(before.high)
            return (overflow ? .max : distance - 1, min(before.to, after.from), max(before.to, after.from))
        }
    }
    var seen: Double { intervals.reduce(0) { $0 + Double($1.high) - Double($1.low) + 1 } }
}
