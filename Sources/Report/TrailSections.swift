import Incident

/// What went in and what became of it: balance sheet, coverage, assumptions.
struct TrailSections {
    let trail: IncidentDocument.TrailSummary

    private static let filesMax = 100, refusalsMax = 20, coverageMax = 60, assumptionsMax = 40

    // MARK: Balance sheet

    var balance: Markup {
        let shown = trail.files.prefix(TrailSections.filesMax)
        return pair(
            "Chaque ligne lue est comptée une fois\u{202F}: lignes = en-tête + gardées + refusées + en double + vides.",
            "Every line read is counted once: lines = header + kept + refused + duplicate + blank.")
            + table(
                Sentence(fr: "Fichiers", en: "Files"),
                columns: [
                    .text("Fichier", "File"), .text("Format", "Format"), .number("Lignes", "Lines"), .number("En-tête", "Header"), .number("Gardées", "Kept"),
                    .number("Refusées", "Refused"), .number("En double", "Duplicate"), .number("Vides", "Blank"),
                ],
                rows: shown.map(fileRow) + [moreRow(trail.files.count - shown.count, columns: 8)].compactMap(\.self))
            + Markup(raw: shown.map { remarks($0).html + refusals($0).html }.joined())
            + details(Sentence(fr: "Empreintes SHA-256 des fichiers", en: "SHA-256 of the files")) {
                table(
                    Sentence(fr: "Empreintes", en: "Hashes"), columns: [.text("Fichier", "File"), .number("Taille", "Size"), .text("SHA-256", "SHA-256")],
                    rows: shown.map { file in
                        row {
                            head { named(file.name) }
                            tag("td", ["class": "n"]) { Figures.size(file.bytes).fr }
                            cell { tag("code") { file.sha256 } }
                        }
                    })
            }
    }

    private func fileRow(_ file: IncidentDocument.File) -> Markup {
        row {
            head { named(file.name) }
            cell { named(file.format, max: 60) }
            numberCell(file.lines); numberCell(file.header); numberCell(file.kept)
            tag("td", ["class": file.refused > 0 ? "n refused" : "n"]) { digits(file.refused) }
            numberCell(file.duplicate); numberCell(file.blank)
        }
    }

    private func remarks(_ file: IncidentDocument.File) -> Markup {
        guard !file.remarks.isEmpty else { return Markup() }
        return tag("p") { named(file.name) } + sentences(file.remarks, max: 10)
    }

    private func refusals(_ file: IncidentDocument.File) -> Markup {
        guard file.refused > 0 else { return Markup() }
        let shown = file.refusals.prefix(TrailSections.refusalsMax)
        return tag("details") {
            tag("summary") {
                both(
                    Figures.fr(file.refused, "ligne refusée", "lignes refusées") + " dans",
                    Figures.en(file.refused, "line refused", "lines refused") + " in")
                Markup(raw: " ") + named(file.name)
            }
            table(
                Sentence(fr: "Lignes refusées\u{202F}: où, quoi, que faire (jamais leur contenu)", en: "Refused lines: where, what, what to do (never their content)"),
                columns: [
                    .number("Ligne", "Line"), .number("Octet", "Byte"), .text("Champ", "Field"), .text("Trouvé", "Found"), .text("Attendu", "Expected"),
                    .text("Remède", "Remedy"),
                ],
                rows: shown.map { refusal in
                    row {
                        tag("th", ["scope": "row", "class": "n"]) { digits(refusal.line) }
                        numberCell(refusal.byte)
                        cell { named(refusal.field.isEmpty ? "—" : refusal.field, max: 80) }
                        cell { tag("bdi") { refusal.found } }
                        cell { tag("bdi") { refusal.expected } }
                        cell { tag("bdi") { refusal.remedy } }
                    }
                } + [moreRow(file.refused - shown.count, columns: 6)].compactMap(\.self))
        }
    }

    // MARK: Coverage

    var coverage: Markup {
        guard !trail.coverage.isEmpty else {
            return pair("Aucune lacune connue dans ces sources.", "No known gap in these sources.")
        }
        // What could hide a finding comes first.
        let sorted = trail.coverage.filter(\.couldHide) + trail.coverage.filter { !$0.couldHide }
        let shown = sorted.prefix(TrailSections.coverageMax)
        return table(
            Sentence(fr: "Ce que les sources n’ont peut-être pas dit", en: "What the sources may not have told"),
            columns: [
                .text("Lacune", "Gap"), .text("Source", "Source"), .text("De", "From"), .text("À", "To"), .number("Manquants", "Missing"),
                .text("Peut cacher un compte", "Could hide an account"),
            ],
            rows: shown.map { gap in
                row {
                    head {
                        tag("div") { tag("strong") { both(Words.of(gap.kind, in: Words.coverageKinds)) } }
                        tag("div") { both(gap.text) }
                    }
                    cell { named(gap.source, max: 80) }
                    cell { moment(gap.from) }
                    cell { moment(gap.to) }
                    tag("td", ["class": "n"]) { gap.count.map(digits) ?? Markup(text: "—") }
                    cell { gap.couldHide ? tag("strong") { both("oui", "yes") } : both("non", "no") }
                }
            } + [moreRow(sorted.count - shown.count, columns: 6)].compactMap(\.self))
    }

    // MARK: Assumptions

    var assumptions: Markup {
        guard !trail.assumptions.isEmpty else { return pair("Aucune hypothèse n’a été nécessaire.", "No assumption was needed.") }
        return sentences(trail.assumptions, max: TrailSections.assumptionsMax)
    }
}
