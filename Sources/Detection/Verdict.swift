import Model

package enum Measure: String, Sendable, Comparable {
    case watch, stepUp = "step_up", cut
    private var rank: Int { self == .watch ? 0 : self == .stepUp ? 1 : 2 }
    package static func < (a: Measure, b: Measure) -> Bool { a.rank < b.rank }
}

package enum Hand: String, Sendable { case usurper, owner, shared }

/// Weight of one signal and its sentence.
package struct SignalEvidence: Sendable, Equatable {
    package var signal: String
    /// Thousandths of a nat of log-likelihood ratio, usurper against owner.
    package var millinats: Int
    package var text: Wording
}

package struct DetectionResult: Sendable {
    /// Nobody was judged before this time; nil when the trail is empty.
    package var blindUntil: Instant?
    /// Sorted by onset. Those with measure `cut` first in time are not first in the list.
    package var findings: [DetectedFinding]
    /// Account-weeks with at least one act.
    package var accountWeeks: Int
    /// How small a theft would have been seen: see `Detector.openingsUntilCut`.
    package var openingsUntilCut: Int?
}

package struct DetectedFinding: Sendable {
    package var measure: Measure
    /// Sorted by onset.
    package var accounts: [AccountVerdict]
    /// Over all accounts, in order of weight.
    package var evidence: [SignalEvidence]
    package var counterfactual: Wording
}

/// One account that is probably used by somebody else.
package struct AccountVerdict: Sendable {
    package var account: UInt32
    package var measure: Measure
    package var onset: ActMark
    package var containedAt: ActMark
    /// The last act that is more likely the usurper's.
    package var last: ActMark
    /// Index of the last act before the onset that is more likely the owner's; -1 when there is none.
    package var lastOwnerIndex: Int
    /// In order of weight.
    package var evidence: [SignalEvidence]
    package var counterfactual: Wording

    var sessions: [UInt64: Hand] = [:]
    /// First act of the sessions opened since the onset.
    var hasSessions = false
    /// Places that the owner used before the onset.
    var ownPlaces: Set<Place> = []
    var ownNetworks: Set<UInt64> = []
    var ownAgents: Set<UInt64> = []
    /// Hands by place, for sources without sessions.
    var places: [Place: Hand] = [:]

    /// Whose hand a session (its fingerprint) was in; nil for a session outside of the finding.
    package func hand(ofSession session: UInt64) -> Hand? { sessions[session] }

    /// What the finding says of one of the account's acts; nil when it is not touched, or another account's.
    package func level(of act: Act) -> ExposureLevel? {
        guard act.account == account, act.outcome != .failure else { return nil }
        guard act.index > lastOwnerIndex, act.index <= last.index else { return nil }
        guard act.index >= onset.index, act.attribution != .ambiguous else { return .possible }
        if act.session != 0 {
            switch sessions[act.session] {
            case .usurper: return .attributed
            case .shared: return isForeign(act) ? .attributed : .possible
            case .owner, nil: return .possible
            }
        }
        guard act.network != 0 || act.agent != 0 else { return .possible }
        return places[Place(network: act.network, agent: act.agent)] == .usurper || isForeign(act) ? .attributed : .possible
    }

    /// Takes in a later cut of the same account in the same operation.
    mutating func absorb(_ later: AccountVerdict) {
        if later.last.index > last.index { last = later.last }
        for (session, hand) in later.sessions where hand != .owner || sessions[session] == nil { sessions[session] = hand }
        for (place, hand) in later.places { places[place] = hand }
    }

    /// From a network or device that the owner had not used before.
    func isForeign(_ act: Act) -> Bool {
        (act.network != 0 && !ownNetworks.contains(act.network)) || (act.agent != 0 && !ownAgents.contains(act.agent))
    }
}
