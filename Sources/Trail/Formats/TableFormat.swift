import Model
import Scan

/// Tables with a heading row: CSV with any usual delimiter, and TSV.
///
/// What each column holds is found by its heading, in French or English (`TableField`), or given by a mapping. Nothing is
/// guessed from values. A row that has not as many columns as the heading row is refused, because a shifted row would put
/// one person's access under another's name.
package struct TableFormat: TrailFormat {
    package let name: String
    package let summary: String
    private let delimiters: [UInt8]

    package static let csv = TableFormat(
        name: "csv", summary: "Table with a heading row, separated by comma, semicolon or bar; columns are found by their French or English headings",
        delimiters: [0x2C, 0x3B, 0x7C])
    package static let tsv = TableFormat(name: "tsv", summary: "Table with a heading row, separated by tabs; columns are found by their French or English headings", delimiters: [0x09])

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        guard let converted = TableFormat.converted(head) else { return recogniseText(head) }
        return converted.bytes.withUnsafeBytes { recogniseText($0) }
    }

    private func recogniseText(_ head: UnsafeRawBufferPointer) -> Int {
        let body = UnsafeRawBufferPointer(rebasing: head[TextEncoding.markLength(head)...])
        // JSON, XML and the directives of IIS are no tables.
        guard let first = body.first(where: { $0 > 0x20 }), first != 0x7B, first != 0x5B, first != 0x3C, first != 0x23 else { return 0 }
        if let start = try? TableStart(head, delimiters: delimiters) { return min(95, 70 + 3 * start.header.knownCount) }
        return TableShape(head, delimiters: delimiters).isTable ? 5 : 0
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        guard let converted = TableFormat.converted(text) else { return try readText(text, of: file, to: sink) }
        sink.assume(.encoding(converted.encoding.name))
        let result = converted.bytes.withUnsafeBytes { bytes in
            Result { () throws(FieldProblem) in try readText(bytes, of: file, to: sink) }
        }
        try result.get()
    }

    /// Nil for text that is UTF-8 already.
    static func converted(_ text: UnsafeRawBufferPointer) -> (encoding: TextEncoding, bytes: [UInt8])? {
        let encoding = TextEncoding.detect(text)
        return encoding == .utf8 ? nil : (encoding, encoding.utf8(text))
    }

    private func readText(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        guard text.contains(where: { $0 > 0x20 }) || text.isEmpty else {
            var scanner = CSVScanner(text, delimiter: 0x2C)
            while scanner.next() != .end { sink.blank(units: scanner.lines) }
            return
        }
        guard let start = try TableStart(text, delimiters: delimiters, mapping: file.columns) else { throw TableShape(text, delimiters: delimiters).problem(mapping: file.columns) }
        if start.headerLines > 0 { sink.header(units: start.headerLines) }
        if start.blankLines > 0 { sink.blank(units: start.blankLines) }
        if !start.header.ignored.isEmpty { sink.assume(.ignoredColumns(start.header.ignored)) }

        var reader = TableRow(start, of: file)
        reader.times.dayFirst = TableFormat.dayFirst(text, start)
        if let isOne = TableFormat.oneIsSuccess(text, start), let column = start.header.column(of: .outcome) {
            reader.oneIsSuccess = isOne
            let problem = FieldProblem(
                field: start.header.names[column], found: "0 and 1 under a heading that does not say which of them is success", expected: "words, or a heading such as Succès or Code retour",
                remedy: "\(isOne ? 1 : 0) was read as success, because it is more frequent; name the column in a mapping if it is the other")
            sink.warn(problem, at: Place(file: file.name, line: start.line, byte: start.offset))
        }
        var scanner = CSVScanner(text, delimiter: start.delimiter, from: start.offset, firstLine: start.line)
        scanner.expectedCount = start.header.names.count
        defer { reader.finish(sink) }
        var untilNews = 0
        while true {
            let step = scanner.next()
            if step == .end { break }
            let place = Place(file: file.name, line: scanner.line, byte: scanner.start)
            switch step {
            case .end: break
            case .blank: sink.blank(units: scanner.lines)
            case .refused(let problem): sink.refuse(problem, at: place, units: scanner.lines)
            case .record: reader.read(&scanner, at: place, to: sink)
            }
            untilNews -= 1
            if untilNews <= 0 {
                untilNews = 4_096
                guard sink.advance(to: scanner.position) else { return }
            }
        }
        _ = sink.advance(to: text.count)
    }

    /// Which digit is success where the column holds 0 and 1 alone and its heading does not say: the more frequent one, since
    /// most of what people do succeeds. Nil where there is nothing to decide.
    private static func oneIsSuccess(_ text: UnsafeRawBufferPointer, _ start: TableStart) -> Bool? {
        guard start.header.digits == .unsaid, let column = start.header.column(of: .outcome) else { return nil }
        var scanner = CSVScanner(text, delimiter: start.delimiter, from: start.offset, firstLine: start.line)
        scanner.expectedCount = start.header.names.count
        var (zeros, ones) = (0, 0)
        for _ in 0..<50_000 {
            let step = scanner.next()
            if step == .end { break }
            guard step == .record, scanner.count == start.header.names.count else { continue }
            let value = Blanks.trimmed(scanner.field(column))
            if value.isEmpty { continue }
            guard value.count == 1, value[0] == 0x30 || value[0] == 0x31 else { return nil }
            if value[0] == 0x30 { zeros += 1 } else { ones += 1 }
        }
        return ones + zeros == 0 ? nil : ones > zeros
    }

    /// Looks through the time column where days and months could be swapped. Nil: nothing in it tells them apart, or both occur.
    private static func dayFirst(_ text: UnsafeRawBufferPointer, _ start: TableStart) -> Bool? {
        guard let column = start.header.column(of: .time) ?? start.header.column(of: .date) else { return nil }
        var scanner = CSVScanner(text, delimiter: start.delimiter, from: start.offset, firstLine: start.line)
        scanner.expectedCount = start.header.names.count
        var (dayFirst, monthFirst) = (0, 0)
        for row in 0..<50_000 {
            let step = scanner.next()
            if step == .end { break }
            guard step == .record, scanner.count == start.header.names.count else { continue }
            let value = Blanks.trimmed(scanner.field(column))
            // Years first, or no date at all: the rest of the column is like it.
            if row >= 64, dayFirst + monthFirst == 0, value.count >= 4, value[0] &- 0x30 <= 9, value[1] &- 0x30 <= 9, value[2] &- 0x30 <= 9 { break }
            switch TimeParser.probe(value) {
            case true?: dayFirst += 1
            case false?: monthFirst += 1
            case nil: continue
            }
        }
        if dayFirst > 0 && monthFirst == 0 { return true }
        if monthFirst > 0 && dayFirst == 0 { return false }
        return nil
    }
}

/// What a text without a heading row that we know looks like: enough to say what is wrong with it.
struct TableShape {
    /// Several columns, the same number in nearly every row, and cells as headings or values are.
    private(set) var isTable = false
    /// The first row holds a time where headings should be.
    private(set) var hasNoHeading = false
    private var firstRow: [String] = []

    init(_ text: UnsafeRawBufferPointer, delimiters: [UInt8]) {
        let head = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, 65_536)])
        guard let delimiter = CSVScanner.delimiter(of: head, isWhole: head.count == text.count), delimiters.contains(delimiter) else { return }
        var scanner = CSVScanner(head, delimiter: delimiter, from: TextEncoding.markLength(head))
        var (rows, alike) = (0, 0)
        while rows < 100 {
            let step = scanner.next()
            if step == .end || (step == .record && rows > 1 && scanner.position == head.count && head.count < text.count) { break }
            guard step == .record else { continue }
            if rows == 0 { firstRow = scanner.texts }
            rows += 1
            if scanner.count == firstRow.count { alike += 1 }
        }
        guard firstRow.count >= 3, alike * 100 >= rows * 95 else { return }
        hasNoHeading = rows >= 2 && firstRow.contains(where: TableShape.isTime)
        isTable = hasNoHeading || (rows >= 2 && firstRow.allSatisfy(TableShape.isHeading) && Set(firstRow).count == firstRow.count)
    }

    private static func isTime(_ cell: String) -> Bool {
        var parser = TimeParser()
        parser.acceptsDateAlone = true
        return (try? parser.parse(cell)) != nil
    }

    private static func isHeading(_ cell: String) -> Bool {
        let digits = cell.utf8.count { $0 &- 0x30 <= 9 }
        return !cell.isEmpty && cell.utf8.count <= 60 && digits <= 3 && cell.unicodeScalars.contains(where: \.properties.isAlphabetic)
            && !cell.utf8.contains { [0x3D, 0x5B, 0x5D, 0x7B, 0x7D].contains($0) }
    }

    /// Why the text cannot be read as a table.
    func problem(mapping: [String: String]) -> FieldProblem {
        if hasNoHeading {
            return FieldProblem(
                found: "no heading row: the first row holds values", expected: "a first row that names the columns",
                remedy: "export with headings, or put a heading row above the first line")
        }
        if isTable, let header = try? TableHeader(firstRow, mapping: mapping), let missing = header.missing { return missing }
        return FieldProblem(
            found: "no heading row that names a time and who acted", expected: "headings such as time;account;persons or Horodatage;Utilisateur;IPP",
            remedy: TableHeader.remedy)
    }
}
