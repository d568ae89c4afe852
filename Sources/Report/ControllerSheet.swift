import Incident
import Model

/// One page per data controller with the contents of GDPR article 33(3), as far as the figures give them. What nobody but a
/// person can say stands there as an unknown with an owner and a line to fill.
package enum ControllerSheet {
    /// - Parameter complement: True when this adds to a notification already made (article 33(4)).
    package static func html(_ document: IncidentDocument, _ controller: IncidentDocument.ControllerExposure, complement: Bool = false) -> String {
        let sheet = Sheet(document: document, controller: controller, complement: complement)
        return Page.html(title: Sentence(fr: "Éléments de notification (RGPD, art. 33)", en: "Notification contents (GDPR art. 33)"), body: sheet.markup)
    }
}

/// The pages of `sheets/`, named `NN-slug.html` in the order of the controllers.
package enum SheetSet {
    package static func files(_ document: IncidentDocument) -> [(name: String, html: String)] {
        zip(names(document), controllers(document)).map { (name: $0, html: ControllerSheet.html(document, $1)) }
    }

    /// Their names alone: for each of them a converter may write the same page in another form beside it.
    package static func names(_ document: IncidentDocument) -> [String] {
        controllers(document).enumerated().map { index, controller in padded(index + 1, 2) + "-" + slug(controller.controller) + ".html" }
    }

    /// Those of the document; else one for each name that the counts split by, so that no controller is without a page.
    static func controllers(_ document: IncidentDocument) -> [IncidentDocument.ControllerExposure] {
        guard document.controllers.isEmpty else { return document.controllers }
        return document.exposure.possible.byController.keys.sorted().map { name in
            var levels = IncidentDocument.Levels()
            levels.established.persons = document.exposure.established.byController[name] ?? 0
            levels.attributed.persons = document.exposure.attributed.byController[name] ?? 0
            levels.possible.persons = document.exposure.possible.byController[name] ?? 0
            return IncidentDocument.ControllerExposure(
                controller: name, services: [], healthByContext: nil, first: nil, last: nil, accounts: [], exposure: levels, disclosures: nil)
        }
    }

    /// Lower-case ASCII letters and digits, at most 40; accents fall away; nothing else can become part of a path.
    static func slug(_ name: String) -> String {
        var out = ""
        for scalar in name.lowercased().unicodeScalars {
            guard out.utf8.count < 40 else { break }
            switch scalar.value {
            case 0x30...0x39, 0x61...0x7A: out.unicodeScalars.append(scalar)
            default:
                if let plain = plainLetters[scalar] { out += plain } else if !out.isEmpty, !out.hasSuffix("-") { out += "-" }
            }
        }
        while out.hasSuffix("-") { out.removeLast() }
        return out.isEmpty ? "responsable" : out
    }

    private static let plainLetters: [Unicode.Scalar: String] = [
        "à": "a", "â": "a", "ä": "a", "é": "e", "è": "e", "ê": "e", "ë": "e", "î": "i", "ï": "i", "ô": "o", "ö": "o", "ù": "u", "û": "u", "ü": "u",
        "ç": "c", "ñ": "n", "œ": "oe", "æ": "ae",
    ]
}

private struct Sheet {
    let document: IncidentDocument
    let controller: IncidentDocument.ControllerExposure
    let complement: Bool

    private var levels: IncidentDocument.Levels { controller.exposure }

    var markup: Markup {
        tag("header") {
            tag("p", ["class": "brand"]) { tag("b") { "Cordon" }; " · "; both("Éléments de notification, RGPD article 33", "Notification contents, GDPR article 33") }
            tag("h1") { named(controller.controller) }
            tag("p") {
                Tick.markup(!complement, "notification initiale", "initial notification")
                Tick.markup(complement, "complément", "complement")
            }
            pair(
                "Ces éléments viennent des traces. Ce qu’elles ne disent pas est nommé, avec qui doit le compléter. Le responsable décide, vérifie et notifie.",
                "These contents come from the trails. What they do not tell is named, with who must fill it in. The controller decides, checks and notifies.")
        } + tag("main") {
            section("a", "a) Nature de la violation", "(a) Nature of the breach") { nature }
            section("b", "b) Contact", "(b) Contact") { contact }
            section("c", "c) Conséquences probables", "(c) Likely consequences") { consequences }
            section("d", "d) Mesures", "(d) Measures") { measures }
            section("e", "Ce qui n’est pas connu", "What is not known") { unknown }
        } + tag("footer") {
            pair(
                "Les chiffres sont dans incident.json, signé par incident.note\u{202F}; le journal permet de les recompter. Ce document contient des noms de comptes\u{202F}: données personnelles.",
                "The figures are in incident.json, signed by incident.note; the ledger lets anyone count again. This document holds account names: personal data.")
        }
    }

    private func section(_ id: String, _ fr: String, _ en: String, @MarkupBuilder _ content: () -> Markup) -> Markup {
        tag("section", ["aria-labelledby": id]) {
            tag("h2", ["id": id]) { both(fr, en) }
            content()
        }
    }

    // MARK: (a)

    @MarkupBuilder private var nature: Markup {
        let span = Figures.span(controller.first, controller.last)
        let accounts = controller.accounts.count
        pair(
            "Accès non autorisé, perte de confidentialité. \(accounts > 0 ? Figures.fr(accounts, "compte a", "comptes ont") + " probablement été " + (accounts < 2 ? "utilisé" : "utilisés") : "Des comptes ont probablement été utilisés") par quelqu’un d’autre, \(span.fr).",
            "Unauthorised access, loss of confidentiality. \(accounts > 0 ? Figures.en(accounts, "account was", "accounts were") : "Accounts were") probably used by someone else, \(span.en).")
        if !controller.services.isEmpty {
            tag("p") { both("Services", "Services"); ": "; Markup(raw: controller.services.prefix(20).map { named($0).html }.joined(separator: ", ")) }
        }
        tag("h3") { both("Personnes et enregistrements", "Persons and records") }
        table(
            Sentence(fr: "Nombres approximatifs, à trois degrés de certitude", en: "Approximate numbers, at three degrees of certainty"),
            columns: [.text("Nombre de", "Number of")] + Words.levels.map { Column(title: $0.words, isNumber: true) }, class: "counts",
            rows: [
                counts("Personnes concernées", "Data subjects", levels.established.persons, levels.attributed.persons, levels.possible.persons),
                controller.disclosures.map { counts("Enregistrements vus (une personne dans un acte)", "Records seen (one person in one act)", $0.established, $0.attributed, $0.possible) } ?? Markup(),
            ])
        LevelsSection.words
        tag("h3") { both("Catégories de personnes", "Categories of data subjects") }
        pair(
            "Personnes suivies ou orientées par les services ci-dessus. À part\u{202F}: les professionnels dont le compte a servi (identifiants de connexion, emploi). Les proches et référents nommés dans un dossier sont aussi des personnes concernées.",
            "Persons followed or placed through the services above. Apart: the professionals whose accounts were used (credentials, employment). Relatives and referents named in a record are data subjects too.")
        tag("h3") { both("Catégories de données", "Categories of data") }
        LevelsSection(levels: levels, trail: document.trail).categoriesTable
        healthByContext
    }

    private func counts(_ fr: String, _ en: String, _ established: Int, _ attributed: Int, _ possible: Int) -> Markup {
        row { head { both(fr, en) }; numberCell(established); numberCell(attributed); numberCell(possible) }
    }

    /// Being on a care-home list is data concerning health, whatever part was opened (GDPR 4(15), CJEU C-21/23).
    @MarkupBuilder private var healthByContext: Markup {
        tag("h3") { both("Données de santé", "Data concerning health") }
        tag("p") {
            Tick.markup(controller.healthByContext == true, "santé par le contexte\u{202F}: figurer dans ce service révèle un état de santé (RGPD art. 4(15), CJUE C-21/23)", "health by context: being in this service reveals a state of health (GDPR art. 4(15), CJEU C-21/23)")
            Tick.markup((levels.possible.byCategory["medical"] ?? 0) > 0, "partie médicale ouverte", "medical part opened")
        }
        if controller.healthByContext == nil {
            Blank.markup("Figurer dans ce service révèle-t-il un état de santé\u{202F}? Le profil ne le dit pas. À compléter par\u{202F}: DPO", "Does being in this service reveal a state of health? The profile does not say. To be filled in by: DPO")
        }
    }

    // MARK: (b)

    @MarkupBuilder private var contact: Markup {
        pair("Les traces ne disent pas qui est le délégué à la protection des données.", "The trails do not say who the data protection officer is.")
        Blank.markup("Nom et fonction du DPO ou du point de contact. À compléter par\u{202F}: le responsable de traitement", "Name and function of the DPO or contact point. To be filled in by: the controller")
        Blank.markup("Téléphone, messagerie", "Telephone, e-mail")
        Blank.markup("Prise de connaissance (T0), date et heure. À compléter par\u{202F}: le responsable. L’autorité est à notifier dans les 72 h qui suivent", "Awareness (T0), date and time. To be filled in by: the controller. The authority is to be notified within 72 h of it")
    }

    // MARK: (c)

    @MarkupBuilder private var consequences: Markup {
        pair("Ce que ces catégories permettent à qui les a vues\u{202F}:", "What these categories allow to whoever saw them:")
        sentences(Consequence.of(levels.possible.byCategory, healthByContext: controller.healthByContext), max: 12)
        Blank.markup("Gravité retenue, méthode et motifs. À compléter par\u{202F}: DPO", "Severity, method and reasons. To be filled in by: DPO")
        Blank.markup("Risque élevé pour les personnes (art. 34)\u{202F}? oui, non, motifs. À compléter par\u{202F}: le responsable", "High risk for the persons (art. 34)? Yes, no, reasons. To be filled in by: the controller")
    }

    // MARK: (d)

    @MarkupBuilder private var measures: Markup {
        pair(
            "Ce dossier compte les personnes et garde la preuve. Les traces ne disent pas quelles mesures ont été prises.",
            "This folder counts the persons and keeps the proof. The trails do not say which measures were taken.")
        Blank.markup("Sessions coupées, mots de passe et facteurs renouvelés, quand. À compléter par\u{202F}: RSSI", "Sessions cut, passwords and factors renewed, when. To be filled in by: security officer")
        Blank.markup("Information des personnes\u{202F}: qui, comment, quand. À compléter par\u{202F}: DPO", "Informing the persons: who, how, when. To be filled in by: DPO")
        Blank.markup("Mesures contre la répétition. À compléter par\u{202F}: le responsable", "Measures against recurrence. To be filled in by: the controller")
        Blank.markup("Dépôt de plainte, CERT Santé, autres autorités. À compléter par\u{202F}: direction", "Police complaint, CERT Santé, other authorities. To be filled in by: management")
    }

    // MARK: Unknown

    @MarkupBuilder private var unknown: Markup {
        sentences(UnknownList.of(document), max: 20)
        Blank.markup("Comment les accès ont été obtenus (hameçonnage, mot de passe réutilisé, autre). À compléter par\u{202F}: RSSI", "How access was obtained (phishing, reused password, other). To be filled in by: security officer")
        Blank.markup("Copie ou diffusion des données (exfiltration)\u{202F}: oui, probable sans preuve, non avec preuve, pas évaluable. À compléter par\u{202F}: RSSI", "Copying or spreading of the data (exfiltration): yes, likely without evidence, no with evidence, not assessable. To be filled in by: security officer")
    }
}

/// A box that is ticked or not, in words for those who do not see it.
private enum Tick {
    static func markup(_ isTicked: Bool, _ fr: String, _ en: String) -> Markup {
        tag("span", ["class": "tick", "role": "img", "aria-label": isTicked ? "coché" : "non coché"]) { isTicked ? "☒" : "☐" }
            + Markup(raw: " ") + both(fr, en) + tag("br")
    }
}

/// An unknown with its owner and room to write.
private enum Blank {
    static func markup(_ fr: String, _ en: String) -> Markup {
        tag("div", ["class": "fill"]) { pair(fr, en) }
    }
}

/// Likely consequences by category, in concrete words.
private enum Consequence {
    static func of(_ categories: [String: Int], healthByContext: Bool?) -> [Sentence] {
        func seen(_ key: String) -> Bool { (categories[key] ?? 0) > 0 }
        var list: [Sentence] = []
        if seen("contact") {
            list.append(Sentence(
                fr: "Coordonnées\u{202F}: faux messages et appels au nom de l’organisme (hameçonnage).",
                en: "Contact details: false messages and calls in the organisation’s name (phishing)."))
        }
        if seen("identity") {
            list.append(Sentence(fr: "Identité\u{202F}: usurpation d’identité.", en: "Identity: impersonation."))
        }
        if seen("national_id") {
            list.append(Sentence(
                fr: "Numéro national\u{202F}: démarches ou remboursements frauduleux au nom de la personne.",
                en: "National number: fraudulent registrations or reimbursements in the person’s name."))
        }
        if seen("administrative") || seen("social") {
            list.append(Sentence(
                fr: "Parties administrative et sociale\u{202F}: pression, discrimination, fraude visant des personnes fragiles.",
                en: "Administrative and social parts: pressure, discrimination, fraud against vulnerable persons."))
        }
        if seen("medical") || healthByContext == true {
            list.append(Sentence(
                fr: "Santé, directement ou par le contexte\u{202F}: atteinte à la vie privée, discrimination, perte du secret professionnel.",
                en: "Health, directly or by context: harm to privacy, discrimination, loss of professional secrecy."))
        }
        if seen("unknown") {
            list.append(Sentence(
                fr: "Actes qu’aucun profil ne décrit\u{202F}: toute catégorie est possible.",
                en: "Acts that no profile describes: any category is possible."))
        }
        if list.isEmpty {
            list.append(Sentence(fr: "Aucune catégorie enregistrée\u{202F}: à apprécier.", en: "No category recorded: to be assessed."))
        }
        return list
    }
}
