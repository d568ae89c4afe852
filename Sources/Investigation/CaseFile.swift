import Exposure
import Incident
import Model
import Trail

/// What the second walk collects about one account of one finding: where its acts stand in the ledger, its sessions, what
/// the report draws.
///
/// Owned by one `Assembly`; a class so that several tables can lead to it.
final class CaseFile {
    let account: UInt32
    /// Level of an act of this account, nil when it is not part of the exposure.
    let level: (Act, ActDetail) -> ExposureLevel?
    /// Who used a session, as the evidence says: `usurper`, `owner` or `shared`.
    let hand: (UInt64) -> String
    /// Acts up to and with this one count as disclosed before the cut; nil for declared accounts.
    let containedIndex: Int?
    /// From when on sessions and pictures are kept.
    let from: Instant

    private(set) var ranges: [ExposureLevel: [[Int]]] = [:]
    /// Entries of acts that may be this account's and name none.
    private(set) var unnamedRanges: [[Int]] = []
    private(set) var first: (event: String, time: Instant)?
    private(set) var last: (event: String, time: Instant)?
    private(set) var beforeCut: Set<UInt32> = []
    private(set) var sessions: [UInt64: SessionNotes] = [:]
    private var hours: [Int64: (owner: Int, usurper: Int)] = [:]
    private var firstSeen: [UInt32: Int64] = [:]
    private var seenInOrder: [UInt32] = []

    struct SessionNotes {
        var text: String
        var first: Instant
        var last: Instant
        var acts = 0
        var persons: Set<UInt32> = []
        var addresses: Set<String> = []
        var agents: Set<String> = []
    }

    /// Days of the owner's habits that the pictures show before the onset.
    static let daysBefore: Int64 = 14

    init(account: UInt32, from: Instant, containedIndex: Int?, hand: @escaping (UInt64) -> String, level: @escaping (Act, ActDetail) -> ExposureLevel?) {
        (self.account, self.from, self.containedIndex, self.hand, self.level) = (account, from, containedIndex, hand, level)
    }

    /// Takes one act of the account (or one that may be the account's) and says at which level it counts.
    func take(_ act: Act, _ detail: ActDetail, entries: Range<Int>) -> ExposureLevel? {
        let level = level(act, detail)
        if let level {
            for weaker in ExposureLevel.allCases where weaker <= level { CaseFile.extend(&ranges[weaker, default: []], by: entries) }
            if act.account == nil { CaseFile.extend(&unnamedRanges, by: entries) }
            if first == nil { first = (act.eventID, act.time) }
            last = (act.eventID, act.time)
            if let containedIndex, act.index <= containedIndex, level >= .attributed { beforeCut.formUnion(act.disclosures.map(\.person)) }
        }
        if act.time >= from { note(act, detail, isUsurper: level.map { $0 >= .attributed } ?? false) }
        if act.time >= from + -CaseFile.daysBefore * Instant.day, !act.disclosures.isEmpty { draw(act, level) }
        return level
    }

    private static func extend(_ ranges: inout [[Int]], by entries: Range<Int>) {
        if let last = ranges.indices.last, ranges[last][1] == entries.lowerBound {
            ranges[last][1] = entries.upperBound
        } else {
            ranges.append([entries.lowerBound, entries.upperBound])
        }
    }

    private func note(_ act: Act, _ detail: ActDetail, isUsurper: Bool) {
        guard act.session != 0 || isUsurper else { return }
        var notes = sessions[act.session] ?? SessionNotes(text: detail.session, first: act.time, last: act.time)
        notes.last = max(notes.last, act.time)
        notes.acts += 1
        notes.persons.formUnion(act.disclosures.map(\.person))
        if !detail.address.isEmpty { notes.addresses.insert(detail.address) }
        if !detail.agent.isEmpty { notes.agents.insert(detail.agent) }
        sessions[act.session] = notes
    }

    private func draw(_ act: Act, _ level: ExposureLevel?) {
        let hour = floorDivide(act.time.milliseconds, Instant.hour)
        var bar = hours[hour] ?? (0, 0)
        if let level, level >= .attributed { bar.usurper += act.disclosures.count } else { bar.owner += act.disclosures.count }
        hours[hour] = bar
        guard level != nil else { return }
        for disclosure in act.disclosures where firstSeen[disclosure.person] == nil {
            firstSeen[disclosure.person] = hour
            seenInOrder.append(disclosure.person)
        }
    }

    /// The picture, its hours counted from the first that has something.
    /// - Parameter rank: place of a person in the directory; nil when there is none, then persons stand in order of first sight.
    func picture(rank: ((UInt32) -> UInt32?)?, rankCount: Int) -> IncidentDocument.Picture {
        let start = hours.keys.min() ?? floorDivide(from.milliseconds, Instant.hour)
        let bars = hours.sorted { $0.key < $1.key }.map {
            IncidentDocument.Picture.Hour(hour: Int($0.key - start), owner: $0.value.owner, usurper: $0.value.usurper)
        }
        let stride = max(1, (seenInOrder.count + 1_999) / 2_000)
        var points: [[Int]] = []
        for (order, person) in seenInOrder.enumerated() where order % stride == 0 {
            guard let hour = firstSeen[person] else { continue }
            if let rank {
                if let place = rank(person) { points.append([Int(hour - start), Int(place)]) }
            } else {
                points.append([Int(hour - start), order])
            }
        }
        return IncidentDocument.Picture(
            start: Instant(milliseconds: start * Instant.hour).description, hours: bars, points: points,
            rankCount: rank == nil ? seenInOrder.count : rankCount, ranksAreDirectory: rank != nil)
    }

    var scope: IncidentDocument.Scope {
        IncidentDocument.Scope(established: ranges[.established] ?? [], attributed: ranges[.attributed] ?? [], possible: ranges[.possible] ?? [])
    }

    var sessionList: [IncidentDocument.Session] {
        sessions.map { fingerprint, notes in
            IncidentDocument.Session(
                session: notes.text, hand: hand(fingerprint), first: notes.first.description, last: notes.last.description, acts: notes.acts,
                persons: notes.persons.count, addresses: notes.addresses.sorted(), agents: notes.agents.sorted())
        }.sorted { ($0.first, $0.session) < ($1.first, $1.session) }
    }
}
