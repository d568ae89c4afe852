/// `incident.json`, version 1: what an investigation found, for machines and for every page and table of the folder.
///
/// Names and meanings are a contract with tools outside the project. Fields are added, never changed. Everything in the
/// folder but the personal lists is a function of this value; it holds account names and pseudonyms, no direct identity
/// of a patient.
package struct IncidentDocument: Codable, Equatable, Sendable {
    package static let schemaName = "cordon.incident.v1"

    package var schema = IncidentDocument.schemaName
    /// Version of the program that wrote it.
    package var version: String
    package var verdict: Verdict
    package var trail: TrailSummary
    package var ledger: LedgerSummary
    package var findings: [Finding]
    /// Distinct persons over all findings with measure `cut`.
    package var exposure: Levels
    /// The same exposure, one part per data controller, sorted by name: what each of them must answer for.
    package var controllers: [ControllerExposure]
    /// What was asked for: stated false-cut rate, names of profiles, whether a directory was given.
    package var options: Options
    /// Lines in the reader's language that say what this rests on and what stays unknown.
    package var unknowns: [Sentence]

    package enum Verdict: String, Codable, Sendable {
        case found, nothingFound = "nothing_found", incomplete
    }

    package init(version: String, verdict: Verdict, trail: TrailSummary, ledger: LedgerSummary, findings: [Finding], exposure: Levels, controllers: [ControllerExposure] = [], options: Options, unknowns: [Sentence]) {
        (self.version, self.verdict, self.trail, self.ledger) = (version, verdict, trail, ledger)
        (self.findings, self.exposure, self.controllers, self.options, self.unknowns) = (findings, exposure, controllers, options, unknowns)
    }
}

/// The same sentence in both languages of the folder.
package struct Sentence: Codable, Equatable, Hashable, Sendable {
    package var fr: String
    package var en: String
    package init(fr: String, en: String) { (self.fr, self.en) = (fr, en) }
}

extension IncidentDocument {
    package struct Options: Codable, Equatable, Sendable {
        /// Stated bound: cuts of accounts in the right hands per 1000 account-weeks.
        package var falseCutsPer1000: Double
        package var profiles: [String]
        package var directoryPersons: Int?

        enum CodingKeys: String, CodingKey {
            case profiles, directoryPersons
            case falseCutsPer1000 = "false_cuts_per_1000"
        }

        package init(falseCutsPer1000: Double, profiles: [String], directoryPersons: Int?) {
            (self.falseCutsPer1000, self.profiles, self.directoryPersons) = (falseCutsPer1000, profiles, directoryPersons)
        }
    }

    package struct TrailSummary: Codable, Equatable, Sendable {
        package var files: [File]
        package var events: Int
        package var acts: Int
        package var accounts: Int
        package var persons: Int
        package var references: Int
        package var first: String?
        package var last: String?
        /// Before this time no baselines existed: what came earlier was not judged.
        package var blindUntil: String?
        package var assumptions: [Sentence]
        package var coverage: [Coverage]

        enum CodingKeys: String, CodingKey {
            case files, events, acts, accounts, persons, references, first, last, blindUntil, assumptions, coverage
        }

        package init(files: [File], events: Int, acts: Int, accounts: Int, persons: Int, references: Int, first: String?, last: String?, blindUntil: String?, assumptions: [Sentence], coverage: [Coverage]) {
            (self.files, self.events, self.acts, self.accounts, self.persons) = (files, events, acts, accounts, persons)
            (self.references, self.first, self.last, self.blindUntil) = (references, first, last, blindUntil)
            (self.assumptions, self.coverage) = (assumptions, coverage)
        }
    }

    /// One input file and where each of its lines went: `lines = header + kept + refused + duplicate + blank`.
    package struct File: Codable, Equatable, Sendable {
        package var name: String
        package var sha256: String
        package var format: String
        package var bytes: Int
        package var lines: Int
        package var header: Int
        package var kept: Int
        package var refused: Int
        package var duplicate: Int
        package var blank: Int
        /// The first refused lines (at most 1000); `refused` counts all.
        package var refusals: [Refusal]
        /// Damage of the file as a whole: a compressed stream that ends early, an encoding that had to be assumed.
        package var remarks: [Sentence]

        package init(name: String, sha256: String, format: String, bytes: Int, lines: Int, header: Int, kept: Int, refused: Int, duplicate: Int, blank: Int, refusals: [Refusal], remarks: [Sentence]) {
            (self.name, self.sha256, self.format, self.bytes, self.lines) = (name, sha256, format, bytes, lines)
            (self.header, self.kept, self.refused, self.duplicate, self.blank) = (header, kept, refused, duplicate, blank)
            (self.refusals, self.remarks) = (refusals, remarks)
        }
    }

    /// A refused line: where, which field, what was expected, what to do. Never its content.
    package struct Refusal: Codable, Equatable, Sendable {
        package var line: Int
        package var byte: Int
        package var field: String
        package var found: String
        package var expected: String
        package var remedy: String

        package init(line: Int, byte: Int, field: String, found: String, expected: String, remedy: String) {
            (self.line, self.byte, self.field, self.found, self.expected, self.remedy) = (line, byte, field, found, expected, remedy)
        }
    }

    /// What a source may not have told.
    package struct Coverage: Codable, Equatable, Sendable {
        /// `sequence_gap`, `silence`, `throttling`, `unrecorded_persons`, `cut_short`, `clock`, `profile` (what the source can never prove).
        package var kind: String
        package var source: String
        package var from: String?
        package var to: String?
        /// Missing records, where they can be counted.
        package var count: Int?
        /// True when it could hide a finding; false for a remark.
        package var couldHide: Bool
        package var text: Sentence

        package init(kind: String, source: String, from: String?, to: String?, count: Int?, couldHide: Bool, text: Sentence) {
            (self.kind, self.source, self.from, self.to) = (kind, source, from, to)
            (self.count, self.couldHide, self.text) = (count, couldHide, text)
        }
    }

    package struct LedgerSummary: Codable, Equatable, Sendable {
        package var origin: String
        package var size: Int
        /// Base64 of the tree's root, as in the checkpoint.
        package var root: String

        package init(origin: String, size: Int, root: String) { (self.origin, self.size, self.root) = (origin, size, root) }
    }

    package struct Mark: Codable, Equatable, Sendable {
        package var event: String
        package var time: String
        package init(event: String, time: String) { (self.event, self.time) = (event, time) }
    }

    package struct Finding: Codable, Equatable, Sendable {
        /// `F1`, `F2`… in order of onset.
        package var id: String
        /// `detected` or `declared`.
        package var kind: String
        /// `cut`, `step_up` or `watch`.
        package var measure: String
        package var falseAlarmsPer1000AccountWeeks: Double
        /// `model`, `conformal` or `measured`.
        package var rateBasis: String
        package var accounts: [Account]
        package var evidence: [Evidence]
        package var exposure: Levels
        /// Declared findings: who declared it, why, from when to when.
        package var declaration: Declaration?
        /// What would have changed the verdict, or for a declared account what the trail shows.
        package var counterfactual: Sentence?

        enum CodingKeys: String, CodingKey {
            case id, kind, measure, rateBasis, accounts, evidence, exposure, declaration, counterfactual
            case falseAlarmsPer1000AccountWeeks = "false_alarms_per_1000_account_weeks"
        }

        package init(id: String, kind: String, measure: String, falseAlarmsPer1000AccountWeeks: Double, rateBasis: String, accounts: [Account], evidence: [Evidence], exposure: Levels, declaration: Declaration? = nil, counterfactual: Sentence? = nil) {
            (self.id, self.kind, self.measure, self.rateBasis) = (id, kind, measure, rateBasis)
            self.falseAlarmsPer1000AccountWeeks = falseAlarmsPer1000AccountWeeks
            (self.accounts, self.evidence, self.exposure) = (accounts, evidence, exposure)
            (self.declaration, self.counterfactual) = (declaration, counterfactual)
        }
    }

    package struct Declaration: Codable, Equatable, Sendable {
        package var author: String
        package var reason: String
        package var from: String?
        package var to: String?
        package init(author: String, reason: String, from: String?, to: String?) {
            (self.author, self.reason, self.from, self.to) = (author, reason, from, to)
        }
    }

    package struct Account: Codable, Equatable, Sendable {
        package var account: String
        package var professionalId: String?
        package var organisation: String?
        package var onset: Mark
        package var containedAt: Mark?
        package var last: Mark
        package var sessions: [Session]
        package var evidence: [Evidence]
        /// Persons disclosed up to and with the act that crossed.
        package var personsBeforeCut: Int?
        /// The account's pseudonym in the ledger, hexadecimal.
        package var pseudonym: String
        /// Ledger entries that the exposure rests on: half-open index ranges, ascending, per level (each includes the stronger).
        package var scope: Scope
        package var picture: Picture

        enum CodingKeys: String, CodingKey {
            case account, professionalId, organisation, onset, containedAt, last, sessions, evidence, personsBeforeCut, pseudonym, scope, picture
        }

        package init(account: String, professionalId: String?, organisation: String?, onset: Mark, containedAt: Mark?, last: Mark, sessions: [Session], evidence: [Evidence], personsBeforeCut: Int?, pseudonym: String, scope: Scope, picture: Picture) {
            (self.account, self.professionalId, self.organisation) = (account, professionalId, organisation)
            (self.onset, self.containedAt, self.last) = (onset, containedAt, last)
            (self.sessions, self.evidence, self.personsBeforeCut) = (sessions, evidence, personsBeforeCut)
            (self.pseudonym, self.scope, self.picture) = (pseudonym, scope, picture)
        }
    }

    /// Ranges `[first, end)` of ledger entries.
    package struct Scope: Codable, Equatable, Sendable {
        package var established: [[Int]]
        package var attributed: [[Int]]
        package var possible: [[Int]]
        package init(established: [[Int]], attributed: [[Int]], possible: [[Int]]) {
            (self.established, self.attributed, self.possible) = (established, attributed, possible)
        }
    }

    package struct Session: Codable, Equatable, Sendable {
        package var session: String
        /// `usurper`, `owner` or `shared`.
        package var hand: String
        package var first: String
        package var last: String
        package var acts: Int
        package var persons: Int
        package var addresses: [String]
        package var agents: [String]
        package init(session: String, hand: String, first: String, last: String, acts: Int, persons: Int, addresses: [String], agents: [String]) {
            (self.session, self.hand, self.first, self.last) = (session, hand, first, last)
            (self.acts, self.persons, self.addresses, self.agents) = (acts, persons, addresses, agents)
        }
    }

    package struct Evidence: Codable, Equatable, Sendable {
        /// `care_context`, `unfollowed_list`, `directory_order`, `sweep`, `depth`, `pace`, `login`, `session`, `decoy`, `group`…
        package var signal: String
        /// Weight of evidence: thousandths of a nat of log-likelihood ratio, usurper against owner.
        package var millinats: Int
        package var text: Sentence
        package init(signal: String, millinats: Int, text: Sentence) { (self.signal, self.millinats, self.text) = (signal, millinats, text) }
    }

    package struct Levels: Codable, Equatable, Sendable {
        package var established: Count
        package var attributed: Count
        package var possible: Count
        package init(established: Count = Count(), attributed: Count = Count(), possible: Count = Count()) {
            (self.established, self.attributed, self.possible) = (established, attributed, possible)
        }
    }

    /// Distinct persons. `possible.persons` adds the bound for persons that sources did not record; `unrecorded` is that bound.
    package struct Count: Codable, Equatable, Sendable {
        package var persons = 0
        package var references = 0
        package var byCategory: [String: Int] = [:]
        package var byManner: [String: Int] = [:]
        package var byService: [String: Int] = [:]
        package var byController: [String: Int] = [:]
        package var unrecorded = 0
        package init() {}
    }

    /// What one data controller answers for: the exposure over all findings with measure `cut`, of its data alone.
    package struct ControllerExposure: Codable, Equatable, Sendable {
        package var controller: String
        /// Sorted.
        package var services: [String]
        /// Whether being present in these services reveals health by context; nil when no profile says.
        package var healthByContext: Bool?
        /// First and last disclosure at level possible or stronger.
        package var first: String?
        package var last: String?
        /// Names of the accounts through which its data was disclosed, sorted.
        package var accounts: [String]
        package var exposure: Levels
        /// Records, apart from persons: one person disclosed by one act counts once. Nil when not counted.
        package var disclosures: Disclosures?

        package struct Disclosures: Codable, Equatable, Sendable {
            package var established: Int
            package var attributed: Int
            package var possible: Int
            package init(established: Int, attributed: Int, possible: Int) {
                (self.established, self.attributed, self.possible) = (established, attributed, possible)
            }
        }

        package init(controller: String, services: [String], healthByContext: Bool?, first: String?, last: String?, accounts: [String], exposure: Levels, disclosures: Disclosures?) {
            (self.controller, self.services, self.healthByContext) = (controller, services, healthByContext)
            (self.first, self.last, self.accounts, self.exposure) = (first, last, accounts, exposure)
            self.disclosures = disclosures
        }
    }

    /// What the report draws of one account.
    package struct Picture: Codable, Equatable, Sendable {
        /// Persons disclosed per hour of the heat strip, hours counted from `start`; hours with nothing are absent.
        package var start: String
        package var hours: [Hour]
        /// One point per disclosed person, thinned evenly to at most 2000: hour since `start`, rank in directory order (or order of first disclosure) of `rankCount`.
        package var points: [[Int]]
        package var rankCount: Int
        /// True when ranks are places in the directory's order of names or numbers.
        package var ranksAreDirectory: Bool

        package struct Hour: Codable, Equatable, Sendable {
            package var hour: Int
            package var owner: Int
            package var usurper: Int
            package init(hour: Int, owner: Int, usurper: Int) { (self.hour, self.owner, self.usurper) = (hour, owner, usurper) }
        }

        package init(start: String, hours: [Hour], points: [[Int]], rankCount: Int, ranksAreDirectory: Bool) {
            (self.start, self.hours, self.points, self.rankCount, self.ranksAreDirectory) = (start, hours, points, rankCount, ranksAreDirectory)
        }
    }
}
