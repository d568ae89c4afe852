import Detection
import Model

/// A small stage: four teams of three accounts who work on their own persons for some weeks, and whatever a test adds.
///
/// Persons 0..<2000 are the directory. Staff work on persons whose number is a multiple of 8, so that none are neighbours in
/// any order; nobody ever opens the rest.
struct Play {
    static let start = Instant(year: 2025, month: 3, day: 3, hour: 7)
    static let weeks = 8
    static let accounts = 12
    var acts: [Act] = []
    private var state: UInt64 = 42

    /// The honest weeks. `until` is the Monday after them.
    static func honest(seed: UInt64 = 42) -> Play {
        var play = Play()
        play.state = seed
        for day in 0..<(weeks * 7) where day % 7 < 5 {
            for account in 0..<accounts {
                let at = start + Int64(day) * Instant.day + Int64(account) * Instant.minute
                play.workday(account, at, session: UInt64(1_000_000 + day * 100 + account))
            }
        }
        return play
    }
    static let until = start + Int64(weeks * 7) * Instant.day

    mutating func random(_ n: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(n))
    }

    /// The i-th person of a team, i below 60.
    static func person(_ team: Int, _ i: Int) -> UInt32 { UInt32((team * 60 + i) * 8) }

    static func team(_ account: Int) -> Int { account / 3 }
    static func network(_ account: Int) -> UInt64 { UInt64(500 + team(account)) }
    static func agent(_ account: Int) -> UInt64 { UInt64(900 + account % 2) }

    /// A usual day: sign in, find and open some of the team's persons, write in some, sometimes look at a list only.
    mutating func workday(_ account: Int, _ at: Instant, session: UInt64, network: UInt64? = nil, agent: UInt64? = nil, team: Int? = nil, persons: Int = 6) {
        let network = network ?? Play.network(account), agent = agent ?? Play.agent(account)
        var t = at
        act(account, .login, t, session, network, agent)
        for k in 0..<persons {
            t = t + Int64(300 + random(900)) * Instant.second
            let i = random(57)
            let person = Play.person(team ?? Play.team(account), i)
            if random(10) < 6 { list(account, t, session, network, agent, letters: UInt64(1 + random(40)), persons: (0..<3).map { Play.person(team ?? Play.team(account), i + $0) }) }
            if random(20) == 0 { list(account, t + 30 * Instant.second, session, network, agent, letters: UInt64(1 + random(40)), persons: [person]) }
            act(account, k == 0 && random(3) == 0 ? .create : .read, t + 60 * Instant.second, session, network, agent, persons: [person])
            if random(2) == 0 { act(account, .update, t + 90 * Instant.second, session, network, agent, persons: [person]) }
        }
    }

    mutating func act(_ account: Int, _ action: Action, _ time: Instant, _ session: UInt64, _ network: UInt64, _ agent: UInt64, persons: [UInt32] = [], outcome: Outcome = .success, search: Act.Search? = nil) {
        var act = Act(index: 0, time: time, eventID: "e\(acts.count)")
        act.account = UInt32(account)
        act.attribution = .stated
        act.team = UInt32(Play.team(account) + 1)
        (act.session, act.network, act.address, act.agent) = (session, network, network, agent)
        (act.action, act.outcome, act.search) = (action, outcome, search)
        act.disclosures = persons.map { Disclosure(reference: $0, person: $0, categories: [.identity], manners: action == .search ? .listed : .opened) }
        acts.append(act)
    }

    /// A search by name: `letters` stands for the name's three letters; names with the same hundreds share the first two.
    mutating func list(_ account: Int, _ t: Instant, _ session: UInt64, _ network: UInt64, _ agent: UInt64, letters: UInt64, page: Int = 1, length: Int = 3, persons: [UInt32], results: Int? = nil) {
        let search = Act.Search(term: 7_000_000 + letters * 100 + UInt64(length), letters: (1, 10_000 + letters / 100, 20_000 + letters), page: page, length: length, results: results ?? persons.count)
        act(account, .search, t, session, network, agent, persons: persons, search: search)
    }

    /// Somebody else on the account: persons that nobody knows, one after the other.
    mutating func strangers(_ account: Int, from t: Instant, session: UInt64, network: UInt64, agent: UInt64, count: Int, pause: Int64 = 60 * Instant.second, first: UInt32 = 700, step: UInt32 = 17) {
        act(account, .login, t, session, network, agent)
        for k in 0..<count {
            var person = 600 + (first - 600 + UInt32(k) * step) % 1_400
            if person % 8 == 0 { person += 1 }
            act(account, .read, t + Int64(k + 1) * pause, session, network, agent, persons: [person])
        }
    }

    static let directory = DirectoryOrders(byID: Array(0..<2_000), byName: (0..<2_000).map { UInt32(($0 * 1_237) % 2_000) }, byPostcode: (0..<2_000).map { UInt32(($0 * 773) % 2_000) })

    /// In canonical order, numbered.
    var ordered: [Act] {
        var sorted = acts.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
        for i in sorted.indices { sorted[i].index = i }
        return sorted
    }

    func judged(policy: DetectionPolicy = DetectionPolicy(), decoys: Set<UInt32> = [], directory: DirectoryOrders? = Play.directory, upTo last: Int = .max) -> DetectionResult {
        var detector = Detector(policy: policy, directory: directory, decoys: decoys)
        for act in ordered where act.index <= last { detector.observe(act) }
        return detector.finish()
    }

    /// What the signals said of the acts of one session.
    func traced(session: UInt64, decoys: Set<UInt32> = []) -> [ActTrace] {
        let acts = ordered
        var traces: [ActTrace] = []
        var detector = Detector(directory: Play.directory, decoys: decoys)
        detector.trace = { if acts[$0.index].session == session { traces.append($0) } }
        for act in acts { detector.observe(act) }
        return traces
    }
}

extension DetectionResult {
    var cuts: [DetectedFinding] { findings.filter { $0.measure == .cut } }
    func cut(_ account: Int) -> AccountVerdict? { cuts.flatMap(\.accounts).first { $0.account == UInt32(account) } }
}

extension [ActTrace] {
    func sum(_ signal: String) -> Int { flatMap(\.signals).filter { $0.signal == signal }.reduce(0) { $0 + $1.millinats } }
    func highest(_ signal: String) -> Int { flatMap(\.signals).filter { $0.signal == signal }.map(\.millinats).max() ?? 0 }
}
