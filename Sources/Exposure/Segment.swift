import Model

/// An immutable stretch of the trail, by account and by person.
///
/// Forward: one row per act that disclosed somebody, by account and then in canonical order (so by time and by entry), each
/// with its run of tuples, one per (act, reference). Reverse: the same tuples by person.
struct Segment {
    /// Ascending account numbers, and where the rows of each begin.
    let accounts: Column<UInt32>, accountStarts: Column<UInt32>
    // One value per row.
    let time: Column<Int64>, entry: Column<UInt64>, session: Column<UInt64>
    let service: Column<UInt32>, controller: Column<UInt32>, unrecorded: Column<UInt32>
    let tupleStarts: Column<UInt32>
    // One value per tuple.
    let person: Column<UInt32>, reference: Column<UInt32>, categories: Column<UInt8>, manners: Column<UInt8>
    /// Ascending person numbers, and where the row and tuple numbers of each begin.
    let persons: Column<UInt32>, personStarts: Column<UInt32>
    let personRow: Column<UInt32>, personTuple: Column<UInt32>

    let file: ColumnFile
    static let columnCount = 17

    var rows: Int { time.count }
    var tuples: Int { person.count }

    init(_ bytes: MappedBytes, name: String) throws(ExposureError) {
        file = try ColumnFile(bytes, name: name, kind: .segment, columns: Segment.columnCount)
        (accounts, accountStarts) = (try file.column(0), try file.column(1))
        (time, entry, session) = (try file.column(2), try file.column(3), try file.column(4))
        (service, controller, unrecorded, tupleStarts) = (try file.column(5), try file.column(6), try file.column(7), try file.column(8))
        (person, reference, categories, manners) = (try file.column(9), try file.column(10), try file.column(11), try file.column(12))
        (persons, personStarts, personRow, personTuple) = (try file.column(13), try file.column(14), try file.column(15), try file.column(16))
        let rows = time.count, tuples = person.count
        guard rows <= Int(UInt32.max), tuples <= Int(UInt32.max),
              [entry.count, session.count, service.count, controller.count, unrecorded.count, tupleStarts.count - 1].allSatisfy({ $0 == rows }),
              [reference.count, categories.count, manners.count, personRow.count, personTuple.count].allSatisfy({ $0 == tuples }),
              accountStarts.count == accounts.count + 1, accountStarts[0] == 0, accountStarts[accounts.count] == UInt32(rows),
              tupleStarts[0] == 0, tupleStarts[rows] == UInt32(tuples),
              personStarts.count == persons.count + 1, personStarts[0] == 0, personStarts[persons.count] == UInt32(tuples)
        else { throw ExposureError(.corrupt, file: name, "has columns that do not fit each other") }
    }

    /// Rows of the account at place `k` of `accounts`.
    func rows(ofAccountAt k: Int) throws(ExposureError) -> Range<Int> {
        try range(accountStarts, k, limit: rows)
    }

    func tuples(ofRows rows: Range<Int>) throws(ExposureError) -> Range<Int> {
        let low = Int(tupleStarts[rows.lowerBound]), high = Int(tupleStarts[rows.upperBound])
        guard low <= high, high <= tuples else { throw disorder }
        return low..<high
    }

    /// Places in `personRow` and `personTuple` of the person at place `k` of `persons`.
    func places(ofPersonAt k: Int) throws(ExposureError) -> Range<Int> {
        try range(personStarts, k, limit: tuples)
    }

    func account(ofRow row: Int) throws(ExposureError) -> UInt32 {
        let k = accountStarts.upperBound(UInt32(row), in: 0..<accountStarts.count) - 1
        guard k >= 0, k < accounts.count else { throw disorder }
        return accounts[k]
    }

    var disorder: ExposureError { ExposureError(.corrupt, file: file.name, "has rows out of order") }

    private func range(_ starts: Column<UInt32>, _ k: Int, limit: Int) throws(ExposureError) -> Range<Int> {
        let low = Int(starts[k]), high = Int(starts[k + 1])
        guard low <= high, high <= limit else { throw disorder }
        return low..<high
    }
}
