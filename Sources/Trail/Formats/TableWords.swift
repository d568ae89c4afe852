import Model

/// Words that sources write for what was done and how it ended, French and English.
package enum TableWords {
    /// - Returns: the action, and the outcome where the word tells it too (`Échec de connexion`). Nil for words nobody knows.
    package static func action(_ text: String) -> (action: Action, outcome: Outcome?)? {
        let word = TableField.folded(text)
        guard !word.isEmpty else { return nil }
        let outcome: Outcome? = ["echec", "failed", "failure", "refus", "denied", "error", "erreur"].contains(where: word.contains) ? .failure : nil
        if let exact = exactActions[word] { return (exact, outcome) }
        // Without the small words: `Échec de connexion` is no `déconnexion`.
        let words = TableField.condensed(text)
        for (stems, action) in actionStems where stems.contains(where: words.contains) { return (action, outcome) }
        return nil
    }

    private static let exactActions: [String: Action] = [
        "c": .create, "r": .read, "u": .update, "d": .delete, "e": .other, "brisdeglace": .breakGlass, "get": .read, "head": .read, "post": .create, "put": .update, "patch": .update,
        "maj": .update, "new": .create, "add": .create, "list": .search, "liste": .search, "vread": .read, "autre": .other, "other": .other, "execute": .other,
    ]

    /// The first that fits wins: what contains another stands before it.
    private static let actionStems: [(stems: [String], action: Action)] = [
        (["brisglace", "breakglass"], .breakGlass),
        (["deconnexion", "deconnect", "logout", "logoff", "signout", "finsession", "fermeturesession", "disconnect"], .logout),
        (["connexion", "login", "logon", "signin", "loggedin", "authentif", "authentic", "ouverturesession", "connect"], .login),
        (["export", "telecharg", "download", "extract", "copie"], .export),
        (["impression", "imprim", "print"], .print),
        (["suppress", "supprim", "delete", "remove", "effac", "purge", "destr"], .delete),
        (["creation", "creer", "cree", "create", "ajout", "insert", "saisie", "nouveau", "nouvelle", "upload", "depot"], .create),
        (["modif", "update", "misejour", "miseajour", "edit", "change", "ecriture", "write", "rectif", "correct"], .update),
        (["recherch", "search", "liste", "find", "query", "lookup", "interrog", "requete"], .search),
        (["consult", "lecture", "lire", "read", "ouvert", "ouvrir", "open", "visuali", "visionn", "affich", "view", "acces", "display", "show"], .read),
    ]

    /// - Parameter oneIsSuccess: whether 1 says "yes, it succeeded"; else 0 says "no error".
    /// - Returns: nil for words nobody knows.
    package static func outcome(_ text: String, oneIsSuccess: Bool) -> Outcome? {
        let word = TableField.folded(text)
        if let number = Int(word) {
            switch number {
            case 0: return oneIsSuccess ? .failure : .success
            case 1: return oneIsSuccess ? .success : .failure
            // FHIR R4 AuditEvent.outcome: minor, serious, major failure.
            case 4, 8, 12: return .failure
            case 100...399: return .success
            case 400...599: return .failure
            default: return nil
            }
        }
        if let exact = outcomes[word] { return exact }
        if ["echec", "echou", "fail", "refus", "denied", "rejet", "erreur", "error", "interdit", "nonautorise", "invalid", "bloqu", "unauthor", "forbidden", "annul"].contains(where: word.contains) { return .failure }
        if ["succes", "reussi", "autoris", "permit", "accord", "granted", "valid", "accept"].contains(where: word.contains) { return .success }
        return nil
    }

    private static let outcomes: [String: Outcome] = [
        "ok": .success, "true": .success, "vrai": .success, "oui": .success, "yes": .success, "o": .success, "y": .success, "s": .success, "allow": .success, "allowed": .success,
        "effectue": .success, "effectuee": .success, "termine": .success, "terminee": .success, "completed": .success, "done": .success, "permis": .success,
        "ko": .failure, "nok": .failure, "false": .failure, "faux": .failure, "non": .failure, "no": .failure, "n": .failure, "f": .failure, "deny": .failure, "timeout": .failure,
        "locked": .failure, "expired": .failure, "inconnu": .unknown, "unknown": .unknown,
    ]

    /// `Oui`, `yes`, `1`, `X`…; anything but a no is a yes only if it is one of these.
    package static func isYes(_ text: String) -> Bool {
        ["oui", "yes", "true", "vrai", "1", "x", "o", "y", "brisdeglace", "breakglass", "urgence", "emergency"].contains(TableField.folded(text))
    }
}
