import Model
import Scan

extension TableFormat {
    /// A profile in YAML that maps the columns of a table, for a person to complete: what each column was taken for and what
    /// kind of values it holds. Never a value. Nil for what is no table.
    package static func draftMapping(of text: UnsafeRawBufferPointer, named file: String) -> String? {
        guard let converted = converted(text) else { return draft(text, named: file) }
        return converted.bytes.withUnsafeBytes { draft($0, named: file) }
    }

    private static func draft(_ text: UnsafeRawBufferPointer, named file: String) -> String? {
        let body = text[TextEncoding.markLength(text)...]
        guard let first = body.first(where: { $0 > 0x20 }), first != 0x7B, first != 0x5B, first != 0x3C, first != 0x23 else { return nil }
        let head = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, 1 << 20)])
        let start = try? TableStart(head, delimiters: [0x2C, 0x3B, 0x7C, 0x09])
        guard let delimiter = start?.delimiter ?? CSVScanner.delimiter(of: head, isWhole: head.count == text.count) else { return nil }
        var scanner = CSVScanner(head, delimiter: delimiter, from: start?.offset ?? TextEncoding.markLength(head), firstLine: start?.line ?? 1)
        let header: TableHeader
        if let start {
            header = start.header
        } else {
            guard scanner.next() == .record, let read = try? TableHeader(scanner.texts) else { return nil }
            header = read
        }
        scanner.expectedCount = header.names.count
        var kinds = header.names.map { _ in TableColumnKinds() }
        var rows = 0
        while rows < 2_000 {
            let step = scanner.next()
            if step == .end { break }
            guard step == .record, scanner.count == header.names.count else { continue }
            rows += 1
            for column in kinds.indices { kinds[column].add(scanner.field(column)) }
        }
        return write(header, kinds, rows: rows, file: file)
    }

    private static func write(_ header: TableHeader, _ kinds: [TableColumnKinds], rows: Int, file: String) -> String {
        var out = """
            # Columns of a table, guessed from its headings. Correct what is wrong, then pass this file with --profile.
            # Fields: \(TableField.allCases.map(\.rawValue).joined(separator: ", "))
            profile: table
            match:
              files: [\(quoted(file))]
            # Zone of times that carry none:
            # zone: Europe/Paris
            columns:

            """
        if header.fields.allSatisfy({ $0 == nil }) { out = String(out.dropLast()) + " {}  # no heading is known: replace the braces by lines such as  \"Qui\": account\n" }
        let width = header.names.map { quoted($0).count }.max() ?? 0
        for (column, name) in header.names.enumerated() {
            let key = quoted(name)
            let padding = String(repeating: " ", count: max(0, min(width, 40) - key.count))
            let seen = rows == 0 ? "no values" : kinds[column].words
            if let field = header.fields[column] {
                out += "  \(key): \(padding)\(field.rawValue)  # \(seen)\n"
            } else {
                out += "  # \(key): \(padding)no field guessed  # \(seen)\n"
            }
        }
        if let missing = header.missing { out += "# Not enough yet: \(missing.found); expected \(missing.expected).\n" }
        return out
    }

    /// A YAML string in double quotes.
    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\t": out += "\\t"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    out += "\\x" + String(scalar.value + 0x100, radix: 16).dropFirst()
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}

/// Counts what kinds of values a column holds.
struct TableColumnKinds {
    private var counts: [String: Int] = [:]
    private var empty = 0
    private var distinct: Set<Int> = []

    mutating func add(_ field: UnsafeRawBufferPointer) {
        let value = Blanks.trimmed(field)
        guard !value.isEmpty else {
            empty += 1
            return
        }
        let text = String(decoding: value, as: UTF8.self)
        counts[TableColumnKinds.kind(value, text), default: 0] += 1
        if distinct.count < 1_000 { distinct.insert(text.hashValue) }
    }

    private static func kind(_ value: UnsafeRawBufferPointer, _ text: String) -> String {
        if value.count >= 5, ClientAddress(value) != nil { return "addresses" }
        let digits = value.count { $0 &- 0x30 <= 9 }
        if digits == value.count {
            if value.count == 11 || value.count == 12, (try? ProfessionalID(parsing: text)) != nil { return "RPPS numbers" }
            if value.count == 13 || value.count == 15, (try? INS(parsing: text)) != nil { return "national numbers (INS)" }
            if value.count == 9, (try? FINESS(parsing: text)) != nil { return "FINESS or SIREN numbers" }
        }
        if value.count >= 5 {
            var parser = TimeParser()
            parser.acceptsDateAlone = true
            if (try? parser.parse(value)) != nil { return "times" }
        }
        if digits == value.count { return "whole numbers" }
        if value.contains(where: { $0 == 0x3B || $0 == 0x7C }) { return "lists" }
        if digits > 0, value.count >= 16, value.allSatisfy({ $0 &- 0x30 <= 9 || ($0 | 0x20) &- 0x61 < 6 || $0 == 0x2D }) { return "hexadecimal ids" }
        return value.contains(0x20) ? "text" : "words"
    }

    /// `times`; `words or text, 12 distinct, some empty`.
    var words: String {
        guard !counts.isEmpty else { return "empty" }
        let kinds = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(2).map(\.key).joined(separator: " or ")
        let many = distinct.count >= 1_000 ? "1000 or more" : String(distinct.count)
        return "\(kinds), \(many) distinct" + (empty > 0 ? ", some empty" : "")
    }
}
