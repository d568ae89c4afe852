import Exposure
import Glibc
import Model
import Testing

/// Whether a program of ours to test with is there: `python3`, and the named module.
private func python(has module: String) -> Bool { system("python3 -c 'import \(module)' >/dev/null 2>&1") == 0 }

@Suite struct RecountTests {
    @Test(.enabled(if: python(has: "sqlite3"), "needs python3 with sqlite3"), arguments: 1...4 as ClosedRange<UInt64>)
    func `SQLite recounts what the index counts`(seed: UInt64) throws {
        try compare(seed: seed, """
            import sqlite3, csv
            db = sqlite3.connect(":memory:")
            before, rest = open("recount.sqlite.sql").read().split(".mode csv\\n", 1)
            db.executescript(before)
            while not rest.startswith(".mode column"):
                line, rest = rest.split("\\n", 1)
                _, _, skip, name, table = line.split()
                with open(name, newline="") as f:
                    rows = list(csv.reader(f))[int(skip):]
                if rows:
                    db.executemany("insert into %s values (%s)" % (table, ",".join("?" * len(rows[0]))), rows)
            rows = db.execute(rest.split("\\n", 1)[1]).fetchall()
            """)
    }

    @Test(.enabled(if: python(has: "duckdb"), "needs python3 with duckdb"), arguments: 1...4 as ClosedRange<UInt64>)
    func `DuckDB recounts what the index counts`(seed: UInt64) throws {
        try compare(seed: seed, """
            import duckdb
            rows = duckdb.connect().execute(open("recount.duckdb.sql").read()).fetchall()
            """)
    }

    @Test func `both programs run the same query`() throws {
        let folder = Folder()
        try RecountWriter(folder: folder.path).finish()
        let query = folder.read("recount.sql")
        #expect(query.count > 500)
        for name in ["recount.duckdb.sql", "recount.sqlite.sql"] { #expect(folder.read(name).suffix(query.count).elementsEqual(query)) }
    }

    @Test func `a name that is a formula is disarmed`() throws {
        let folder = Folder()
        let writer = try RecountWriter(folder: folder.path)
        try writer.access(entry: 1, time: Instant(milliseconds: 0), account: "a", session: "", service: "=cmd|' /C calc'!A0", controller: "un \"deux\", trois", action: .read, unrecorded: 0)
        try writer.finish()
        let text = String(decoding: folder.read("accesses.csv"), as: UTF8.self)
        #expect(text.hasSuffix("1,1970-01-01T00:00:00.000Z,a,,\"'=cmd|' /C calc'!A0\",\"un \"\"deux\"\", trois\",read,0\r\n"))
    }

    /// Findings over random scopes, the three levels nested, counted by the index and by `script` in the folder.
    private func compare(seed: UInt64, _ script: String) throws {
        var world = World(seed: seed)
        let trail = world.trail(acts: 300), index = Folder(), recount = Folder()
        try trail.write(to: index.path)
        let services = ["identité", "a \"b\", c", "placement"], controllers = (0..<5).map { "c\($0)" }
        let writer = try RecountWriter(folder: recount.path)
        for r in trail.rows where !r.disclosures.isEmpty || r.unrecorded > 0 {
            try writer.access(entry: r.entry, time: r.time, account: r.account == ExposureIndexWriter.nobody ? "" : "acct\(r.account)", session: "\(r.session)", service: services[Int(r.service)], controller: controllers[Int(r.controller)], action: .search, unrecorded: r.unrecorded)
            for d in r.disclosures { try writer.disclosure(entry: r.entry, person: "p\(d.person)", reference: "r\(d.reference)", categories: d.categories, manners: d.manners) }
        }
        var expected: [String] = []
        // Of two directories, one bounds what was not recorded.
        let held = seed % 2 == 0 ? 60 : 100_000
        let reader = try ExposureIndex(folder: index.path)
        for finding in 1...3 {
            // The third stands on acts that no account could be found for.
            let account = finding == 3 ? ExposureIndexWriter.nobody : UInt32(world.next(8)), text = finding == 3 ? "" : "acct\(account)"
            var ranges: [Range<UInt64>] = []
            for level in ["established", "attributed", "possible"] {
                let low = UInt64(world.next(400))
                ranges.append(low..<(low + UInt64(1 + world.next(200))))
                for range in ranges { try writer.scope(finding: "F\(finding)", account: text, level: level, entries: range) }
                let count = try reader.count(ExposureScope(accounts: [account], entries: ranges))
                guard trail.rows.contains(where: { r in r.account == account && (!r.disclosures.isEmpty || r.unrecorded > 0) && ranges.contains { $0.contains(r.entry) } }) else { continue }
                func add(_ measure: String, _ name: String, _ n: Int) { if n > 0 || measure == "persons" { expected.append("F\(finding)|\(level)|\(measure)|\(name)|\(n)") } }
                let unrecorded = level == "possible" ? min(count.unrecorded, max(0, held - count.persons)) : 0
                add("persons", "", count.persons + unrecorded)
                add("references", "", count.references)
                add("unrecorded", "", unrecorded)
                for (name, one) in Categories.named { add("by_category", name, count.byCategory[one] ?? 0) }
                for (name, one) in Manners.named { add("by_manner", name, count.byManner[one] ?? 0) }
                for (i, name) in services.enumerated() { add("by_service", name, count.byService[UInt32(i)] ?? 0) }
                for (i, name) in controllers.enumerated() { add("by_controller", name, count.byController[UInt32(i)] ?? 0) }
            }
        }
        try writer.finish(directoryPersons: held)
        recount.write(Array((script + "\nopen('answer', 'w').write(''.join('|'.join(map(str, r)) + '\\n' for r in rows))\n").utf8), "count.py")
        #expect(system("cd '\(recount.path)' && python3 count.py") == 0)
        let answer = String(decoding: recount.read("answer"), as: UTF8.self).split(separator: "\n").map(String.init)
        #expect(!expected.isEmpty)
        #expect(answer.sorted() == expected.sorted())
    }
}
