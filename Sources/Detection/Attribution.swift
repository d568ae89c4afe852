import Model

/// After the last act: whose hand each session was in, from all that the trail holds.
extension Detector {
    /// The account's verdict for one crossing. `own` are the account's sessions in order.
    func verdict(_ account: UInt32, _ measure: Measure, _ crossing: Crossing, _ own: [Int]) -> AccountVerdict {
        let crossed = sessions[crossing.session]
        // Evidence may start late, with a usurper who first opens whom the owner could have opened too. A session whose every
        // place is new to the account with this session was his from its first act on.
        let isHis = crossed.isGiven && !crossed.places.isEmpty
            && crossed.places.allSatisfy { !whereabouts.knew(account: account, network: $0.network, before: crossed.firstMark.time) }
        let onset = isHis && crossed.firstMark.index < crossing.onset.index ? crossed.firstMark : crossing.onset
        var verdict = AccountVerdict(
            account: account, measure: measure, onset: onset, containedAt: crossing.at, last: crossing.at,
            lastOwnerIndex: crossing.before, evidence: [], counterfactual: Words.counterfactual(crossing))
        verdict.ownNetworks = whereabouts.networks(of: account, before: onset.time)
        verdict.ownAgents = whereabouts.agents(of: account, before: onset.time)
        let usurperPlaces = Set(crossed.places.filter { !verdict.ownNetworks.contains($0.network) && $0.network != 0 })
        for s in own {
            let session = sessions[s]
            guard session.lastMark.index >= onset.index else {
                // What came just before the onset and speaks rather for the usurper is possible too.
                continue
            }
            if let over = crossing.over, session.firstMark.time >= over { continue }
            let hand: Hand
            let foreign = session.places.contains { usurperPlaces.contains($0) }
            if session.firstMark.index < onset.index {
                hand = s == crossing.session || foreign ? .shared : .owner
            } else if s == crossing.session || foreign || session.balance > 0 {
                hand = .usurper
            } else {
                hand = .owner
            }
            if session.isGiven { verdict.sessions[session.token] = hand }
            else { for place in session.places where hand != .owner { verdict.places[place] = hand } }
            if hand != .owner, session.lastMark.index > verdict.last.index { verdict.last = session.lastMark }
        }
        verdict.lastOwnerIndex = lastOwner(own, before: onset.index, shared: crossed.firstMark.index < onset.index) ?? crossing.before
        verdict.evidence = Signal.allCases.filter { crossing.sums[$0] > 0 && crossing.method.signals.contains(SignalMask($0)) }
            .map { SignalEvidence(signal: $0.name, millinats: crossing.sums[$0], text: Words.sentence($0, crossing, crossed)) }
            .sorted { ($0.millinats, $1.signal) > ($1.millinats, $0.signal) }
        return verdict
    }

    /// Index of the last act of the last session before the onset that is more likely the owner's.
    private func lastOwner(_ own: [Int], before onset: Int, shared: Bool) -> Int? {
        if shared { return nil }
        for s in own.reversed() where sessions[s].lastMark.index < onset && sessions[s].balance <= 0 { return sessions[s].lastMark.index }
        return nil
    }
}

extension SessionState {
    /// Evidence of the whole session, for and against, by the method that fits it best.
    var balance: Int { Method.allCases.map { sums.sum($0.signals) }.max() ?? 0 }
}

extension Whereabouts {
    func networks(of account: UInt32, before time: Instant) -> Set<UInt64> { values(networkOfAccount, account, time) }
    func agents(of account: UInt32, before time: Instant) -> Set<UInt64> { values(agentOfAccount, account, time) }
    private func values(_ of: [Pair: Int64], _ account: UInt32, _ time: Instant) -> Set<UInt64> {
        var found: Set<UInt64> = []
        for (pair, first) in of where pair.a == account && first < time.milliseconds { found.insert(pair.b) }
        return found
    }
}
