import Model

/// Recognises accounts in the wrong hands, act by act in canonical order.
///
/// What is decided at an act rests on the acts up to it and on nothing later. Each signal says how much more probable the
/// act is of a usurper than of the owner; the logarithms add up in cumulative sums per session, per device on the account
/// and per account at once, because a usurper who mixes with the owner hides in the account's traffic but not in his own
/// session's. Time does not wear evidence off: slowness gains nothing.
package struct Detector {
    package let policy: DetectionPolicy
    package var decoys: Set<UInt32>
    let order: DirectoryOrder?

    var accounts: [AccountState] = []
    var sessions: [SessionState] = []
    var sessionNumber: [SessionKey: Int] = [:]
    var devices: [DeviceKey: DeviceState] = [:]
    /// Clocks of the sessions that are in use, and the free places among them.
    var clocks: [Clock] = []
    var freeClocks: [Int] = []
    var care: CareContext
    var whereabouts = Whereabouts()
    var habits: [Habit]
    var quarantine = Quarantine()
    var spray = SprayWatch()
    var taint = Taint()
    var first: Instant?
    var last = Instant(milliseconds: 0)
    var weeks = 0
    /// Called with what each signal said of an act, for `cordon explain`.
    package var trace: ((ActTrace) -> Void)?

    package init(policy: DetectionPolicy = DetectionPolicy(), directory: DirectoryOrders? = nil, decoys: Set<UInt32> = []) {
        self.policy = policy
        self.decoys = decoys
        order = DirectoryOrder(directory)
        care = CareContext(directoryCount: directory?.count ?? 0)
        habits = [
            Habit(assumed: Whereabouts.assumed, personalStrength: 30, teamStrength: 30),
            Habit(assumed: [[995, 5]], personalStrength: 300, populationStrength: 400),
            Habit(assumed: [[800, 100, 50, 50]], personalStrength: 10),
            Habit(assumed: CareContext.assumed, personalStrength: 12, teamStrength: 80),
            Habit(assumed: [order?.assumed ?? [1_000, 0, 0, 0]], personalStrength: 60, populationStrength: 200),
            Habit(assumed: [[600, 240, 150, 10]], personalStrength: 10),
            Habit(assumed: [[50, 100, 150, 250, 250, 200]], personalStrength: 10),
            Habit(assumed: ListRun.assumed, personalStrength: 60, populationStrength: 60),
            Habit(assumed: [[450, 150, 400], [450, 150, 400]], personalStrength: 30),
        ]
    }

    package mutating func observe(_ act: Act) {
        if first == nil { first = act.time }
        last = act.time
        quarantine.release(before: act.time, into: &habits, accounts: accounts)
        guard let account = act.account, act.attribution != .ambiguous else { return }
        let a = Int(account)
        while accounts.count <= a { accounts.append(AccountState()) }
        let week = Int32(clamping: (act.time.dayNumber + 3) / 7)
        if accounts[a].lastWeek != week {
            accounts[a].lastWeek = week
            weeks += 1
        }
        guard act.outcome != .failure else {
            if act.action == .login, accounts[a].signIns > 0,
               whereabouts.place(account: account, team: UInt32(accounts[a].team), network: act.network, agent: act.agent, at: act.time) / 2 >= 3 {
                spray.failedFromElsewhere(account, at: act.time)
            }
            return
        }
        let s = session(of: act, account)
        var weights = Weights()
        var counters = Counters()
        counters.acts = 1
        weighPlace(act, account, s, &weights)
        weighReading(act, account, s, &weights, &counters)
        weighList(act, account, s, &weights, &counters)
        add(weights, counters, act, account, s)
        learnPlaces(act, account, s)
        judge(act, account, s)
        if let trace {
            let device = devices[DeviceKey(account: account, network: act.network, agent: act.agent)]
            trace(ActTrace(
                index: act.index, signals: Signal.allCases.filter { weights[$0] != 0 }.map { ActSignal(signal: $0.name, millinats: weights[$0]) },
                session: max(0, clocks[clock(of: s)].best.weight), device: max(0, device?.clock.best.weight ?? 0), account: max(0, accounts[a].clock.best.weight)))
        }
    }

    // MARK: where from

    private mutating func weighPlace(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights) {
        guard act.network != 0 || act.agent != 0 else { return }
        // An identity server names no agent: the session's next act, which may name one, is weighed as its sign-in.
        if sessions[s].acts == 0, act.action == .login, act.agent == 0 { return }
        let a = Int(account), team = accounts[a].team
        let kind = whereabouts.place(account: account, team: UInt32(team), network: act.network, agent: act.agent, at: act.time)
        if !sessions[s].isPlaced || differ(sessions[s].network, act.network), kind / 2 >= 3 {
            weights[.group] = taint.weight(Place(network: act.network, agent: act.agent), at: act.time)
            if spray.wasTried(account, before: act.time) { weights[.spray] = 3_000 }
        }
        if !sessions[s].isPlaced {
            sessions[s].isPlaced = true
            sessions[s].isFamiliar = kind % 2 == 0 && kind / 2 <= 2 || accounts[a].signIns == 0
            sessions[s].signIn = kind
            // Some services log the sign-in without the session that it opens: the same sign-in is not paid twice.
            if accounts[a].lastSignIn.milliseconds > act.time.milliseconds - 10 * Instant.minute, accounts[a].lastNetwork == act.network, accounts[a].lastAgent == act.agent { return }
            let known = accounts[a].signIns > 0
            if known { weights[.login] = weigh(.place, 0, kind, wanted: Chance.thousandths(Whereabouts.wanted[kind]), act, account, -1_500, 4_500) }
            let hour = hourClass(act.time)
            if known { weights[.hour] = weigh(.hour, 0, hour, wanted: Chance.thousandths([450, 200, 250, 100][hour]), bet: 30, act, account, -1_000, 2_000) }
            accounts[a].signIns += 1
            accounts[a].lastSignIn = act.time
            (accounts[a].lastNetwork, accounts[a].lastAgent) = (act.network, act.agent)
        } else {
            let moved = differ(sessions[s].network, act.network) || differ(sessions[s].agent, act.agent)
            if moved {
                sessions[s].isFamiliar = kind % 2 == 0 && kind / 2 <= 2
                var z = weigh(.change, 0, 1, wanted: Chance.thousandths(40), act, account, 0, 5_000)
                z += weigh(.place, 1, kind, wanted: Chance.thousandths(Whereabouts.wantedMoved[kind]), act, account, -2_500, 2_500)
                weights[.session] = min(z, 6_000)
            } else {
                learn(.change, 0, 0, act, account)
            }
        }
    }

    /// Whether both say something and not the same: 0 is a source that does not say.
    private func differ(_ a: UInt64, _ b: UInt64) -> Bool { a != 0 && b != 0 && a != b }

    private func hourClass(_ t: Instant) -> Int {
        if t.weekday >= 5 { return 3 }
        let h = t.hourOfDay
        return h >= 6 && h < 18 ? 0 : h >= 18 && h < 22 ? 1 : 2
    }

    private mutating func learnPlaces(_ act: Act, _ account: UInt32, _ s: Int) {
        let a = Int(account)
        if act.team != 0 { accounts[a].team = Int32(clamping: act.team) }
        sessions[s].acts += 1
        sessions[s].last = act.time
        sessions[s].lastMark = ActMark(act)
        accounts[a].lastAct = act.index
        let isNews = sessions[s].acts == 1 || (act.network != 0 && sessions[s].network != act.network) || (act.agent != 0 && sessions[s].agent != act.agent)
        if isNews {
            if act.network != 0 { sessions[s].network = act.network }
            if act.agent != 0 { sessions[s].agent = act.agent }
            guard sessions[s].isPlaced else { return }
            let place = Place(network: sessions[s].network, agent: sessions[s].agent)
            if sessions[s].places.count < 8, !sessions[s].places.contains(place) { sessions[s].places.append(place) }
            if !accounts[a].isSuspect { whereabouts.seen(account: account, team: UInt32(accounts[a].team), network: act.network, agent: act.agent, at: act.time) }
        }
    }

    // MARK: whom and in what order

    private mutating func weighReading(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights, _ counters: inout Counters) {
        guard act.opensPersons else { return }
        let a = Int(account), team = UInt32(accounts[a].team)
        var sum = 0, scored = 0
        weighBreadth(act, account, s, &weights)
        for disclosure in act.disclosures {
            care.met(disclosure.person)
            if decoys.contains(disclosure.person) { weights[.decoy] = weights[.decoy] + 8_000 }
            guard scored < 4 else { continue }
            guard let kind = care.acquaintance(account: account, team: team, person: disclosure.person, at: act.time, creating: act.action == .create) else { continue }
            scored += 1
            let last = weighAcquaintance(kind, act, account)
            sum += last
            (sessions[s].visitIsStranger, sessions[s].visitContext) = (kind.isStranger, last)
            counters.opened += 1
            if kind == .never || kind == .dormant { counters.strangers += 1 }
            let depth = disclosure.categories.contains(.medical) ? 2 : disclosure.categories.contains(.unknown) ? 3 : disclosure.categories.isDisjoint(with: [.administrative, .social]) ? 0 : 1
            weights[.depth] = weigh(.depth, 0, depth, wanted: Chance.thousandths([100, 50, 800, 50][depth]), act, account, -1_500, 2_000)
            if depth == 2 { counters.deep += 1 }
            if kind.isStranger {
                var step = 0
                if let order, !accounts[a].ring.isEmpty {
                    step = order.step(to: disclosure.person, after: accounts[a].ring)
                    weights[.order] = weigh(.order, 0, step, wanted: Chance.thousandths(DirectoryOrder.wanted[step]), act, account, -1_200, 5_000)
                    if step == 1 { counters.byNumber += 1 } else if step == 2 { counters.byName += 1 } else if step == 3 { counters.byPostcode += 1 }
                }
                if step == 2 { weighListWork(account, s, context: last, &sum, &weights) }
                accounts[a].remember(disclosure.person)
            }
            if kind != .own, sessions[s].lastReading.milliseconds > 0 {
                let pace = paceClass(act.time - sessions[s].lastReading)
                weights[.pace] = weigh(.pace, 0, pace, wanted: Chance.thousandths([200, 200, 200, 200, 100, 100][pace]), bet: 15, act, account, -1_000, 1_500)
            }
            sessions[s].lastReading = act.time
        }
        weights[.context] = min(sum, 8_000)
        sessions[s].searchedSinceOpening = false
        let wasCut = accounts[a].cut != nil
        let suspect = wasCut ? clocks[clock(of: s)].best.weight >= Detector.suspectFrom || !sessions[s].isFamiliar : accounts[a].isSuspect
        for disclosure in act.disclosures {
            care.opened(account: account, team: team, person: disclosure.person, at: act.time, isSuspect: suspect, isCut: wasCut && suspect)
        }
    }

    /// Opening one namesake after the other down one list, at the account's own place, is honest work up to a length: a file
    /// to tidy up. A new search between two neighbours says that it was not one list, and what was forgiven counts again.
    private mutating func weighListWork(_ account: UInt32, _ s: Int, context: Int, _ sum: inout Int, _ weights: inout Weights) {
        let a = Int(account)
        if sessions[s].searchedSinceOpening {
            sum += sessions[s].forgivenContext
            weights[.order] += sessions[s].forgivenOrder
            (sessions[s].forgivenContext, sessions[s].forgivenOrder) = (0, 0)
        } else if sessions[s].isFamiliar, accounts[a].listWork < Detector.listWorkMax {
            accounts[a].listWork += 1
            sessions[s].forgivenContext += max(0, context)
            sessions[s].forgivenOrder += max(0, weights[.order])
            sum -= max(0, context)
            weights[.order] = min(weights[.order], 0)
            weights[.breadth] = min(weights[.breadth], 0)
            weights[.pace] = min(weights[.pace], 0)
        }
    }

    /// Whether the last person was only looked at, once: staff come back to a record, write in it, read on.
    private mutating func weighBreadth(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights) {
        guard act.disclosures.count == 1 else { return }
        let person = act.disclosures[0].person, edits = act.action != .read && act.action != .other
        if sessions[s].visited == person {
            sessions[s].visitActs += 1
            sessions[s].visitEdits = sessions[s].visitEdits || edits
            return
        }
        if sessions[s].visited != nil {
            let kind = sessions[s].visitActs > 1 ? 2 : sessions[s].visitEdits ? 1 : 0
            let row = sessions[s].visitIsStranger ? 1 : 0
            // Of an acquaintance, a single look takes back at most what the acquaintance spoke for.
            let highest = row == 1 ? 1_500 : max(0, min(1_500, -sessions[s].visitContext))
            weights[.breadth] = weigh(.breadth, row, kind, wanted: Chance.thousandths([920, 20, 60][kind]), bet: 80, act, account, -1_000, highest)
        }
        (sessions[s].visited, sessions[s].visitActs, sessions[s].visitEdits, sessions[s].visitIsStranger, sessions[s].visitContext) = (person, 1, edits, false, 0)
    }

    /// Strangers come in bursts: after one, what this account does in general and what staff do after a stranger count alike.
    private mutating func weighAcquaintance(_ kind: Acquaintance, _ act: Act, _ account: UInt32) -> Int {
        let a = Int(account), team = Int(accounts[a].team), wanted = max(care.wanted(kind), 1)
        let habit = habits[Int(HabitName.context.rawValue)]
        var usual = Logarithm.millinats(habit.probability(account: a, team: team, row: 0, class: kind.rawValue))
        learn(.context, 0, kind.rawValue, act, account)
        if accounts[a].cameFromStranger {
            usual = (usual + Logarithm.millinats(habit.probability(account: a, team: team, row: 1, class: kind.rawValue))) / 2
            learn(.context, 1, kind.rawValue, act, account)
        }
        accounts[a].cameFromStranger = kind.isStranger
        let lowest = kind == .created ? -2_000 : kind == .team || kind == .teamOlder ? -1_500 : -2_500
        return min(max(Logarithm.millinats(wanted) - usual, lowest), 3_800)
    }

    private func paceClass(_ gap: Int64) -> Int {
        switch gap {
        case ..<2_000: 0
        case ..<10_000: 1
        case ..<30_000: 2
        case ..<120_000: 3
        case ..<600_000: 4
        default: 5
        }
    }

    private mutating func weighList(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights, _ counters: inout Counters) {
        let step: ListStep
        if act.opensPersons {
            step = .open
        } else if act.action == .search, let search = act.search {
            step = sessions[s].run.step(of: search, shown: act.disclosures.count)
            if act.disclosures.contains(where: { decoys.contains($0.person) }) { weights[.decoy] = weights[.decoy] + 1_500 }
        } else {
            return
        }
        if step != .open { sessions[s].searchedSinceOpening = true }
        let row = sessions[s].run.row
        weights[.lists] = weigh(.list, row, step.rawValue, wanted: Chance.thousandths(ListRun.wanted[row][step.rawValue]), act, account, -2_000, step.accuses ? 4_000 : 0)
        if step == .nextPage || step == .other || step == .sibling || step == .retry {
            counters.lists += 1
            counters.listed += Int32(clamping: max(act.disclosures.count, act.unrecorded))
            if step != .nextPage { counters.terms += 1 }
        }
        sessions[s].run.took(step, act.search, at: act.time)
    }

    // MARK: evidence

    /// ln(wanted by a usurper / habit of the owner), clipped, and the lesson taken.
    private mutating func weigh(_ habit: HabitName, _ row: Int, _ choice: Int, wanted: Int, bet: Int = 100, _ act: Act, _ account: UInt32, _ lowest: Int, _ highest: Int) -> Int {
        let usual = habits[Int(habit.rawValue)].probability(account: Int(account), team: Int(accounts[Int(account)].team), row: row, class: choice)
        learn(habit, row, choice, act, account)
        return min(max(Logarithm.ratio(max((wanted * bet + usual * (100 - bet)) / 100, 1), usual), lowest), highest)
    }

    private mutating func learn(_ habit: HabitName, _ row: Int, _ choice: Int, _ act: Act, _ account: UInt32) {
        if accounts[Int(account)].cut != nil { return }
        habits[Int(habit.rawValue)].learn(account: Int(account), row: row, class: choice)
        quarantine.hold(Lesson(time: act.time, account: account, team: UInt32(accounts[Int(account)].team), habit: habit, row: UInt8(row), choice: UInt8(choice)))
    }

    private mutating func add(_ weights: Weights, _ counters: Counters, _ act: Act, _ account: UInt32, _ s: Int) {
        clocks[clock(of: s)].add(weights, counters, act)
        sessions[s].sums.add(weights, SignalMask(rawValue: .max))
        sessions[s].counters.add(counters)
        accounts[Int(account)].clock.add(weights, counters, act)
        if act.network != 0 || act.agent != 0 {
            let key = DeviceKey(account: account, network: act.network, agent: act.agent)
            devices[key, default: DeviceState()].clock.add(weights, counters, act)
            devices[key]?.last = act.time
        }
    }

    /// The place of a session's clock, which long idle sessions have given back.
    private mutating func clock(of s: Int) -> Int {
        if let place = sessions[s].clock { return place }
        let place: Int
        if let free = freeClocks.popLast() {
            place = free
            clocks[place] = Clock()
        } else {
            place = clocks.count
            clocks.append(Clock())
        }
        sessions[s].clock = place
        return place
    }

    /// Memory grows with accounts and with what is in use, not with the length of the trail: the evidence of a session that
    /// was idle for a week lives on in its device's and its account's sums.
    private mutating func sweep(at now: Instant) {
        for s in sessions.indices {
            guard let place = sessions[s].clock, now - sessions[s].last > 7 * Instant.day else { continue }
            freeClocks.append(place)
            sessions[s].clock = nil
        }
        devices = devices.filter { now - $0.value.last <= 90 * Instant.day }
    }

    private mutating func judge(_ act: Act, _ account: UInt32, _ s: Int) {
        let a = Int(account)
        let own = clocks[self.clock(of: s)]
        var best = own.best, clock = own
        if let device = devices[DeviceKey(account: account, network: act.network, agent: act.agent)]?.clock, device.best.weight > best.weight { (best, clock) = (device.best, device) }
        if accounts[a].clock.best.weight > best.weight { (best, clock) = (accounts[a].clock.best, accounts[a].clock) }
        sessions[s].peak = max(sessions[s].peak, best.weight)
        let suspect = best.weight >= Detector.suspectFrom
        accounts[a].isSuspect = suspect || accounts[a].cut != nil
        if suspect {
            let onset = clock.strands[best.method.rawValue].onset.time
            if accounts[a].suspectTo.milliseconds < onset.milliseconds { accounts[a].suspectSince = onset }
            accounts[a].suspectTo = act.time
        }
        closeIfCalm(act, a, suspect)
        guard let first, act.time - first >= Int64(policy.blindDays) * Instant.day else { return }
        if let cut = accounts[a].cut, own.best.weight >= policy.cutThreshold, isElsewhere(s, than: cut) {
            // Cut once already, and now evidence from scratch, from another foreign place: another hand, another cut.
            (best, clock) = (own.best, own)
            accounts[a].cut?.over = sessions[s].first
            if let old = accounts[a].cut { accounts[a].past.append(old) }
            accounts[a].cut = nil
        }
        guard accounts[a].cut == nil, best.weight >= policy.stepUpThreshold else { return }
        let strand = clock.strands[best.method.rawValue]
        let usual = habits[Int(HabitName.list.rawValue)].probability(account: a, team: Int(accounts[a].team), row: 1, class: ListStep.open.rawValue)
        let crossing = Crossing(
            method: best.method, weight: best.weight, onset: strand.onset, at: ActMark(act), sums: strand.sums, counters: strand.counters, session: s,
            before: strand.onset.index - 1, opensOfTen: (usual * 10 + Chance.certain / 2) / Chance.certain, threshold: policy.cutThreshold)
        if best.weight >= policy.cutThreshold {
            accounts[a].cut = crossing
            accounts[a].isSuspect = true
            quarantine.takeBack(account: account, since: strand.onset.time, from: &habits)
            for place in sessions[s].places where !whereabouts.knew(account: account, network: place.network, before: strand.onset.time) {
                taint.mark(place, isShared: whereabouts.isShared(place.network), at: act.time)
            }
        } else if accounts[a].stepUp == nil {
            accounts[a].stepUp = crossing
        }
    }

    /// Whether the session comes from a network that is neither the account's own nor the one that was cut.
    private func isElsewhere(_ s: Int, than cut: Crossing) -> Bool {
        guard s != cut.session, sessions[s].network != 0, !sessions[cut.session].places.contains(where: { $0.network == sessions[s].network }) else { return false }
        return !whereabouts.knew(account: sessions[s].account, network: sessions[s].network, before: sessions[s].first)
    }

    /// After three days without anything suspect, the account is judged anew: a cut is one episode, not a stigma.
    private mutating func closeIfCalm(_ act: Act, _ a: Int, _ suspect: Bool) {
        guard accounts[a].cut != nil, !suspect, act.time - accounts[a].suspectTo > Detector.calm else { return }
        accounts[a].cut?.over = act.time
        if let cut = accounts[a].cut { accounts[a].past.append(cut) }
        accounts[a].cut = nil
        accounts[a].isSuspect = false
    }

    /// Persons that an account may open down a list of names at its own place before it weighs: honest list work.
    static let listWorkMax = 25

    /// After this long without anything suspect, a cut is over.
    static let calm = 3 * Instant.day

    /// From this evidence on, nothing is learnt of the account's acquaintances and places.
    static let suspectFrom = 4_000

    private mutating func session(of act: Act, _ account: UInt32) -> Int {
        let token = act.session != 0 ? act.session : act.network &* 0x9E37_79B9_7F4A_7C15 ^ act.agent
        let key = SessionKey(account: account, token: token, isGiven: act.session != 0)
        // Without a session from the source, four idle hours end one.
        if let known = sessionNumber[key], act.session != 0 || act.time - sessions[known].last < 4 * Instant.hour { return known }
        if sessions.count % 4_096 == 4_095 { sweep(at: act.time) }
        sessions.append(SessionState(account: account, token: token, isGiven: act.session != 0, first: act.time, firstIndex: act.index))
        sessionNumber[key] = sessions.count - 1
        return sessions.count - 1
    }
}

extension Act {
    /// Shows a person by name alone, not as one of a list searched for.
    var opensPersons: Bool {
        guard outcome != .failure, !disclosures.isEmpty else { return false }
        switch action {
        case .read, .create, .update, .delete, .export, .print, .breakGlass, .other: return true
        case .search, .login, .logout: return false
        }
    }
}

/// What one signal said of one act.
package struct ActSignal: Sendable, Equatable {
    package var signal: String
    package var millinats: Int
}

/// What each signal said of one act, and the evidence that stood after it, in millinats.
package struct ActTrace: Sendable, Equatable {
    package var index: Int
    package var signals: [ActSignal]
    package var session: Int
    package var device: Int
    package var account: Int
}
