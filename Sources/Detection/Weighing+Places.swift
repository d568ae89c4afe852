import Model

/// Where an account is used from.
extension Detector {
    mutating func weighPlace(_ act: Act, _ account: UInt32, _ s: Int, _ weights: inout Weights) {
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
    func differ(_ a: UInt64, _ b: UInt64) -> Bool { a != 0 && b != 0 && a != b }

    func hourClass(_ t: Instant) -> Int {
        if t.weekday >= 5 { return 3 }
        let h = t.hourOfDay
        return h >= 6 && h < 18 ? 0 : h >= 18 && h < 22 ? 1 : 2
    }

    mutating func learnPlaces(_ act: Act, _ account: UInt32, _ s: Int) {
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
}
