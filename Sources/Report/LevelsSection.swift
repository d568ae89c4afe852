import Incident

/// Distinct persons at three levels of certainty, by category, controller, service and manner.
struct LevelsSection {
    let levels: IncidentDocument.Levels
    let trail: IncidentDocument.TrailSummary

    var markup: Markup {
        tag("h4") { both("Personnes et catégories de données", "Persons and categories of data") }
            + legend
            + categoriesTable
            + byTerm(Sentence(fr: "Par responsable de traitement", en: "By data controller"), \.byController, max: 40)
            + details(Sentence(fr: "Par service et par manière de voir", en: "By service and manner")) {
                byTerm(Sentence(fr: "Par service", en: "By service"), \.byService, max: 40)
                byTerm(Sentence(fr: "Par manière", en: "By manner"), \.byManner, terms: Words.manners, max: 20)
            }
    }

    private var legend: Markup {
        tag("ul", ["class": "legend"]) {
            [("established", "trait foncé\u{202F}: établi", "dark line: established"), ("attributed", "plein\u{202F}: attribué", "full: attributed"), ("possible", "hachuré\u{202F}: possible", "hatched: possible")].map { name, fr, en in
                tag("li") { tag("span", ["class": "mark " + name, "aria-hidden": "true"]) + tag("span") { both(fr, en) } }
            }
        }
    }

    /// What the three words mean. Said once on a page.
    static let words: Markup = tag("dl", ["class": "levels"]) {
        tag("dt") { both("Établi", "Established") }
        tag("dd") { pair(
            "Repose sur un fait indépendant du modèle\u{202F}: déclaration du titulaire, périmètre déclaré par un analyste nommé, leurre ouvert.",
            "Rests on a fact that does not depend on the model: the holder’s statement, a scope declared by a named analyst, a decoy opened.") }
        tag("dt") { both("Attribué", "Attributed") }
        tag("dd") { pair(
            "Actes que les indices donnent à quelqu’un d’autre, depuis le début probable. Comprend l’établi. Le taux d’erreur est annoncé.",
            "Acts that the evidence gives to someone else, since the probable start. Includes what is established. The error rate is stated.") }
        tag("dt") { both("Possible", "Possible") }
        tag("dd") { pair(
            "Comprend l’attribué, plus ce qu’on ne peut pas exclure\u{202F}: autres actes du compte dans la fenêtre, personnes que la source n’a pas nommées.",
            "Includes what is attributed, plus what cannot be ruled out: other acts of the account in the window, persons whom the source did not name.") }
    }

    var categoriesTable: Markup {
        let always = Words.categories.map(\.key).filter { $0 != "unknown" }
        let keys = Words.keys(always + occurring(\.byCategory), in: Words.categories)
        return table(
            Sentence(fr: "Par catégorie de données", en: "By category of data"), columns: LevelsSection.columns(.text("Catégorie", "Category")), class: "counts",
            rows: [total] + keys.map { key in
                key == "medical" && (levels.possible.byCategory[key] ?? 0) == 0 ? medicalAbsence : row(Words.of(key, in: Words.categories), key, \.byCategory)
            } + [unrecorded].compactMap(\.self))
    }

    private func byTerm(_ caption: Sentence, _ path: KeyPath<IncidentDocument.Count, [String: Int]>, terms: [Words.Term] = [], max: Int) -> Markup {
        let keys = Words.keys(occurring(path), in: terms)
        guard !keys.isEmpty else { return Markup() }
        return table(
            caption, columns: LevelsSection.columns(.text("Personnes distinctes", "Distinct persons")), class: "counts",
            rows: keys.prefix(max).map { key in
                terms.isEmpty ? cells(named(key), key, path) : row(Words.of(key, in: terms), key, path)
            } + [moreRow(keys.count - max, columns: 4)].compactMap(\.self))
    }

    private func occurring(_ path: KeyPath<IncidentDocument.Count, [String: Int]>) -> [String] {
        [levels.established, levels.attributed, levels.possible].flatMap { $0[keyPath: path].keys }
    }

    private static func columns(_ first: Column) -> [Column] {
        [first] + Words.levels.map { Column(title: $0.words, isNumber: true) }
    }

    // MARK: Rows

    private func row(_ words: Sentence, _ key: String, _ path: KeyPath<IncidentDocument.Count, [String: Int]>) -> Markup {
        cells(both(words), key, path)
    }

    private func cells(_ title: Markup, _ key: String, _ path: KeyPath<IncidentDocument.Count, [String: Int]>) -> Markup {
        numbers(title, [levels.established, levels.attributed, levels.possible].map { $0[keyPath: path][key] ?? 0 })
    }

    private var total: Markup {
        numbers(tag("strong") { "Personnes" } + english("span", "Persons"), [levels.established.persons, levels.attributed.persons, levels.possible.persons])
    }

    private func numbers(_ title: Markup, _ values: [Int]) -> Markup {
        Report.row {
            head { title; nest(values) }
            values.map(numberCell)
        }
    }

    /// Three bars one in the other: possible hatched, attributed full, established dark.
    private func nest(_ values: [Int]) -> Markup {
        let whole = Double(max(1, levels.possible.persons))
        return tag("span", ["class": "nest", "aria-hidden": "true"]) {
            zip(["established", "attributed", "possible"], values).reversed().map { name, value in
                value > 0 ? tag("i", ["class": name, "style": "width:\(percent(Double(value) / whole))"]) : Markup()
            }
        }
    }

    private var unrecorded: Markup? {
        guard levels.possible.unrecorded > 0 else { return nil }
        return tag("tr", ["class": "absent"]) {
            tag("td", ["colspan": "4"]) { pair(
                "Dont au plus \(Figures.fr(levels.possible.unrecorded, "personne que la source a montrée", "personnes que la source a montrées")) sans l’enregistrer par son nom\u{202F}: leurs catégories ne sont pas connues.",
                "Of these at most \(Figures.en(levels.possible.unrecorded, "person whom", "persons whom")) the source showed without recording who: their categories are not known.") }
        }
    }

    /// Never "no medical data" (design rule 7).
    private var medicalAbsence: Markup {
        tag("tr", ["class": "absent"]) {
            tag("td", ["colspan": "4"]) {
                both(Words.of("medical", in: Words.categories))
                pair(MedicalStatement.absence(levels, trail))
            }
        }
    }
}

/// What is said where no opening of the medical part is on record.
enum MedicalStatement {
    static func absence(_ levels: IncidentDocument.Levels, _ trail: IncidentDocument.TrailSummary) -> Sentence {
        let span = Figures.span(trail.first, trail.last)
        let hiding = trail.coverage.filter(\.couldHide).count, refused = trail.files.reduce(0) { $0 &+ $1.refused }
        let unmapped = levels.possible.byCategory["unknown"] ?? 0
        var fr = "Aucune ouverture de la partie médicale enregistrée dans ces sources, \(span.fr), avec cette couverture\u{202F}: "
        var en = "No opening of the medical part recorded in these sources, \(span.en), with this coverage: "
        if hiding == 0, refused == 0 {
            fr += "aucune lacune connue, aucune ligne refusée."
            en += "no known gap, no refused line."
        } else {
            fr += Figures.fr(hiding, "lacune connue", "lacunes connues") + ", " + Figures.fr(refused, "ligne refusée", "lignes refusées") + "."
            en += Figures.en(hiding, "known gap", "known gaps") + ", " + Figures.en(refused, "refused line", "refused lines") + "."
        }
        if unmapped > 0 {
            fr += " \(Figures.fr(unmapped, "personne a été vue", "personnes ont été vues")) par des actes qu’aucun profil ne décrit\u{202F}: le médical y reste possible."
            en += " \(Figures.en(unmapped, "person was seen", "persons were seen")) through acts that no profile describes: medical data remain possible there."
        }
        return Sentence(fr: fr, en: en)
    }
}
