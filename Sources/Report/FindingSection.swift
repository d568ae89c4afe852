import Incident
import Model

/// One usurpation: accounts, evidence, pictures, exposure, sessions, and what would have changed the verdict.
struct FindingSection {
    let finding: IncidentDocument.Finding
    /// Position on the page, for ids that never come from the data.
    let number: Int
    let document: IncidentDocument
    /// Whether this section says how weights are read: the first of the page does.
    var explains = false

    private static let accountsMax = 60, picturesMax = 20, sessionsMax = 15

    func markup() -> Markup {
        tag("section", ["class": "finding", "aria-labelledby": "f\(number)"]) {
            tag("h3", ["id": "f\(number)", "class": "title"]) { identifier(finding.id); " · "; both(title) }
            chips
            declaration
            accounts
            tag("h4") { both("Pourquoi", "Why") }
            if explains { pair(EvidenceLadder.explanation) }
            EvidenceLadder.markup(finding.evidence, caption: Sentence(fr: "Indices, du plus lourd au plus léger", en: "Evidence, heaviest first"))
            counterfactual
            ReadingOrder(id: "f\(number)-order", accounts: finding.accounts).markup()
            LevelsSection(levels: finding.exposure, trail: document.trail).markup
            tag("h4") { both("Compte par compte", "Account by account") }
            pair("Heures, sessions et adresses de chaque compte.", "Hours, sessions and addresses of each account.")
            finding.accounts.prefix(FindingSection.picturesMax).enumerated().map { index, account in accountDetails(account, index) }
            finding.accounts.count > FindingSection.picturesMax ? tag("ul", ["class": "plain"]) { moreItem(finding.accounts.count - FindingSection.picturesMax) } : nil
        }
    }

    private var title: Sentence {
        let count = finding.accounts.count
        if finding.kind == "declared" {
            return Sentence(
                fr: Figures.fr(count, "compte déclaré utilisé", "comptes déclarés utilisés") + " par quelqu’un d’autre",
                en: Figures.en(count, "account declared", "accounts declared") + " as used by someone else")
        }
        // Weaker evidence claims less.
        switch finding.measure {
        case "cut":
            return Sentence(
                fr: Figures.fr(count, "compte probablement utilisé", "comptes probablement utilisés") + " par quelqu’un d’autre",
                en: Figures.en(count, "account", "accounts") + " probably used by someone else")
        case "step_up":
            return Sentence(
                fr: Figures.fr(count, "compte", "comptes") + " dont le titulaire est à vérifier",
                en: Figures.en(count, "account", "accounts") + " whose holder should be asked to prove themselves")
        default:
            return Sentence(fr: Figures.fr(count, "compte", "comptes") + " à observer", en: Figures.en(count, "account", "accounts") + " to watch")
        }
    }

    private var chips: Markup {
        let measure = Words.of(finding.measure, in: Words.measures), basis = Words.of(finding.rateBasis, in: Words.rateBases)
        let rate = Figures.rate(finding.falseAlarmsPer1000AccountWeeks)
        return tag("ul", ["class": "chips"]) {
            tag("li") { both(finding.kind == "declared" ? Sentence(fr: "Déclaré", en: "Declared") : Sentence(fr: "Détecté", en: "Detected")) }
            tag("li") { both("En direct\u{202F}: \(measure.fr.lowercased())", "Live: \(measure.en.lowercased())") }
            if finding.kind != "declared" {
                tag("li") { both(
                    "Fausses alertes admises\u{202F}: \(rate.fr) pour 1000 comptes-semaines, \(basis.fr)",
                    "False alarms allowed: \(rate.en) per 1000 account-weeks, \(basis.en)") }
            }
        }
    }

    private var declaration: Markup? {
        guard let declared = finding.declaration else { return nil }
        let span = Figures.span(declared.from, declared.to)
        return tag("div", ["class": "answer"]) {
            tag("p") { "Déclaré par "; named(declared.author); ", \(span.fr)\u{202F}: "; tag("bdi") { declared.reason } }
            tag("p", ["class": "en", "lang": "en"]) { "Declared by the person named above, \(span.en)." }
        }
    }

    private var accounts: Markup {
        let shown = finding.accounts.prefix(FindingSection.accountsMax)
        return table(
            Sentence(fr: "Comptes", en: "Accounts"),
            columns: [
                .text("Compte", "Account"), .text("Début probable", "Probable start"), Column(title: Words.of(finding.measure, in: Words.measures), isNumber: false),
                .text("Dernier acte", "Last act"), .number("Vues jusque-là", "Seen up to it"),
            ],
            rows: shown.map { account in
                row {
                    head {
                        identifier(account.account)
                        identity(account)
                    }
                    cell { moment(account.onset.time) }
                    cell { moment(account.containedAt?.time) }
                    cell { moment(account.last.time) }
                    tag("td", ["class": "n"]) { account.personsBeforeCut.map(digits) ?? Markup(text: "—") }
                }
            } + [moreRow(finding.accounts.count - shown.count, columns: 5)].compactMap(\.self))
    }

    private func identity(_ account: IncidentDocument.Account) -> Markup? {
        let parts = [
            account.professionalId.map { identifier($0, max: 40) },
            account.organisation.map { named($0, max: 80) },
        ].compactMap(\.self)
        guard let first = parts.first else { return nil }
        return tag("span", ["class": "en"]) { parts.dropFirst().reduce(first) { $0 + Markup(raw: " · ") + $1 } }
    }

    private var counterfactual: Markup? {
        guard let text = finding.counterfactual else { return nil }
        return tag("h4") {
            finding.kind == "declared" ? both("Ce que la trace montre", "What the trail shows") : both("Ce qui aurait changé le verdict", "What would have changed the verdict")
        } + tag("div", ["class": "answer"]) { pair(text) }
    }

    // MARK: One account

    private func accountDetails(_ account: IncidentDocument.Account, _ index: Int) -> Markup {
        let gaps = document.trail.coverage.filter { $0.from != nil && $0.to != nil }
        let strip = HeatStrip(id: "f\(number)-a\(index + 1)-hours", account: account, measure: finding.measure, gaps: gaps, blindUntil: document.trail.blindUntil)
        return tag("details", ["open": index == 0 ? "" : nil]) {
            tag("summary") { identifier(account.account) + Markup(raw: " ") + both(summary(account)) }
            tag("figure") {
                tag("figcaption") {
                    both("Heure de la journée par jour", "Hour of the day by day")
                    HeatStrip.legend(measure: finding.measure, hasCut: account.containedAt != nil, hasGaps: !gaps.isEmpty, hasBlind: document.trail.blindUntil != nil)
                }
                strip.markup()
                details(Sentence(fr: "Le tableau de cette image", en: "The table of this picture")) { strip.tableMarkup() }
            }
            if !account.evidence.isEmpty {
                EvidenceLadder.markup(account.evidence, caption: Sentence(fr: "Indices de ce compte", en: "Evidence of this account"), max: 8)
            }
            sessions(account)
            tag("p") { both("Pseudonyme dans le journal", "Pseudonym in the ledger"); " "; tag("code") { account.pseudonym } }
        }
    }

    private func summary(_ account: IncidentDocument.Account) -> Sentence {
        let span = Figures.span(account.onset.time, account.last.time)
        let sessions = account.sessions.filter { $0.hand == "usurper" }.count
        return Sentence(
            fr: "\(span.fr), \(Figures.fr(sessions, "session", "sessions")) d’un autre",
            en: "\(span.en), \(Figures.en(sessions, "session", "sessions")) of someone else")
    }

    private func sessions(_ account: IncidentDocument.Account) -> Markup {
        guard !account.sessions.isEmpty else {
            return pair("La source ne donne pas de session.", "The source gives no session.")
        }
        // Someone else's first: they are what the reader came for.
        let sorted = account.sessions.filter { $0.hand != "owner" } + account.sessions.filter { $0.hand == "owner" }
        let shown = sorted.prefix(FindingSection.sessionsMax)
        return table(
            Sentence(fr: "Sessions et adresses", en: "Sessions and addresses"),
            columns: [
                .text("Session", "Session"), .text("Qui", "Who"), .text("De", "From"), .text("À", "To"), .number("Actes", "Acts"),
                .number("Personnes", "Persons"), .text("Adresses", "Addresses"), .text("Appareils", "Devices"),
            ],
            rows: shown.map { session in
                row {
                    head { identifier(session.session.isEmpty ? "—" : session.session, max: 40) }
                    cell { both(Words.of(session.hand, in: Words.hands)) }
                    cell { moment(session.first) }
                    cell { moment(session.last) }
                    numberCell(session.acts)
                    numberCell(session.persons)
                    cell { list(session.addresses, max: 6) { identifier($0, max: 100) } }
                    tag("td", ["class": "agents"]) { list(session.agents, max: 3) { named($0, max: 160) } }
                }
            } + [moreRow(account.sessions.count - shown.count, columns: 8)].compactMap(\.self))
    }

    private func list(_ texts: [String], max: Int, of name: (String) -> Markup) -> Markup {
        guard !texts.isEmpty else { return Markup(text: "—") }
        return texts.prefix(max).enumerated().reduce(Markup()) { out, text in
            out + (text.offset == 0 ? Markup() : tag("br")) + name(text.element)
        } + (texts.count > max ? tag("br") + Markup(text: "+\(texts.count - max)") : Markup())
    }
}
