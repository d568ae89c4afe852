import Detection
import Foundation
import Journal
import Ledger
import Live
import Model
import Profiles
import Story
import Synchronization
import Testing
import Trail

/// A folder that is gone when the test is over.
func withTemporaryFolder<R>(_ body: (String) async throws -> R) async throws -> R {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-live-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}

/// A fictitious trail, small enough for a test: its files, what an investigation finds in it, and its lines in order of time.
struct Told {
    let folder: String
    let profiles: ProfileSet
    let directory: DirectoryList
    let truth: StoryTruth
    let key: CaseKey
    private let identity: String, placement: String

    /// One for all tests, with its posts and what an investigation finds in it.
    static let shared = Result { () throws -> (told: Told, posts: [Incoming], expected: [Found]) in
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-live-told-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let told = try Told(in: folder.path)
        return (told, told.posts(), try told.investigated())
    }

    static var plan: StoryPlan {
        var plan = StoryPlan(seed: 11)
        (plan.weeks, plan.professionals, plan.persons, plan.establishments, plan.usurpedAccounts) = (8, 45, 3_000, 6, 3)
        (plan.operationFirstDay, plan.operationStagger, plan.operationLastDay) = (CivilDate(year: 2025, month: 6, day: 16), 4, CivilDate(year: 2025, month: 7, day: 3))
        return plan
    }

    init(in folder: String, plan: StoryPlan = Told.plan) throws {
        self.folder = folder
        truth = try Story(plan: plan).write(to: folder)
        let text = try String(contentsOfFile: folder + "/" + Story.profileFile, encoding: .utf8)
        profiles = try ProfileSet.given(try ProfileReader.read(text, file: Story.profileFile))
        directory = try DirectoryList(file: folder + "/" + Story.directoryFile, temporaryFolder: folder)
        key = try CaseKey(secret: [UInt8](repeating: 9, count: 32))
        identity = try String(contentsOfFile: folder + "/" + Story.identityFile, encoding: .utf8)
        placement = try String(contentsOfFile: folder + "/" + Story.placementFile, encoding: .utf8)
    }

    var sources: [(name: String, header: String, lines: [(time: Int64, text: Substring)])] {
        let rows = placement.split(separator: "\r\n")
        return [
            ("identity-server", "", identity.split(separator: "\n").map { line in
                let at = line.range(of: "\"time\":").map { line[$0.upperBound...].prefix { $0.isNumber } } ?? "0"
                return (Int64(at) ?? 0, line)
            }),
            ("placement", String(rows[0]), rows.dropFirst().map { line in
                let n = line.prefix(19).split { !$0.isNumber }.map { Int($0) ?? 0 }
                // The story is told in summer: Paris is two hours before UTC.
                return (Instant(year: n[2], month: n[1], day: n[0], hour: n[3], minute: n[4], second: n[5]).milliseconds - 2 * Instant.hour, line)
            }),
        ]
    }

    /// The trail in posts of 100 lines in order of time; a post that holds lines of both sources is two deliveries.
    func posts(of size: Int = 100) -> [Incoming] {
        let sources = sources
        let all = sources.enumerated().flatMap { number, source in source.lines.map { (time: $0.time, source: number, text: $0.text) } }.sorted { ($0.time, $0.source) < ($1.time, $1.source) }
        var posts: [Incoming] = []
        for start in stride(from: 0, to: all.count, by: size) {
            let part = all[start..<min(start + size, all.count)]
            for (number, source) in sources.enumerated() {
                let lines = part.filter { $0.source == number }
                guard let last = lines.last else { continue }
                let text = (source.header.isEmpty ? [] : [source.header]) + lines.map { String($0.text) }
                posts.append(Incoming(bytes: Array((text.joined(separator: "\n") + "\n").utf8), source: source.name, received: Instant(milliseconds: last.time)))
            }
        }
        return posts
    }

    /// What `investigate` finds: both files read as a whole.
    func investigated() throws -> [Found] {
        let pseudonyms = key.pseudonyms
        let plan = TrailPlan(
            inputs: [folder + "/" + Story.identityFile, folder + "/" + Story.placementFile], profiles: profiles, directory: folder + "/" + Story.directoryFile,
            temporaryFolder: folder)
        let trail = try Trail.read(plan, fingerprints: { pseudonyms.fingerprint($0, $1) })
        var detector = Detector(policy: DetectionPolicy(), directory: trail.directory)
        try trail.forEachAct { act, _ in detector.observe(act) }
        let findings = detector.finish().findings
        var persons: [[Set<Pseudonym>]] = findings.map { $0.accounts.map { _ in [] } }
        try trail.forEachAct { act, _ in
            for (f, finding) in findings.enumerated() {
                for (a, verdict) in finding.accounts.enumerated() where verdict.level(of: act) == .attributed {
                    for disclosure in act.disclosures {
                        let reference = trail.reference(trail.person(of: disclosure.person))
                        persons[f][a].insert(pseudonyms.person(reference.reference.isEmpty ? reference.identifiers[0].description : reference.reference))
                    }
                }
            }
        }
        return findings.enumerated().map { f, finding in
            Found(measure: finding.measure, accounts: finding.accounts.enumerated().map { a, verdict in
                Found.Account(
                    name: trail.accounts[Int(verdict.account)].name, onset: pseudonyms.fingerprint(.event, verdict.onset.eventID),
                    contained: pseudonyms.fingerprint(.event, verdict.containedAt.eventID), last: pseudonyms.fingerprint(.event, verdict.last.eventID), persons: persons[f][a])
            }, evidence: finding.evidence)
        }
    }

    func tenant(at folder: String, _ change: (inout LiveTenant.Plan) -> Void = { _ in }, setAside: @escaping SetAside = { _, _ in }) async throws -> LiveTenant {
        var plan = LiveTenant.Plan(key: key, signer: try Signer(name: "ledger.example/tenant", seed: [UInt8](repeating: 7, count: 32)))
        (plan.profiles, plan.directory) = (profiles, directory)
        change(&plan)
        return try await LiveTenant(plan, files: try PosixFiles(folder + "/log"), head: try PosixFiles(folder + "/head"), clock: { Clock.shared.next() }, setAside: setAside)
    }

    /// Account names by the pseudonyms that a live log may give them, as of what it knew first.
    func names() -> [Pseudonym: String] {
        let pseudonyms = key.pseudonyms
        var names: [Pseudonym: String] = [:]
        for line in placement.split(separator: "\r\n").dropFirst() {
            let fields = line.split(separator: ";", omittingEmptySubsequences: false)
            names[pseudonyms.account("\(fields[3])\n\(fields[4])")] = String(fields[3])
            names[pseudonyms.account("\(fields[3])\n")] = String(fields[3])
        }
        return names
    }

    /// The same figures of a live tenant: from its own findings, and from its ledger the acts and what they showed.
    func found(_ tenant: LiveTenant, at folder: String) async throws -> [Found] {
        let names = names(), (findings, numbers) = await tenant.detected
        let note = try await tenant.checkpoint()
        let files = try PosixFiles(folder + "/log")
        let reader = try LedgerReader { try files.read($0, maximum: $1) }
        #expect(reader.note.bytes == note.bytes)
        var whole = LiveDetection(directory: LiveDirectory(directory, key.pseudonyms), limits: .unbounded)
        var events: [String: UInt64] = [:]
        whole.beginReplay()
        try reader.forEachEntry { index, bytes in
            let entry = try LedgerEntry(decoding: bytes)
            events[String(index)] = entry.eventID
            whole.take(entry, at: index)
        }
        whole.endReplay()
        let acts = whole.windowActs
        return findings.map { finding in
            Found(measure: finding.measure, accounts: finding.accounts.map { verdict in
                var persons: Set<Pseudonym> = []
                for act in acts where verdict.level(of: act) == .attributed {
                    for disclosure in act.disclosures { persons.insert(numbers.persons[Int(disclosure.person)]) }
                }
                return Found.Account(
                    name: names[numbers.accounts[Int(verdict.account)]] ?? "unknown", onset: events[verdict.onset.eventID] ?? 0,
                    contained: events[verdict.containedAt.eventID] ?? 0, last: events[verdict.last.eventID] ?? 0, persons: persons)
            }, evidence: finding.evidence)
        }
    }
}

/// A finding in terms that live and afterwards share.
struct Found: Equatable {
    struct Account: Equatable {
        var name: String
        var onset: UInt64, contained: UInt64, last: UInt64
        /// Attributed.
        var persons: Set<Pseudonym>
    }
    var measure: Measure
    var accounts: [Account]
    var evidence: [SignalEvidence]
}

/// A millisecond later each time.
final class Clock: Sendable {
    static let shared = Clock()
    private let now = Mutex<Int64>(1_750_000_000_000)
    func next() -> Int64 { now.withLock { $0 += 1; return $0 } }
}
