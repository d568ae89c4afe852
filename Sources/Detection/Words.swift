import Model

/// What each signal showed, in words for a security officer. An account is *probably used by someone else*; no sentence
/// speaks of a person.
enum Words {
    static func sentence(_ signal: Signal, _ c: Crossing, _ session: SessionState) -> Wording {
        let n = c.counters
        switch signal {
        case .login: return login(session.signIn ?? 9)
        case .session:
            return Wording(
                fr: "une session ouverte continue depuis un autre réseau ou un autre navigateur, ce qui est rare pour ce compte",
                en: "an open session goes on from another network or browser, which is rare for this account")
        case .hour:
            return Wording(fr: "connexion à une heure inhabituelle pour ce compte", en: "signed in at an hour that is unusual for this account")
        case .context:
            return Wording(
                fr: "\(n.opened) \(n.opened == 1 ? "personne ouverte" : "personnes ouvertes"), dont \(n.strangers) que ni ce compte ni son équipe ne suivaient et que personne n'avait ouvertes depuis un mois",
                en: "\(n.opened) \(n.opened == 1 ? "person" : "persons") opened, \(n.strangers) of whom neither this account nor its team knew and nobody had opened for a month")
        case .order:
            return Wording(
                fr: "\(n.inOrder) \(n.inOrder == 1 ? "personne ouverte" : "personnes ouvertes") juste après une voisine dans l'ordre de l'annuaire (par nom \(n.byName), par code postal \(n.byPostcode), par numéro \(n.byNumber))",
                en: "\(n.inOrder) \(n.inOrder == 1 ? "person" : "persons") opened right after a neighbour in the directory's order (by name \(n.byName), by postcode \(n.byPostcode), by number \(n.byNumber))")
        case .depth:
            // Also of parts that no profile maps: then nothing is known of the medical part, and nothing is said of it.
            guard n.deep > 0 else {
                return Wording(fr: "une partie du dossier que ce compte n'ouvre pas d'ordinaire", en: "a part of the record that this account does not usually open")
            }
            return Wording(
                fr: "la partie médicale ouverte \(n.deep) fois sur \(n.opened), plus que d'ordinaire pour ce compte",
                en: "the medical part opened \(n.deep) times out of \(n.opened), more than is usual for this account")
        case .breadth:
            return Wording(
                fr: "\(n.glimpsed) \(n.glimpsed == 1 ? "personne vue" : "personnes vues") une seule fois, sans rien y écrire ni y revenir",
                en: "\(n.glimpsed) \(n.glimpsed == 1 ? "person" : "persons") looked at once, with nothing written and no return")
        case .pace:
            return Wording(fr: "un rythme plus rapide que celui de ce compte", en: "a pace quicker than this account's")
        case .lists:
            let shownFr = "\(n.lists) \(n.lists == 1 ? "liste affichée" : "listes affichées à la suite") (\(n.terms) \(n.terms == 1 ? "recherche" : "recherches"), \(n.listed) noms)"
            let shownEn = "\(n.lists) \(n.lists == 1 ? "list" : "lists in a row") shown (\(n.terms) \(n.terms == 1 ? "search" : "searches"), \(n.listed) names)"
            return Wording(
                fr: shownFr + (n.opened == 0 ? " sans ouvrir personne" : " pour \(n.opened) ouvertures") + " ; ce compte ouvre d'ordinaire une personne après \(c.opensOfTen) listes sur 10",
                en: shownEn + (n.opened == 0 ? " and nobody opened" : " for \(n.opened) openings") + "; this account usually opens somebody after \(c.opensOfTen) lists out of 10")
        case .decoy:
            return Wording(
                fr: "un dossier leurre ouvert ou affiché, que personne n'a de raison de consulter",
                en: "a decoy record opened or listed, which nobody has a reason to consult")
        case .group:
            return Wording(
                fr: "même réseau étranger qu'un autre compte déjà coupé",
                en: "the same foreign network as another account already cut")
        case .spray:
            return Wording(
                fr: "connexion depuis un autre lieu après une vague de mots de passe essayés sur de nombreux comptes, dont celui-ci",
                en: "signed in from elsewhere after a wave of passwords tried on many accounts, this one among them")
        }
    }

    private static func login(_ place: Int) -> Wording {
        let fr = ["le réseau habituel de ce compte", "un réseau que ce compte n'utilise que depuis peu", "un réseau de son équipe, nouveau pour ce compte", "un réseau partagé par d'autres comptes, nouveau pour celui-ci", "un réseau jamais vu"]
        let en = ["this account's usual network", "a network that this account has used for a few days only", "a network of its team, new for this account", "a network shared by other accounts, new for this one", "a network never seen before"]
        if place == 0 {
            return Wording(fr: "une connexion depuis un lieu nouveau pour ce compte", en: "a sign-in from a place new for this account")
        }
        let new = place % 2 == 1
        return Wording(
            fr: "connexion depuis " + fr[min(place / 2, 4)] + (new ? ", avec un navigateur nouveau pour lui" : ""),
            en: "signed in from " + en[min(place / 2, 4)] + (new ? ", with a browser new for it" : ""))
    }

    /// What would have changed the verdict.
    static func counterfactual(_ c: Crossing) -> Wording {
        guard let heaviest = Signal.allCases.filter({ c.method.signals.contains(SignalMask($0)) }).max(by: { c.sums[$0] < c.sums[$1] }), c.sums[heaviest] > 0 else {
            return Wording(fr: "", en: "")
        }
        let without = c.weight - c.sums[heaviest], short = name(heaviest)
        if without < c.threshold {
            return Wording(
                fr: "sans « \(short.fr) », l'ensemble resterait à \(nats(max(0, without), ",")) pour un seuil de \(nats(c.threshold, ",")) : le compte n'aurait pas été coupé",
                en: "without “\(short.en)” all of it would stand at \(nats(max(0, without), ".")) against a threshold of \(nats(c.threshold, ".")): the account would not have been cut")
        }
        return Wording(
            fr: "aucun signal ne décide seul : sans « \(short.fr) », l'ensemble serait encore à \(nats(without, ",")) pour un seuil de \(nats(c.threshold, ","))",
            en: "no signal decides alone: without “\(short.en)” all of it would still stand at \(nats(without, ".")) against a threshold of \(nats(c.threshold, "."))")
    }

    static func nats(_ millinats: Int, _ comma: String) -> String { "\(millinats / 1_000)\(comma)\(millinats / 100 % 10)" }

    static func name(_ signal: Signal) -> Wording {
        switch signal {
        case .login: Wording(fr: "lieu de connexion", en: "place of sign-in")
        case .session: Wording(fr: "session vue ailleurs", en: "session seen elsewhere")
        case .hour: Wording(fr: "heure", en: "hour")
        case .context: Wording(fr: "personnes sans lien de soin", en: "persons without a care context")
        case .order: Wording(fr: "ordre de l'annuaire", en: "directory order")
        case .depth: Wording(fr: "partie médicale", en: "medical part")
        case .breadth: Wording(fr: "coups d'œil sans suite", en: "single looks")
        case .pace: Wording(fr: "rythme", en: "pace")
        case .lists: Wording(fr: "listes sans ouverture", en: "lists that nobody opened")
        case .decoy: Wording(fr: "leurre", en: "decoy")
        case .group: Wording(fr: "lien avec un autre compte", en: "link with another account")
        case .spray: Wording(fr: "vague de mots de passe essayés", en: "wave of passwords tried")
        }
    }
}
