import Exposure
import Incident
import Ledger
import Model

/// Counts again from the ledger's entries what `incident.json` states, over the scopes that it states.
struct FolderRecount {
    private struct Claim {
        var finding: Int
        var account: Pseudonym
        var level: ExposureLevel
        var isCut: Bool
    }

    /// Claims by first entry; `open` are those whose range holds the entry at hand.
    private var starts: [Int: [(claim: Claim, end: Int)]] = [:]
    private var open: [(claim: Claim, end: Int)] = []
    private var counters: [LevelCounters]
    private var total = LevelCounters()
    private var persons: [Pseudonym: UInt32] = [:]
    private var references: [Pseudonym: UInt32] = [:]
    private var services = Names()
    private var controllers = Names()
    private var acts = 0
    private var events = 0
    private let directoryPersons: Int?

    init(_ document: IncidentDocument) {
        counters = document.findings.map { _ in LevelCounters() }
        directoryPersons = document.options.directoryPersons
        for (number, finding) in document.findings.enumerated() {
            for account in finding.accounts {
                guard let pseudonym = Pseudonym(account.pseudonym) else { continue }
                for (level, ranges) in [(ExposureLevel.established, account.scope.established), (.attributed, account.scope.attributed), (.possible, account.scope.possible)] {
                    for range in ranges where range.count == 2 && range[0] < range[1] {
                        let claim = Claim(finding: number, account: pseudonym, level: level, isCut: finding.measure == "cut")
                        starts[range[0], default: []].append((claim, range[1]))
                    }
                }
            }
        }
    }

    mutating func take(_ entry: LedgerEntry, at index: Int) throws(FolderProblem) {
        if entry.part == 1 { acts += 1 }
        events += entry.events
        open.removeAll { $0.end <= index }
        open += starts[index] ?? []
        guard !open.isEmpty else { return }
        // The strongest level of each finding holds; weaker ranges repeat it.
        var strongest: [Int: ExposureLevel] = [:], overall: ExposureLevel?
        for (claim, _) in open {
            guard entry.account == claim.account || (entry.account == nil && claim.level == .possible) else {
                throw FolderProblem(file: "incident.json", problem: "entry \(index) of the log is counted for an account that did not make it")
            }
            guard entry.outcome != .failure else { throw FolderProblem(file: "incident.json", problem: "entry \(index) of the log failed, and is counted") }
            strongest[claim.finding] = max(strongest[claim.finding] ?? claim.level, claim.level)
            if claim.isCut { overall = max(overall ?? claim.level, claim.level) }
        }
        let act = numbered(entry, index)
        for (finding, level) in strongest { counters[finding].add(act, at: level) }
        if let overall { total.add(act, at: overall) }
    }

    private mutating func numbered(_ entry: LedgerEntry, _ index: Int) -> Act {
        var act = Act(index: index, time: entry.time, eventID: "")
        act.service = services.number(of: entry.service)
        act.controller = controllers.number(of: entry.controller)
        act.unrecorded = entry.unrecorded
        act.disclosures = entry.disclosures.map { shown in
            Disclosure(
                reference: number(shown.reference ?? shown.person, in: &references), person: number(shown.person, in: &persons),
                categories: shown.categories, manners: shown.manners)
        }
        return act
    }

    private func number(_ pseudonym: Pseudonym, in table: inout [Pseudonym: UInt32]) -> UInt32 {
        if let known = table[pseudonym] { return known }
        let next = UInt32(table.count)
        table[pseudonym] = next
        return next
    }

    func compare(with document: IncidentDocument) throws(FolderProblem) {
        guard acts == document.trail.acts, events == document.trail.events else {
            throw FolderProblem(file: "incident.json", problem: "the log holds \(acts) acts of \(events) events, stated are \(document.trail.acts) of \(document.trail.events)")
        }
        for (number, finding) in document.findings.enumerated() {
            try compare(levels(counters[number]), finding.exposure, of: "finding \(finding.id)")
        }
        try compare(levels(total), document.exposure, of: "the exposure over all findings")
    }

    private func levels(_ counters: LevelCounters) -> IncidentDocument.Levels {
        counters.levels(service: { services[$0] }, controller: { controllers[$0] }, directoryPersons: directoryPersons)
    }

    private func compare(_ counted: IncidentDocument.Levels, _ stated: IncidentDocument.Levels, of what: String) throws(FolderProblem) {
        for (name, a, b) in [("established", counted.established, stated.established), ("attributed", counted.attributed, stated.attributed), ("possible", counted.possible, stated.possible)] where a != b {
            throw FolderProblem(file: "incident.json", problem: "\(what), \(name): the log gives \(a.persons) persons, \(a.references) references; stated are \(b.persons) and \(b.references), or their parts differ")
        }
    }
}
