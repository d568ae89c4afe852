import Foundation
import Testing

@Suite struct `the same input gives the same folder` {
    /// All files and their bytes but the note, which alone holds the time of writing.
    private func contents(_ home: TemporaryFolder, _ folder: String) throws -> [String: Data] {
        var all: [String: Data] = [:]
        for name in try home.files(below: folder) where name != "incident.note" { all[name] = try home.bytes(folder + "/" + name) }
        return all
    }

    private func differences(_ a: [String: Data], _ b: [String: Data]) -> [String] {
        Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
    }

    @Test func `with one case key, whatever the order of arguments, the threads and the language`() throws {
        let home = try TemporaryFolder()
        let rows = WardCase.trail.csv.split(separator: "\n").map(String.init)
        let middle = rows.count / 2
        try home.write((rows[...middle]).joined(separator: "\n") + "\n", to: "one.csv")
        try home.write(([rows[0]] + rows[(middle + 1)...].reversed()).joined(separator: "\n") + "\n", to: "two.csv")
        #expect(try Cordon.run("key", "new-case", home / "case.key").status == 0)
        let first = try Cordon.run("investigate", home / "one.csv", home / "two.csv", "--case-key", home / "case.key", "--out", home / "a", "--threads", "1", "--lang", "fr")
        let second = try Cordon.run("investigate", home / "two.csv", home / "one.csv", "--case-key", home / "case.key", "--out", home / "b", "--threads", "4", "--lang", "en")
        #expect(first.status == 1, "\(first.err)")
        #expect(second.status == 1)
        let a = try contents(home, "a"), b = try contents(home, "b")
        #expect(a.count > 10)
        #expect(differences(a, b) == [])
    }

    @Test func `another case key gives other pseudonyms and the same verdict`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        for name in ["a", "b"] { _ = try Cordon.run("investigate", home / "trail.csv", "--out", home / name) }
        let a = try home.json("a/incident.json"), b = try home.json("b/incident.json")
        #expect(value(a, "ledger", "root") as? String != value(b, "ledger", "root") as? String)
        #expect(try home.bytes("a/restricted/persons.csv") == (try home.bytes("b/restricted/persons.csv")))
        let marks = [a, b].map { value($0, "findings", 0, "accounts", 0, "contained_at", "event") as? String }
        #expect(marks[0] != nil)
        #expect(marks[0] == marks[1])
        #expect(value(a, "findings", 0, "evidence") as? NSArray == value(b, "findings", 0, "evidence") as? NSArray)
    }
}
