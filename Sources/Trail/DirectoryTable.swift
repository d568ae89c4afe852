import Model
import Scan

/// Every person that the service holds, from `--directory`: their numbers come first, in the order of their ids.
struct DirectoryTable {
    struct Person {
        var id: String, ins: String, family: String, postcode: String
    }
    var persons: [Person] = []
    var orders = DirectoryOrders()

    /// Columns person, ins, family, postcode by name in any order; any of them may be missing, person and ins not both.
    static func read(_ path: String, temporaryFolder: String) throws -> DirectoryTable {
        let table = try PlainTable.read(path, temporaryFolder: temporaryFolder)
        let id = table.column(["person", "personne", "patient", "reference", "id", "ipp"])
        let ins = table.column(["ins", "nir", "matricule"])
        let family = table.column(["family", "nom", "name", "lastname", "birth_name"])
        let postcode = table.column(["postcode", "code_postal", "cp", "zip", "postal_code"])
        guard id != nil || ins != nil else {
            throw TrailError.badTable(table.name, FieldProblem(found: "no column person and no column ins", expected: "a header with person, ins, family, postcode", remedy: "name the columns so; any of them may be missing, but not both person and ins"))
        }
        var directory = DirectoryTable()
        func value(_ row: [String], _ column: Int?) -> String {
            guard let column, column < row.count else { return "" }
            let text = row[column]
            return text.hasPrefix("Patient/") ? String(text.dropFirst(8)) : text
        }
        var isKnown: Set<String> = []
        for row in table.rows {
            var person = Person(id: value(row, id), ins: value(row, ins), family: NameFold.letters(value(row, family)), postcode: value(row, postcode))
            if person.id.isEmpty {
                guard !person.ins.isEmpty else { continue }
                person.id = Identifier.insNIR + "|" + person.ins
            }
            if isKnown.insert(person.id).inserted { directory.persons.append(person) }
        }
        directory.persons.sort { Natural.compare($0.id, $1.id) < 0 }
        let persons = directory.persons
        directory.orders.byID = persons.indices.map { UInt32($0) }
        if family != nil { directory.orders.byName = ranks(persons.count) { (persons[$0].family, $0) < (persons[$1].family, $1) } }
        if postcode != nil { directory.orders.byPostcode = ranks(persons.count) { (persons[$0].postcode, $0) < (persons[$1].postcode, $1) } }
        return directory
    }

    private static func ranks(_ count: Int, _ precedes: (Int, Int) -> Bool) -> [UInt32] {
        var ranks = [UInt32](repeating: 0, count: count)
        for (rank, person) in (0..<count).sorted(by: precedes).enumerated() { ranks[person] = UInt32(rank) }
        return ranks
    }
}

extension PeopleTable {
    /// The first column that names a reference is it; else the first column.
    static func read(_ path: String, temporaryFolder: String) throws -> PeopleTable {
        let table = try PlainTable.read(path, temporaryFolder: temporaryFolder)
        let key = table.column(["person", "personne", "patient", "reference", "id", "ipp"]) ?? 0
        var people = PeopleTable()
        people.columns = table.header.enumerated().filter { $0.offset != key }.map(\.element)
        for row in table.rows where key < row.count && !row[key].isEmpty {
            let reference = row[key].hasPrefix("Patient/") ? String(row[key].dropFirst(8)) : row[key]
            let values = table.header.indices.filter { $0 != key }.map { $0 < row.count ? row[$0] : "" }
            if people.rows[reference] == nil { people.rows[reference] = values }
        }
        return people
    }
}

/// A small delimited file with a header, whole in memory.
struct PlainTable {
    var name: String
    var header: [String] = []
    var rows: [[String]] = []

    static func read(_ path: String, temporaryFolder: String) throws -> PlainTable {
        let opened = try Opened.open(Input(path: path, name: InputList.baseName(path)), temporaryFolder: temporaryFolder)
        var table = PlainTable(name: opened.name)
        let kind = TextEncoding.detect(opened.text.bytes)
        let converted = kind == .utf8 ? nil : kind.utf8(opened.text.bytes)
        if let converted { try converted.withUnsafeBytes { try table.scan($0) } } else {
            let text = opened.text.bytes
            try table.scan(UnsafeRawBufferPointer(rebasing: text[TextEncoding.markLength(text)...]))
        }
        return table
    }

    private mutating func scan(_ text: UnsafeRawBufferPointer) throws {
        let head = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, 64 << 10)])
        var scanner = CSVScanner(text, delimiter: CSVScanner.delimiter(of: head, isWhole: head.count == text.count) ?? UInt8(ascii: ","))
        reading: while true {
            switch scanner.next() {
            case .end: break reading
            case .blank: continue
            case .refused(let problem):
                throw TrailError.badTable(name + ":" + String(scanner.line), problem)
            case .record:
                var fields: [String] = []
                for index in 0..<scanner.count { fields.append(String(decoding: scanner.field(index), as: UTF8.self)) }
                if header.isEmpty {
                    header = fields
                    scanner.expectedCount = fields.count
                } else {
                    rows.append(fields)
                }
            }
        }
        if header.isEmpty { throw TrailError.badTable(name, FieldProblem(found: "nothing", expected: "a header line and one line per person", remedy: "export the directory again")) }
    }

    /// The first column whose name is one of these, upper and lower case alike.
    func column(_ names: [String]) -> Int? {
        for wanted in names {
            if let found = header.firstIndex(where: { $0.lowercased() == wanted }) { return found }
        }
        return nil
    }
}

/// Texts compared with runs of digits as numbers: p2 before p10.
enum Natural {
    static func compare(_ a: String, _ b: String) -> Int {
        let (x, y) = (Array(a.utf8), Array(b.utf8))
        var (i, j) = (0, 0)
        func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 <= 9 }
        while i < x.count, j < y.count {
            if isDigit(x[i]), isDigit(y[j]) {
                let startX = i, startY = j
                while i < x.count, isDigit(x[i]) { i += 1 }
                while j < y.count, isDigit(y[j]) { j += 1 }
                let (runX, runY) = (x[startX..<i].drop { $0 == 0x30 }, y[startY..<j].drop { $0 == 0x30 })
                if runX.count != runY.count { return runX.count - runY.count }
                for (p, q) in zip(runX, runY) where p != q { return Int(p) - Int(q) }
            } else {
                if x[i] != y[j] { return Int(x[i]) - Int(y[j]) }
                i += 1
                j += 1
            }
        }
        if (x.count - i) != (y.count - j) { return (x.count - i) - (y.count - j) }
        return a == b ? 0 : a < b ? -1 : 1
    }
}
