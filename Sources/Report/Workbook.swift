import CXlsxWriter
import Incident
import Model

/// `exposure.xlsx`, the DPO's workbook. Identifiers and names are strings, never numbers or formulas; counts are numbers.
///
/// The bytes depend on the document alone: libxlsxwriter dates the parts of its archive 1980-01-01, and the date of creation
/// is given.
package enum Workbook {
    package struct Failure: Error, CustomStringConvertible {
        package let reason: String
        package var description: String { "exposure.xlsx cannot be written: \(reason); check that the folder is writable and the disk has room" }
    }

    /// - Parameters:
    ///   - path: Where to write; an existing file is replaced.
    ///   - created: What the file gives as its date: `trail.last`, so that the same document gives the same bytes.
    ///   - temporaryFolder: Where libxlsxwriter keeps its parts meanwhile (they hold account names); nil for the system's.
    package static func write(_ document: IncidentDocument, to path: String, created: Instant, temporaryFolder: String? = nil) throws(Failure) {
        let file = try XLSXFile(path: path, temporaryFolder: temporaryFolder, created: created, title: "Cordon: exposition / exposure")
        summary(document, file)
        accounts(document, file)
        categories(document, file)
        coverage(document, file)
        files(document, file)
        try file.close()
    }

    // MARK: Sheets

    private static func summary(_ document: IncidentDocument, _ file: XLSXFile) {
        let verdict = VerdictSentence.of(document), trail = document.trail, exposure = document.exposure
        var sheet = file.sheet("Résumé · Summary", columns: [("Élément", 40), ("Item", 40), ("Valeur / Value", 60)])
        sheet.append([.text("Verdict"), .text("Verdict"), .text(document.verdict.rawValue)])
        sheet.append([.text("Phrase (français)"), .text("Sentence (French)"), .text(verdict.fr)])
        sheet.append([.text("Phrase (anglais)"), .text("Sentence (English)"), .text(verdict.en)])
        let numbers: [(String, String, Int)] = [
            ("Personnes, établi", "Persons, established", exposure.established.persons),
            ("Personnes, attribué", "Persons, attributed", exposure.attributed.persons),
            ("Personnes, possible", "Persons, possible", exposure.possible.persons),
            ("Références, attribué", "References, attributed", exposure.attributed.references),
            ("Références, possible", "References, possible", exposure.possible.references),
            ("Personnes montrées sans être nommées, au plus", "Persons shown without being named, at most", exposure.possible.unrecorded),
            ("Comptes examinés", "Accounts examined", trail.accounts),
            ("Personnes dans les traces", "Persons in the trails", trail.persons),
            ("Événements gardés", "Events kept", trail.events),
            ("Actes", "Acts", trail.acts),
            ("Entrées du journal", "Ledger entries", document.ledger.size),
        ]
        for (fr, en, n) in numbers { sheet.append([.text(fr), .text(en), .number(n)]) }
        let texts: [(String, String, String?)] = [
            ("Premier acte (UTC)", "First act (UTC)", trail.first), ("Dernier acte (UTC)", "Last act (UTC)", trail.last),
            ("Jugé à partir de (UTC)", "Judged from (UTC)", trail.blindUntil), ("Racine du journal", "Ledger root", document.ledger.root),
            ("Version de Cordon", "Version of Cordon", document.version),
        ]
        for (fr, en, text) in texts { sheet.append([.text(fr), .text(en), .text(text ?? "")]) }
        for unknown in UnknownList.of(document) {
            sheet.append([.text("Pas connu"), .text("Not known"), .text(unknown.fr)])
            sheet.append([.text(""), .text(""), .text(unknown.en)])
        }
    }

    private static func accounts(_ document: IncidentDocument, _ file: XLSXFile) {
        var sheet = file.sheet("Comptes · Accounts", columns: [
            ("Constat / Finding", 10), ("Nature / Kind", 12), ("Mesure / Measure", 12), ("Compte / Account", 36), ("Identifiant professionnel / Professional id", 18),
            ("Organisation", 30), ("Début probable (UTC) / Probable start", 26), ("Coupure (UTC) / Cut", 26), ("Dernier acte (UTC) / Last act", 26),
            ("Vues avant coupure / Seen before cut", 14), ("Sessions d’un autre / Sessions of someone else", 14), ("Pseudonyme / Pseudonym", 36),
        ])
        for finding in document.findings {
            for account in finding.accounts {
                sheet.append([
                    .text(finding.id), .text(finding.kind), .text(finding.measure), .text(account.account), .text(account.professionalId ?? ""), .text(account.organisation ?? ""),
                    .text(account.onset.time), .text(account.containedAt?.time ?? ""), .text(account.last.time), account.personsBeforeCut.map(XLSXFile.Cell.number) ?? .text(""),
                    .number(account.sessions.filter { $0.hand != "owner" }.count), .text(account.pseudonym),
                ])
            }
        }
    }

    private static func categories(_ document: IncidentDocument, _ file: XLSXFile) {
        var sheet = file.sheet("Catégories · Categories", columns: [
            ("Responsable / Controller", 36), ("Catégorie", 34), ("Category", 30), ("Établi / Established", 14), ("Attribué / Attributed", 14), ("Possible", 14), ("Remarque / Remark", 80),
        ])
        func append(_ controller: String, _ words: Sentence, _ values: [Int], _ remark: String = "") {
            sheet.append([.text(controller), .text(words.fr), .text(words.en)] + values.map(XLSXFile.Cell.number) + [.text(remark)])
        }
        for controller in SheetSet.controllers(document) {
            let levels = controller.exposure, all = [levels.established, levels.attributed, levels.possible]
            append(controller.controller, Sentence(fr: "Personnes", en: "Persons"), all.map(\.persons))
            if let records = controller.disclosures {
                append(controller.controller, Sentence(fr: "Enregistrements vus", en: "Records seen"), [records.established, records.attributed, records.possible])
            }
            for key in Words.keys(all.flatMap(\.byCategory.keys), in: Words.categories) {
                append(controller.controller, Words.of(key, in: Words.categories), all.map { $0.byCategory[key] ?? 0 })
            }
            if (levels.possible.byCategory["medical"] ?? 0) == 0 {
                let absence = MedicalStatement.absence(levels, document.trail)
                sheet.append([
                    .text(controller.controller), .text(Words.of("medical", in: Words.categories).fr), .text(Words.of("medical", in: Words.categories).en),
                    .text(""), .text(""), .text(""), .text(absence.fr + " / " + absence.en),
                ])
            }
            sheet.append([
                .text(controller.controller), .text("Santé par le contexte"), .text("Health by context"), .text(""), .text(""), .text(""),
                .text(controller.healthByContext.map { $0 ? "oui / yes" : "non / no" } ?? "inconnu, à dire par le DPO / unknown, for the DPO to say"),
            ])
        }
    }

    private static func coverage(_ document: IncidentDocument, _ file: XLSXFile) {
        var sheet = file.sheet("Couverture · Coverage", columns: [
            ("Lacune / Gap", 36), ("Source", 24), ("De (UTC) / From", 26), ("À (UTC) / To", 26), ("Manquants / Missing", 12), ("Peut cacher un compte / Could hide an account", 16),
            ("Texte", 70), ("Text", 70),
        ])
        for gap in document.trail.coverage {
            let kind = Words.of(gap.kind, in: Words.coverageKinds)
            sheet.append([
                .text(kind.fr + " / " + kind.en), .text(gap.source), .text(gap.from ?? ""), .text(gap.to ?? ""), gap.count.map(XLSXFile.Cell.number) ?? .text(""),
                .text(gap.couldHide ? "oui / yes" : "non / no"), .text(gap.text.fr), .text(gap.text.en),
            ])
        }
        for assumption in document.trail.assumptions {
            sheet.append([.text("Hypothèse / Assumption"), .text(""), .text(""), .text(""), .text(""), .text(""), .text(assumption.fr), .text(assumption.en)])
        }
    }

    private static func files(_ document: IncidentDocument, _ file: XLSXFile) {
        var sheet = file.sheet("Fichiers · Files", columns: [
            ("Fichier / File", 36), ("Format", 24), ("Octets / Bytes", 14), ("Lignes / Lines", 12), ("En-tête / Header", 12), ("Gardées / Kept", 12), ("Refusées / Refused", 12),
            ("En double / Duplicate", 12), ("Vides / Blank", 12), ("SHA-256", 66),
        ])
        for input in document.trail.files {
            sheet.append([
                .text(input.name), .text(input.format), .number(input.bytes), .number(input.lines), .number(input.header), .number(input.kept), .number(input.refused),
                .number(input.duplicate), .number(input.blank), .text(input.sha256),
            ])
        }
    }
}
