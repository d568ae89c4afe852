import Incident

/// The folder's terms in the words of the two languages, in the order in which pages list them.
enum Words {
    typealias Term = (key: String, words: Sentence)

    static let categories: [Term] = [
        ("identity", Sentence(fr: "Identité", en: "Identity")),
        ("national_id", Sentence(fr: "Numéro national (NIR, INS)", en: "National number (NIR, INS)")),
        ("contact", Sentence(fr: "Coordonnées", en: "Contact details")),
        ("administrative", Sentence(fr: "Partie administrative", en: "Administrative part")),
        ("social", Sentence(fr: "Partie sociale", en: "Social part")),
        ("medical", Sentence(fr: "Partie médicale", en: "Medical part")),
        ("unknown", Sentence(fr: "Indéterminée (acte qu’aucun profil ne décrit)", en: "Unknown (act that no profile describes)")),
    ]

    static let manners: [Term] = [
        ("opened", Sentence(fr: "Dossier ouvert", en: "Record opened")),
        ("listed", Sentence(fr: "Vue dans une liste", en: "Seen in a list")),
        ("exported", Sentence(fr: "Exportée", en: "Exported")),
        ("printed", Sentence(fr: "Imprimée", en: "Printed")),
        ("edited", Sentence(fr: "Modifiée", en: "Edited")),
    ]

    static let levels: [Term] = [
        ("established", Sentence(fr: "Établi", en: "Established")),
        ("attributed", Sentence(fr: "Attribué", en: "Attributed")),
        ("possible", Sentence(fr: "Possible", en: "Possible")),
    ]

    static let measures: [Term] = [
        ("cut", Sentence(fr: "Coupure", en: "Cut")),
        ("step_up", Sentence(fr: "Vérification demandée", en: "Step-up")),
        ("watch", Sentence(fr: "Surveillance", en: "Watch")),
    ]

    static let hands: [Term] = [
        ("usurper", Sentence(fr: "Quelqu’un d’autre", en: "Someone else")),
        ("owner", Sentence(fr: "Titulaire", en: "Holder")),
        ("shared", Sentence(fr: "Les deux", en: "Both")),
    ]

    static let rateBases: [Term] = [
        ("model", Sentence(fr: "selon le modèle", en: "by the model")),
        ("conformal", Sentence(fr: "certifié sans le modèle (conforme)", en: "certified without the model (conformal)")),
        ("measured", Sentence(fr: "mesuré sur ces traces", en: "measured on these trails")),
    ]

    static let coverageKinds: [Term] = [
        ("sequence_gap", Sentence(fr: "Numéros manquants", en: "Missing numbers")),
        ("silence", Sentence(fr: "Silence", en: "Silence")),
        ("throttling", Sentence(fr: "Débit bridé à la source", en: "Throttled at the source")),
        ("unrecorded_persons", Sentence(fr: "Personnes non nommées", en: "Persons not named")),
        ("cut_short", Sentence(fr: "Fichier coupé", en: "File cut short")),
        ("clock", Sentence(fr: "Horloge", en: "Clock")),
        ("profile", Sentence(fr: "Limite de la source", en: "Limit of the source")),
    ]

    static let signals: [Term] = [
        ("care_context", Sentence(fr: "Lien de soin", en: "Care context")),
        ("unfollowed_list", Sentence(fr: "Listes sans suite", en: "Lists not followed")),
        ("directory_order", Sentence(fr: "Ordre de l’annuaire", en: "Directory order")),
        ("sweep", Sentence(fr: "Balayage", en: "Sweep")),
        ("depth", Sentence(fr: "Profondeur", en: "Depth")),
        ("breadth", Sentence(fr: "Étendue", en: "Breadth")),
        ("hour", Sentence(fr: "Heure", en: "Hour")),
        ("pace", Sentence(fr: "Rythme", en: "Pace")),
        ("login", Sentence(fr: "Connexion", en: "Login")),
        ("session", Sentence(fr: "Session", en: "Session")),
        ("decoy", Sentence(fr: "Leurre", en: "Decoy")),
        ("group", Sentence(fr: "Comptes liés", en: "Linked accounts")),
        ("password_spray", Sentence(fr: "Essais de mots de passe", en: "Password spraying")),
    ]

    /// The words of a key; a key that is not in the list stays as it is, so that nothing is hidden.
    static func of(_ key: String, in terms: [Term]) -> Sentence {
        terms.first { $0.key == key }?.words ?? Sentence(fr: key, en: key)
    }

    /// Keys that occur, first those of the list in its order, then the others sorted.
    static func keys(_ occurring: some Sequence<String>, in terms: [Term] = []) -> [String] {
        let present = Set(occurring), known = terms.map(\.key).filter(present.contains)
        return known + present.subtracting(known).sorted()
    }

    /// How strong a weight of evidence is, on the verbal scale of the ENFSI guideline for evaluative reporting (2015):
    /// likelihood ratios 2, 10, 100, 1000, 10 000, 1 000 000 in millinats.
    static func strength(millinats: Int) -> Sentence {
        switch millinats.magnitude {
        case ..<693: Sentence(fr: "presque neutre", en: "almost neutral")
        case ..<2_303: Sentence(fr: "faible", en: "weak")
        case ..<4_605: Sentence(fr: "modéré", en: "moderate")
        case ..<6_908: Sentence(fr: "assez fort", en: "moderately strong")
        case ..<9_210: Sentence(fr: "fort", en: "strong")
        case ..<13_816: Sentence(fr: "très fort", en: "very strong")
        default: Sentence(fr: "extrêmement fort", en: "extremely strong")
        }
    }
}
