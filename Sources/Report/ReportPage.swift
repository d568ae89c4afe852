import Incident
import Model

/// `report.html`: what a tired person opens first. The verdict, what is not known, each finding with its reasons, then what the
/// answer rests on and how to check it. One file, no script, French with English beside it.
package enum ReportPage {
    package static func html(_ document: IncidentDocument) -> String {
        Page.html(
            title: Sentence(fr: "Rapport d’incident", en: "Incident report"),
            body: header(document) + tag("main") {
                unknowns(document)
                findings(document)
                section("fichiers", "Bilan des fichiers", "Balance sheet") { TrailSections(trail: document.trail).balance }
                section("couverture", "Couverture", "Coverage") { TrailSections(trail: document.trail).coverage }
                section("hypotheses", "Hypothèses", "Assumptions") { TrailSections(trail: document.trail).assumptions }
                section("verifier", "Vérifier ce rapport", "Check this report") { VerifySection(document: document).markup }
            } + footer(document))
    }

    private static let findingsMax = 30, unfoldedMax = 5, weakerMax = 20, overviewMax = 100, unknownsMax = 30

    // MARK: Verdict

    private static func header(_ document: IncidentDocument) -> Markup {
        let verdict = VerdictSentence.of(document)
        return tag("header") {
            tag("p", ["class": "brand"]) {
                tag("b") { "Cordon" }
                Markup(raw: " · ")
                both("Rapport d’incident", "Incident report")
            }
            tag("div", ["class": "verdict " + document.verdict.rawValue]) {
                tag("p", ["class": "tag"]) { both(word(document.verdict)) }
                tag("h1") { verdict.fr }
                english("p", verdict.en)
                keyFigures(document)
            }
            contents(document)
        }
    }

    private static func word(_ verdict: IncidentDocument.Verdict) -> Sentence {
        switch verdict {
        case .found: Sentence(fr: "● Trouvé", en: "Found")
        case .nothingFound: Sentence(fr: "○ Rien trouvé, couverture complète", en: "Nothing found, coverage complete")
        case .incomplete: Sentence(fr: "◐ Impossible de conclure", en: "Could not tell")
        }
    }

    private static func keyFigures(_ document: IncidentDocument) -> Markup {
        func figure(_ value: Markup, _ fr: String, _ en: String) -> Markup {
            tag("div") {
                tag("dt") { both(fr, en) }
                tag("dd") { value }
            }
        }
        let trail = document.trail, exposure = document.exposure
        let span = Figures.span(trail.first, trail.last)
        let levels = document.verdict != .found ? Markup() : tag("dl", ["class": "figures"]) {
            figure(digits(exposure.established.persons), "personnes, établi", "persons, established")
            figure(digits(exposure.attributed.persons), "personnes, attribué", "persons, attributed")
            figure(digits(exposure.possible.persons), "personnes, possible", "persons, possible")
        }
        return levels + tag("dl", ["class": "figures small"]) {
            figure(digits(trail.accounts), "comptes examinés", "accounts examined")
            figure(digits(trail.acts), "actes lus", "acts read")
            figure(Markup(text: span.fr), "période des traces", "period of the trails")
            figure(Markup(text: trail.blindUntil.map { Figures.date($0).fr } ?? "—"), "jugé à partir du", "judged from")
        }
    }

    private static func contents(_ document: IncidentDocument) -> Markup {
        func link(_ id: String, _ text: Sentence) -> Markup { tag("li") { tag("a", ["href": "#" + id]) { text.fr } } }
        return tag("nav", ["aria-label": "Sommaire"]) {
            tag("ul") {
                link("inconnu", Sentence(fr: "Ce qui n’est pas connu", en: ""))
                if !document.findings.isEmpty { link("constats", Sentence(fr: "Constats", en: "")) }
                link("fichiers", Sentence(fr: "Bilan des fichiers", en: ""))
                link("couverture", Sentence(fr: "Couverture", en: ""))
                link("hypotheses", Sentence(fr: "Hypothèses", en: ""))
                link("verifier", Sentence(fr: "Vérifier", en: ""))
            }
        }
    }

    // MARK: What is not known

    private static func unknowns(_ document: IncidentDocument) -> Markup {
        let list = UnknownList.of(document)
        return section("inconnu", "Ce qui n’est pas connu", "What is not known") {
            tag("ul", ["class": "plain notknown"]) {
                list.prefix(unknownsMax).map { item in tag("li") { pair(item) } }
                moreItem(list.count - unknownsMax)
            }
        }
    }

    // MARK: Findings

    private static func findings(_ document: IncidentDocument) -> Markup {
        guard !document.findings.isEmpty else { return Markup() }
        let cuts = document.findings.filter { $0.measure == "cut" }.count
        return section("constats", "Constats", "Findings") {
            if cuts > 1 {
                tag("h3") { both("Tous les constats ensemble", "All findings together") }
                pair("Personnes distinctes\u{202F}: quelqu’un vu dans deux constats compte une fois.", "Distinct persons: someone seen in two findings counts once.")
                LevelsSection.words
                LevelsSection(levels: document.exposure, trail: document.trail).markup
            } else {
                tag("h3") { both("Les trois degrés de certitude", "Three degrees of certainty") }
                LevelsSection.words
            }
            let order = strongestFirst(document.findings)
            let strong = order.filter { $0.finding.measure == "cut" }.prefix(findingsMax), weak = order.filter { $0.finding.measure != "cut" }.prefix(weakerMax)
            if order.count > 1 { overview(order, shown: Set((strong + weak).map(\.number))) }
            strong.prefix(unfoldedMax).map { FindingSection(finding: $0.finding, number: $0.number, document: document, explains: $0.number == order.first?.number).markup() }
            strong.dropFirst(unfoldedMax).map { folded($0, document) }
            if !weak.isEmpty {
                tag("h3") { both("Signaux plus faibles", "Weaker signals") }
                pair(
                    "Pas assez pour couper. À vérifier avec la personne\u{202F}; ils ne comptent pas dans le verdict ni dans les totaux.",
                    "Not enough to cut. To be checked with the person; they count neither in the verdict nor in the totals.")
                if strong.isEmpty { pair(EvidenceLadder.explanation) }
                weak.map { folded($0, document) }
            }
            let left = order.count - strong.count - weak.count
            left > 0 ? tag("ul", ["class": "plain"]) { moreItem(left) } : nil
        }
    }

    private typealias Numbered = (number: Int, finding: IncidentDocument.Finding)

    /// Those that a live Cordon would have cut, then steps, then watches; within each the most exposed persons first.
    private static func strongestFirst(_ findings: [IncidentDocument.Finding]) -> [Numbered] {
        func rank(_ measure: String) -> Int { ["cut", "step_up", "watch"].firstIndex(of: measure) ?? 3 }
        return findings.enumerated().map { (number: $0.offset + 1, finding: $0.element) }.sorted { a, b in
            let (x, y) = (rank(a.finding.measure), rank(b.finding.measure))
            let (m, n) = (a.finding.exposure.possible.persons, b.finding.exposure.possible.persons)
            return x != y ? x < y : m != n ? m > n : a.number < b.number
        }
    }

    /// All findings on one screen, each with its strongest evidence.
    private static func overview(_ order: [Numbered], shown: Set<Int>) -> Markup {
        table(
            Sentence(fr: "Les constats en bref", en: "The findings in short"),
            columns: [
                .text("Constat", "Finding"), .text("Mesure", "Measure"), .text("Début probable", "Probable start"), .number("Attribué", "Attributed"),
                .number("Possible", "Possible"), .text("Indice le plus lourd", "Heaviest evidence"),
            ],
            rows: order.prefix(overviewMax).map { item in
                row {
                    head {
                        shown.contains(item.number) ? tag("a", ["href": "#f\(item.number)"]) { identifier(item.finding.id, max: 20) } : identifier(item.finding.id, max: 20)
                        Markup(raw: " ")
                        item.finding.accounts.first.map { identifier($0.account, max: 60) }
                        item.finding.accounts.count > 1 ? Markup(text: " +\(item.finding.accounts.count - 1)") : nil
                    }
                    cell { both(Words.of(item.finding.measure, in: Words.measures)) }
                    cell { moment(item.finding.accounts.map(\.onset.time).min()) }
                    numberCell(item.finding.exposure.attributed.persons)
                    numberCell(item.finding.exposure.possible.persons)
                    cell { item.finding.evidence.max { $0.millinats < $1.millinats }.map { both(Words.of($0.signal, in: Words.signals)) } }
                }
            } + [moreRow(order.count - overviewMax, columns: 6)].compactMap(\.self))
    }

    /// A finding behind one line.
    private static func folded(_ item: Numbered, _ document: IncidentDocument) -> Markup {
        let persons = item.finding.exposure.possible.persons
        return tag("details") {
            tag("summary") {
                identifier(item.finding.id, max: 20) + Markup(raw: " ")
                item.finding.accounts.first.map { identifier($0.account, max: 60) }
                item.finding.accounts.count > 1 ? Markup(text: " +\(item.finding.accounts.count - 1)") : nil
                Markup(raw: " ")
                both(Figures.fr(persons, "personne au plus", "personnes au plus"), "at most " + Figures.en(persons, "person", "persons"))
            }
            FindingSection(finding: item.finding, number: item.number, document: document).markup()
        }
    }

    // MARK: Frame

    private static func section(_ id: String, _ fr: String, _ en: String, @MarkupBuilder _ content: () -> Markup) -> Markup {
        tag("section", ["aria-labelledby": id]) {
            tag("h2", ["id": id]) { both(fr, en) }
            content()
        }
    }

    private static func footer(_ document: IncidentDocument) -> Markup {
        tag("footer") {
            pair(
                "Heures de Paris\u{202F}; incident.json garde le temps universel. Ce document contient des noms de comptes, des adresses et des pseudonymes\u{202F}: ce sont des données personnelles. Il ne contient l’identité d’aucun patient\u{202F}: elle est dans restricted/persons.csv.",
                "Times are those of Paris; incident.json keeps UTC. This document holds account names, addresses and pseudonyms: they are personal data. It holds no patient’s identity: that is in restricted/persons.csv.")
            tag("p") { "Cordon "; named(document.version, max: 40); " · "; tag("code") { document.schema } }
        }
    }
}

/// What stays unknown, said before anything else: the investigation's own list, then what the figures show.
enum UnknownList {
    static func of(_ document: IncidentDocument) -> [Sentence] {
        var list = document.unknowns
        let trail = document.trail
        if document.verdict == .found, (document.exposure.possible.byCategory["medical"] ?? 0) == 0 {
            list.append(MedicalStatement.absence(document.exposure, trail))
        }
        if let blind = trail.blindUntil, let first = trail.first, first < blind, !list.contains(where: { $0.en.contains(blind.prefix(10)) }) {
            let from = Figures.date(first), to = Figures.date(blind)
            list.append(Sentence(
                fr: "Du \(from.fr) au \(to.fr), les habitudes des comptes n’étaient pas encore connues\u{202F}: rien n’y a été jugé.",
                en: "From \(from.en) to \(to.en) the habits of the accounts were not known yet: nothing was judged there."))
        }
        let refused = trail.files.reduce(0) { $0 &+ $1.refused }
        if refused > 0 {
            list.append(Sentence(
                fr: "\(Figures.fr(refused, "ligne n’a pas pu être lue", "lignes n’ont pas pu être lues"))\u{202F}; chacune est dans le bilan des fichiers avec son remède.",
                en: "\(Figures.en(refused, "line", "lines")) could not be read; each is in the balance sheet with its remedy."))
        }
        // What could hide an account, and what a source can never show.
        for gap in trail.coverage where gap.couldHide || gap.kind == "profile" {
            let namesSource = gap.source.isEmpty || (gap.text.fr.contains(gap.source) && gap.text.en.contains(gap.source))
            list.append(namesSource ? gap.text : Sentence(fr: "\(gap.source)\u{202F}: \(gap.text.fr)", en: "\(gap.source): \(gap.text.en)"))
        }
        if list.isEmpty {
            list.append(Sentence(
                fr: "Aucune lacune connue. Que les sources aient tout dit reste à établir hors de ce rapport.",
                en: "No known gap. That the sources told everything must be established outside this report."))
        }
        var seen = Set<Sentence>()
        return list.filter { seen.insert($0).inserted }
    }
}

/// How anyone checks the folder offline, and what that does and does not prove.
struct VerifySection {
    let document: IncidentDocument

    var markup: Markup {
        pair(
            "Sur n’importe quelle machine, sans réseau\u{202F}:", "On any machine, without a network:")
            + Markup(raw: "<pre><code>cordon verify FOLDER --key VKEY</code></pre>\n")
            + pair(
                "FOLDER est ce dossier. VKEY est la clé publique du signataire\u{202F}: demandez-la par un autre canal que ce dossier (téléphone, remise en main propre) et comparez. Sans clé, la commande dit que le signataire n’est pas connu.",
                "FOLDER is this folder. VKEY is the signer’s public key: get it by another way than this folder (telephone, in person) and compare. Without a key the command says that the signer is not known.")
            + tag("h3") { both("Ce que cela prouve", "What this proves") }
            + sentences([
                Sentence(
                    fr: "Aucun fichier du dossier n’a changé depuis la signature.",
                    en: "No file of the folder has changed since it was signed."),
                Sentence(
                    fr: "Le journal de \(Figures.fr(document.ledger.size, "entrée", "entrées")) est entier\u{202F}: rien n’y a été retiré, ajouté ou déplacé.",
                    en: "The ledger of \(Figures.en(document.ledger.size, "entry", "entries")) is whole: nothing was removed, added or moved."),
                Sentence(
                    fr: "Les nombres de personnes découlent de ce journal\u{202F}; recount/ permet de les recompter avec un autre outil.",
                    en: "The numbers of persons follow from this ledger; recount/ lets another tool count them again."),
                Sentence(
                    fr: "Avec --sources et les fichiers d’origine, que le même journal et les mêmes constats en sortent.",
                    en: "With --sources and the original files: that the same ledger and findings come out of them."),
            ], max: 9)
            + tag("h3") { both("Ce que cela ne prouve pas", "What this does not prove") }
            + sentences([
                Sentence(
                    fr: "Que la source a dit la vérité, ni qu’elle a tout dit\u{202F}: une ligne jamais écrite ou changée avant l’export ne se voit pas ici.",
                    en: "That the source told the truth, or all of it: a line never written, or changed before the export, does not show here."),
                Sentence(
                    fr: "Qui était au clavier. Un compte a probablement servi à quelqu’un d’autre\u{202F}; l’enquête décide\u{202F}: usurpé, prêté, titulaire, ou indécidable.",
                    en: "Who was at the keyboard. An account was probably used by someone else; the inquiry decides: usurped, lent, the holder, or cannot tell."),
                Sentence(
                    fr: "Ce que la personne a fait de ce qu’elle a vu.",
                    en: "What that person did with what was seen."),
            ], max: 9)
            + details(Sentence(fr: "Le journal", en: "The ledger")) {
                table(
                    Sentence(fr: "Tête du journal", en: "Head of the ledger"), columns: [.text("Champ", "Field"), .text("Valeur", "Value")],
                    rows: [
                        row { head { both("Origine", "Origin") }; cell { tag("code") { document.ledger.origin } } },
                        row { head { both("Entrées", "Entries") }; cell { digits(document.ledger.size) } },
                        row { head { both("Racine", "Root") }; cell { tag("code") { document.ledger.root } } },
                    ])
            }
            + options
    }

    private var options: Markup {
        let rate = Figures.rate(document.options.falseCutsPer1000)
        return details(Sentence(fr: "Réglages de l’enquête", en: "Settings of the investigation")) {
            table(
                Sentence(fr: "Réglages", en: "Settings"), columns: [.text("Réglage", "Setting"), .text("Valeur", "Value")],
                rows: [
                    row {
                        head { both("Coupures à tort admises pour 1000 comptes-semaines", "Wrong cuts allowed per 1000 account-weeks") }
                        cell { rate.fr }
                    },
                    row {
                        head { both("Profils de service", "Service profiles") }
                        cell { document.options.profiles.isEmpty ? Markup(text: "—") : Markup(raw: document.options.profiles.prefix(30).map { named($0, max: 80).html }.joined(separator: ", ")) }
                    },
                    row {
                        head { both("Annuaire des personnes", "Directory of persons") }
                        cell { document.options.directoryPersons.map { both(Figures.fr($0, "personne", "personnes"), Figures.en($0, "person", "persons")) } ?? both("non donné", "not given") }
                    },
                ])
        }
    }
}
