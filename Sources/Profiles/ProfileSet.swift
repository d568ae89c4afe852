import Model

/// The profiles of one run: those given by the user before those shipped, and of each the first that matches decides.
package struct ProfileSet: Sendable {
    package let profiles: [ServiceProfile]

    package init(_ profiles: [ServiceProfile]) { self.profiles = profiles }

    /// Number of the profile that speaks of a service; nil when none does and none is the default.
    ///
    /// A service that is not named stands under its source's name.
    package func profile(service: String, source: String) -> Int? {
        let named = profiles.firstIndex { profile in
            profile.services.contains { Glob.matches($0, service) } || profile.sources.contains { Glob.matches($0, source) }
        }
        return named ?? profiles.firstIndex(where: \.isDefault)
    }

    /// Sets categories, manners, controller and, where the path names one, the person.
    ///
    /// For one event. Who has many keeps a `ProfileApplier`, which remembers what it found.
    package func apply(to event: inout AccessEvent) {
        var applier = ProfileApplier(self)
        applier.apply(to: &event)
    }

    /// What profiles say of a file before any of its lines is read: the first that states a thing is followed.
    package func settings(forFile name: String) -> FileSettings {
        var settings = FileSettings()
        for profile in profiles where !profile.isShipped {
            guard profile.files.isEmpty || profile.files.contains(where: { Glob.matches($0, name) }) else { continue }
            if settings.zone == nil { settings.zone = profile.zone }
            if settings.columns.isEmpty { settings.columns = profile.columns }
            settings.trustedProxies += profile.trustedProxies
        }
        return settings
    }

    package struct FileSettings: Sendable, Equatable {
        package var zone: String?
        package var columns: [String: String] = [:]
        package var trustedProxies: [String] = []
    }
}

/// Applies a set of profiles to many events of few services: each answer is looked up once.
package struct ProfileApplier {
    private let set: ProfileSet
    private var lastService = ""
    private var lastSource = ""
    private var last: Int?
    private var isFresh = true
    private var numbers: [String: Int?] = [:]
    /// Per profile without path rules: resource → action → rule, -1 = none.
    private var rules: [[String: [Int]]]
    private let hasPaths: [Bool]
    /// Which profiles were used, by number.
    package private(set) var used: [Bool]

    package init(_ set: ProfileSet) {
        self.set = set
        rules = Array(repeating: [:], count: set.profiles.count)
        hasPaths = set.profiles.map { profile in profile.rules.contains { $0.path != nil || $0.personParameter != nil } }
        used = Array(repeating: false, count: set.profiles.count)
    }

    package mutating func apply(to event: inout AccessEvent) {
        if event.service.isEmpty { event.service = event.source }
        guard let number = profileNumber(of: event) else {
            setUnmapped(&event)
            return
        }
        used[number] = true
        let profile = set.profiles[number]
        if event.controller.isEmpty { event.controller = profile.controllers[event.organisation] ?? profile.controller }
        guard let rule = rule(for: &event, profile, number) else {
            setUnmapped(&event)
            return
        }
        event.categories = rule.categories
        event.manners = rule.manner ?? event.action.manner
        if let resource = rule.setsResource { event.resource = resource }
        if let service = rule.setsService { event.service = service }
    }

    /// The profile and, from 0, the rule that decide for an event; for explanations.
    package mutating func decision(for event: AccessEvent) -> (profile: String, rule: Int?)? {
        var event = event
        if event.service.isEmpty { event.service = event.source }
        guard let number = profileNumber(of: event) else { return nil }
        let profile = set.profiles[number]
        return (profile.name, profile.rules.firstIndex { fits($0, &event) })
    }

    private mutating func profileNumber(of event: AccessEvent) -> Int? {
        if !isFresh, event.service == lastService, event.source == lastSource { return last }
        let key = event.service + "\u{0}" + event.source
        let number: Int?
        if let known = numbers[key] { number = known } else {
            number = set.profile(service: event.service, source: event.source)
            // Sources are few; a trail that names a new one with every event must not fill the memory.
            if numbers.count < 4_096 { numbers[key] = .some(number) }
        }
        (isFresh, lastService, lastSource, last) = (false, event.service, event.source, number)
        return number
    }

    private mutating func rule(for event: inout AccessEvent, _ profile: ServiceProfile, _ number: Int) -> ServiceProfile.Rule? {
        if hasPaths[number] {
            for rule in profile.rules where fits(rule, &event) { return rule }
            return nil
        }
        let action = Int(event.action.rawValue)
        if let known = rules[number][event.resource] {
            return known[action] < 0 ? nil : profile.rules[known[action]]
        }
        var table = [Int](repeating: -1, count: Action.allCases.count)
        for candidate in Action.allCases {
            var probe = event
            probe.action = candidate
            table[Int(candidate.rawValue)] = profile.rules.firstIndex { fits($0, &probe) } ?? -1
        }
        if rules[number].count < 4_096 { rules[number][event.resource] = table }
        return table[action] < 0 ? nil : profile.rules[table[action]]
    }

    /// Whether a rule fits; then the person that path or parameter name is added.
    private func fits(_ rule: ServiceProfile.Rule, _ event: inout AccessEvent) -> Bool {
        guard rule.actions.isEmpty || rule.actions.contains(event.action) else { return false }
        guard rule.resources.isEmpty || rule.resources.contains(where: { Glob.matches($0, event.resource) }) else { return false }
        var person = ""
        if let path = rule.path {
            guard let found = path.match(event.path) else { return false }
            person = found
        }
        if let parameter = rule.personParameter {
            guard let found = QueryText.value(of: parameter, in: event.query) else { return false }
            person = found
        }
        if !person.isEmpty, event.persons.isEmpty {
            event.persons.append(PersonReference(reference: QueryText.decoded(person)))
        }
        return true
    }

    /// No rule: whatever persons stand in it may have been disclosed in every category, in none for certain.
    private func setUnmapped(_ event: inout AccessEvent) {
        let discloses = !event.persons.isEmpty || (event.resultCount ?? 0) > 0
        event.categories = discloses ? .unknown : []
        event.manners = discloses ? event.action.manner : []
    }
}

extension Action {
    /// How persons are disclosed where no rule says it.
    package var manner: Manners {
        switch self {
        case .search: .listed
        case .create, .update, .delete: .edited
        case .export: .exported
        case .print: .printed
        case .read, .breakGlass, .other: .opened
        case .login, .logout: []
        }
    }
}
