import Model

extension Detector {
    /// The findings over the whole trail. Accounts of one operation are one finding.
    package mutating func finish() -> DetectionResult {
        DetectionResult(blindUntil: first.map { $0 + Int64(policy.blindDays) * Instant.day }, findings: findings(), accountWeeks: weeks, openingsUntilCut: openingsUntilCut)
    }

    /// The findings as of the last act. `crossings` tells whether there can be others than before.
    package func findings() -> [DetectedFinding] {
        var own: [UInt32: [Int]] = [:]
        for (s, session) in sessions.enumerated() where accounts[Int(session.account)].wasCrossed { own[session.account, default: []].append(s) }
        var cuts: [(verdict: AccountVerdict, crossing: Crossing)] = [], others: [DetectedFinding] = []
        for (a, state) in accounts.enumerated() where state.wasCrossed {
            let account = UInt32(a), mine = own[account] ?? []
            for crossing in state.past + (state.cut.map { [$0] } ?? []) { cuts.append((verdict(account, .cut, crossing, mine), crossing)) }
            if state.cut == nil, state.past.isEmpty, let crossing = state.stepUp {
                let v = verdict(account, .stepUp, crossing, mine)
                others.append(DetectedFinding(measure: .stepUp, accounts: [v], evidence: v.evidence, counterfactual: v.counterfactual))
            }
        }
        var findings = grouped(cuts) + others
        findings.sort { ($0.accounts[0].onset.index, $0.accounts[0].account) < ($1.accounts[0].onset.index, $1.accounts[0].account) }
        return findings
    }

    /// Persons that somebody else would have opened before the cut, on an account with the population's habits and without
    /// any other evidence: the threshold over the mean evidence of one person (Lorden 1971, ln γ / I). Nil when habits
    /// tell nothing.
    var openingsUntilCut: Int? {
        let habit = habits[Int(HabitName.context.rawValue)]
        var evidence = 0, certain = 0
        for kind in Acquaintance.allCases {
            let wanted = max(care.wanted(kind), 1)
            // No account has this number: what is left is everybody's habit.
            let usual = habit.probability(account: accounts.count + habit.rows, team: 0, row: 0, class: kind.rawValue)
            evidence += wanted * Logarithm.ratio(wanted, usual)
            certain += wanted
        }
        guard certain > 0, evidence / certain > 0 else { return nil }
        return (policy.cutThreshold + Method.reader.price) * certain / evidence + 1
    }

    /// What the trail shows of an account that somebody declared usurped, between two times.
    package func trailShows(account: UInt32, from: Instant, to: Instant) -> (text: Wording, evidence: [SignalEvidence]) {
        let mine = sessions.filter { $0.account == account && $0.last >= from && $0.firstMark.time <= to }
        guard let strongest = mine.max(by: { $0.peak < $1.peak }) else {
            return (Wording(fr: "aucun acte de ce compte dans l'intervalle déclaré", en: "no act of this account in the declared interval"), [])
        }
        let sums = strongest.sums
        let method = Method.allCases.max { sums.sum($0.signals) < sums.sum($1.signals) } ?? .reader
        let crossing = Crossing(
            method: method, weight: strongest.peak, onset: strongest.lastMark, at: strongest.lastMark, sums: sums, counters: strongest.counters,
            session: 0, before: -1, threshold: policy.cutThreshold)
        let evidence = Signal.allCases.filter { sums[$0] > 0 && method.signals.contains(SignalMask($0)) }
            .map { SignalEvidence(signal: $0.name, millinats: sums[$0], text: Words.sentence($0, crossing, strongest)) }
            .sorted { ($0.millinats, $1.signal) > ($1.millinats, $0.signal) }
        let peak = max(0, strongest.peak)
        return (Wording(
            fr: "\(mine.count) \(mine.count == 1 ? "session" : "sessions") dans l'intervalle ; la plus suspecte atteint \(Words.nats(peak, ",")) pour un seuil de coupure de \(Words.nats(policy.cutThreshold, ","))",
            en: "\(mine.count) \(mine.count == 1 ? "session" : "sessions") in the interval; the most suspect reaches \(Words.nats(peak, ".")) against a cut threshold of \(Words.nats(policy.cutThreshold, "."))"), evidence)
    }

    private func grouped(_ cuts: [(verdict: AccountVerdict, crossing: Crossing)]) -> [DetectedFinding] {
        var group = Array(cuts.indices)
        func root(_ i: Int) -> Int { group[i] == i ? i : root(group[i]) }
        for i in cuts.indices {
            for j in cuts.indices where j < i && root(i) != root(j) && areLinked(cuts[i], cuts[j]) { group[root(i)] = root(j) }
        }
        var members: [Int: [Int]] = [:]
        for i in cuts.indices { members[root(i), default: []].append(i) }
        return members.keys.sorted().map { key in
            var verdicts: [AccountVerdict] = []
            for next in (members[key] ?? []).map({ cuts[$0].verdict }).sorted(by: { ($0.onset.index, $0.account) < ($1.onset.index, $1.account) }) {
                // Cut, calm and cut again in one operation: one usurpation of the account.
                if let i = verdicts.firstIndex(where: { $0.account == next.account }) { verdicts[i].absorb(next) } else { verdicts.append(next) }
            }
            var sums: [String: SignalEvidence] = [:]
            for e in verdicts.flatMap(\.evidence) {
                if var old = sums[e.signal] {
                    if e.millinats > old.millinats { old.text = e.text }
                    old.millinats += e.millinats
                    sums[e.signal] = old
                } else { sums[e.signal] = e }
            }
            let evidence = sums.values.sorted { ($0.millinats, $1.signal) > ($1.millinats, $0.signal) }
            let strongest = verdicts.max { ($0.evidence.first?.millinats ?? 0) < ($1.evidence.first?.millinats ?? 0) } ?? verdicts[0]
            return DetectedFinding(measure: .cut, accounts: verdicts, evidence: evidence, counterfactual: strongest.counterfactual)
        }
    }

    /// Two cuts are one operation when the same foreign network serves both, or when both walk the directory the same way at the same time.
    private func areLinked(_ a: (verdict: AccountVerdict, crossing: Crossing), _ b: (verdict: AccountVerdict, crossing: Crossing)) -> Bool {
        let apart = abs(a.crossing.onset.time - b.crossing.onset.time)
        let placesA = sessions[a.crossing.session].places.filter { $0.network != 0 && !a.verdict.ownNetworks.contains($0.network) }
        let placesB = sessions[b.crossing.session].places.filter { $0.network != 0 && !b.verdict.ownNetworks.contains($0.network) }
        if a.verdict.account == b.verdict.account {
            // Cut, calm for some days, cut again: the same hand came back, from the same place, from elsewhere both times, or soon.
            let samePlace = !Set(sessions[a.crossing.session].places).isDisjoint(with: sessions[b.crossing.session].places)
            let calm = max(a.verdict.onset.time - b.verdict.last.time, b.verdict.onset.time - a.verdict.last.time)
            return calm < 10 * Instant.day || apart < 21 * Instant.day && (samePlace || !placesA.isEmpty && !placesB.isEmpty)
        }
        for p in placesA where placesB.contains(p) && apart < (whereabouts.accounts(on: p.network) >= 6 ? 2 : 14) * Instant.day { return true }
        // Owners do their list work at their own places: order links only what came from elsewhere.
        guard !placesA.isEmpty, !placesB.isEmpty else { return false }
        // Lists paged through from elsewhere on several accounts within days: the same work shared out.
        if a.crossing.method == .pager, b.crossing.method == .pager { return apart < 5 * Instant.day }
        guard apart < 3 * Instant.day else { return false }
        let x = a.crossing.counters, y = b.crossing.counters
        return x.byName >= 2 && y.byName >= 2 || x.byPostcode >= 2 && y.byPostcode >= 2 || x.byNumber >= 2 && y.byNumber >= 2
    }
}

extension AccountState {
    var wasCrossed: Bool { cut != nil || stepUp != nil || !past.isEmpty }
}
