import Model

/// Where an account is used from, against where it, its team and everybody were seen before.
struct Whereabouts {
    /// A network or agent counts as the account's own once it was first seen this long ago.
    static let settled = 7 * Instant.day

    struct Pair: Hashable { var a: UInt32; var b: UInt64 }
    /// First sight, in milliseconds.
    private(set) var networkOfAccount: [Pair: Int64] = [:]
    private(set) var agentOfAccount: [Pair: Int64] = [:]
    private var networkOfTeam: [Pair: Int64] = [:]
    /// First sight and accounts seen there.
    private var networkOfAll: [UInt64: (first: Int64, accounts: Int32)] = [:]

    /// Class of a place: network (own, own but new, team's, popular, unseen) × agent (own, new). Row: sign-in.
    static let classes = 10

    /// Thousandths; own places are nearly all of honest sign-ins.
    static let assumed = [[850, 20, 20, 5, 35, 10, 30, 5, 15, 10], [150, 20, 50, 10, 100, 20, 450, 20, 150, 30]]
    static let wanted = [230, 30, 20, 20, 30, 30, 80, 130, 180, 250]

    /// The same for a session that goes on from elsewhere.
    static let wantedMoved = [60, 60, 30, 30, 50, 70, 180, 70, 300, 150]

    func place(account: UInt32, team: UInt32, network: UInt64, agent: UInt64, at time: Instant) -> Int {
        let t = time.milliseconds
        let net: Int
        if let first = networkOfAccount[Pair(a: account, b: network)] {
            net = t - first >= Whereabouts.settled ? 0 : 1
        } else if team > 0, let first = networkOfTeam[Pair(a: team, b: network)], t - first >= Whereabouts.settled {
            net = 2
        } else if let all = networkOfAll[network], all.accounts >= 3, t - all.first >= Whereabouts.settled {
            net = 3
        } else {
            net = 4
        }
        let knownAgent = agent == 0 || agentOfAccount[Pair(a: account, b: agent)] != nil
        return net * 2 + (knownAgent ? 0 : 1)
    }

    /// Whether the account used the network before a time.
    func knew(account: UInt32, network: UInt64, before time: Instant) -> Bool {
        guard let first = networkOfAccount[Pair(a: account, b: network)] else { return false }
        return first < time.milliseconds
    }

    /// Accounts that signed in from the network while nothing was suspect.
    func accounts(on network: UInt64) -> Int { Int(networkOfAll[network]?.accounts ?? 0) }

    func knows(account: UInt32, network: UInt64) -> Bool { networkOfAccount[Pair(a: account, b: network)] != nil }
    func knows(account: UInt32, agent: UInt64) -> Bool { agentOfAccount[Pair(a: account, b: agent)] != nil }

    mutating func seen(account: UInt32, team: UInt32, network: UInt64, agent: UInt64, at time: Instant) {
        let t = time.milliseconds
        if network != 0, networkOfAccount.updateIfAbsent(Pair(a: account, b: network), t) {
            networkOfAll[network, default: (t, 0)].accounts += 1
            if team > 0 { _ = networkOfTeam.updateIfAbsent(Pair(a: team, b: network), t) }
        }
        if agent != 0 { _ = agentOfAccount.updateIfAbsent(Pair(a: account, b: agent), t) }
    }
}

extension Dictionary {
    /// True when the key was absent.
    mutating func updateIfAbsent(_ key: Key, _ value: Value) -> Bool {
        if self[key] != nil { return false }
        self[key] = value
        return true
    }
}
