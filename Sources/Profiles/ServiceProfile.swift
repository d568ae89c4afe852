import Model

/// What an act of one service discloses, who answers for the data, and what the source can never prove.
///
/// It is read from YAML (`ProfileReader`). Anything that a profile does not say stays unknown: nothing here guesses.
package struct ServiceProfile: Sendable, Equatable {
    /// Short name, unique in a set: `placement`.
    package var name: String
    /// One line on what it is for.
    package var summary = ""
    /// Name of the profile whose word holds where this one is silent; nil when there is none.
    package var basedOn: String?
    /// True when it comes with the program, false when it was given by `--profile`.
    package var isShipped = false

    /// Patterns (`*` = anything, upper and lower case alike) of the services, sources and files that it speaks of.
    package var services: [String] = []
    package var sources: [String] = []
    package var files: [String] = []
    /// Speaks of every service that no other profile matches.
    package var isDefault = false

    /// Zone of times that carry none, as in the IANA database. Nil: not stated.
    package var zone: String?
    /// Who answers for the data by organisation (FINESS or another id), and who does for all others; empty: not stated.
    package var controllers: [String: String] = [:]
    package var controller = ""
    /// Being in this service reveals health, whatever was opened (a care-home list, rehabilitation, oncology).
    package var healthByContext = false
    /// Persons on a page of a list, which bounds what an act with a larger count can have shown. Nil: not known.
    package var pageSize: Int?

    package var rules: [Rule] = []
    /// References of persons whom nobody has a reason to open.
    package var decoys: [String] = []
    package var neverProves: [Wording] = []
    /// Addresses or networks of proxies whose X-Forwarded-For is believed.
    package var trustedProxies: [String] = []
    /// Column name to event field, for tables with unknown headers.
    package var columns: [String: String] = [:]

    package init(name: String) { self.name = name }

    /// This profile, and what `base` says where this one is silent. Controllers and decoys are added to the base's.
    func completed(by base: ServiceProfile) -> ServiceProfile {
        var whole = self
        if services.isEmpty && sources.isEmpty && files.isEmpty { (whole.services, whole.sources, whole.files) = (base.services, base.sources, base.files) }
        whole.zone = zone ?? base.zone
        whole.controllers = base.controllers.merging(controllers) { _, own in own }
        if controller.isEmpty { whole.controller = base.controller }
        whole.healthByContext = healthByContext || base.healthByContext
        whole.pageSize = pageSize ?? base.pageSize
        if rules.isEmpty { whole.rules = base.rules }
        whole.decoys = base.decoys + decoys
        if neverProves.isEmpty { whole.neverProves = base.neverProves }
        whole.trustedProxies = base.trustedProxies + trustedProxies
        whole.columns = base.columns.merging(columns) { _, own in own }
        return whole
    }

    /// The first rule that fits decides.
    package struct Rule: Sendable, Equatable {
        // When: empty means any.
        package var actions: Set<Action> = []
        /// Resource types, upper and lower case alike.
        package var resources: [String] = []
        package var path: PathPattern?

        // Then
        package var categories: Categories = []
        /// Nil: as the action says (search → listed, read → opened…).
        package var manner: Manners?
        /// Name of the query parameter that carries the person.
        package var personParameter: String?
        package var setsResource: String?
        package var setsService: String?

        package init() {}
    }
}

/// `/patients/{person}/notes`, `/files/*`, `/static/**`. `*` is one segment, `**` the rest, `{person}` a segment that names the person.
package struct PathPattern: Sendable, Equatable {
    enum Part: Sendable, Equatable { case literal([UInt8]), any, person, rest }
    var parts: [Part]

    /// Nil when it does not begin with `/`, or `**` is not the last part.
    package init?(_ text: String) {
        guard text.utf8.first == UInt8(ascii: "/") else { return nil }
        let pieces = text.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true)
        parts = pieces.map { piece in
            switch String(decoding: piece, as: UTF8.self) {
            case "*": .any
            case "**": .rest
            case "{person}": .person
            default: .literal(piece.map(lowercased))
            }
        }
        guard !parts.dropLast().contains(.rest) else { return nil }
    }

    /// Nil when the path does not fit; else the person's segment, empty when the pattern names none.
    package func match(_ path: String) -> String? {
        var person = ""
        var at = 0
        for piece in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: true) {
            guard at < parts.count else { return nil }
            switch parts[at] {
            case .rest: return person
            case .any: break
            case .person: person = String(decoding: piece, as: UTF8.self)
            case .literal(let bytes): guard piece.count == bytes.count, piece.map(lowercased) == bytes else { return nil }
            }
            at += 1
        }
        if at < parts.count { guard at == parts.count - 1, parts[at] == .rest else { return nil } }
        return person
    }
}

/// ASCII letters folded to lower case, everything else as it is.
func lowercased(_ byte: UInt8) -> UInt8 { byte >= 65 && byte <= 90 ? byte | 32 : byte }
