import Model
import Profiles
import Testing
import Trail

/// Canonical order, splitting, threads, memory: what is read does not depend on how it was given.
struct CoreTests {
    @Test(arguments: [UInt64(1), 2, 3])
    func `a trail split in any way and shuffled gives the same acts`(seed: UInt64) throws {
        let twin = TwinTrail(seed: seed, acts: 300)
        let folder = try Folder()
        let whole = try read([folder.file("whole.ndjson", twin.ndjson)])
        let expected = try words(whole)
        #expect(expected.count == twin.acts)

        var dice = Dice(state: seed &* 977)
        for round in 0..<4 {
            var parts = [[String]](repeating: [], count: Int.random(in: 1...7, using: &dice))
            for line in twin.events.shuffled(using: &dice) { parts[Int.random(in: 0..<parts.count, using: &dice)].append(line) }
            let files = try parts.enumerated().map { try folder.file("\(round)/part-\($0.offset).ndjson", $0.element.joined(separator: "\n")) }
            let trail = try read(files.shuffled(using: &dice), threads: Int.random(in: 1...4, using: &dice), memory: round % 2 == 0 ? 1 : 48 << 20)
            #expect(try words(trail) == expected)
            #expect(trail.events == whole.events)
            #expect(trail.personsSeen == whole.personsSeen)
            expectBalance(trail)
        }
    }

    @Test(arguments: [UInt64(4), 5])
    func `a table split by rows in any way gives the same acts`(seed: UInt64) throws {
        let twin = TwinTrail(seed: seed, acts: 300)
        let folder = try Folder()
        let expected = try words(read([folder.file("whole.csv", twin.csv)]))
        var dice = Dice(state: seed)
        for round in 0..<4 {
            var parts = [[String]](repeating: [TwinTrail.header], count: Int.random(in: 1...5, using: &dice))
            for row in twin.rows.shuffled(using: &dice) { parts[Int.random(in: 0..<parts.count, using: &dice)].append(row) }
            for (number, part) in parts.enumerated() { try folder.file("\(round)/deep/\(number).csv", part.joined(separator: "\r\n")) }
            try folder.file("\(round)/.hidden.csv", twin.csv)
            let trail = try read([folder.path + "/\(round)"], threads: 3)
            #expect(try words(trail) == expected)
            #expect(trail.files.count == parts.count)
            expectBalance(trail)
        }
    }

    @Test(arguments: [UInt64(6), 7, 8])
    func `the table and the AuditEvents of one trail together are one trail`(seed: UInt64) throws {
        let twin = TwinTrail(seed: seed, acts: 250)
        let folder = try Folder()
        let (csv, ndjson) = (try folder.file("a.csv", twin.csv), try folder.file("b.ndjson", twin.ndjson))
        let (table, events) = (try read([csv]), try read([ndjson]))
        #expect(try words(table, resource: false) == words(events, resource: false))
        #expect(table.personsSeen == events.personsSeen)
        #expect(table.events == twin.acts)
        #expect(events.events == twin.events.count)

        let both = try read([csv, ndjson], threads: 2, memory: 1)
        #expect(try words(both, resource: false) == words(events, resource: false))
        #expect(both.acts == twin.acts)
        #expect(both.events == twin.events.count)
        let row = try #require(both.files.first { $0.format == "csv" })
        #expect(row.duplicate == twin.acts && row.kept == 0)
        expectBalance(both)
    }

    @Test func `a file given twice is listed once as read and once as duplicate`() throws {
        let twin = TwinTrail(seed: 9, acts: 60)
        let folder = try Folder()
        let files = [try folder.file("a.csv", twin.csv + "\nbroken\n"), try folder.file("b.csv", twin.csv + "\nbroken\n")]
        let trail = try read(files)
        #expect(trail.files.map(\.name) == ["a.csv", "b.csv"])
        #expect(trail.files[0].kept == twin.acts && trail.files[0].refused == 1 && trail.files[0].header == 1 && trail.files[0].blank == 1)
        #expect(trail.files[1].duplicate == trail.files[1].lines && trail.files[1].lines == trail.files[0].lines)
        #expect(trail.acts == twin.acts)
        expectBalance(trail)
    }

    @Test func `accesses exported twice with overlap are counted once`() throws {
        let twin = TwinTrail(seed: 10, acts: 100)
        let folder = try Folder()
        let files = [try folder.file("a.ndjson", twin.events[..<80].joined(separator: "\n")), try folder.file("b.ndjson", twin.events[40...].joined(separator: "\n"))]
        let trail = try read(files)
        #expect(try words(trail) == words(read([folder.file("c.ndjson", twin.ndjson)])))
        #expect(trail.files.reduce(0) { $0 + $1.duplicate } == 40)
        expectBalance(trail)
    }

    @Test func `one id with two contents is refused and the first in canonical order stays`() throws {
        let folder = try Folder()
        let csv = "id,time,account,action,service,resource,persons\nx1,2025-09-01T10:00:05Z,martin,read,s,Patient,p1\nx1,2025-09-01T10:00:00Z,martin,read,s,Patient,p2\nx2,2025-09-01T10:00:09Z,martin,read,s,Patient,p3\n"
        let trail = try read([folder.file("a.csv", csv)])
        #expect(trail.acts == 2)
        try trail.forEachAct { _, _ in }
        #expect(trail.references.map(\.reference) == ["p2", "p3"])
        let file = trail.files[0]
        #expect(file.kept == 2 && file.refused == 1 && file.refusals.count == 1)
        #expect(file.refusals.first?.place.line == 2)
        #expect(file.refusals.first?.problem.field == "id")
        expectBalance(trail)
    }

    @Test func `two equal lines without ids are two acts, in two files they are the same ones`() throws {
        let folder = try Folder()
        let line = "2025-09-01T10:00:00Z,martin,read,s,Patient,p1\n", header = "time,account,action,service,resource,persons\n"
        let one = try read([folder.file("a.csv", header + line + line)])
        #expect(one.acts == 2)
        let two = try read([folder.file("a.csv", header + line + line), folder.file("b.csv", header + line)])
        #expect(two.acts == 2)
        #expect(two.files.reduce(0) { $0 + $1.duplicate } == 1)
        #expect(two.assumptions.contains { $0.en.contains("counted once") })
        expectBalance(two)
    }

    @Test func `an unknown file among good ones is listed and stops nothing`() throws {
        let twin = TwinTrail(seed: 11, acts: 40)
        let folder = try Folder()
        let trail = try read([folder.file("a.csv", twin.csv), folder.file("notes.txt", "hello\nthere\n\nbye"), folder.file("empty.csv", "")])
        let notes = try #require(trail.files.first { $0.name == "notes.txt" })
        #expect(notes.format == "unknown" && notes.lines == 4 && notes.refused == 4 && notes.refusals.count == 1)
        let empty = try #require(trail.files.first { $0.name == "empty.csv" })
        #expect(empty.format == "empty" && empty.lines == 0)
        #expect(trail.acts == 40)
        expectBalance(trail)
    }

    @Test func `no input, no file and no known format have their own exit status`() throws {
        let folder = try Folder()
        func status(_ inputs: [String]) -> Int32 {
            do {
                _ = try read(inputs)
                return 0
            } catch let error as TrailError { return error.status } catch { return -1 }
        }
        #expect(status([folder.path + "/absent.csv"]) == 66)
        #expect(status([folder.path]) == 66)
        #expect(status([try folder.file("notes.txt", "hello\n")]) == 65)
        #expect(status([try folder.file("r5.json", #"{"resourceType":"AuditEvent","code":{"text":"x"},"category":[],"recorded":"2025-01-01T00:00:00Z","outcome":{"code":{"code":"0"}},"agent":[{"networkString":"a"}]}"#)]) == 65)
    }

    @Test func `reading stops when asked to`() throws {
        let folder = try Folder()
        let file = try folder.file("a.csv", TwinTrail(seed: 12, acts: 50).csv)
        for phase in [TrailProgress.Phase.reading, .ordering, .walking] {
            #expect(throws: TrailError.self) {
                try Trail.read(TrailPlan(inputs: [file]), fingerprints: fingerprint) { $0.phase != phase }.forEachAct { _, _ in }
            }
        }
    }

    @Test func `files come in the order of their hashes`() throws {
        let folder = try Folder()
        let files = try (0..<6).map { try folder.file("f\($0).csv", TwinTrail(seed: UInt64($0), acts: 3).csv) }
        let hashes = try read(files).files.map(\.sha256)
        #expect(hashes == hashes.sorted())
        #expect(try read(files.reversed()).files == read(files).files)
    }
}
