import Model

/// `restricted/persons.csv` read back: which references it lists, and how sure.
package struct PersonsFile {
    private var strongest: [String: ExposureLevel] = [:]

    /// - Throws: `FolderProblem` when it is not such a file.
    package init(bytes: [UInt8]) throws(FolderProblem) {
        func bad(_ what: String) -> FolderProblem { FolderProblem(file: "restricted/persons.csv", problem: what) }
        let records = try PersonsFile.records(bytes)
        guard let header = records.first, let certainty = header.firstIndex(of: "certainty"), header.first == "person" else { throw bad("has no header of such a list") }
        for record in records.dropFirst() {
            guard record.count == header.count, let level = ExposureLevel.allCases.first(where: { $0.name == record[certainty] }) else { throw bad("has a row that is not one") }
            strongest[record[0]] = max(strongest[record[0]] ?? level, level)
        }
    }

    /// Distinct references at a level or a stronger one.
    package func references(atLeast level: ExposureLevel) -> Int { strongest.values.count { $0 >= level } }

    private static func records(_ bytes: [UInt8]) throws(FolderProblem) -> [[String]] {
        var records: [[String]] = [], record: [String] = [], field: [UInt8] = [], isQuoted = false, wasQuoted = false
        func ended() { record.append(String(decoding: field, as: UTF8.self)); field = []; wasQuoted = false }
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            switch byte {
            case 0x22 where isQuoted && at + 1 < bytes.count && bytes[at + 1] == 0x22: field.append(byte); at += 1
            case 0x22 where isQuoted: isQuoted = false
            case 0x22 where field.isEmpty && !wasQuoted: (isQuoted, wasQuoted) = (true, true)
            case 0x2C where !isQuoted: ended()
            case 0x0D where !isQuoted && at + 1 < bytes.count && bytes[at + 1] == 0x0A: break
            case 0x0A where !isQuoted: ended(); records.append(record); record = []
            default: field.append(byte)
            }
            at += 1
        }
        guard !isQuoted, field.isEmpty, record.isEmpty else { throw FolderProblem(file: "restricted/persons.csv", problem: "is cut") }
        return records
    }
}
