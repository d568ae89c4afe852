import Model

/// How a person was known to an account before it opened them.
enum Acquaintance: Int, CaseIterable {
    /// Opened by this account within 30 days.
    case own = 0
    case ownOlder
    /// Registered by this very act.
    case created
    /// Opened by the account's team within 30 days; where no team is given, by somebody who shares persons with it.
    case team
    case teamOlder
    /// Opened by anybody within 30 days.
    case active
    /// Opened by somebody, longer ago.
    case dormant
    /// Never opened since the trail begins.
    case never

    /// Nobody of the account's team has had to do with this person.
    var isStranger: Bool { self == .never || self == .dormant || self == .active }
}

/// When, to two seconds, and whether the act was suspect: four bytes, because there is one for each account and person.
private struct Stamp {
    private let packed: UInt32

    init(_ milliseconds: Int64, isSuspect: Bool = false) {
        packed = min(UInt32(clamping: milliseconds / 2_000), 0x7FFF_FFFF) << 1 | (isSuspect ? 1 : 0)
    }
    var milliseconds: Int64 { Int64(packed >> 1) * 2_000 }
    var isSuspect: Bool { packed & 1 == 1 }
}

/// Who has opened whom, as far as the trail tells (pseudonymous numbers only).
struct CareContext {
    /// Thousandths; the first row in general, the second after a stranger.
    static let assumed = [[250, 60, 200, 220, 60, 90, 40, 80], [220, 50, 200, 180, 50, 110, 60, 130]]
    static let recent = 30 * Instant.day
    /// One care event is often several acts: an account's further acts on a person within this time say nothing new.
    static let sameVisit = 12 * Instant.hour

    /// Time of the last opening by anybody; Int64.min = never.
    private var lastOfAll: [Int64] = []
    /// The last two accounts that opened the person. Only kept for accounts without a given team.
    private var openers: [(last: UInt32, earlier: UInt32)] = []
    /// When one account first opened whom the other was among the last to open: where no teams are given, who shares persons is one.
    private var sharedSince: [UInt64: Int64] = [:]
    /// From the day after, two accounts are taken for colleagues: nobody makes himself one by reading on.
    private static let colleaguesAfter = Instant.day
    private var lastOfTeam: [UInt64: Stamp] = [:]
    private var lastOfAccount: [UInt64: Stamp] = [:]
    private(set) var personsOpened = 0
    private var recency = Recency()
    /// Visits to each person by anybody, counted to three, and how many persons had one and two.
    private var visits: [UInt8] = []
    private var seenOnce = 0, seenTwice = 0
    let directoryCount: Int
    private var personsKnown = 0

    init(directoryCount: Int) { self.directoryCount = directoryCount }

    private func key(_ a: UInt32, _ person: UInt32) -> UInt64 { UInt64(a) << 32 | UInt64(person) }

    /// Nil when this account opened the person within the same visit.
    func acquaintance(account: UInt32, team: UInt32, person: UInt32, at time: Instant, creating: Bool) -> Acquaintance? {
        let t = time.milliseconds
        if let own = lastOfAccount[key(account, person)] {
            if t - own.milliseconds < CareContext.sameVisit { return nil }
            if !own.isSuspect { return t - own.milliseconds <= CareContext.recent ? .own : .ownOlder }
        }
        if creating { return .created }
        if team > 0, let last = lastOfTeam[key(team, person)] { return t - last.milliseconds <= CareContext.recent ? .team : .teamOlder }
        guard Int(person) < lastOfAll.count, lastOfAll[Int(person)] != .min else { return .never }
        let by = openers[Int(person)]
        if team == 0, areColleagues(account, by.last, at: t) || areColleagues(account, by.earlier, at: t) { return t - lastOfAll[Int(person)] <= CareContext.recent ? .team : .teamOlder }
        return t - lastOfAll[Int(person)] <= CareContext.recent ? .active : .dormant
    }

    private func areColleagues(_ a: UInt32, _ b: UInt32, at t: Int64) -> Bool {
        guard a != b, b != .max, let since = sharedSince[key(min(a, b), max(a, b))] else { return false }
        return t - since >= CareContext.colleaguesAfter
    }

    /// A suspect act makes nobody an acquaintance: whoever a usurper reads stays unknown to the owners.
    mutating func opened(account: UInt32, team: UInt32, person: UInt32, at time: Instant, isSuspect: Bool, isCut: Bool) {
        let t = time.milliseconds
        if isSuspect {
            if lastOfAccount[key(account, person)]?.isSuspect ?? true { lastOfAccount[key(account, person)] = Stamp(t, isSuspect: true) }
            if isCut { return }
        } else {
            lastOfAccount[key(account, person)] = Stamp(t)
            if team > 0 { lastOfTeam[key(team, person)] = Stamp(t) }
        }
        if Int(person) >= lastOfAll.count {
            lastOfAll.append(contentsOf: repeatElement(.min, count: max(Int(person) + 1, lastOfAll.count * 2) - lastOfAll.count))
            openers.append(contentsOf: repeatElement((.max, .max), count: lastOfAll.count - openers.count))
            visits.append(contentsOf: repeatElement(0, count: lastOfAll.count - visits.count))
        }
        if lastOfAll[Int(person)] == .min { personsOpened += 1 }
        recency.opened(before: lastOfAll[Int(person)], now: t)
        if lastOfAll[Int(person)] == .min || t - lastOfAll[Int(person)] >= CareContext.sameVisit { countVisit(person) }
        if team == 0, !isSuspect {
            let by = openers[Int(person)]
            for other in [by.last, by.earlier] where other != .max && other != account {
                let pair = key(min(account, other), max(account, other))
                if sharedSince[pair] == nil { sharedSince[pair] = t }
            }
            if by.last != account { openers[Int(person)] = (account, by.last) }
        }
        lastOfAll[Int(person)] = t
    }

    mutating func met(_ person: UInt32) { personsKnown = max(personsKnown, Int(person) + 1) }

    /// What a usurper who wants many persons opens: mostly whoever the directory holds, sometimes what the team's worklist offers.
    func wanted(_ k: Acquaintance) -> Int { Chance.thousandths((75 * uniform(k) + 25 * robust(k)) / 100) }

    private func uniform(_ k: Acquaintance) -> Int {
        let held = max(directoryCount, personsKnown, 1)
        let untouched = directoryCount > 0
            ? 1_000 * max(held - personsOpened, 0) / held
            : (500 + 1_000 * neverOpened / max(personsOpened + neverOpened, 1)) / 2
        let touched = 1_000 - untouched
        return switch k {
        case .own: 5
        case .ownOlder: 10
        case .created: 2
        case .team: touched * 6 / 100
        case .teamOlder: touched * 12 / 100
        case .active: touched * (25_000 + 80 * recency.share) / 200_000
        case .dormant: touched * (55_000 + 80 * (1_000 - recency.share)) / 200_000
        case .never: untouched
        }
    }

    /// Without a directory nobody knows how many persons were never opened: at least f1² / 2 f2, where f1 and f2 were seen
    /// once and twice (Chao 1984), counted up to as many as were opened. What a usurper wants lies between that and half.
    private var neverOpened: Int { min(personsOpened, seenOnce * (seenOnce - 1) / (2 * (seenTwice + 1))) }

    private mutating func countVisit(_ person: UInt32) {
        switch visits[Int(person)] {
        case 0: seenOnce += 1
        case 1: (seenOnce, seenTwice) = (seenOnce - 1, seenTwice + 1)
        case 2: seenTwice -= 1
        default: return
        }
        visits[Int(person)] += 1
    }

    private func robust(_ k: Acquaintance) -> Int {
        switch k {
        case .own: 60
        case .ownOlder: 40
        case .created: 10
        case .team: 250
        case .teamOlder: 110
        case .active: 180
        case .dormant: 100
        case .never: 250
        }
    }
}

/// How many of the persons ever opened were opened within `CareContext.recent`, to the day.
private struct Recency {
    /// Persons by the day of their last opening, a ring over the recent days.
    private var byDay = [Int](repeating: 0, count: days)
    private static let days = Int(CareContext.recent / Instant.day)
    private var firstDay = Int64.min
    private var today = Int64.min
    private var recent = 0
    private var all = 0

    /// Thousandths. A trail must be twice as long as what counts as recent before it can tell; until then it is assumed.
    var share: Int { firstDay == .min || today - firstDay < 2 * Int64(Recency.days) ? 310 : 1_000 * recent / max(all, 1) }

    /// `before`: the person's last opening until now, milliseconds; Int64.min for the first one.
    mutating func opened(before: Int64, now: Int64) {
        let day = now / Instant.day
        if firstDay == .min { firstDay = day }
        if today == .min || day - today >= Int64(Recency.days) {
            byDay = [Int](repeating: 0, count: Recency.days)
            (recent, today) = (0, day)
        }
        while today < day {
            today += 1
            recent -= byDay[slot(today)]
            byDay[slot(today)] = 0
        }
        if before == .min {
            all += 1
        } else {
            let old = before / Instant.day
            if old > today - Int64(Recency.days) {
                byDay[slot(old)] -= 1
                recent -= 1
            }
        }
        byDay[slot(today)] += 1
        recent += 1
    }

    private func slot(_ day: Int64) -> Int { Int(((day % Int64(Recency.days)) + Int64(Recency.days)) % Int64(Recency.days)) }
}
