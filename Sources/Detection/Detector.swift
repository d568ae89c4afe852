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
    var isBlind = true
    /// How often evidence crossed a threshold: until it moves, no finding has appeared. What one holds may grow meanwhile.
    package internal(set) var crossings = 0
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
        if isBlind, !isBlind(at: act.time) {
            isBlind = false
            forgetEvidence()
        }
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

    func isBlind(at time: Instant) -> Bool { first.map { time - $0 < Int64(policy.blindDays) * Instant.day } ?? true }

    mutating func session(of act: Act, _ account: UInt32) -> Int {
        let token = act.session != 0 ? act.session : act.network &* 0x9E37_79B9_7F4A_7C15 ^ act.agent
        let key = SessionKey(account: account, token: token, isGiven: act.session != 0)
        // Without a session from the source, four idle hours end one.
        if let known = sessionNumber[key], act.session != 0 || act.time - sessions[known].last < 4 * Instant.hour { return known }
        if sessions.count % 4_096 == 4_095 { sweep(at: act.time) }
        sessions.append(SessionState(account: account, token: token, isGiven: act.session != 0, first: ActMark(act)))
        sessionNumber[key] = sessions.count - 1
        return sessions.count - 1
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
