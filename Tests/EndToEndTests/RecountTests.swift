import Foundation
import Testing

/// The figures of `incident.json`, counted again from `recount/` by programs that are not ours.
@Suite struct `the recount` {
    @Test(.enabled(if: Tools.hasSQLite, "sqlite3 is not installed"))
    func `in SQLite gives every figure of the incident`() throws {
        let made = try WardCase.get()
        let script = try made.home.text("incident/recount/recount.sqlite.sql").replacing(".mode column", with: ".mode csv\n.headers off")
        let answer = try Tools.run("/usr/bin/env", ["sqlite3", ":memory:"], input: script, in: made.folder + "/recount")
        #expect(answer.status == 0)
        let rows = answer.out.split(whereSeparator: \.isNewline).map { $0.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: ["\""]) } }
        try expectSame(rows, made.incident)
    }

    @Test(.enabled(if: Tools.hasDuckDB, "DuckDB is not there for CORDON_PYTHON"))
    func `in DuckDB gives every figure of the incident`() throws {
        let made = try WardCase.get()
        let program = """
            import duckdb
            for row in duckdb.connect().execute(open("recount.duckdb.sql").read()).fetchall():
                print(*row, sep="\\t")
            """
        let answer = try Tools.run("/usr/bin/env", [Tools.python, "-c", program], in: made.folder + "/recount")
        #expect(answer.status == 0)
        let rows = answer.out.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        try expectSame(rows, made.incident)
    }

    /// `rows`: finding, level, measure, name, persons.
    private func expectSame(_ rows: [[String]], _ incident: [String: Any]) throws {
        var recounted: [String: Int] = [:]
        for row in rows where row.count == 5 { recounted[row[..<4].joined(separator: " ")] = Int(row[4]) }
        #expect(!recounted.isEmpty)

        var stated: [String: Int] = [:]
        func add(_ finding: String, _ levels: Any?) {
            for level in ["established", "attributed", "possible"] {
                guard let count = value(levels, level) as? [String: Any] else { continue }
                for measure in ["persons", "references", "unrecorded"] { stated["\(finding) \(level) \(measure) "] = number(count, measure) }
                for measure in ["by_category", "by_manner", "by_service", "by_controller"] {
                    for (name, persons) in count[measure] as? [String: Int] ?? [:] { stated["\(finding) \(level) \(measure) \(name)"] = persons }
                }
            }
        }
        for finding in try #require(value(incident, "findings") as? [[String: Any]]) where finding["measure"] as? String == "cut" {
            add(finding["id"] as? String ?? "", finding["exposure"])
        }
        add("all", value(incident, "exposure"))
        let known = Set(stated.keys.map { $0.prefix { $0 != " " } })
        for (key, persons) in stated where persons > 0 { #expect(recounted[key] == persons, "\(key)") }
        for (key, persons) in recounted where persons > 0 && known.contains(key.prefix { $0 != " " }) { #expect(stated[key] == persons, "\(key)") }
    }
}
