import Model

/// What really happened, for who checks an investigation.
package struct StoryTruth: Sendable, Equatable {
    package struct Account: Sendable, Equatable {
        package var account: String
        package var rpps: String
        /// From 0.
        package var region: Int
        /// The thief's first act.
        package var onset: Instant
        package var onsetEvent: String
        package var last: Instant
        package var acts: Int
        /// Distinct persons disclosed to the thief, and of those, by category name.
        package var persons: Int
        package var byCategory: [String: Int]
    }

    package var seed: UInt64
    /// In order of onset.
    package var accounts: [Account]
    /// Distinct persons over all usurped accounts.
    package var persons: Int
    package var byCategory: [String: Int]
    package var identityLines: Int
    /// Without the header.
    package var placementLines: Int
    package var allAccounts: Int
    package var directoryPersons: Int
    /// Weeks of accounts in their owners' hands alone.
    package var cleanAccountWeeks: Int

    package var events: Int { identityLines + placementLines }
}

/// Watches the events go by.
struct TruthKeeper {
    struct Act { var id: String, time: Instant, kind: String, thief: Int, account: String, persons: [String] }

    private let scene: Scene
    private let operation: Operation
    private(set) var acts: [Act] = []
    /// Per usurped account, person to bits of categories.
    private var seen: [[Int: UInt8]]

    private static let names = ["identity", "contact", "administrative", "medical", "social"]

    init(_ scene: Scene, _ operation: Operation) {
        (self.scene, self.operation) = (scene, operation)
        seen = Array(repeating: [:], count: operation.usurped.count)
    }

    mutating func note(_ event: Event, id: String) {
        guard let k = event.thief else { return }
        let kind = switch event.kind {
        case .login, .loginError: "login"
        case .logout: "logout"
        case .search: "search"
        default: "read"
        }
        acts.append(Act(id: id, time: event.time.instant, kind: kind, thief: k, account: scene.staff.all[event.account].account, persons: event.persons.map { scene.people.all[$0].ipp }))
        let bits = event.screen.categories.reduce(UInt8(0)) { $0 | 1 << UInt8(TruthKeeper.names.firstIndex(of: $1) ?? 7) }
        for p in event.persons { seen[k][p, default: 0] |= bits }
    }

    func truth(identityLines: Int, placementLines: Int, plan: StoryPlan) -> StoryTruth {
        var accounts: [StoryTruth.Account] = [], together: [Int: UInt8] = [:]
        for (k, u) in operation.usurped.enumerated() {
            let mine = acts.filter { $0.thief == k }
            guard let first = mine.first, let last = mine.last else { continue }
            let who = scene.staff.all[u.account]
            accounts.append(StoryTruth.Account(account: who.account, rpps: who.rpps, region: scene.teams[who.team].region, onset: first.time, onsetEvent: first.id, last: last.time, acts: mine.count, persons: seen[k].count, byCategory: split(seen[k])))
            together.merge(seen[k]) { $0 | $1 }
        }
        let end = ParisTime(day: scene.firstDay + plan.days)
        var weeks = 0
        for (i, p) in scene.staff.all.enumerated() {
            let usurpedFrom = operation.usurped.first { $0.account == i }?.firstDay ?? plan.days
            weeks += max(0, min(p.lastDay, usurpedFrom) - p.firstDay) / 7
        }
        return StoryTruth(
            seed: plan.seed, accounts: accounts.sorted { ($0.onset, $0.account) < ($1.onset, $1.account) }, persons: together.count, byCategory: split(together), identityLines: identityLines, placementLines: placementLines,
            allAccounts: scene.staff.all.count, directoryPersons: scene.people.all.count { $0.knownAt < end }, cleanAccountWeeks: weeks)
    }

    private func split(_ seen: [Int: UInt8]) -> [String: Int] {
        var split: [String: Int] = [:]
        for (i, name) in TruthKeeper.names.enumerated() {
            let n = seen.values.count { $0 & 1 << UInt8(i) != 0 }
            if n > 0 { split[name] = n }
        }
        return split
    }
}

extension StoryTruth {
    /// `truth.json`: the figures, and under `attacks` every act of the operation with the persons that it disclosed.
    func write(folder: String, acts: [TruthKeeper.Act]) throws(StoryError) {
        let file = try TextFile(folder: folder, name: Story.truthFile)
        try file.line("{")
        try file.line(" \"seed\": \(seed), \"events\": \(events), \"identity_lines\": \(identityLines), \"placement_lines\": \(placementLines),")
        try file.line(" \"accounts\": \(allAccounts), \"persons_in_directory\": \(directoryPersons), \"clean_account_weeks\": \(cleanAccountWeeks),")
        try file.line(" \"persons\": \(persons), \"by_category\": \(StoryTruth.json(byCategory)),")
        try file.line(" \"usurped\": [")
        for (i, a) in accounts.enumerated() {
            try file.line("  {\"account\": \"\(a.account)\", \"rpps\": \"\(a.rpps)\", \"region\": \(a.region + 1), \"onset\": \"\(a.onset)\", \"onset_event\": \"\(a.onsetEvent)\", \"last\": \"\(a.last)\", \"acts\": \(a.acts), \"persons\": \(a.persons), \"by_category\": \(StoryTruth.json(a.byCategory))}" + (i + 1 < accounts.count ? "," : ""))
        }
        try file.line(" ],")
        try file.line(" \"attacks\": [{\"id\": \"september-2025\", \"plan\": \"lists\",")
        try file.line("  \"accounts\": [\(accounts.map { "\"\($0.account)\"" }.joined(separator: ", "))],")
        try file.line("  \"rpps\": [\(accounts.map { "\"\($0.rpps)\"" }.joined(separator: ", "))],")
        try file.line("  \"onset\": {\(accounts.map { "\"\($0.account)\": \"\($0.onset)\"" }.joined(separator: ", "))},")
        try file.line("  \"acts\": [")
        for (i, a) in acts.enumerated() {
            try file.line("   {\"ids\": [\"\(a.id)\"], \"time\": \"\(a.time)\", \"account\": \"\(a.account)\", \"kind\": \"\(a.kind)\", \"persons\": [\(a.persons.map { "\"\($0)\"" }.joined(separator: ","))]}" + (i + 1 < acts.count ? "," : ""))
        }
        try file.line("  ]}]")
        try file.line("}")
        try file.flush()
    }

    private static func json(_ split: [String: Int]) -> String {
        "{" + split.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
    }
}
