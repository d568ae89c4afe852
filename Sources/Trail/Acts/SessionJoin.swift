import Model

/// Joins acts that name no account to the logins that do, and gives sessions to sources that have none.
///
/// Online: it knows what came before in canonical order. By session first, else by address and agent within `window` of the
/// latest login there. Several accounts that fit make it ambiguous, which is never more than possible.
struct SessionJoin<Session: Sendable>: Sendable {
    struct Login: Sendable {
        var account: UInt32
        /// What stands for the agent; nil when the source does not say.
        var agent: UInt64?
        var time: Int64
        /// The login's own session, else one made from its id.
        var session: Session
    }
    private struct Holder: Sendable {
        var accounts: [UInt32]
        var last: Int64
    }

    private static var window: Int64 { 12 * Instant.hour }
    /// A session that was silent for so long is over.
    private static var sessionAge: Int64 { 36 * Instant.hour }

    private var holders: [UInt64: Holder] = [:]
    private var logins: [UInt64: [Login]] = [:]
    private var nextPurge = 100_000

    /// A record that names its account.
    mutating func note(account: UInt32, session: UInt64, at time: Int64) {
        guard session != 0 else { return }
        if var holder = holders[session], time - holder.last <= Self.sessionAge {
            if !holder.accounts.contains(account) { holder.accounts.append(account) }
            holder.last = max(holder.last, time)
            holders[session] = holder
        } else {
            holders[session] = Holder(accounts: [account], last: time)
            purge(time)
        }
    }

    mutating func login(_ login: Login, address: UInt64) {
        var list = logins[address, default: []].filter { $0.time + Self.window >= login.time && !($0.account == login.account && $0.agent == login.agent) }
        // Behind one address of a large house many people sign in; far too many make it useless, not slow.
        if list.count >= 1_000 { list.removeFirst(500) }
        list.append(login)
        logins[address] = list
    }

    mutating func logout(account: UInt32, address: UInt64?, agent: UInt64?) {
        guard let address else { return }
        logins[address]?.removeAll { $0.account == account && ($0.agent == agent || $0.agent == nil || agent == nil) }
    }

    /// Accounts that may stand behind a record without one, ascending.
    mutating func candidates(session: UInt64, address: UInt64?, agent: UInt64?, at time: Int64) -> [UInt32] {
        if session != 0, let holder = holders[session], time - holder.last <= Self.sessionAge {
            holders[session]?.last = max(holder.last, time)
            return holder.accounts.sorted()
        }
        guard let address, let list = logins[address] else { return [] }
        var accounts: [UInt32] = []
        for login in list where login.time + Self.window >= time {
            guard login.agent == nil || agent == nil || login.agent == agent else { continue }
            if !accounts.contains(login.account) { accounts.append(login.account) }
        }
        return accounts.sorted()
    }

    /// The session that an account's latest login from here opened, for sources that have no sessions.
    func session(account: UInt32, address: UInt64?, agent: UInt64?, at time: Int64) -> Session? {
        guard let address, let list = logins[address] else { return nil }
        return list.last { $0.account == account && $0.time + Self.window >= time && ($0.agent == nil || agent == nil || $0.agent == agent) }?.session
    }

    private mutating func purge(_ now: Int64) {
        guard holders.count >= nextPurge else { return }
        holders = holders.filter { now - $0.value.last <= Self.sessionAge }
        logins = logins.compactMapValues { list in
            let fresh = list.filter { $0.time + Self.window >= now }
            return fresh.isEmpty ? nil : fresh
        }
        nextPurge = max(100_000, holders.count * 2)
    }
}
