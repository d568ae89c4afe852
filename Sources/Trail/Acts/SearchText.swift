import Model
import Profiles

/// What a search asked for, in a form that two sources which log the same search agree on.
struct SearchText {
    /// Parameters in order of their names, folded, without page, count and format.
    var term = ""
    /// The family name searched for: lower-case ASCII letters.
    var name = ""
    /// A birth date, a given name or an identifier is there, too.
    var isNarrow = false
    /// From 1; nil when the search does not say.
    var page: Int?
    /// Persons on a page that the search asked for.
    var limit: Int?

    /// Reads `family=durand&birthdate=1950-01-01`, `/fhir/Patient?family=durand&_count=20`, `nom=DURAND`, `list=team`, or a bare
    /// `durand`.
    init(_ query: String) {
        var pairs: [(String, String)] = []
        var offset: Int?
        if !query.utf8.contains(UInt8(ascii: "=")) {
            // No parameters: a path says nothing of names, anything else is what was typed.
            if query.utf8.contains(UInt8(ascii: "/")) || query.utf8.contains(UInt8(ascii: "?")) { term = query } else {
                name = NameFold.letters(firstWord(QueryText.decoded(query)))
                term = "name=" + NameFold.fold(QueryText.decoded(query))
            }
            return
        }
        for (rawKey, rawValue) in QueryText.pairs(query) {
            let value = QueryText.decoded(rawValue)
            // FHIR writes modifiers behind a colon: family:exact.
            let key = NameFold.key(QueryText.decoded(rawKey))
            if Self.pages.contains(key) { page = Int(value).flatMap { $0 >= 1 && $0 < 1_000_000 ? $0 : nil } } else if Self.offsets.contains(key) {
                offset = Int(value).flatMap { $0 >= 0 && $0 < 100_000_000 ? $0 : nil }
            } else if Self.limits.contains(key) { limit = Int(value).flatMap { $0 >= 1 && $0 < 1_000_000 ? $0 : nil } } else if !Self.ignored.contains(key), !value.isEmpty {
                if Self.names.contains(key), name.isEmpty { name = NameFold.letters(firstWord(value)) }
                if Self.narrowing.contains(key) { isNarrow = true }
                pairs.append((key, NameFold.fold(value)))
            }
        }
        if page == nil, let offset { page = offset / max(1, limit ?? 20) + 1 }
        term = pairs.sorted(by: <).map { $0.0 + "=" + $0.1 }.joined(separator: "&")
    }

    private static let pages: Set<String> = ["page", "_page", "pagenumber", "p", "pageindex"]
    private static let offsets: Set<String> = ["offset", "_offset", "start", "skip", "_getpagesoffset", "from"]
    private static let limits: Set<String> = ["_count", "count", "limit", "size", "pagesize", "per_page", "perpage", "rows"]
    private static let ignored: Set<String> = ["_format", "_pretty", "_sort", "_total", "_elements", "_summary", "sort", "order", "_", "token", "session", "lang", "_getpages", "_bundletype"]
    private static let names: Set<String> = [
        "family", "name", "nom", "lastname", "last_name", "surname", "family_name", "nom_naissance", "nom_usage", "birth_name", "nomfamille", "patient.family", "patient.name", "subject.family", "q", "query", "search", "recherche",
    ]
    private static let narrowing: Set<String> = [
        "birthdate", "birth_date", "date_naissance", "datenaissance", "dob", "ddn", "naissance", "birthyear", "given", "prenom", "firstname", "first_name", "given_name", "identifier", "ins", "nir", "ipp", "_id", "id", "patient", "subject", "phone", "telecom", "email", "telephone", "patient.identifier", "subject.identifier", "patient.birthdate", "dossier", "numero",
    ]
}

private func firstWord(_ text: String) -> String {
    String(decoding: text.utf8.drop { $0 == 0x20 }.prefix { $0 != 0x20 && $0 != 0x2C && $0 != 0x3B }, as: UTF8.self)
}

/// Names without what programs write differently: case, accents.
enum NameFold {
    /// Lower-case ASCII letters only: `Lefèbvre-D'Arc` is `lefebvredarc`.
    static func letters(_ text: String) -> String {
        var out: [UInt8] = []
        append(text, to: &out) { $0 >= 97 && $0 <= 122 }
        return String(decoding: out, as: UTF8.self)
    }

    /// Lower case and no accents, everything else kept.
    static func fold(_ text: String) -> String {
        var out: [UInt8] = []
        append(text, to: &out) { _ in true }
        return String(decoding: out, as: UTF8.self)
    }

    /// A parameter's name: lower case, without the modifier behind a colon.
    static func key(_ text: String) -> String {
        fold(String(decoding: text.utf8.prefix { $0 != UInt8(ascii: ":") }, as: UTF8.self))
    }

    private static func append(_ text: String, to out: inout [UInt8], where keep: (UInt8) -> Bool) {
        for scalar in text.unicodeScalars {
            if scalar.isASCII {
                let byte = UInt8(truncatingIfNeeded: scalar.value)
                let low = byte >= 65 && byte <= 90 ? byte | 32 : byte
                if keep(low) { out.append(low) }
            } else if let base = base(scalar.value) {
                for byte in base.utf8 where keep(byte) { out.append(byte) }
            } else if scalar.value >= 0x300 && scalar.value < 0x370 {
                // A combining accent of decomposed text.
                continue
            } else {
                for byte in String(scalar).utf8 where keep(byte) { out.append(byte) }
            }
        }
    }

    /// The Latin letters that French names use.
    private static func base(_ scalar: UInt32) -> String? {
        switch scalar {
        case 0xC0...0xC5, 0xE0...0xE5: "a"
        case 0xC6, 0xE6: "ae"
        case 0xC7, 0xE7: "c"
        case 0xC8...0xCB, 0xE8...0xEB: "e"
        case 0xCC...0xCF, 0xEC...0xEF: "i"
        case 0xD1, 0xF1: "n"
        case 0xD2...0xD6, 0xD8, 0xF2...0xF6, 0xF8: "o"
        case 0xD9...0xDC, 0xF9...0xFC: "u"
        case 0xDD, 0xFD, 0xFF, 0x178: "y"
        case 0x152, 0x153: "oe"
        case 0xDF: "ss"
        case 0x2019, 0x2BC: "'"
        default: nil
        }
    }
}
