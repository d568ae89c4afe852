/// Pseudonyms and texts by number, and the segments that belong to them.
struct ExposureNames {
    static let columnCount = 8

    private let accounts: Column<UInt8>, persons: Column<UInt8>, references: Column<UInt8>
    let services: [String], controllers: [String]
    /// Size and header checksum of each segment.
    let segments: [(count: UInt64, fingerprint: UInt64)]
    let file: ColumnFile

    init(_ bytes: MappedBytes) throws(ExposureError) {
        file = try ColumnFile(bytes, name: ExposureIndex.namesFile, kind: .names, columns: ExposureNames.columnCount)
        (accounts, persons, references) = (try file.column(0), try file.column(1), try file.column(2))
        guard [accounts, persons, references].allSatisfy({ $0.count % 16 == 0 && $0.count / 16 <= Int(UInt32.max) }) else { throw ExposureError(.corrupt, file: file.name, "has a cut pseudonym") }
        services = try ExposureNames.texts(file, 3)
        controllers = try ExposureNames.texts(file, 5)
        let pairs: Column<UInt64> = try file.column(7)
        guard pairs.count % 2 == 0 else { throw ExposureError(.corrupt, file: file.name, "has a cut list of segments") }
        segments = (0..<pairs.count / 2).map { (pairs[2 * $0], pairs[2 * $0 + 1]) }
    }

    enum Table { case accounts, persons, references }

    func count(_ table: Table) -> Int { column(table).count / 16 }

    func pseudonym(_ table: Table, _ number: UInt32) -> [UInt8]? {
        let column = column(table), at = Int(number) * 16
        return at < column.count ? (at..<at + 16).map { column[$0] } : nil
    }

    /// The number that has this pseudonym, found by looking at each.
    func number(_ table: Table, of pseudonym: [UInt8]) -> UInt32? {
        let column = column(table)
        guard pseudonym.count == 16 else { return nil }
        for n in 0..<column.count / 16 where column[16 * n] == pseudonym[0] && (1..<16).allSatisfy({ column[16 * n + $0] == pseudonym[$0] }) { return UInt32(n) }
        return nil
    }

    private func column(_ table: Table) -> Column<UInt8> {
        switch table {
        case .accounts: accounts
        case .persons: persons
        case .references: references
        }
    }

    private static func texts(_ file: ColumnFile, _ at: Int) throws(ExposureError) -> [String] {
        let bytes: Column<UInt8> = try file.column(at), ends: Column<UInt32> = try file.column(at + 1)
        var texts: [String] = [], start = 0
        for i in 0..<ends.count {
            let end = Int(ends[i])
            guard end >= start, end <= bytes.count else { throw ExposureError(.corrupt, file: file.name, "has a cut name") }
            texts.append(String(decoding: (start..<end).map { bytes[$0] }, as: UTF8.self))
            start = end
        }
        return texts
    }
}
