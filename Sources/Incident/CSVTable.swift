/// A table of the folder as CSV: RFC 4180 with CRLF between records, and safe to open in a spreadsheet.
///
/// A cell that a spreadsheet would compute (first byte `=`, `+`, `-`, `@`, tab or return) gets an apostrophe in front
/// (OWASP, CSV Injection).
package struct CSVTable: Sendable {
    package private(set) var text = ""

    package init(header: [String]) { append(header) }

    package mutating func append(_ cells: [String]) {
        for (position, cell) in cells.enumerated() {
            if position > 0 { text += "," }
            text += CSVTable.cell(cell)
        }
        text += "\r\n"
    }

    /// One cell, disarmed, and quoted where RFC 4180 asks for it.
    package static func cell(_ value: String) -> String {
        var value = value
        // By bytes: a carriage return before a line feed is one Character.
        if let first = value.utf8.first, [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains(first) { value = "'" + value }
        guard value.utf8.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }) else { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            if scalar == "\"" { quoted += "\"\"" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "\""
    }
}
