import Incident
import Model

/// Documents with realistic figures, the same on every run.
enum Samples {
    /// Ten accounts, twelve weeks, one sweep of the directory in ten parts.
    static var incident: IncidentDocument { incident(names: (1...10).map { "praticien.\(padded($0, 3))@sante.example" }) }

    /// The same with names that try to break out of the page.
    static var hostile: IncidentDocument {
        var document = incident(names: hostileNames)
        document.trail.files[0].name = "</style><script>alert(1)</script>.csv"
        document.trail.files[1].name = "\u{202E}fdp.exe\u{202C}"
        document.trail.coverage[0].source = "<img src=x onerror=alert(1)>"
        document.trail.files[0].refusals[0].field = "\"><svg onload=alert(1)>"
        document.findings[0].id = "F1\" onmouseover=\"alert(1)"
        document.ledger.origin = "javascript:alert(1)//'\"<>"
        document.exposure.possible.byController["=HYPERLINK(\"http://evil.example\")"] = 3
        return document
    }

    /// With fewer marks in the pictures: golden files stay small.
    static func thinned(_ document: IncidentDocument) -> IncidentDocument {
        var document = document
        for finding in document.findings.indices {
            for account in document.findings[finding].accounts.indices {
                let picture = document.findings[finding].accounts[account].picture
                document.findings[finding].accounts[account].picture.hours = picture.hours.enumerated().filter { $0.offset % 9 == 0 }.map(\.element)
                document.findings[finding].accounts[account].picture.points = picture.points.enumerated().filter { $0.offset % 25 == 0 }.map(\.element)
            }
        }
        return document
    }

    static let hostileNames = [
        "<script>alert('1')</script>", "\"><img src=x onerror=alert(1)>", "\u{202E}nimda\u{202C} (admin)", "👩🏽‍⚕️ Zoé 👨‍👩‍👧‍👦",
        String(repeating: "très-long-", count: 60), "Z\u{0335}\u{0321}\u{0322}\u{0327}\u{0328}\u{0329}\u{0330}\u{0331}algo", "د. ليلى", "a\u{0}b\u{7}c\u{1B}[31m",
        "=cmd|' /C calc'!A0", "&lt;déjà échappé&gt; & co",
    ]

    static var nothingFound: IncidentDocument {
        var document = incident
        document.verdict = .nothingFound
        document.findings = []
        document.exposure = .init()
        document.controllers = []
        document.trail.coverage = document.trail.coverage.filter { !$0.couldHide }
        document.trail.files[0].refused = 0
        document.trail.files[0].refusals = []
        document.unknowns = []
        return document
    }

    static var incomplete: IncidentDocument {
        var document = incident
        document.verdict = .incomplete
        document.findings = []
        document.exposure = .init()
        document.controllers = []
        return document
    }

    // MARK: Parts

    private static let start = Instant(year: 2025, month: 6, day: 30)

    private static func incident(names: [String]) -> IncidentDocument {
        var random = Sequence(seed: 2025)
        let accounts = names.enumerated().map { account($0.element, $0.offset, &random) }
        let finding = IncidentDocument.Finding(
            id: "F1", kind: "detected", measure: "cut", falseAlarmsPer1000AccountWeeks: 1, rateBasis: "model", accounts: accounts, evidence: evidence,
            exposure: levels(attributed: 12_001, possible: 12_345),
            counterfactual: Sentence(
                fr: "Avec un lien de soin pour 40 % des personnes listées, ou les mêmes listes ouvertes depuis le poste habituel, aucun de ces comptes n’aurait été coupé.",
                en: "With a care link for 40 % of the persons listed, or the same lists opened from the usual workstation, none of these accounts would have been cut."))
        let watched = IncidentDocument.Finding(
            id: "F2", kind: "detected", measure: "step_up", falseAlarmsPer1000AccountWeeks: 10, rateBasis: "measured",
            accounts: [account("infirmerie.nord", 3, &random)], evidence: Array(evidence.prefix(3)), exposure: levels(attributed: 14, possible: 22))
        return IncidentDocument(
            version: "0.1.0", verdict: .found, trail: trail,
            ledger: .init(origin: "cordon.example/case/2025-09", size: 176_342, root: "q3V5bW9yZSB0aGFuIGEgcm9vdCBoYXNoIHZhbHVlISE="),
            findings: [finding, watched], exposure: levels(attributed: 12_001, possible: 12_345), controllers: controllers,
            options: .init(falseCutsPer1000: 1, profiles: ["identity-server", "placement"], directoryPersons: 30_000),
            unknowns: [Sentence(
                fr: "On ne sait pas comment les mots de passe ont été obtenus\u{202F}: ces sources n’enregistrent pas les tentatives refusées.",
                en: "How the passwords were obtained is not known: these sources do not record refused attempts.")])
    }

    private static func account(_ name: String, _ number: Int, _ random: inout Sequence) -> IncidentDocument.Account {
        let onset = start + Int64(56 + number * 2) * Instant.day + 20 * Instant.hour
        let cut = onset + 47 * Instant.minute + Int64(number) * Instant.minute
        var hours: [IncidentDocument.Picture.Hour] = [], points: [[Int]] = []
        for day in 0..<84 {
            for hour in 0..<24 {
                let index = day * 24 + hour, isOffice = day % 7 < 5 && hour >= 6 && hour < 16
                let owner = isOffice && random.next(100) < 55 ? 1 + random.next(9) : 0
                let isTaken = day >= 56 + number * 2 && (hour >= 20 || hour < 3) && random.next(100) < 45
                let usurper = isTaken ? 15 + random.next(40) : 0
                if owner + usurper > 0 { hours.append(.init(hour: index, owner: owner, usurper: usurper)) }
                if owner > 0, random.next(3) == 0 { points.append([index, random.next(30_000)]) }
            }
        }
        let taken = hours.filter { $0.usurper > 0 }
        for (step, hour) in taken.enumerated() {
            for part in 0..<6 { points.append([hour.hour, min(29_999, number * 3_000 + (step * 6 + part) * 3_000 / max(1, taken.count * 6) + random.next(20))]) }
        }
        let last = start + Int64(taken.last?.hour ?? 1_400) * Instant.hour + 31 * Instant.minute
        let pseudonym = (0..<16).map { _ in padded(random.next(100), 2) }.joined()
        return IncidentDocument.Account(
            account: name, professionalId: number % 3 == 2 ? nil : "1000\(padded(1_234_567 + number, 7))", organisation: number % 2 == 0 ? "Centre hospitalier de Test" : nil,
            onset: .init(event: "evt-\(number)-1", time: onset.description), containedAt: .init(event: "evt-\(number)-44", time: cut.description),
            last: .init(event: "evt-\(number)-999", time: last.description),
            sessions: [
                .init(session: "s-\(pseudonym.prefix(8))", hand: "usurper", first: onset.description, last: (onset + 6 * Instant.hour).description, acts: 118, persons: 940, addresses: ["203.0.113.\(10 + number)", "2001:db8:\(number)::17"], agents: ["Firefox · Linux"]),
                .init(session: "s-\(pseudonym.suffix(8))", hand: "owner", first: (onset + 12 * Instant.hour).description, last: (onset + 19 * Instant.hour).description, acts: 41, persons: 37, addresses: ["192.0.2.\(20 + number)"], agents: ["Edge · Windows"]),
            ],
            evidence: Array(evidence.prefix(4)), personsBeforeCut: 38 + number, pseudonym: pseudonym,
            scope: .init(established: [], attributed: [[number * 100, number * 100 + 50]], possible: [[number * 100, number * 100 + 60]]),
            picture: .init(start: start.description, hours: hours, points: points, rankCount: 30_000, ranksAreDirectory: true))
    }

    private static let evidence: [IncidentDocument.Evidence] = [
        .init(signal: "unfollowed_list", millinats: 14_210, text: Sentence(fr: "412 listes affichées, aucune suivie d’une ouverture ; le titulaire ouvre d’ordinaire une liste sur deux.", en: "412 lists shown, none followed by an opening; the holder usually opens one list in two.")),
        .init(signal: "sweep", millinats: 9_480, text: Sentence(fr: "Préfixes de noms parcourus dans l’ordre de l’alphabet, de BA à BR.", en: "Name prefixes walked through in alphabetical order, from BA to BR.")),
        .init(signal: "care_context", millinats: 7_020, text: Sentence(fr: "11 personnes sur 2 940 avaient un lien de soin avec le compte.", en: "11 of 2,940 persons had a care link with the account.")),
        .init(signal: "login", millinats: 4_100, text: Sentence(fr: "Connexion depuis un réseau et un appareil jamais vus sur ce compte.", en: "Login from a network and a device never seen on this account.")),
        .init(signal: "group", millinats: 2_900, text: Sentence(fr: "Dix comptes lisent chacun une part différente de l’annuaire.", en: "Ten accounts each read a different part of the directory.")),
        .init(signal: "pace", millinats: 410, text: Sentence(fr: "Une page toutes les 21 secondes, régulièrement.", en: "One page every 21 seconds, evenly.")),
        .init(signal: "session", millinats: -1_830, text: Sentence(fr: "Authentification forte réussie à l’ouverture de deux sessions.", en: "Strong authentication succeeded at the start of two sessions.")),
    ]

    private static let services = ["identité régionale", "orientation"]

    static func levels(attributed: Int, possible: Int) -> IncidentDocument.Levels {
        func count(_ n: Int, unrecorded: Int = 0) -> IncidentDocument.Count {
            var count = IncidentDocument.Count()
            count.persons = n
            count.references = n + n / 9
            count.byCategory = ["identity": n, "contact": n * 3 / 5, "national_id": n / 3, "administrative": n / 12, "social": n / 70].filter { $0.value > 0 }
            count.byManner = ["listed": n, "opened": n / 14].filter { $0.value > 0 }
            count.byService = ["orientation": n, "identité régionale": n / 20].filter { $0.value > 0 }
            count.byController = ["Agence régionale A": n / 2, "Agence régionale B": n / 3, "Agence régionale C": n / 5].filter { $0.value > 0 }
            count.unrecorded = unrecorded
            return count
        }
        return .init(established: count(3), attributed: count(attributed), possible: count(possible, unrecorded: 120))
    }

    private static let controllers: [IncidentDocument.ControllerExposure] = ["Agence régionale A", "Agence régionale B", "Agence régionale C"].enumerated().map { index, name in
        .init(
            controller: name, services: services, healthByContext: index == 1 ? nil : index == 0, first: "2025-08-25T18:00:00.000Z", last: "2025-09-19T22:31:00.000Z",
            accounts: ["praticien.001@sante.example", "praticien.002@sante.example"], exposure: levels(attributed: 4_000 - index * 700, possible: 4_100 - index * 700),
            disclosures: .init(established: 3, attributed: 5_210, possible: 5_400))
    }

    private static let trail = IncidentDocument.TrailSummary(
        files: [
            .init(name: "acces-orientation.csv", sha256: String(repeating: "3f9a", count: 16), format: "csv", bytes: 41_220_933, lines: 182_003, header: 1, kept: 181_990, refused: 3, duplicate: 7, blank: 2,
                  refusals: [
                    .init(line: 4_411, byte: 998_120, field: "date", found: "not a date", expected: "DD/MM/YYYY HH:MM", remedy: "correct the line at the source, or map the column with --profile"),
                    .init(line: 90_001, byte: 20_400_118, field: "", found: "cut short", expected: "14 columns", remedy: "export the file again"),
                    .init(line: 90_002, byte: 20_400_191, field: "compte", found: "missing", expected: "account", remedy: "export the file again"),
                  ],
                  remarks: [Sentence(fr: "Encodage supposé : Windows-1252.", en: "Encoding assumed: Windows-1252.")]),
            .init(name: "connexions.ndjson.gz", sha256: String(repeating: "b1c0", count: 16), format: "fhir-auditevent-ndjson", bytes: 9_120_404, lines: 21_440, header: 0, kept: 21_440, refused: 0, duplicate: 0, blank: 0, refusals: [], remarks: []),
        ],
        events: 203_430, acts: 176_342, accounts: 400, persons: 29_804, references: 31_220, first: "2025-06-30T04:02:11.000Z", last: "2025-09-21T21:58:40.000Z", blindUntil: "2025-07-14T00:00:00.000Z",
        assumptions: [
            Sentence(fr: "Heures sans fuseau lues comme Europe/Paris (profil placement).", en: "Times without a zone read as Europe/Paris (profile placement)."),
            Sentence(fr: "Encodage de acces-orientation.csv supposé Windows-1252.", en: "Encoding of acces-orientation.csv assumed to be Windows-1252."),
        ],
        coverage: [
            .init(kind: "sequence_gap", source: "orientation", from: "2025-08-02T09:10:00.000Z", to: "2025-08-04T13:00:00.000Z", count: 310, couldHide: true, text: Sentence(fr: "310 numéros manquent dans la suite de la source.", en: "310 numbers are missing in the source’s sequence.")),
            .init(kind: "silence", source: "identité régionale", from: "2025-07-27T22:00:00.000Z", to: "2025-07-28T05:00:00.000Z", count: nil, couldHide: false, text: Sentence(fr: "Plus longue que d’habitude pour cette heure.", en: "Longer than usual for this hour.")),
            .init(kind: "profile", source: "orientation", from: nil, to: nil, count: nil, couldHide: false, text: Sentence(fr: "La source n’enregistre pas les copies d’écran.", en: "The source does not record screenshots.")),
        ])

    /// Numbers from a seed (SplitMix64).
    private struct Sequence {
        private var state: UInt64
        init(seed: UInt64) { state = seed }
        mutating func next(_ bound: Int) -> Int {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return Int((z ^ (z >> 31)) % UInt64(bound))
        }
    }
}
