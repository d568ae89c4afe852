import Incident
import Ledger
import Model
import Testing

@Suite struct IncidentCodecTests {
    static var document: IncidentDocument {
        typealias D = IncidentDocument
        var count = D.Count()
        count.persons = 3
        count.byCategory = ["national_id": 2, "identity": 3]
        count.byController = ["CHU_Nord-Est": 3, "camelCase": 1]
        let mark = D.Mark(event: "e-1", time: "2025-09-01T08:00:00.000Z")
        let account = D.Account(
            account: "marie", professionalId: "10000005479", organisation: nil, onset: mark, containedAt: nil, last: mark, sessions: [],
            evidence: [D.Evidence(signal: "care_context", millinats: 4_200, text: Sentence(fr: "é", en: "e"))], personsBeforeCut: 2, pseudonym: "x",
            scope: D.Scope(established: [], attributed: [[0, 2]], possible: [[0, 3]]),
            picture: D.Picture(start: mark.time, hours: [.init(hour: 0, owner: 1, usurper: 2)], points: [[0, 1]], rankCount: 3, ranksAreDirectory: true))
        let finding = D.Finding(
            id: "F1", kind: "detected", measure: "cut", falseAlarmsPer1000AccountWeeks: 1, rateBasis: "model", accounts: [account], evidence: account.evidence,
            exposure: D.Levels(possible: count))
        let file = D.File(
            name: "t.csv", sha256: "00", format: "csv", bytes: 1, lines: 3, header: 1, kept: 1, refused: 1, duplicate: 0, blank: 0,
            refusals: [D.Refusal(line: 2, byte: 10, field: "time", found: "missing", expected: "a time", remedy: "add it")], remarks: [])
        return D(
            version: "0", verdict: .nothingFound,
            trail: D.TrailSummary(files: [file], events: 1, acts: 1, accounts: 1, persons: 3, references: 3, first: mark.time, last: mark.time, blindUntil: nil, assumptions: [], coverage: []),
            ledger: D.LedgerSummary(origin: "o", size: 1, root: "r"), findings: [finding], exposure: D.Levels(), options: D.Options(falseCutsPer1000: 1, profiles: [], directoryPersons: nil), unknowns: [])
    }

    @Test func `what is written reads back equal`() throws {
        let document = IncidentCodecTests.document
        #expect(try IncidentDocument(json: document.json()) == document)
    }

    @Test func `fields have the names of the contract and names inside tables stay as they are`() throws {
        let text = String(decoding: try IncidentCodecTests.document.json(), as: UTF8.self)
        for field in ["\"schema\" : \"cordon.incident.v1\"", "\"verdict\" : \"nothing_found\"", "\"false_alarms_per_1000_account_weeks\" : 1", "\"rate_basis\"", "\"professional_id\"", "\"by_category\"", "\"national_id\" : 2", "\"CHU_Nord-Est\" : 3", "\"camelCase\" : 1", "\"sha256\"", "\"contained_at\" : null", "\"blind_until\" : null", "\"organisation\" : null"] {
            #expect(text.contains(field), "\(field)")
        }
    }

    @Test(arguments: ["", "{}", "[1,2]", "{\"schema\":\"cordon.incident.v2\"}", "\u{0}"])
    func `bytes that are no incident are refused with the file named`(text: String) {
        #expect(throws: FolderProblem.self) { try IncidentDocument(json: Array(text.utf8)) }
    }
}

@Suite struct FolderNoteTests {
    static let note = FolderNote(
        written: Instant(year: 2026, month: 1, day: 5, hour: 8), version: "0.1.0", signer: "n+00000000+AA", ledger: .init(origin: "o", size: 3, root: "r="),
        files: [("a b.csv", String(repeating: "0", count: 64)), ("c", String(repeating: "f", count: 64))])

    @Test func `a note reads back equal, names with blanks included`() throws {
        #expect(try FolderNote(text: FolderNoteTests.note.text) == FolderNoteTests.note)
    }

    @Test func `a note without one of its lines, or with files out of order, is refused`() {
        let lines = FolderNoteTests.note.text.split(separator: "\n").map(String.init)
        for gone in 0..<5 {
            var rest = lines
            rest.remove(at: gone)
            #expect(throws: FolderProblem.self) { try FolderNote(text: rest.map { $0 + "\n" }.joined()) }
        }
        var swapped = lines
        swapped.swapAt(5, 6)
        #expect(throws: FolderProblem.self) { try FolderNote(text: swapped.map { $0 + "\n" }.joined()) }
    }

    @Test func `only the exact form of a time is read`() {
        #expect(Instant(rfc3339: "2026-01-05T08:00:00.000Z") == Instant(year: 2026, month: 1, day: 5, hour: 8))
        for bad in ["2026-01-05T08:00:00Z", "2026-02-30T08:00:00.000Z", "2026-01-05 08:00:00.000Z", "2026-01-05T08:00:00.000+", ""] { #expect(Instant(rfc3339: bad) == nil) }
    }
}

@Suite struct ExposedPersonsTests {
    private static func act(_ time: Int64, _ persons: [UInt32], _ categories: Categories = .identity) -> Act {
        var act = Act(index: 0, time: Instant(milliseconds: time), eventID: "")
        act.disclosures = persons.map { Disclosure(reference: $0, person: $0, categories: categories, manners: .opened) }
        return act
    }

    private static func rows(_ persons: ExposedPersons) -> [String] {
        let words = ExposedPersons.Words(
            person: { "p\($0)" }, identifiers: { _ in [] }, account: { "a\($0)" }, service: { _ in "s" }, controller: { _ in "c" })
        return persons.csv(words).split(whereSeparator: \.isNewline).dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }.map { "\($0[0]) \($0[2]) \($0[3]) \($0[7])" }
    }

    @Test func `an account stands in the row of its strongest certainty only`() {
        var persons = ExposedPersons()
        persons.add(ExposedPersonsTests.act(1, [7]), account: 1, level: .possible)
        persons.add(ExposedPersonsTests.act(2, [7], .contact), account: 1, level: .attributed)
        persons.add(ExposedPersonsTests.act(3, [7]), account: 1, level: .possible)
        persons.add(ExposedPersonsTests.act(4, [7], .medical), account: 2, level: .possible)
        #expect(ExposedPersonsTests.rows(persons) == ["p7 attributed contact a1", "p7 possible medical a2"])
    }

    @Test func `accounts of one certainty share a row and add up their categories`() {
        var persons = ExposedPersons()
        persons.add(ExposedPersonsTests.act(1, [3], .medical), account: 2, level: .attributed)
        persons.add(ExposedPersonsTests.act(2, [3, 4]), account: 1, level: .attributed)
        #expect(ExposedPersonsTests.rows(persons) == ["p3 attributed identity;medical a1;a2", "p4 attributed identity a1"])
    }

    @Test(arguments: [("=1+1", "'=1+1"), ("-2", "'-2"), ("@x", "'@x"), ("a,b", "\"a,b\""), ("say \"é\"", "\"say \"\"é\"\"\""), ("plain", "plain"), ("\tx", "'\tx")])
    func `a cell is quoted where it must be and never a formula`(value: String, cell: String) {
        #expect(CSVTable.cell(value) == cell)
    }

    @Test func `the list reads back with its certainties`() throws {
        var persons = ExposedPersons()
        persons.add(ExposedPersonsTests.act(1, [1, 2, 3]), account: 1, level: .possible)
        persons.add(ExposedPersonsTests.act(1, [2, 3]), account: 1, level: .attributed)
        persons.add(ExposedPersonsTests.act(1, [3]), account: 2, level: .established)
        let words = ExposedPersons.Words(person: { "p,\"\($0)\n" }, identifiers: { _ in [] }, account: { _ in "a" }, service: { _ in "" }, controller: { _ in "" })
        let file = try PersonsFile(bytes: Array(persons.csv(words).utf8))
        #expect(ExposureLevel.allCases.map { file.references(atLeast: $0) } == [3, 2, 1])
        #expect(throws: FolderProblem.self) { try PersonsFile(bytes: Array(persons.csv(words).utf8.dropLast())) }
    }
}
