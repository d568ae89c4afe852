/// What is wrong with a value, without quoting it: input is personal data.
package struct FieldProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Name or path of the field in the source's terms; empty when it is the line as a whole.
    package var field: String
    /// What stands there instead, by kind: `missing`, `not a date`, `cut short`.
    package var found: String
    package var expected: String
    package var remedy: String

    package init(field: String = "", found: String, expected: String, remedy: String) {
        (self.field, self.found, self.expected, self.remedy) = (field, found, expected, remedy)
    }

    package var description: String {
        (field.isEmpty ? "" : "field \"\(field)\": ") + "\(found), expected \(expected); \(remedy)"
    }
}

/// Where in the input: the file by its base name, never a path.
package struct Place: Sendable, Hashable, CustomStringConvertible {
    package var file: String
    /// From 1. In formats without lines, the record's number.
    package var line: Int
    /// Offset of the line's first byte in the decompressed file.
    package var byte: Int

    package init(file: String, line: Int, byte: Int) { (self.file, self.line, self.byte) = (file, line, byte) }

    package var description: String { "\(file):\(line)" }
}
