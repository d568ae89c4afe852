import Incident
import Model
import Trail

/// What the document says of the trail: the balance sheet, the gaps, what stays unknown.
enum TrailSummaries {
    static func summary(_ trail: Trail, coverage: [IncidentDocument.Coverage], blindUntil: Instant?) -> IncidentDocument.TrailSummary {
        IncidentDocument.TrailSummary(
            files: trail.files.map(file), events: trail.events, acts: trail.acts, accounts: trail.accounts.count, persons: trail.personsSeen,
            references: trail.referencesSeen, first: trail.first?.description, last: trail.last?.description, blindUntil: blindUntil?.description,
            assumptions: trail.assumptions.map { Sentence($0) }, coverage: coverage)
    }

    private static func file(_ balance: FileBalance) -> IncidentDocument.File {
        IncidentDocument.File(
            name: balance.name, sha256: balance.sha256, format: balance.format, bytes: balance.bytes, lines: balance.lines, header: balance.header,
            kept: balance.kept, refused: balance.refused, duplicate: balance.duplicate, blank: balance.blank,
            refusals: balance.refusals.map {
                IncidentDocument.Refusal(
                    line: $0.place.line, byte: $0.place.byte, field: $0.problem.field, found: $0.problem.found, expected: $0.problem.expected, remedy: $0.problem.remedy)
            },
            remarks: balance.remarks.map { Sentence($0) })
    }

    static func coverage(_ trail: Trail, undeclared: [DeclaredAccount]) -> [IncidentDocument.Coverage] {
        trail.coverage.map {
            IncidentDocument.Coverage(
                kind: $0.kind, source: $0.source, from: $0.from?.description, to: $0.to?.description, count: $0.count, couldHide: $0.couldHide, text: Sentence($0.text))
        } + undeclared.map {
            IncidentDocument.Coverage(
                kind: "declared_unknown", source: "", from: $0.from?.description, to: $0.to?.description, count: nil, couldHide: true,
                text: Sentence(
                    fr: "Le compte « \($0.account) », déclaré par \($0.author), n'apparaît dans aucune trace : vérifiez son nom, ou ajoutez la trace qui le contient.",
                    en: "The account \"\($0.account)\", declared by \($0.author), appears in no trail: check its name, or add the trail that holds it."))
        }
    }

    static func unknowns(_ trail: Trail, findings: [IncidentDocument.Finding], smallest: Int?) -> [Sentence] {
        var lines: [Sentence] = []
        if let smallest {
            lines.append(
                Sentence(
                    fr: "Selon le modèle, quelqu'un d'autre qui ouvre des personnes sans lien de soin avec un compte aux habitudes moyennes aurait été vu après environ \(smallest) personnes ; un usage plus petit, ou calqué sur celui du titulaire, a pu passer.",
                    en: "By the model, somebody else who opens persons without a care context, on an account of average habits, would have been seen after about \(smallest) persons; a smaller use, or one that copies the holder's, may have passed."))
        }
        let refused = trail.files.reduce(0) { $0 + $1.refused }
        if refused > 0 {
            lines.append(Sentence(fr: "\(refused) lignes n'ont pas pu être lues ; ce qu'elles disent n'est compté nulle part.", en: "\(refused) lines could not be read; what they say is counted nowhere."))
        }
        let gaps = trail.coverage.filter(\.couldHide).count
        if gaps > 0 {
            lines.append(Sentence(fr: "\(gaps) lacunes des sources pourraient cacher des accès (voir la couverture).", en: "\(gaps) gaps in the sources could hide accesses (see coverage)."))
        }
        let unrecorded = findings.filter { $0.measure == "cut" }.reduce(0) { $0 + $1.exposure.possible.unrecorded }
        if unrecorded > 0 {
            lines.append(
                Sentence(
                    fr: "Des listes ont été affichées sans que la source note qui y figurait : au plus \(unrecorded) personnes de plus, comptées comme possibles.",
                    en: "Lists were shown and the source did not record who was on them: at most \(unrecorded) more persons, counted as possible."))
        }
        lines.append(
            Sentence(
                fr: "Cordon montre ce que les sources ont noté ; il ne prouve pas qu'elles ont tout noté, ni ce qui a été copié hors des services.",
                en: "Cordon shows what the sources recorded; it does not prove that they recorded everything, nor what was copied outside the services."))
        return lines
    }
}
