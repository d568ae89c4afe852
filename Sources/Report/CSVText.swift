/// CSV by RFC 4180: CRLF between records, quotes where a cell needs them.
package struct CSVText: Sendable {
    package private(set) var text = ""
    private let guardsFormulas: Bool

    /// - Parameter guardsFormulas: For tables that people open in a spreadsheet (`exposure.csv`, `timeline.csv`): a cell that
    ///   begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe in front, because a spreadsheet would
    ///   compute it (OWASP, CSV injection). `restricted/persons.csv` is written by Incident's `CSVTable`, which always does so.
    package init(header: [String], guardsFormulas: Bool) {
        self.guardsFormulas = guardsFormulas
        append(header)
    }

    package mutating func append(_ cells: [String]) {
        for (index, cell) in cells.enumerated() {
            if index > 0 { text += "," }
            text += CSVText.cell(cell, guardsFormulas: guardsFormulas)
        }
        text += "\r\n"
    }

    /// One cell, quoted where RFC 4180 asks for it.
    package static func cell(_ value: String, guardsFormulas: Bool) -> String {
        var value = value
        // By bytes: a carriage return before a line feed is one Character.
        if guardsFormulas, let first = value.utf8.first, [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains(first) { value = "'" + value }
        guard value.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" { quoted += "\"\"" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "\""
    }
}
