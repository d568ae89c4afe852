import Incident
import Model
import Report
import Trail

/// The files that are made from the finished document.
struct FolderContents {
    let document: IncidentDocument
    let assembly: Assembly
    let trail: Trail
    /// Path of pandoc; nil: no word-processor documents.
    let pandoc: String?

    func write(to draft: FolderDraft) throws {
        try draft.write(try document.json(), to: "incident.json")
        try draft.write(Array(ReportPage.html(document).utf8), to: "report.html")
        try draft.write(Array(ExposureTable.csv(assembly.exposureRows).utf8), to: "exposure.csv")
        try draft.write(Array(TimelineTable.csv(document).utf8), to: "timeline.csv")
        try Workbook.write(document, to: draft.draft + "/exposure.xlsx", created: trail.last ?? Instant(milliseconds: 0), temporaryFolder: draft.draft)
        try draft.makeFolder("sheets")
        for sheet in SheetSet.files(document) {
            let page = "sheets/" + sheet.name
            try draft.write(Array(sheet.html.utf8), to: page)
            if let pandoc {
                let stem = page.hasSuffix(".html") ? String(page.dropLast(5)) : page
                _ = Docx.convert(page: draft.draft + "/" + page, to: draft.draft + "/" + stem + ".docx", stamp: (trail.last?.milliseconds ?? 0) / 1_000, pandoc: pandoc)
            }
        }
        try draft.write(Array(assembly.persons.csv(words).utf8), to: "restricted/persons.csv", mode: 0o600)
    }

    private var words: ExposedPersons.Words {
        let identifiers = identifiersByPerson
        return ExposedPersons.Words(
            person: { trail.reference($0).key },
            identifiers: { identifiers[trail.person(of: $0)] ?? [] },
            account: { trail.accounts[Int($0)].name },
            service: { IncidentDocument.known(trail.services[$0]) },
            controller: { IncidentDocument.known(trail.controllers[$0]) },
            contacts: { reference in
                guard let people = trail.people else { return [] }
                return people.rows[trail.reference(reference).reference] ?? people.columns.map { _ in "" }
            },
            contactColumns: trail.people?.columns ?? [])
    }

    /// All identifiers of a person, whichever reference gave them.
    private var identifiersByPerson: [UInt32: [Identifier]] {
        var found: [UInt32: Set<Identifier>] = [:]
        for (number, reference) in trail.references.enumerated() where !reference.identifiers.isEmpty {
            found[trail.person(of: UInt32(number)), default: []].formUnion(reference.identifiers)
        }
        return found.mapValues { $0.sorted() }
    }
}
