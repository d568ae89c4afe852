import Model
import Testing
import Trail

struct CoverageTests {
    private func trail(_ rows: [String], _ header: String = "id,seq,time,account,action,service,persons") throws -> Trail {
        let folder = try Folder()
        return try withExtendedLifetime(folder) { try read([folder.file("a.csv", ([header] + rows).joined(separator: "\n"))]) }
    }

    private func row(_ n: Int, minute: Int) -> String { "e\(n),\(n),\(Instant(year: 2025, month: 9, day: 1, minute: minute)),m,read,s,p1" }

    @Test(arguments: [UInt64(1), 2, 3])
    func `missing sequence numbers are counted, whatever the order of the lines`(seed: UInt64) throws {
        var dice = Dice(state: seed)
        let missing = Set((0..<9).map { _ in Int.random(in: 2...198, using: &dice) })
        let rows = (1...200).filter { !missing.contains($0) }.map { row($0, minute: $0) }.shuffled(using: &dice)
        let notes = try trail(rows).coverage.filter { $0.kind == "sequence_gap" }
        #expect(notes.reduce(0) { $0 + ($1.count ?? 0) } == missing.count)
        for note in notes {
            #expect(note.couldHide && note.source == "s")
            #expect(try #require(note.from) < #require(note.to))
        }
    }

    @Test func `late and shuffled input is no gap`() throws {
        var dice = Dice(state: 4)
        let notes = try trail((1...200).map { row($0, minute: $0) }.shuffled(using: &dice)).coverage
        #expect(!notes.contains { $0.kind == "sequence_gap" || $0.kind == "clock" })
    }

    @Test func `a counter that others share proves nothing and hides nothing`() throws {
        let notes = try trail((1...50).map { row($0 * 1000, minute: $0) }).coverage.filter { $0.kind == "sequence_gap" }
        #expect(notes.count == 1 && notes[0].count == nil && !notes[0].couldHide)
    }

    @Test func `a silence against the source's own rhythm is a remark`() throws {
        var rows: [String] = []
        for day in 0..<42 where day != 30 {
            for hour in 8..<18 {
                for k in 0..<5 { rows.append("e\(day)-\(hour)-\(k),,\(Instant(year: 2025, month: 9, day: 1, minute: 0) + Int64(day) * Instant.day + Int64(hour) * Instant.hour + Int64(k) * Instant.minute),m,read,s,p1") }
            }
        }
        let notes = try trail(rows).coverage.filter { $0.kind == "silence" }
        #expect(notes.count == 1)
        let note = try #require(notes.first)
        #expect(note.count == 50 && !note.couldHide)
        #expect(try #require(note.from).date == "2025-09-30" && #require(note.to).date == "2025-10-02")
    }

    @Test func `what a source can never prove is said for the profiles that were used`() throws {
        let trail = try trail([row(1, minute: 1)])
        #expect(trail.profilesUsed == ["fhir-generic"])
        #expect(trail.coverage.contains { $0.kind == "profile" && $0.source == "fhir-generic" && !$0.couldHide })
        #expect(!trail.coverage.contains { $0.source == "placement" })
    }
}
