import Detection
import Exposure
import Incident
import Ledger
import Model
import Report
import Trail

/// Puts the incident together while the second walk passes by: which act counts at which level for which finding.
struct Assembly {
    private let trail: Trail
    private let detection: DetectionResult
    private let detector: Detector
    private let declarations: [DeclaredAccount]

    private struct FindingDraft {
        var kind: String
        var measure: String
        var cases: [CaseFile]
        var evidence: [SignalEvidence]
        var declaration: DeclaredAccount?
        var detected: DetectedFinding?
        var counters = LevelCounters()
        var cuts: Bool { measure == "cut" }
    }

    private struct ControllerDraft {
        var counters = LevelCounters()
        var services: Set<UInt32> = []
        var accounts: Set<UInt32> = []
        var first: Instant
        var last: Instant
    }

    private var findings: [FindingDraft] = []
    /// Account number → (finding, position of its case).
    private var casesOf: [UInt32: [(finding: Int, at: Int)]] = [:]
    private var total = LevelCounters()
    private var controllers: [UInt32: ControllerDraft] = [:]
    private var days: [DayKey: Set<UInt32>] = [:]
    private(set) var persons = ExposedPersons()
    /// Declared accounts that the trail does not name.
    private var unknownDeclared: [DeclaredAccount] = []

    private struct DayKey: Hashable {
        var finding: Int, level: ExposureLevel, service: UInt32, controller: UInt32, category: Categories, manner: Manners, day: Int
    }

    init(trail: Trail, judged: Judged, declarations: [DeclaredAccount]) {
        (self.trail, self.detection, self.detector, self.declarations) = (trail, judged.result, judged.detector, declarations)
        for found in detection.findings {
            let cases = found.accounts.map { verdict in
                CaseFile(account: verdict.account, from: verdict.onset.time, containedIndex: verdict.containedAt.index, hand: { (verdict.hand(ofSession: $0) ?? .owner).rawValue }) { act, detail in
                    if act.account == verdict.account, let level = verdict.level(of: act) {
                        // Where the source does not say whether it succeeded, it may have. A decoy does not rest on the model.
                        guard level == .attributed, act.outcome == .success else { return .possible }
                        return detail.decoys.isEmpty ? .attributed : .established
                    }
                    let mayBe = act.attribution == .ambiguous && detail.candidates.contains(verdict.account)
                    return mayBe && act.time >= verdict.onset.time && act.outcome != .failure ? .possible : nil
                }
            }
            findings.append(FindingDraft(kind: "detected", measure: found.measure.rawValue, cases: cases, evidence: found.evidence, detected: found))
        }
        for declared in declarations {
            let numbers = trail.accounts.indices.filter { trail.accounts[$0].name == declared.account || (!trail.accounts[$0].professional.isEmpty && trail.accounts[$0].professional == declared.account) }
            if numbers.isEmpty { unknownDeclared.append(declared); continue }
            let from = declared.from ?? trail.first ?? Instant(milliseconds: 0)
            let cases = numbers.map { number in
                CaseFile(account: UInt32(number), from: from, containedIndex: nil, hand: { _ in "usurper" }) { act, detail in
                    guard act.outcome != .failure, declared.covers(act.time) else { return nil }
                    if act.account == UInt32(number) { return act.outcome == .success ? .established : .possible }
                    return act.attribution == .ambiguous && detail.candidates.contains(UInt32(number)) ? .possible : nil
                }
            }
            findings.append(FindingDraft(kind: "declared", measure: "cut", cases: cases, evidence: [], declaration: declared))
        }
        for (number, finding) in findings.enumerated() {
            for (at, file) in finding.cases.enumerated() { casesOf[file.account, default: []].append((number, at)) }
        }
    }

    mutating func take(_ act: Act, _ detail: ActDetail, entries: Range<Int>) {
        var strongest: ExposureLevel?
        for account in act.account.map({ [$0] }) ?? detail.candidates {
            for place in casesOf[account] ?? [] {
                let finding = findings[place.finding]
                guard let level = finding.cases[place.at].take(act, detail, entries: entries) else { continue }
                findings[place.finding].counters.add(act, at: level)
                guard finding.cuts else { continue }
                strongest = max(strongest ?? level, level)
                persons.add(act, account: account, level: level)
                guard act.disclosesSomebody else { continue }
                controllers[act.controller, default: ControllerDraft(first: act.time, last: act.time)].accounts.insert(account)
                addDays(act, finding: place.finding, level)
            }
        }
        guard let strongest, act.disclosesSomebody else { return }
        total.add(act, at: strongest)
        controllers[act.controller]?.counters.add(act, at: strongest)
        controllers[act.controller]?.services.insert(act.service)
        controllers[act.controller]?.last = act.time
    }

    private mutating func addDays(_ act: Act, finding: Int, _ level: ExposureLevel) {
        for disclosure in act.disclosures {
            for (_, category) in Categories.named where disclosure.categories.contains(category) {
                for (_, manner) in Manners.named where disclosure.manners.contains(manner) {
                    for weaker in ExposureLevel.allCases where weaker <= level {
                        let key = DayKey(finding: finding, level: weaker, service: act.service, controller: act.controller, category: category, manner: manner, day: act.time.dayNumber)
                        days[key, default: []].insert(disclosure.person)
                    }
                }
            }
        }
    }

    // MARK: What came together

    /// Findings in the order of the document: by onset, then by account.
    private var ordered: [(position: Int, id: String)] {
        let sorted = findings.indices.sorted { a, b in key(a) < key(b) }
        return sorted.enumerated().map { ($0.element, "F\($0.offset + 1)") }
    }

    private func key(_ finding: Int) -> (Instant, String, Int) {
        let cases = findings[finding].cases
        return (cases.map(\.from).min() ?? Instant(milliseconds: 0), cases.first.map { trail.accounts[Int($0.account)].name } ?? "", finding)
    }

    /// What each level of each finding's accounts covers in the ledger.
    var scopes: [RecountScope] {
        var scopes: [RecountScope] = []
        for (position, id) in ordered {
            // `all` repeats what counts over all findings.
            for name in findings[position].cuts ? [id, "all"] : [id] {
                for file in findings[position].cases {
                    func add(_ level: ExposureLevel, _ ranges: [[Int]], account: UInt32?) {
                        for range in ranges { scopes.append(RecountScope(finding: name, account: account, level: level, entries: UInt64(range[0])..<UInt64(range[1]))) }
                    }
                    add(.established, file.scope.established, account: file.account)
                    add(.attributed, file.scope.attributed, account: file.account)
                    add(.possible, file.scope.possible, account: file.account)
                    add(.possible, file.unnamedRanges, account: nil)
                }
            }
        }
        return scopes
    }

    var exposureRows: [ExposureRow] {
        let ids = Dictionary(uniqueKeysWithValues: ordered.map { ($0.position, $0.id) })
        return days.map { key, persons in
            ExposureRow(
                finding: ids[key.finding] ?? "", level: key.level.name, service: IncidentDocument.known(trail.services[key.service]),
                controller: IncidentDocument.known(trail.controllers[key.controller]), category: key.category.names.first ?? "", manner: key.manner.names.first ?? "",
                day: Instant(milliseconds: Int64(key.day) * Instant.day).date, persons: persons.count)
        }
    }

    func document(version: String, ledger: IncidentDocument.LedgerSummary, pseudonyms: Pseudonyms) -> IncidentDocument {
        let found = ordered.map { position, id in finding(findings[position], id: id, pseudonyms) }
        let coverage = TrailSummaries.coverage(trail, undeclared: unknownDeclared)
        let isBlind = detection.blindUntil.map { blind in trail.last.map { blind >= $0 } ?? true } ?? (trail.acts == 0)
        let couldHide = trail.files.contains { $0.refused > 0 || $0.couldHide } || coverage.contains(where: \.couldHide) || isBlind
        let verdict: IncidentDocument.Verdict = findings.contains(where: \.cuts) ? .found : couldHide ? .incomplete : .nothingFound
        return IncidentDocument(
            version: version, verdict: verdict, trail: TrailSummaries.summary(trail, coverage: coverage, blindUntil: detection.blindUntil), ledger: ledger,
            findings: found, exposure: levels(total), controllers: controllerList, 
            options: IncidentDocument.Options(falseCutsPer1000: detector.policy.falseCutsPer1000AccountWeeks, profiles: trail.profilesUsed, directoryPersons: trail.directory?.count),
            unknowns: TrailSummaries.unknowns(trail, findings: found, smallest: verdict == .nothingFound ? detection.openingsUntilCut : nil))
    }

    private func levels(_ counters: LevelCounters) -> IncidentDocument.Levels {
        counters.levels(service: { trail.services[$0] }, controller: { trail.controllers[$0] }, directoryPersons: trail.directory?.count)
    }

    private var controllerList: [IncidentDocument.ControllerExposure] {
        controllers.map { number, draft in
            IncidentDocument.ControllerExposure(
                controller: IncidentDocument.known(trail.controllers[number]), services: draft.services.map { IncidentDocument.known(trail.services[$0]) }.sorted(),
                healthByContext: draft.services.contains { trail.revealsHealth(service: $0) }, first: draft.first.description, last: draft.last.description,
                accounts: Set(draft.accounts.map { trail.accounts[Int($0)].name }).sorted(), exposure: levels(draft.counters),
                disclosures: .init(established: draft.counters.accesses(.established), attributed: draft.counters.accesses(.attributed), possible: draft.counters.accesses(.possible)))
        }.sorted { $0.controller < $1.controller }
    }

    private func finding(_ draft: FindingDraft, id: String, _ pseudonyms: Pseudonyms) -> IncidentDocument.Finding {
        let accounts = draft.cases.enumerated().map { at, file in
            account(file, verdict: draft.detected?.accounts[at], declared: draft.declaration, pseudonyms)
        }.sorted { ($0.onset.time, $0.account) < ($1.onset.time, $1.account) }
        var counterfactual = draft.detected.map { Sentence($0.counterfactual) }, evidence = draft.evidence
        if let declared = draft.declaration, let number = draft.cases.first?.account {
            let shown = trailShows(number, declared)
            (counterfactual, evidence) = (Sentence(shown.text), shown.evidence)
        }
        return IncidentDocument.Finding(
            id: id, kind: draft.kind, measure: draft.measure, falseAlarmsPer1000AccountWeeks: detector.policy.falseCutsPer1000AccountWeeks, rateBasis: "model",
            accounts: accounts, evidence: evidence.map(IncidentDocument.Evidence.init), exposure: levels(draft.counters),
            declaration: draft.declaration.map { IncidentDocument.Declaration(author: $0.author, reason: $0.reason, from: $0.from?.description, to: $0.to?.description) },
            counterfactual: counterfactual)
    }

    private func account(_ file: CaseFile, verdict: AccountVerdict?, declared: DeclaredAccount?, _ pseudonyms: Pseudonyms) -> IncidentDocument.Account {
        let names = trail.accounts[Int(file.account)]
        let onset = verdict.map { IncidentDocument.Mark(event: $0.onset.eventID, time: $0.onset.time.description) }
            ?? file.first.map { IncidentDocument.Mark(event: $0.event, time: (declared?.from ?? $0.time).description) }
            ?? IncidentDocument.Mark(event: "", time: file.from.description)
        let contained = verdict.map { IncidentDocument.Mark(event: $0.containedAt.eventID, time: $0.containedAt.time.description) }
        let last = file.last.map { IncidentDocument.Mark(event: $0.event, time: $0.time.description) } ?? contained ?? onset
        return IncidentDocument.Account(
            account: names.name, professionalId: names.professional.isEmpty ? nil : names.professional,
            organisation: names.organisation.isEmpty ? nil : names.organisation, onset: onset, containedAt: contained, last: last, sessions: file.sessionList,
            evidence: (verdict?.evidence ?? declared.map { trailShows(file.account, $0).evidence } ?? []).map(IncidentDocument.Evidence.init),
            personsBeforeCut: verdict == nil ? nil : file.beforeCut.count, pseudonym: pseudonyms.account(names.key).base64URL, scope: file.scope,
            picture: file.picture(rank: rank, rankCount: trail.directory?.count ?? 0))
    }

    /// What the trail itself says of a declared account.
    private func trailShows(_ account: UInt32, _ declared: DeclaredAccount) -> (text: Wording, evidence: [SignalEvidence]) {
        let start = trail.first ?? Instant(milliseconds: 0)
        return detector.trailShows(account: account, from: declared.from ?? start, to: declared.to ?? trail.last ?? start)
    }

    /// Place in the directory's order of names, else of numbers.
    private var rank: ((UInt32) -> UInt32?)? {
        guard let directory = trail.directory, directory.count > 0 else { return nil }
        let order = directory.byName.isEmpty ? directory.byID : directory.byName
        return { Int($0) < order.count ? order[Int($0)] : nil }
    }
}

extension Sentence {
    init(_ wording: Wording) { self.init(fr: wording.fr, en: wording.en) }
}

extension IncidentDocument.Evidence {
    init(_ evidence: SignalEvidence) { self.init(signal: evidence.signal, millinats: evidence.millinats, text: Sentence(evidence.text)) }
}

extension Act {
    fileprivate var disclosesSomebody: Bool { !disclosures.isEmpty || unrecorded > 0 }
}
