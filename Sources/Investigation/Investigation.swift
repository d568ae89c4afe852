import Detection
import Exposure
import Incident
import Ledger
import Model
import Profiles
import Report
import Trail

/// From exported trails to the incident folder: the rooms in order, twice over the acts.
///
/// The first walk judges (Detection sees each act with what was known up to it and nothing later); the second records
/// (ledger, index, recount, what the findings expose), when it is known which references are one person. The same files,
/// options and case key give the same bytes for everything but `incident.note`.
package struct Investigation {
    private let plan: InvestigationPlan
    private let world: World

    /// Bytes that sorting may hold before it goes to disk; small, so that a long trail takes no more memory than a short one.
    private static let sortingMemory = 24 << 20

    package init(_ plan: InvestigationPlan, world: World) { (self.plan, self.world) = (plan, world) }

    /// Writes the folder, whole or not at all.
    /// - Throws: `InvestigationFailure`, `CannotWrite`, `Interrupted`.
    package func run(reporting report: @escaping @Sendable (InvestigationProgress) -> Void = { _ in }) throws -> InvestigationResult {
        let caseKey = try plan.caseKey ?? CaseKey(secret: world.randomBytes(32))
        let signer = try plan.signer ?? caseKey.signer()
        let draft = try FolderDraft(at: plan.out, suffix: Hex.encode(world.randomBytes(4)))
        do {
            let document = try build(in: draft, caseKey: caseKey, signer: signer, reporting: report)
            let note = FolderNote(
                written: world.now(), version: plan.version, signer: signer.verifierKey.description, ledger: document.ledger,
                files: try FolderNote.hashes(of: draft.draft))
            try draft.write(try SignedNote(text: note.text, signers: [signer]).bytes, to: FolderNote.fileName)
            if world.isInterrupted() { throw Interrupted() }
            try draft.publish()
            return InvestigationResult(document: document, folder: draft.path, verifierKey: signer.verifierKey.description)
        } catch {
            draft.discard()
            throw error
        }
    }

    /// Everything but the note.
    func build(in draft: FolderDraft, caseKey: CaseKey, signer: Signer, reporting report: @escaping @Sendable (InvestigationProgress) -> Void) throws -> IncidentDocument {
        let pseudonyms = caseKey.pseudonyms
        let trail = try readTrail(pseudonyms, report)

        let judged = try judge(trail, report)
        var assembly = Assembly(trail: trail, judged: judged, declarations: plan.declarations)
        var recording = try Recording(draft: draft, trail: trail, pseudonyms: pseudonyms, origin: caseKey.origin)
        try walk(trail, .recording, report) { act, detail in
            let entries = try recording.append(act)
            assembly.take(act, detail, entries: entries)
        }
        report(InvestigationProgress(phase: .writing, fraction: 0, done: trail.events))
        let ledger = try recording.finish(scopes: assembly.scopes, signers: signers(caseKey, signer))
        let document = assembly.document(version: plan.version, ledger: ledger, pseudonyms: pseudonyms)

        try FolderContents(document: document, assembly: assembly, trail: trail, pandoc: Docx.pandoc(in: world.programFolders)).write(to: draft)
        try draft.write(Array(caseKey.fileText.utf8), to: "restricted/case.key", mode: 0o600)
        report(InvestigationProgress(phase: .writing, fraction: 1, done: trail.events))
        return document
    }

    /// The log bears the signature of its own name; where another key signs the folder, also that one's.
    private func signers(_ caseKey: CaseKey, _ signer: Signer) throws -> [Signer] {
        let own = try caseKey.signer()
        return own.verifierKey == signer.verifierKey ? [own] : [own, signer]
    }

    private func readTrail(_ pseudonyms: Pseudonyms, _ report: @escaping @Sendable (InvestigationProgress) -> Void) throws -> Trail {
        let trailPlan = TrailPlan(
            inputs: plan.inputs, profiles: plan.profiles, directory: plan.directory, people: plan.people, threads: plan.threads,
            memory: Investigation.sortingMemory, temporaryFolder: world.temporaryFolder)
        let world = world
        do {
            return try Trail.read(trailPlan, fingerprints: { pseudonyms.fingerprint($0, $1) }) { progress in
                // The walks report for themselves.
                if progress.phase != .walking {
                    report(InvestigationProgress(phase: progress.phase == .reading ? .reading : .ordering, fraction: Double(progress.bytesDone) / Double(max(1, progress.bytesTotal)), done: progress.events))
                }
                return !world.isInterrupted()
            }
        } catch let error as TrailError {
            switch error {
            case .cancelled: throw Interrupted()
            case .missing, .nothingToRead: throw InvestigationFailure(.noInput, error.description)
            case .nothingRecognised, .nothingReadable, .badTable: throw InvestigationFailure(.badData, error.description)
            case .cannotWrite: throw CannotWrite(path: world.temporaryFolder, reason: error.description)
            }
        }
    }

    private func judge(_ trail: Trail, _ report: (InvestigationProgress) -> Void) throws -> Judged {
        var detector = Detector(policy: DetectionPolicy(), directory: trail.directory)
        try walk(trail, .judging, report) { act, detail in
            detector.decoys.formUnion(detail.decoys.map { trail.person(of: $0) })
            detector.observe(act)
        }
        let result = detector.finish()
        return Judged(detector: detector, result: result)
    }

    /// All acts in canonical order, with progress, stopping when asked.
    private func walk(_ trail: Trail, _ phase: InvestigationProgress.Phase, _ report: (InvestigationProgress) -> Void, _ body: (Act, ActDetail) throws -> Void) throws {
        try trail.forEachAct { act, detail in
            if act.index & 0x3FF == 0 {
                if world.isInterrupted() { throw Interrupted() }
                report(InvestigationProgress(phase: phase, fraction: Double(act.index) / Double(max(1, trail.acts)), done: act.index))
            }
            try body(act, detail)
        }
    }
}

/// What the first walk leaves: the findings, and the detector to ask about accounts that were declared.
struct Judged {
    var detector: Detector
    var result: DetectionResult
}

package struct InvestigationResult: Sendable {
    package var document: IncidentDocument
    package var folder: String
    /// Of whoever signed: to be handed, on another way than the folder, to those who verify.
    package var verifierKey: String

    package func json() throws -> String { String(decoding: try document.json().dropLast(), as: UTF8.self) }
}

package struct InvestigationProgress: Sendable {
    package enum Phase: Sendable {
        case reading, ordering, judging, recording, writing, checking

        package var name: Sentence {
            switch self {
            case .reading: Sentence(fr: "lecture", en: "reading")
            case .ordering: Sentence(fr: "mise en ordre", en: "ordering")
            case .judging: Sentence(fr: "détection", en: "judging")
            case .recording: Sentence(fr: "registre", en: "recording")
            case .writing: Sentence(fr: "écriture", en: "writing")
            case .checking: Sentence(fr: "vérification", en: "checking")
            }
        }
    }
    package var phase: Phase
    /// Of this phase, 0 to 1.
    package var fraction: Double
    /// Events or acts done in this phase.
    package var done: Int
}
