import Detection
import Ledger
import Model

/// A finding as the feed tells it: accounts in pseudonyms, acts by their ledger entries, the evidence in words.
package struct LiveFinding: Sendable, Equatable {
    /// The account that was cut first and the entry at which it was; kept as long as the finding is there.
    package var id: String
    package var measure: Measure
    /// Sorted by onset.
    package var accounts: [Account]
    /// In order of weight.
    package var evidence: [SignalEvidence]
    package var counterfactual: Wording

    package struct Account: Sendable, Equatable {
        package var account: Pseudonym
        package var measure: Measure
        package var onset: Mark
        /// The act at which the evidence crossed the threshold.
        package var containedAt: Mark
        package var last: Mark
    }

    /// An act by its first ledger entry.
    package struct Mark: Sendable, Equatable {
        package var entry: UInt64
        package var time: Instant
    }
}

/// What became of a finding. Nothing is rewritten silently: each change says why.
package struct FindingChange: Sendable, Equatable {
    package enum Kind: String, Sendable { case appeared, changed, withdrawn }

    package enum Reason: Sendable, Equatable {
        /// An act in its turn.
        case observed
        /// Acts came late, or more records of acts that had been judged: the trail was judged again in its order.
        case outOfOrder(acts: Int, amended: Int)
        /// Read from the ledger at a start.
        case restored
    }

    package var kind: Kind
    /// As it is now; of a withdrawn one, as it was.
    package var finding: LiveFinding
    /// As it was, where it changed.
    package var before: LiveFinding?
    package var reason: Reason
}

extension LiveFinding {
    /// - Parameter before: the findings told last: one that goes on keeps its id.
    static func all(_ findings: [DetectedFinding], _ numbers: ActNumbers, before: [LiveFinding]) -> [LiveFinding] {
        var left = before
        var now = findings.map { finding in
            var live = LiveFinding(
                id: "", measure: finding.measure, accounts: finding.accounts.map { Account($0, numbers) }, evidence: finding.evidence, counterfactual: finding.counterfactual)
            // The same accounts at about the same time: the finding that goes on.
            let same = left.indices.filter { left[$0].overlaps(live) }.min { left[$0].distance(to: live) < left[$1].distance(to: live) }
            if let same { live.id = left.remove(at: same).id }
            return live
        }
        // One that was split off may begin where the one that goes on began: an id is never given twice.
        var taken = Set(before.map(\.id) + now.map(\.id))
        for i in now.indices where now[i].id.isEmpty {
            var id = now[i].ownID, more = 2
            while taken.contains(id) { (id, more) = ("\(now[i].ownID)-\(more)", more + 1) }
            taken.insert(id)
            now[i].id = id
        }
        return now
    }

    private var ownID: String {
        guard let first = accounts.min(by: { $0.containedAt.entry < $1.containedAt.entry }) else { return "" }
        return "\(first.account.base64URL.prefix(8))-\(first.containedAt.entry)"
    }

    private func overlaps(_ other: LiveFinding) -> Bool {
        accounts.contains { own in other.accounts.contains { $0.account == own.account } }
    }

    private func distance(to other: LiveFinding) -> Int64 {
        guard let a = accounts.first, let b = other.accounts.first else { return .max }
        return abs(a.containedAt.time.milliseconds - b.containedAt.time.milliseconds)
    }
}

extension LiveFinding.Account {
    init(_ verdict: AccountVerdict, _ numbers: ActNumbers) {
        self.init(
            account: numbers.accounts[Int(verdict.account)], measure: verdict.measure, onset: .init(verdict.onset), containedAt: .init(verdict.containedAt),
            last: .init(verdict.last))
    }
}

extension LiveFinding.Mark {
    init(_ mark: ActMark) { self.init(entry: UInt64(mark.eventID) ?? 0, time: mark.time) }
}

extension FindingChange {
    static func between(_ before: [LiveFinding], _ now: [LiveFinding], _ reason: Reason) -> [FindingChange] {
        var changes: [FindingChange] = []
        for finding in now {
            if let old = before.first(where: { $0.id == finding.id }) {
                if old != finding { changes.append(.init(kind: .changed, finding: finding, before: old, reason: reason)) }
            } else {
                changes.append(.init(kind: .appeared, finding: finding, before: nil, reason: reason))
            }
        }
        for old in before where !now.contains(where: { $0.id == old.id }) { changes.append(.init(kind: .withdrawn, finding: old, before: nil, reason: reason)) }
        return changes
    }
}
