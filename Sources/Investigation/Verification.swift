import Exposure
import Incident
import Ledger
import Model

/// Checks an incident folder without trusting whoever made it: every file as signed, the log whole, the counts following
/// from the log. Throws the first thing that does not hold.
///
/// What it proves: the folder is what the signer signed, the log is complete and unchanged, and each figure follows from
/// it. What it does not prove: that the sources told the truth, or everything.
package struct Verification {
    private let folder: String
    private let key: VerifierKey?
    private let world: World
    private var document: IncidentDocument?
    /// What holds, in the order in which it was found.
    package private(set) var statements: [Sentence] = []

    /// - Parameter key: verifier key of the signer, as learnt on another way than the folder; nil when it is not known.
    /// - Throws: `InvestigationFailure` when the key is none, or the folder is not there.
    package init(folder: String, key: String?, world: World) throws {
        guard FolderDraft.isFolder(folder) else { throw InvestigationFailure(.noInput, "\(InputFile.baseName(folder)): there is no such folder") }
        (self.folder, self.world) = (folder, world)
        do { self.key = try key.map { try VerifierKey($0) } } catch { throw InvestigationFailure(.usage, "--key: \(error)") }
    }

    package mutating func checkFolder(reporting report: (InvestigationProgress) -> Void = { _ in }) throws {
        let note = try checkNote()
        try checkFiles(note)
        let document = try IncidentDocument(json: try FileHash.bytes(folder: folder, file: "incident.json"))
        self.document = document
        guard document.ledger == note.ledger else { throw FolderProblem(file: "incident.json", problem: "speaks of another ledger than incident.note") }
        try checkLedger(document, signer: key ?? VerifierKey(note.signer), report)
        try checkPersons(document)
    }

    // MARK: The note and the files

    private mutating func checkNote() throws -> FolderNote {
        let file = FolderNote.fileName
        let signed: SignedNote, note: FolderNote
        do { signed = try SignedNote(parsing: try FileHash.bytes(folder: folder, file: file, maximum: 1 << 26)) } catch let error as NoteProblem {
            throw FolderProblem(file: file, problem: "\(error)")
        }
        note = try FolderNote(text: signed.text)
        do {
            _ = try signed.verify(with: [try key ?? VerifierKey(note.signer)])
        } catch {
            throw FolderProblem(file: file, problem: key == nil ? "\(error)" : "not signed by the key that was given: \(error)")
        }
        statements.append(
            key == nil
                ? Sentence(
                    fr: "Signature intacte, mais le signataire n'est pas connu : comparez la clé \(note.signer) avec celle que le signataire donne par un autre moyen (--key).",
                    en: "The signature holds, but the signer is not known: compare the key \(note.signer) with the one that the signer gives on another way (--key).")
                : Sentence(fr: "Signé par \(note.signer) le \(note.written).", en: "Signed by \(note.signer) at \(note.written)."))
        return note
    }

    private mutating func checkFiles(_ note: FolderNote) throws {
        let present = Set(FolderDraft.files(below: folder)).subtracting([FolderNote.fileName])
        let signed = Set(note.files.map(\.path))
        let hasRestricted = present.contains { $0.hasPrefix("restricted/") }
        for (path, sha256) in note.files {
            if world.isInterrupted() { throw Interrupted() }
            if !present.contains(path), path.hasPrefix("restricted/"), !hasRestricted || path == "restricted/case.key" { continue }
            guard try FileHash.sha256(folder: folder, file: path) == sha256 else { throw FolderProblem(file: path, problem: "is not as it was signed") }
        }
        if let extra = present.subtracting(signed).sorted().first { throw FolderProblem(file: extra, problem: "was not there when the folder was signed") }
        if !hasRestricted, signed.contains(where: { $0.hasPrefix("restricted/") }) {
            statements.append(
                Sentence(
                    fr: "Le dossier restricted/ n'est pas là : la liste des personnes n'a pas été vérifiée.",
                    en: "The folder restricted/ is not here: the list of persons was not checked."))
        } else if signed.contains("restricted/case.key"), !present.contains("restricted/case.key") {
            statements.append(Sentence(fr: "La clé du dossier est gardée ailleurs, comme il convient.", en: "The case key is kept elsewhere, as it should be."))
        }
        statements.append(Sentence(fr: "\(signed.intersection(present).count) fichiers sont tels qu'ils ont été signés.", en: "\(signed.intersection(present).count) files are as they were signed."))
    }

    // MARK: The log and the counts

    private mutating func checkLedger(_ document: IncidentDocument, signer: VerifierKey, _ report: (InvestigationProgress) -> Void) throws {
        var recount = FolderRecount(document)
        do {
            let reader = try LedgerReader(folder: folder + "/ledger", keys: [signer], origin: document.ledger.origin)
            guard Int(clamping: reader.size) == document.ledger.size, reader.root.base64 == document.ledger.root else {
                throw FolderProblem(file: "ledger/checkpoint", problem: "is not the checkpoint that incident.json states")
            }
            let world = world
            _ = try reader.audit(progress: { done in
                report(InvestigationProgress(phase: .checking, fraction: Double(done) / Double(max(1, reader.size)), done: Int(clamping: done)))
            }) { index, bytes in
                if world.isInterrupted() { throw Interrupted() }
                let entry: LedgerEntry
                do { entry = try LedgerEntry(decoding: bytes) } catch { throw FolderProblem(file: "ledger", problem: "entry \(index): \(error)") }
                try recount.take(entry, at: Int(clamping: index))
            }
        } catch let error as LedgerError {
            throw FolderProblem(file: error.file.isEmpty ? "ledger" : "ledger/" + error.file, problem: error.problem)
        }
        try recount.compare(with: document)
        statements.append(
            Sentence(
                fr: "Le registre est entier (\(document.ledger.size) entrées) et chaque nombre d'incident.json en découle.",
                en: "The log is whole (\(document.ledger.size) entries) and every count of incident.json follows from it."))
    }

    /// The list of persons says the same numbers as the document.
    private mutating func checkPersons(_ document: IncidentDocument) throws {
        let file = "restricted/persons.csv"
        guard FolderDraft.exists(folder + "/" + file) else { return }
        let listed = try PersonsFile(bytes: try FileHash.bytes(folder: folder, file: file))
        for (level, count) in [(ExposureLevel.established, document.exposure.established), (.attributed, document.exposure.attributed), (.possible, document.exposure.possible)] {
            guard listed.references(atLeast: level) == count.references else {
                throw FolderProblem(file: file, problem: "lists \(listed.references(atLeast: level)) references as \(level.name), incident.json states \(count.references)")
            }
        }
        statements.append(Sentence(fr: "La liste des personnes compte autant de références que le rapport.", en: "The list of persons has as many references as the report states."))
    }

    // MARK: The sources

    /// Reads the originals again, rebuilds everything and compares. `plan` names the sources, the case key and the options of
    /// the first run.
    package mutating func checkSources(_ plan: InvestigationPlan, reporting report: @escaping @Sendable (InvestigationProgress) -> Void = { _ in }) throws {
        guard let caseKey = plan.caseKey else { throw InvestigationFailure(.noInput, "comparing with the sources needs the case key: restricted/case.key, or --case-key") }
        let draft = try FolderDraft(at: world.temporaryFolder + "/cordon-verify-" + Hex.encode(world.randomBytes(8)), suffix: "rebuild")
        defer { draft.discard() }
        let signer = try caseKey.signer()
        _ = try Investigation(plan, world: world).build(in: draft, caseKey: caseKey, signer: signer, reporting: report)
        let rebuilt = FolderDraft.files(below: draft.draft), present = FolderDraft.files(below: folder)
        for path in Set(rebuilt).union(present).sorted() where path != FolderNote.fileName && path != "restricted/case.key" {
            // Made by a program that need not be installed here; signed all the same.
            if path.hasSuffix(".docx") { continue }
            guard rebuilt.contains(path) else { throw FolderProblem(file: path, problem: "does not come from these sources and options") }
            guard present.contains(path) else {
                if path.hasPrefix("restricted/") { continue }
                throw FolderProblem(file: path, problem: "is missing, and these sources make it")
            }
            if path == "ledger/checkpoint" {
                // Another key may have signed it; what it says must be the same.
                guard try LedgerReader(folder: folder + "/ledger").note.text == LedgerReader(folder: draft.draft + "/ledger").note.text else {
                    throw FolderProblem(file: path, problem: "these sources and options give another log")
                }
            } else if try FileHash.sha256(folder: folder, file: path) != FileHash.sha256(folder: draft.draft, file: path) {
                throw FolderProblem(file: path, problem: "these sources and options give another content")
            }
        }
        statements.append(
            Sentence(
                fr: "Relues, les sources donnent le même registre, les mêmes constats et les mêmes tableaux.",
                en: "Read again, the sources give the same log, the same findings and the same tables."))
    }

    package var json: String {
        let lines = statements.map { "    {\"fr\": \(JSONText.quoted($0.fr)), \"en\": \(JSONText.quoted($0.en))}" }
        return "{\n  \"verified\": true,\n  \"signer_known\": \(key != nil),\n  \"statements\": [\n" + lines.joined(separator: ",\n") + "\n  ]\n}"
    }
}
