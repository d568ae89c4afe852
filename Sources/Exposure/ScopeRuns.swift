import Model

/// A scope made ready for walking: sorted lists, sets, masks.
struct Filter {
    let accounts: [UInt32]?
    let persons: [UInt32]?
    let from: Int64, to: Int64
    /// Ascending and apart.
    let entries: [Range<UInt64>]?
    let sessions: Set<UInt64>?
    let services: Set<UInt32>?, controllers: Set<UInt32>?
    let categories: UInt8?, manners: UInt8?

    init(_ scope: ExposureScope) {
        accounts = scope.accounts.map { Array(Set($0)).sorted() }
        persons = scope.persons.map { Array(Set($0)).sorted() }
        (from, to) = (scope.from?.milliseconds ?? .min, scope.to?.milliseconds ?? .max)
        entries = scope.entries.map(merged)
        sessions = scope.sessions.map(Set.init)
        services = scope.services.map(Set.init)
        controllers = scope.controllers.map(Set.init)
        (categories, manners) = (scope.categories?.rawValue, scope.manners?.rawValue)
    }

    /// Whether whole stretches of an account's rows are in scope once time and entries are.
    var takesAllRows: Bool { sessions == nil && services == nil && controllers == nil }

    func takes(_ segment: Segment, row: Int) -> Bool {
        (sessions?.contains(segment.session[row]) ?? true) && (services?.contains(segment.service[row]) ?? true) && (controllers?.contains(segment.controller[row]) ?? true)
    }
}

/// Consecutive forward rows in scope, of one account or of all; or one tuple of one row.
struct Run {
    var rows: Range<Int>
    var tuple: Int?
    let categories: UInt8?, manners: UInt8?

    @inline(__always) func meets(_ segment: Segment, _ tuple: Int) -> Bool {
        (categories.map { segment.categories[tuple] & $0 != 0 } ?? true) && (manners.map { segment.manners[tuple] & $0 != 0 } ?? true)
    }
}

extension ExposureIndex {
    typealias RunBody = (Segment, Run) throws(ExposureError) -> Void

    /// Walks the rows of a scope: by the forward side, or by the reverse side when persons are named.
    func forEachRun(_ filter: Filter, _ body: RunBody) throws(ExposureError) {
        for segment in segments {
            if let persons = filter.persons {
                try forEachTuple(of: persons, segment, filter, body)
            } else if let accounts = filter.accounts {
                for account in accounts {
                    guard let k = segment.accounts.position(of: account) else { continue }
                    try forEachRun(segment, in: try segment.rows(ofAccountAt: k), filter, body)
                }
            } else if filter.takesAllRows && filter.entries == nil && filter.from == .min && filter.to == .max {
                try body(segment, Run(rows: 0..<segment.rows, tuple: nil, categories: filter.categories, manners: filter.manners))
            } else {
                for k in 0..<segment.accounts.count { try forEachRun(segment, in: try segment.rows(ofAccountAt: k), filter, body) }
            }
        }
    }

    /// Rows of one account: by time and by entry, so both restrict by binary search.
    private func forEachRun(_ segment: Segment, in rows: Range<Int>, _ filter: Filter, _ body: RunBody) throws(ExposureError) {
        let low = segment.time.lowerBound(filter.from, in: rows)
        let window = low..<segment.time.upperBound(filter.to, in: low..<rows.upperBound)
        guard let entries = filter.entries else { return try forEachRun(segment, taking: window, filter, body) }
        var start = window.lowerBound
        for range in entries where start < window.upperBound {
            start = segment.entry.lowerBound(range.lowerBound, in: start..<window.upperBound)
            let end = segment.entry.lowerBound(range.upperBound, in: start..<window.upperBound)
            try forEachRun(segment, taking: start..<end, filter, body)
            start = end
        }
    }

    private func forEachRun(_ segment: Segment, taking window: Range<Int>, _ filter: Filter, _ body: RunBody) throws(ExposureError) {
        var start = window.lowerBound
        func emit(_ end: Int) throws(ExposureError) {
            if start < end { try body(segment, Run(rows: start..<end, tuple: nil, categories: filter.categories, manners: filter.manners)) }
        }
        if !filter.takesAllRows {
            for row in window where !filter.takes(segment, row: row) {
                try emit(row)
                start = row + 1
            }
        }
        try emit(window.upperBound)
    }

    private func forEachTuple(of persons: [UInt32], _ segment: Segment, _ filter: Filter, _ body: RunBody) throws(ExposureError) {
        for person in persons {
            guard let k = segment.persons.position(of: person) else { continue }
            for place in try segment.places(ofPersonAt: k) {
                let (row, tuple) = try segment.rowAndTuple(at: place)
                guard segment.time[row] >= filter.from, segment.time[row] <= filter.to, filter.takes(segment, row: row), contains(filter.entries, segment.entry[row]) else { continue }
                if let accounts = filter.accounts {
                    let account = try segment.account(ofRow: row)
                    guard accounts.contains(account) else { continue }
                }
                try body(segment, Run(rows: row..<row + 1, tuple: tuple, categories: filter.categories, manners: filter.manners))
            }
        }
    }
}

private func contains(_ ranges: [Range<UInt64>]?, _ entry: UInt64) -> Bool {
    ranges?.contains { $0.contains(entry) } ?? true
}

/// Ascending ranges that do not touch, with the same members.
private func merged(_ ranges: [Range<UInt64>]) -> [Range<UInt64>] {
    var out: [Range<UInt64>] = []
    for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = out.last, range.lowerBound <= last.upperBound {
            out[out.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else {
            out.append(range)
        }
    }
    return out
}
