/// Which events the log has, all of them, whatever its size: the recent ones in memory, the others in sorted runs on disk.
///
/// Recent are those of journal segments that are not in a run yet, one table for each, so that a table goes as a whole when a
/// run takes it over. A start fills them from the journal; the runs are only mapped.
struct EventIndex {
    struct Known {
        var index: UInt64
        var content: UInt64
    }

    private var runs: [EventRun.Reader] = []
    private var tables: [(first: UInt64, events: [EventKey: Known])] = []

    /// Entries below this are in runs.
    private(set) var covered: UInt64 = 0

    init(runs: [EventRun]) { adopt(runs) }

    /// A new segment begins with entry `first`.
    mutating func begin(segment first: UInt64) {
        if let last = tables.last, last.first == first { return }
        tables.append((first, [:]))
    }

    mutating func insert(_ record: EventRecord) {
        if tables.isEmpty { begin(segment: record.index) }
        tables[tables.count - 1].events[record.key] = Known(index: record.index, content: record.content)
    }

    mutating func find(_ key: EventKey) throws -> Known? {
        for table in tables.reversed() {
            if let known = table.events[key] { return known }
        }
        for i in runs.indices.reversed() {
            if let record = try runs[i].find(key) { return Known(index: record.index, content: record.content) }
        }
        return nil
    }

    /// The runs as they are now; tables that they hold go.
    mutating func adopt(_ newRuns: [EventRun]) {
        covered = newRuns.last?.range.upperBound ?? 0
        // What was checked of a run that stays need not be checked again.
        runs = newRuns.map { run in runs.first { $0.run.file == run.file } ?? EventRun.Reader(run) }
        while tables.count > 1, tables[1].first <= covered { tables.removeFirst() }
    }
}
