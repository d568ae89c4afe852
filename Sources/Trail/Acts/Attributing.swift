import Model

/// Who stands behind an act and in which session, from the acts before it. `Session` is how a session is called: by its
/// words where they are wanted afterwards, by its fingerprint where nothing else is kept.
package struct Attributing<Session: Sendable>: Sendable {
    private var join = SessionJoin<Session>()

    package init() {}

    package struct Question {
        /// The account that the record names.
        package var account: UInt32?
        package var action: Action
        package var outcome: Outcome
        /// Fingerprint of the record's own session; 0 = none.
        package var session: UInt64
        /// How the session is called that a login opens: its own, else one made from its id.
        package var opens: Session
        /// True where the source never says a session: then a login and what follows it from the same place make one.
        package var hasNoSessions: Bool
        /// Numbers or fingerprints that stand for address and agent; nil when the source does not say.
        package var address: UInt64?
        package var agent: UInt64?
        package var time: Int64

        package init(account: UInt32?, action: Action, outcome: Outcome, session: UInt64, opens: Session, hasNoSessions: Bool, address: UInt64?, agent: UInt64?, time: Int64) {
            (self.account, self.action, self.outcome, self.session, self.opens) = (account, action, outcome, session, opens)
            (self.hasNoSessions, self.address, self.agent, self.time) = (hasNoSessions, address, agent, time)
        }
    }

    package struct Answer {
        package var account: UInt32?
        package var attribution = Act.Attribution.none
        /// Accounts that fit when it is ambiguous, ascending.
        package var candidates: [UInt32] = []
        /// The session that the act belongs to, where the source itself gives none.
        package var session: Session?
    }

    package mutating func attribute(_ act: Question) -> Answer {
        var answer = Answer()
        guard let account = act.account else {
            guard act.action != .login else { return answer }
            let fitting = join.candidates(session: act.session, address: act.address, agent: act.agent, at: act.time)
            if fitting.count == 1 {
                (answer.account, answer.attribution) = (fitting[0], .joined)
                answer.session = session(of: act, fitting[0])
            } else if fitting.count > 1 {
                (answer.attribution, answer.candidates) = (.ambiguous, fitting)
            }
            return answer
        }
        (answer.account, answer.attribution) = (account, .stated)
        join.note(account: account, session: act.session, at: act.time)
        if act.action == .login {
            guard act.outcome != .failure else { return answer }
            if act.session == 0, act.hasNoSessions { answer.session = act.opens }
            opened(act, by: account)
        } else {
            answer.session = session(of: act, account)
            if act.action == .logout { join.logout(account: account, address: act.address, agent: act.agent) }
        }
        return answer
    }

    /// A login that is known before it is its turn: acts of one instant are looked at together.
    package mutating func noteLogin(_ act: Question) {
        guard act.action == .login, act.outcome != .failure, let account = act.account else { return }
        join.note(account: account, session: act.session, at: act.time)
        opened(act, by: account)
    }

    private mutating func opened(_ act: Question, by account: UInt32) {
        guard let address = act.address else { return }
        join.login(.init(account: account, agent: act.agent, time: act.time, session: act.opens), address: address)
    }

    private func session(of act: Question, _ account: UInt32) -> Session? {
        guard act.session == 0, act.hasNoSessions else { return nil }
        return join.session(account: account, address: act.address, agent: act.agent, at: act.time)
    }
}
