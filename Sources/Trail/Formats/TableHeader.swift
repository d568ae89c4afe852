import Model
import Scan

/// Which column of a table holds what: found in its heading row, or given by a mapping.
struct TableHeader {
    /// Names as they stand in the file.
    let names: [String]
    /// By column; nil for one that nobody knows.
    let fields: [TableField?]
    /// What the heading of the outcome says of its digits.
    let digits: OutcomeDigits

    enum OutcomeDigits {
        /// `Succès`: 1 is yes.
        case oneIsSuccess
        /// `Code retour`, `outcome` (FHIR), an HTTP status: 0 is no error.
        case zeroIsSuccess
        /// `Résultat`, `Statut`: it does not say.
        case unsaid
    }

    /// - Parameter mapping: column name to field name, which overrides what the heading says.
    /// - Throws: when the mapping names a field that does not exist.
    init(_ names: [String], mapping: [String: String] = [:]) throws(FieldProblem) {
        self.names = names
        var given: [String: TableField] = [:]
        for (column, name) in mapping.sorted(by: { $0.key < $1.key }) {
            guard let field = TableField(name: name) else {
                throw FieldProblem(
                    field: column, found: "mapped to a field that does not exist", expected: "one of " + TableField.allCases.map(\.rawValue).joined(separator: ", "),
                    remedy: "correct the columns of the profile")
            }
            given[column] = field
        }
        let byFolded = Dictionary(given.map { (TableField.folded($0.key), $0.value) }) { first, _ in first }
        let mapped = names.map { given[$0] ?? (byFolded.isEmpty ? nil : byFolded[TableField.folded($0)]) }
        var fields = mapped
        let guessed = names.map { TableField(heading: $0) }
        for (i, field) in guessed.enumerated() where fields[i] == nil {
            guard let field, !mapped.contains(field) else { continue }
            if !fields[..<i].contains(field) {
                if field == .persons, let better = TableHeader.betterPersons(names, guessed, mapped), better != i { continue }
                fields[i] = field
            } else if field == .account, !mapped.contains(.subject), !guessed.contains(.subject), !fields[..<i].contains(.subject) {
                // A name and a login: the second tells accounts of one name apart.
                fields[i] = .subject
            }
        }
        TableHeader.settle(&fields, names, mapped)
        self.fields = fields
        let outcome = names.indices.first { fields[$0] == .outcome }.map { TableField.folded(names[$0]) } ?? ""
        digits = ["succes", "success", "reussite", "reussi", "issuccess", "autorise"].contains(outcome)
            ? .oneIsSuccess : outcome == "outcome" || outcome.contains("code") || outcome.contains("http") ? .zeroIsSuccess : .unsaid
    }

    /// `Patient` beside `IPP` may be a name: a column of ids goes before it.
    private static func betterPersons(_ names: [String], _ guessed: [TableField?], _ mapped: [TableField?]) -> Int? {
        names.indices.first { i in
            guard mapped[i] == nil, guessed[i] == .persons else { return false }
            let heading = TableField.folded(names[i])
            return ["ipp", "mrn", "nip"].contains(where: heading.hasPrefix) || ["id", "num", "medicalrecord"].contains(where: heading.contains) || heading.hasPrefix("n") && heading.hasSuffix("dossier")
        }
    }

    /// Headings whose meaning depends on their neighbours.
    private static func settle(_ fields: inout [TableField?], _ names: [String], _ mapped: [TableField?]) {
        func index(_ field: TableField) -> Int? { fields.firstIndex(of: field) }
        // `date` beside `time` is the day beside the hour; `date` beside a full timestamp says nothing new; alone it is the time.
        if let date = index(.date), mapped[date] == nil {
            if index(.clock) == nil, let time = index(.time), mapped[time] == nil, ["time", "heure"].contains(TableField.folded(names[time])) {
                fields[time] = .clock
            } else if index(.time) != nil {
                fields[date] = .ignore
            } else if index(.clock) == nil {
                fields[date] = .time
            }
        }
        if let clock = index(.clock), index(.date) == nil, index(.time) == nil, mapped[clock] == nil { fields[clock] = .time }
        // A full time beside an hour needs no hour.
        if index(.time) != nil, let clock = index(.clock), index(.date) == nil, mapped[clock] == nil {
            let time = index(.time) ?? 0
            // `Date d'accès` and `Heure d'accès`: the heading of the day is one of a full time elsewhere.
            if TableField.folded(names[time]).hasPrefix("date"), !TableField.folded(names[time]).contains("heure") {
                fields[time] = .date
            } else {
                fields[clock] = .ignore
            }
        }
        // In a hospital, `service` beside `application` is the ward.
        if let service = names.indices.first(where: { mapped[$0] == nil && TableField.folded(names[$0]) == "service" }), index(.role) == nil,
            let application = names.indices.first(where: { $0 != service && TableField(heading: names[$0]) == .service })
        {
            fields[service] = .role
            if fields[application] == nil { fields[application] = .service }
        }
    }

    func column(of field: TableField) -> Int? { fields.firstIndex(of: field) }
    var knownCount: Int { fields.count { $0 != nil && $0 != .ignore } }

    /// Whether a trail can be read: a time and somebody who acted.
    var isEnough: Bool { missing == nil }

    var missing: FieldProblem? {
        if column(of: .auditData) != nil { return nil }
        if column(of: .time) == nil && (column(of: .date) == nil || column(of: .clock) == nil) {
            return FieldProblem(found: "no column that holds the time", expected: "a heading such as time or Horodatage", remedy: TableHeader.remedy)
        }
        if ![.account, .subject, .professional, .session, .address].contains(where: { column(of: $0) != nil }) {
            return FieldProblem(
                found: "no column that says who acted", expected: "a heading such as account, Utilisateur, RPPS, session or Adresse IP",
                remedy: TableHeader.remedy)
        }
        return nil
    }

    static let remedy = "name the columns in a mapping: `cordon formats --explain FILE` drafts one"

    /// Columns that hold something and that nobody knows.
    var ignored: [String] { zip(names, fields).filter { $0.1 == nil && !$0.0.isEmpty }.map(\.0) }
}

/// Where a table begins: its delimiter, its heading row and what stands above it.
struct TableStart {
    let delimiter: UInt8
    let header: TableHeader
    /// Lines before the first row: titles, a `sep=` line, the heading row.
    let headerLines: Int
    let blankLines: Int
    /// Offset and line of the first row.
    let offset: Int
    let line: Int

    private static let recordsMax = 20

    /// Looks for the heading row in the first lines, under each delimiter; the one with the most known columns wins.
    init?(_ text: UnsafeRawBufferPointer, delimiters: [UInt8], mapping: [String: String] = [:]) throws(FieldProblem) {
        var best: TableStart?
        for delimiter in delimiters {
            guard let found = try TableStart.find(text, delimiter, mapping) else { continue }
            if let best, best.header.knownCount >= found.header.knownCount { continue }
            best = found
        }
        guard let best else { return nil }
        self = best
    }

    private init(delimiter: UInt8, header: TableHeader, headerLines: Int, blankLines: Int, offset: Int, line: Int) {
        (self.delimiter, self.header, self.headerLines) = (delimiter, header, headerLines)
        (self.blankLines, self.offset, self.line) = (blankLines, offset, line)
    }

    private static func find(_ text: UnsafeRawBufferPointer, _ delimiter: UInt8, _ mapping: [String: String]) throws(FieldProblem) -> TableStart? {
        var scanner = CSVScanner(text, delimiter: delimiter, from: TextEncoding.markLength(text))
        var (header, blank) = (0, 0)
        for _ in 0..<recordsMax {
            switch scanner.next() {
            case .end: return nil
            case .blank: blank += 1
            case .refused: header += scanner.lines
            case .record:
                header += scanner.lines
                guard scanner.count >= 2, scanner.count <= 1_000, scanner.record.count < 65_536 else { continue }
                let found = try TableHeader(scanner.texts, mapping: mapping)
                if found.isEnough {
                    return TableStart(delimiter: delimiter, header: found, headerLines: header, blankLines: blank, offset: scanner.position, line: scanner.line + scanner.lines)
                }
            }
        }
        return nil
    }
}

extension CSVScanner {
    /// The current record's fields as they are read by people, without blanks around them.
    var texts: [String] {
        mutating get {
            (0..<count).map { i in
                let bytes = Blanks.trimmed(field(i))
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}

enum Blanks {
    /// Without blanks, tabs and no-break blanks around.
    @inline(__always)
    static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var (start, end) = (0, bytes.count)
        while start < end, bytes[start] <= 0x20 { start += 1 }
        while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
        while end - start >= 2, bytes[start] == 0xC2, bytes[start + 1] == 0xA0 { start += 2 }
        while end - start >= 2, bytes[end - 1] == 0xA0, bytes[end - 2] == 0xC2 { end -= 2 }
        return UnsafeRawBufferPointer(rebasing: bytes[start..<end])
    }
}
