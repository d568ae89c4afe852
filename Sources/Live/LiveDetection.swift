import Detection
import Ledger
import Model

/// Detection while the trail comes in: a projection of the ledger, fed with its entries in their order.
///
/// Two detectors. `settled` has seen every act that nothing can come before any more; `head` has seen the acts of the window,
/// too, each as it came. A late act, or more records of an act that was seen, is told to `head` at once, so that what it
/// shows is found at once; from then on `head` is provisional. `settle` makes it exact: the acts of the window are shown
/// again, in their order, to a copy of `settled`, and what changed in the findings is said. How often that is done is
/// bounded by work (it costs as much as showing the window once), not by time: the same ledger gives the same state.
///
/// Known sad path: an act that comes later than the window reaches is in the ledger and in no finding until the ledger is read
/// as a whole (`Limits.unbounded`); `unplaced` counts them.
package struct LiveDetection {
    package struct Limits: Sendable {
        /// Acts that the window holds at most: what a replay costs, and with it how seldom one may be done.
        package var windowActs = 1 << 16
        /// How far behind the newest act a late one may come, in milliseconds, if the window holds so many.
        package var windowMilliseconds = 24 * Instant.hour
        /// After a late act the window is shown again once that many times its acts were seen. 0: at once, each time.
        package var patience = 4

        package init() {}

        /// Every act can still be placed: for a ledger that is read as a whole.
        package static var unbounded: Limits {
            var limits = Limits()
            (limits.windowActs, limits.windowMilliseconds) = (.max, .max)
            return limits
        }
    }

    private var limits: Limits
    private let decoys: Set<Pseudonym>
    package private(set) var numbers: ActNumbers
    private var settled: Detector
    private var head: Detector
    private var window = ActWindow()
    private var settledActs = 0
    private var lastSettled: ActPlace?
    /// An act whose persons fill several entries, until the last of them came.
    private var open: (entry: LedgerEntry, index: UInt64)?

    /// Acts and records that came out of their order since `head` was exact.
    private var late = 0
    private var amended = 0
    private var seenSinceExact = 0
    private var seenCrossings = 0
    /// Nothing is shown to `head` while a ledger is read again: it is made once, at the end.
    private var isReplaying = false

    /// Acts that came too late to be placed.
    package private(set) var unplaced = 0
    package private(set) var acts = 0
    package private(set) var newest: Instant?
    package private(set) var findings: [LiveFinding] = []
    private var changes: [FindingChange] = []

    package init(policy: DetectionPolicy = DetectionPolicy(), directory: LiveDirectory = LiveDirectory(), decoys: Set<Pseudonym> = [], limits: Limits = Limits()) {
        (self.limits, self.decoys) = (limits, decoys)
        numbers = ActNumbers(directory: directory.persons)
        settled = Detector(policy: policy, directory: directory.orders)
        head = settled
    }

    package var isExact: Bool { late == 0 && amended == 0 }

    // In

    /// Takes the next entry of the ledger.
    package mutating func take(_ entry: LedgerEntry, at index: UInt64) {
        if entry.part > 1, var whole = open {
            whole.entry.disclosures += entry.disclosures
            open = whole
        } else {
            open = (entry, index)
        }
        guard entry.part >= entry.parts, let whole = open else { return }
        open = nil
        noteDecoys(whole.entry)
        place(numbers.act(of: whole.entry, at: whole.index), whole.entry, whole.index)
        shift()
        if !isReplaying, !isExact, seenSinceExact >= limits.patience * window.count { settle() }
    }

    private mutating func place(_ act: Act, _ entry: LedgerEntry, _ index: UInt64) {
        acts += 1
        newest = max(newest ?? act.time, act.time)
        let thread = entry.live.flatMap { $0.thread == 0 ? nil : ActThread(source: entry.source, thread: $0.thread) }
        if let thread, let known = window.act(of: thread), isOne(known, act) { return amend(known, with: act, index) }
        let placed = PlacedAct(place: ActPlace(time: act.time, source: entry.source, entry: index), act: act, thread: thread, last: act.time)
        if let lastSettled, placed.place < lastSettled {
            unplaced += 1
            return
        }
        let isLate = window.last.map { placed.place < $0.place } ?? false
        window.insert(placed)
        if isLate { late += 1 }
        show(act)
    }

    /// No request takes an hour, and accounts that differ within one are not one act (`Gathering`).
    private func isOne(_ known: PlacedAct, _ act: Act) -> Bool {
        act.time - known.last <= Instant.hour && known.act.time - act.time <= Instant.hour
            && (known.act.account == nil || act.account == nil || known.act.account == act.account)
    }

    private mutating func amend(_ known: PlacedAct, with act: Act, _ index: UInt64) {
        acts -= 1
        var united = known
        // Of two records the earlier one gives a field.
        if act.time < known.act.time {
            united.act = act
            united.act.unite(known.act)
            united.act.eventID = known.act.eventID
        } else {
            united.act.unite(act)
        }
        united.place.time = united.act.time
        united.last = max(known.last, act.time)
        if let lastSettled, united.place < lastSettled {
            unplaced += 1
            return
        }
        window.remove(at: known.place)
        window.insert(united)
        amended += 1
        show(act)
    }

    private mutating func show(_ act: Act) {
        guard !isReplaying else { return }
        seenSinceExact += 1
        var act = act
        // Behind all that `head` has seen; `settle` gives it its place.
        act.index = settledActs + window.count - 1
        head.observe(act)
    }

    /// What leaves the window is settled.
    private mutating func shift() {
        guard let newest else { return }
        while let first = window.first, window.count > limits.windowActs || newest - first.place.time > limits.windowMilliseconds {
            guard let placed = window.removeFirst() else { return }
            var act = placed.act
            act.index = settledActs
            settled.observe(act)
            settledActs += 1
            lastSettled = placed.place
        }
    }

    private mutating func noteDecoys(_ entry: LedgerEntry) {
        guard !decoys.isEmpty else { return }
        for disclosure in entry.disclosures where decoys.contains(disclosure.reference ?? disclosure.person) {
            let person = numbers.number(person: disclosure.person)
            settled.decoys.insert(person)
            head.decoys.insert(person)
        }
    }

    // Exact

    /// Shows the window to a copy of `settled`, in order, and says what that changed.
    package mutating func settle() {
        guard !isExact || isReplaying else { return }
        let reason: FindingChange.Reason = isReplaying ? .restored : .outOfOrder(acts: late, amended: amended)
        head = settled
        var index = settledActs
        for placed in window.all {
            var act = placed.act
            act.index = index
            index += 1
            head.observe(act)
        }
        (late, amended, seenSinceExact, isReplaying) = (0, 0, 0, false)
        compare(reason)
    }

    /// A ledger that is there already: between these two calls entries are taken without judging each.
    package mutating func beginReplay() { isReplaying = true }
    package mutating func endReplay() { settle() }

    /// Lets go of the acts that the new window does not reach. A ledger read as a whole goes on from here.
    package mutating func restrict(to limits: Limits) {
        self.limits = limits
        shift()
    }

    // Out

    /// Findings that appeared, changed or were withdrawn since the last call, in the order of their onset. `growing` also asks for
    /// those that only hold more than before: acts since, another session.
    package mutating func takeChanges(growing: Bool = false) -> [FindingChange] {
        if growing || head.crossings != seenCrossings { compare(.observed) }
        defer { changes = [] }
        return changes
    }

    private mutating func compare(_ reason: FindingChange.Reason) {
        seenCrossings = head.crossings
        let now = LiveFinding.all(head.findings(), numbers, before: findings)
        changes += FindingChange.between(findings, now, reason)
        findings = now
    }

    /// The acts of the window in their order, as they are judged.
    package var windowActs: [Act] {
        window.all.enumerated().map { at, placed in
            var act = placed.act
            act.index = settledActs + at
            return act
        }
    }

    /// The findings with the numbers and marks of the detector, for who counts what they expose. Exact after `settle`.
    package var detected: [DetectedFinding] { head.findings() }
}

