import Model
import Yams

/// Reads profiles from YAML. All faults of a text are reported together, each with line, key and a right example.
///
/// ```yaml
/// profile: placement
/// match: {services: [placement, "orientation*"]}
/// health_by_context: true
/// rules:
///   - when: {action: search, resource: [List, Patient]}
///     categories: [identity, contact]
///     manner: listed
/// ```
package struct ProfileReader {
    private let file: String
    private var faults: [ProfileFaults.Fault] = []

    /// `file` is the base name that faults are reported under. A text may hold several YAML documents.
    package static func read(_ text: String, file: String) throws(ProfileFaults) -> [ServiceProfile] {
        var reader = ProfileReader(file: file)
        var profiles: [ServiceProfile] = []
        do {
            for node in try Yams.compose_all(yaml: text) { profiles.append(reader.profile(node)) }
        } catch let error as YamlError {
            reader.fault(reader.line(of: error), "", found: "text that is not YAML", example: "profile: my-service")
        } catch {
            reader.fault(nil, "", found: "text that is not YAML", example: "profile: my-service")
        }
        if profiles.isEmpty, reader.faults.isEmpty { reader.fault(nil, "profile", found: "nothing", example: "profile: my-service") }
        guard reader.faults.isEmpty else { throw ProfileFaults(faults: reader.faults) }
        return profiles
    }

    private init(file: String) { self.file = file }

    private mutating func profile(_ node: Node) -> ServiceProfile {
        var profile = ServiceProfile(name: "")
        guard let mapping = node.mapping else {
            fault(node.mark?.line, "", found: "not a mapping", example: "profile: my-service")
            return profile
        }
        for (keyNode, value) in mapping {
            let key = keyNode.string ?? ""
            switch key {
            case "profile", "service": profile.name = text(value, key, example: "profile: placement")
            case "summary": profile.summary = text(value, key, example: "summary: Places in care homes")
            case "based_on": profile.basedOn = text(value, key, example: "based_on: placement")
            case "match": match(value, &profile)
            case "zone": profile.zone = text(value, key, example: "zone: Europe/Paris")
            case "controller": profile.controller = text(value, key, example: "controller: Centre hospitalier de Lille")
            case "controllers": profile.controllers = texts(value, key, example: "controllers: {\"590780193\": Centre hospitalier de Lille}")
            case "health_by_context": profile.healthByContext = bool(value, key)
            case "page_size": profile.pageSize = positive(value, key, example: "page_size: 20")
            case "rules": rules(value, &profile)
            case "decoys": profile.decoys = list(value, key, example: "decoys: [p0000001]")
            case "never_proves": neverProves(value, &profile)
            case "trusted_proxies": profile.trustedProxies = list(value, key, example: "trusted_proxies: [10.0.0.0/8]")
            case "columns": profile.columns = texts(value, key, example: "columns: {Utilisateur: account}")
            default:
                fault(keyNode.mark?.line, key, found: "a key that profiles do not have",
                      example: "one of profile, summary, based_on, match, zone, controller, controllers, health_by_context, page_size, rules, decoys, never_proves, trusted_proxies, columns")
            }
        }
        if profile.name.isEmpty { fault(node.mark?.line, "profile", found: "missing", example: "profile: placement") }
        return profile
    }

    private mutating func match(_ node: Node, _ profile: inout ServiceProfile) {
        let example = "match: {services: [placement, \"orientation*\"]}"
        guard let mapping = node.mapping else { return fault(node.mark?.line, "match", found: "not a mapping", example: example) }
        for (keyNode, value) in mapping {
            switch keyNode.string ?? "" {
            case "services", "service": profile.services = list(value, "match.services", example: example)
            case "sources", "source": profile.sources = list(value, "match.sources", example: "match: {sources: [\"sso-*\"]}")
            case "files", "file": profile.files = list(value, "match.files", example: "match: {files: [\"access-*.csv\"]}")
            case "default": profile.isDefault = bool(value, "match.default")
            case let key: fault(keyNode.mark?.line, "match." + key, found: "a key that match does not have", example: "services, sources, files, default")
            }
        }
    }

    private mutating func rules(_ node: Node, _ profile: inout ServiceProfile) {
        let example = "- {when: {action: read, resource: Patient}, categories: [identity, contact], manner: opened}"
        guard let sequence = node.sequence else { return fault(node.mark?.line, "rules", found: "not a list", example: example) }
        for (number, item) in sequence.enumerated() {
            let at = "rules[\(number + 1)]"
            guard let mapping = item.mapping else {
                fault(item.mark?.line, at, found: "not a mapping", example: example)
                continue
            }
            var rule = ServiceProfile.Rule()
            var hasCategories = false
            for (keyNode, value) in mapping {
                let key = keyNode.string ?? "", place = at + "." + key
                switch key {
                case "when": when(value, place, &rule)
                case "categories":
                    hasCategories = true
                    rule.categories = categories(value, place)
                case "manner": rule.manner = manners(value, place)
                case "person_parameter": rule.personParameter = text(value, place, example: "person_parameter: ipp")
                case "set_resource": rule.setsResource = text(value, place, example: "set_resource: Patient")
                case "set_service": rule.setsService = text(value, place, example: "set_service: placement")
                default: fault(keyNode.mark?.line, place, found: "a key that rules do not have", example: "when, categories, manner, person_parameter, set_resource, set_service")
                }
            }
            if !hasCategories { fault(item.mark?.line, at + ".categories", found: "missing", example: "categories: [identity, contact]; [] when nobody is disclosed") }
            profile.rules.append(rule)
        }
    }

    private mutating func when(_ node: Node, _ at: String, _ rule: inout ServiceProfile.Rule) {
        guard let mapping = node.mapping else { return fault(node.mark?.line, at, found: "not a mapping", example: "when: {action: search, resource: List}") }
        for (keyNode, value) in mapping {
            let key = keyNode.string ?? "", place = at + "." + key
            switch key {
            case "action":
                for name in list(value, place, example: "action: [read, search]") {
                    if let action = Action(name: name) { rule.actions.insert(action) } else {
                        fault(value.mark?.line, place, found: "not an action", example: Action.allCases.map(\.name).joined(separator: ", "))
                    }
                }
            case "method":
                for name in list(value, place, example: "method: GET") {
                    switch name.lowercased() {
                    case "get", "head": rule.actions.formUnion([.read, .search])
                    case "post": rule.actions.formUnion([.create, .search])
                    case "put", "patch": rule.actions.insert(.update)
                    case "delete": rule.actions.insert(.delete)
                    default: fault(value.mark?.line, place, found: "not a method", example: "GET, POST, PUT, PATCH, DELETE")
                    }
                }
            case "resource": rule.resources = list(value, place, example: "resource: [List, Patient]")
            case "path":
                rule.path = PathPattern(text(value, place, example: "path: /patients/{person}/notes"))
                if rule.path == nil { fault(value.mark?.line, place, found: "not a path pattern", example: "path: \"/patients/{person}/**\" (`**` only at the end)") }
            default: fault(keyNode.mark?.line, place, found: "a key that when does not have", example: "action, method, resource, path")
            }
        }
    }

    private mutating func neverProves(_ node: Node, _ profile: inout ServiceProfile) {
        let example = "- {fr: \"Ce qui a été lu à l'écran\", en: \"What was read on the screen\"}"
        guard let sequence = node.sequence else { return fault(node.mark?.line, "never_proves", found: "not a list", example: example) }
        for item in sequence {
            guard let fr = item.mapping?["fr"]?.string, let en = item.mapping?["en"]?.string else {
                fault(item.mark?.line, "never_proves", found: "not a sentence in both languages", example: example)
                continue
            }
            profile.neverProves.append(Wording(fr: fr, en: en))
        }
    }

    // Values

    private mutating func categories(_ node: Node, _ at: String) -> Categories {
        var set: Categories = []
        for name in list(node, at, example: "categories: [identity, contact]") {
            if let category = Categories(name: name) { set.insert(category) } else {
                fault(node.mark?.line, at, found: "not a category", example: Categories.named.map(\.name).joined(separator: ", "))
            }
        }
        return set
    }

    private mutating func manners(_ node: Node, _ at: String) -> Manners? {
        var set: Manners = []
        for name in list(node, at, example: "manner: listed") {
            if let manner = Manners(name: name) { set.insert(manner) } else {
                fault(node.mark?.line, at, found: "not a manner", example: Manners.named.map(\.name).joined(separator: ", "))
            }
        }
        return set.isEmpty ? nil : set
    }

    private mutating func text(_ node: Node, _ key: String, example: String) -> String {
        if let text = node.scalar?.string, !text.isEmpty { return text }
        fault(node.mark?.line, key, found: "not a text", example: example)
        return ""
    }

    /// A list, or one text that stands for a list of one.
    private mutating func list(_ node: Node, _ key: String, example: String) -> [String] {
        if let one = node.scalar?.string { return [one] }
        guard let sequence = node.sequence else {
            fault(node.mark?.line, key, found: "not a list", example: example)
            return []
        }
        // An empty text is a value here: `resource: ["", List]` also fits where no resource is given.
        return sequence.map { $0.scalar?.string ?? text($0, key, example: example) }
    }

    private mutating func texts(_ node: Node, _ key: String, example: String) -> [String: String] {
        guard let mapping = node.mapping else {
            fault(node.mark?.line, key, found: "not a mapping", example: example)
            return [:]
        }
        var all: [String: String] = [:]
        for (name, value) in mapping { all[text(name, key, example: example)] = text(value, key, example: example) }
        return all
    }

    private mutating func bool(_ node: Node, _ key: String) -> Bool {
        switch node.scalar?.string {
        case "true", "yes", "oui": return true
        case "false", "no", "non": return false
        default:
            fault(node.mark?.line, key, found: "neither true nor false", example: key + ": true")
            return false
        }
    }

    private mutating func positive(_ node: Node, _ key: String, example: String) -> Int? {
        if let text = node.scalar?.string, let number = Int(text), number > 0 { return number }
        fault(node.mark?.line, key, found: "not a positive number", example: example)
        return nil
    }

    // Faults

    private mutating func fault(_ line: Int?, _ key: String, found: String, example: String) {
        faults.append(.init(file: file, line: line ?? 1, key: key, found: found, example: example))
    }

    private func line(of error: YamlError) -> Int? {
        switch error {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
        default: nil
        }
    }
}

/// All that is wrong with a profile.
package struct ProfileFaults: Error, Sendable, CustomStringConvertible {
    package var faults: [Fault]

    package struct Fault: Sendable, Hashable, CustomStringConvertible {
        package var file: String
        package var line: Int
        package var key: String
        package var found: String
        package var example: String

        package var description: String {
            "\(file):\(line): " + (key.isEmpty ? "" : "\"\(key)\": ") + "\(found); for example: \(example)"
        }
    }

    package var description: String { faults.map(\.description).joined(separator: "\n") }
}
