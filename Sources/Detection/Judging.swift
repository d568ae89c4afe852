import Model

/// Evidence added up, and what follows from it.
extension Detector {
    /// ln(wanted by a usurper / habit of the owner), clipped, and the lesson taken.
    mutating func weigh(_ habit: HabitName, _ row: Int, _ choice: Int, wanted: Int, bet: Int = 100, _ act: Act, _ account: UInt32, _ lowest: Int, _ highest: Int) -> Int {
        let usual = habits[Int(habit.rawValue)].probability(account: Int(account), team: Int(accounts[Int(account)].team), row: row, class: choice)
        learn(habit, row, choice, act, account)
        return min(max(Logarithm.ratio(max((wanted * bet + usual * (100 - bet)) / 100, 1), usual), lowest), highest)
    }

    mutating func learn(_ habit: HabitName, _ row: Int, _ choice: Int, _ act: Act, _ account: UInt32) {
        if accounts[Int(account)].cut != nil { return }
        habits[Int(habit.rawValue)].learn(account: Int(account), row: row, class: choice)
        quarantine.hold(Lesson(time: act.time, account: account, habit: habit, row: row, choice: choice))
    }

    mutating func add(_ weights: Weights, _ counters: Counters, _ act: Act, _ account: UInt32, _ s: Int) {
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

    /// In the blind period habits are learnt and nobody is judged: no evidence is carried over from it.
    mutating func forgetEvidence() {
        for i in clocks.indices { clocks[i].reset() }
        for i in accounts.indices { accounts[i].clock.reset() }
        devices.removeAll()
    }

    /// The place of a session's clock, which long idle sessions have given back.
    mutating func clock(of s: Int) -> Int {
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
    mutating func sweep(at now: Instant) {
        for s in sessions.indices {
            guard let place = sessions[s].clock, now - sessions[s].last > 7 * Instant.day else { continue }
            freeClocks.append(place)
            sessions[s].clock = nil
        }
        devices = devices.filter { now - $0.value.last <= 90 * Instant.day }
    }

    mutating func judge(_ act: Act, _ account: UInt32, _ s: Int) {
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
        guard !isBlind(at: act.time) else { return }
        if let cut = accounts[a].cut, own.best.weight >= policy.cutThreshold, isElsewhere(s, than: cut) {
            // Cut once already, and now evidence from scratch, from another foreign place: another hand, another cut.
            (best, clock) = (own.best, own)
            accounts[a].cut?.over = sessions[s].firstMark.time
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
            crossings += 1
            accounts[a].isSuspect = true
            quarantine.takeBack(account: account, since: strand.onset.time, from: &habits)
            for place in sessions[s].places where !whereabouts.knew(account: account, network: place.network, before: strand.onset.time) {
                taint.mark(place, isShared: whereabouts.accounts(on: place.network) >= 2, at: act.time)
            }
        } else if accounts[a].stepUp == nil {
            accounts[a].stepUp = crossing
            crossings += 1
        }
    }

    /// Whether the session comes from a network that is neither the account's own nor the one that was cut.
    func isElsewhere(_ s: Int, than cut: Crossing) -> Bool {
        guard s != cut.session, sessions[s].network != 0, !sessions[cut.session].places.contains(where: { $0.network == sessions[s].network }) else { return false }
        return !whereabouts.knew(account: sessions[s].account, network: sessions[s].network, before: sessions[s].firstMark.time)
    }

    /// After three days without anything suspect, the account is judged anew: a cut is one episode, not a stigma.
    mutating func closeIfCalm(_ act: Act, _ a: Int, _ suspect: Bool) {
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
}
