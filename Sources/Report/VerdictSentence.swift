import Incident
import Model

/// The verdict in one sentence: the report's headline and the command's first line.
package enum VerdictSentence {
    package static func of(_ document: IncidentDocument) -> Sentence {
        switch document.verdict {
        case .found: found(document)
        case .nothingFound: nothingFound(document)
        case .incomplete: incomplete(document)
        }
    }

    private static func found(_ document: IncidentDocument) -> Sentence {
        let cuts = document.findings.filter { $0.measure == "cut" }
        let accounts = Set(cuts.flatMap { $0.accounts.map(\.pseudonym) }).count
        let declared = Set(cuts.filter { $0.kind == "declared" }.flatMap { $0.accounts.map(\.pseudonym) }).count
        let marks = cuts.flatMap(\.accounts)
        let span = Figures.span(marks.map(\.onset.time).min(), marks.map(\.last.time).max())

        var fr = Figures.fr(accounts, "compte a", "comptes ont"), en = Figures.en(accounts, "account was", "accounts were")
        if declared == accounts {
            fr += accounts < 2 ? " été déclaré utilisé par quelqu’un d’autre" : " été déclarés utilisés par quelqu’un d’autre"
            en += " declared as used by someone else"
        } else {
            fr += " probablement été " + (accounts < 2 ? "utilisé" : "utilisés") + " par quelqu’un d’autre"
            en += " probably used by someone else"
            if declared > 0 {
                fr += " (dont \(Figures.fr(declared, "déclaré", "déclarés")) par un analyste)"
                en += " (\(Figures.en(declared)) of them declared by an analyst)"
            }
        }
        let persons = exposed(document.exposure)
        return Sentence(fr: "\(fr)\u{202F}; \(persons.fr), \(span.fr).", en: "\(en); \(persons.en), \(span.en).")
    }

    /// `jusqu’à 12 345 personnes exposées (dont 12 001 attribuées)`.
    static func exposed(_ levels: IncidentDocument.Levels) -> Sentence {
        let possible = levels.possible.persons, attributed = levels.attributed.persons
        guard possible > 0 else {
            return Sentence(fr: "aucune personne exposée dans ces sources", en: "nobody exposed in these sources")
        }
        let fr = Figures.fr(possible, "personne exposée", "personnes exposées"), en = Figures.en(possible, "person exposed", "persons exposed")
        guard attributed < possible else { return Sentence(fr: fr, en: en) }
        return Sentence(
            fr: "jusqu’à \(fr) (dont \(Figures.fr(attributed, "attribuée", "attribuées")))",
            en: "up to \(en) (\(Figures.en(attributed)) of them attributed)")
    }

    private static func nothingFound(_ document: IncidentDocument) -> Sentence {
        let span = Figures.span(document.trail.blindUntil ?? document.trail.first, document.trail.last)
        let weaker = document.findings.count
        var fr = "Aucun compte n’apparaît utilisé par quelqu’un d’autre \(span.fr)"
        var en = "No account appears to have been used by someone else \(span.en)"
        if weaker > 0 {
            fr += " (\(Figures.fr(weaker, "signal plus faible", "signaux plus faibles")) à examiner)"
            en += " (\(Figures.en(weaker, "weaker signal", "weaker signals")) to look at)"
        }
        if let blind = document.trail.blindUntil {
            let day = Figures.date(blind)
            fr += "\u{202F}; ce qui précède le \(day.fr) n’a pas été jugé"
            en += "; what came before \(day.en) was not judged"
        }
        return Sentence(fr: fr + ".", en: en + ".")
    }

    private static func incomplete(_ document: IncidentDocument) -> Sentence {
        let reasons = incompleteReasons(document)
        guard !reasons.isEmpty else {
            return Sentence(
                fr: "Impossible de conclure\u{202F}: ces sources ne permettent pas d’exclure une usurpation.",
                en: "Could not tell: these sources cannot rule out that an account was used by someone else.")
        }
        return Sentence(
            fr: "Impossible de conclure\u{202F}: " + reasons.map(\.fr).joined(separator: "\u{202F}; ") + ".",
            en: "Could not tell: " + reasons.map(\.en).joined(separator: "; ") + ".")
    }

    /// Why nothing can be excluded, each reason a clause.
    static func incompleteReasons(_ document: IncidentDocument) -> [Sentence] {
        var reasons: [Sentence] = []
        let refused = document.trail.files.reduce(0) { $0 &+ $1.refused }
        if refused > 0 {
            reasons.append(Sentence(
                fr: Figures.fr(refused, "ligne refusée pourrait", "lignes refusées pourraient") + " cacher une usurpation",
                en: Figures.en(refused, "refused line", "refused lines") + " could hide an account takeover"))
        }
        let gaps = document.trail.coverage.filter(\.couldHide).count
        if gaps > 0 {
            reasons.append(Sentence(
                fr: Figures.fr(gaps, "lacune de couverture pourrait", "lacunes de couverture pourraient") + " cacher une usurpation",
                en: Figures.en(gaps, "coverage gap", "coverage gaps") + " could hide an account takeover"))
        }
        if document.trail.acts == 0 {
            reasons.append(Sentence(fr: "aucun acte lisible", en: "no readable act"))
        } else if document.trail.blindUntil.map({ blind in document.trail.last.map { blind >= $0 } ?? true }) ?? true {
            reasons.append(Sentence(
                fr: "la trace est trop courte pour apprendre les habitudes des comptes",
                en: "the trail is too short to learn the habits of the accounts"))
        }
        return reasons
    }
}
