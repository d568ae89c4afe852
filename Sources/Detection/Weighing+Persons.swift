import Model

/// Whom an act opens, in which order, how deep and how quickly; which lists it shows.
extension Detector {
    mutating func weighReading(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights, _ counters: inout Counters) {
        guard act.opensPersons else { return }
        let a = Int(account), team = UInt32(accounts[a].team)
        var sum = 0, scored = 0
        weighBreadth(act, account, s, &weights, &counters)
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
    mutating func weighListWork(_ account: UInt32, _ s: Int, context: Int, _ sum: inout Int, _ weights: inout Weights) {
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
    mutating func weighBreadth(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights, _ counters: inout Counters) {
        guard act.disclosures.count == 1 else { return }
        let person = act.disclosures[0].person, edits = act.action != .read && act.action != .other
        if sessions[s].visited == person {
            sessions[s].visitActs += 1
            sessions[s].visitEdits = sessions[s].visitEdits || edits
            return
        }
        if sessions[s].visited != nil {
            let kind = sessions[s].visitActs > 1 ? 2 : sessions[s].visitEdits ? 1 : 0
            if kind == 0 { counters.glimpsed += 1 }
            let row = sessions[s].visitIsStranger ? 1 : 0
            // Of an acquaintance, a single look takes back at most what the acquaintance spoke for.
            let highest = row == 1 ? 1_500 : max(0, min(1_500, -sessions[s].visitContext))
            weights[.breadth] = weigh(.breadth, row, kind, wanted: Chance.thousandths([920, 20, 60][kind]), bet: 80, act, account, -1_000, highest)
        }
        (sessions[s].visited, sessions[s].visitActs, sessions[s].visitEdits, sessions[s].visitIsStranger, sessions[s].visitContext) = (person, 1, edits, false, 0)
    }

    /// Strangers come in bursts: after one, what this account does in general and what staff do after a stranger count alike.
    mutating func weighAcquaintance(_ kind: Acquaintance, _ act: Act, _ account: UInt32) -> Int {
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

    func paceClass(_ gap: Int64) -> Int {
        switch gap {
        case ..<2_000: 0
        case ..<10_000: 1
        case ..<30_000: 2
        case ..<120_000: 3
        case ..<600_000: 4
        default: 5
        }
    }

    mutating func weighList(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights, _ counters: inout Counters) {
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
