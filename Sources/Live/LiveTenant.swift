import Detection
import Journal
import Ledger
import Model
import Profiles
import Trail

/// One tenant, from the bytes that its sources deliver to durable entries and findings. It has a ledger, a key and
/// pseudonyms of its own; nothing here knows of another tenant.
///
/// Deliveries are worked on in the order in which they came. While the log writes, the next ones gather: they become one
/// batch, so that the disk is waited for once. A delivery is answered when its entries are durable and what it could not give
/// to the ledger is set aside.
package actor LiveTenant {
    package struct Plan: Sendable {
        package var key: CaseKey
        /// Its name is the log's origin.
        package var signer: Signer
        package var profiles = ProfileSet.shipped
        package var directory = DirectoryList()
        package var policy = DetectionPolicy()
        package var detection = LiveDetection.Limits()
        package var log = LiveLog.Options()
        /// Records that are known one by one; older ones act by act.
        package var recordsKnown = 1 << 20
        /// Deliveries and bytes that may wait; more is refused with `.busy`.
        package var waitingDeliveries = 1_024
        package var waitingBytes = 256 << 20

        package init(key: CaseKey, signer: Signer) { (self.key, self.signer) = (key, signer) }
    }

    package struct Status: Sendable {
        package var log: LiveLog.Status
        package var acts: Int
        /// Acts that came too late to be judged in their place.
        package var unplaced: Int
        /// False while an act that came out of its order waits to be put into it.
        package var isExact: Bool
        package var newest: Instant?
        package var waitingDeliveries: Int
        package var sources: [SourceWatch]
    }

    /// Findings that appeared, changed or were withdrawn, the newest `changesMax` since the start. The first has the number
    /// `changesBefore`: a reader asks for those from a number on.
    package private(set) var changes: [FindingChange] = []
    package private(set) var changesBefore = 0
    package static let changesMax = 1 << 14

    private let plan: Plan
    private let log: LiveLog
    private let setAside: SetAside
    private var intake: Intake
    private var detection: LiveDetection
    private var sources: [String: SourceWatch] = [:]
    private var waiting: [Waiting] = []
    private var waitingBytes = 0
    private var isWorking = false

    private struct Waiting {
        var delivery: Incoming
        var answer: CheckedContinuation<Delivered, any Error>
    }

    /// Opens the tenant's ledger, or begins one, and reads from it what is known.
    ///
    /// - Parameters:
    ///   - head: where the last signature is kept; may be another disk.
    ///   - clock: milliseconds since 1970.
    /// - Throws: `JournalProblem`, `FileError`, `LedgerError`, `EntryProblem`: a ledger that is not whole is not gone on with.
    package init(_ plan: Plan, files: any FileSystem, head: any FileSystem, clock: @escaping @Sendable () -> Int64, setAside: @escaping SetAside) async throws {
        let pseudonyms = plan.key.pseudonyms
        let directory = LiveDirectory(plan.directory, pseudonyms)
        (self.plan, self.setAside) = (plan, setAside)
        log = try LiveLog(files, head: head, signer: plan.signer, options: plan.log, clock: clock)
        intake = Intake(
            reader: DeliveryReader(profiles: plan.profiles) { pseudonyms.fingerprint($0, $1) },
            naming: ActNaming(pseudonyms, directory: directory, list: plan.directory), recordsKnown: plan.recordsKnown)
        detection = LiveDetection(
            policy: plan.policy, directory: directory, decoys: Set(plan.profiles.profiles.flatMap(\.decoys).map { pseudonyms.person($0) }), limits: plan.detection)
        try await restore(files)
    }

    /// Everything that was durable, in its order.
    private func restore(_ files: any FileSystem) async throws {
        _ = try await log.publish()
        detection.beginReplay()
        let reader = try LedgerReader(keys: [plan.signer.verifierKey], origin: plan.signer.name) { try files.read($0, maximum: $1) }
        try reader.forEachEntry { index, bytes in
            let entry = try LedgerEntry(decoding: bytes)
            intake.restore(entry)
            take(entry, index, received: nil)
        }
        detection.endReplay()
        tell(detection.takeChanges())
    }

    // In

    /// Takes a delivery and answers when it is durable.
    /// - Throws: `JournalProblem`: `.busy` and `.full` to try again later, `.stopped` until the next start; what `setAside` throws.
    package func receive(_ delivery: Incoming) async throws -> Delivered {
        guard waiting.count < plan.waitingDeliveries, waitingBytes + delivery.bytes.count <= plan.waitingBytes || waiting.isEmpty else { throw JournalProblem.busy }
        return try await withCheckedThrowingContinuation { answer in
            waiting.append(Waiting(delivery: delivery, answer: answer))
            waitingBytes += delivery.bytes.count
            guard !isWorking else { return }
            isWorking = true
            Task { await work() }
        }
    }

    private func work() async {
        while !waiting.isEmpty {
            let batch = waiting
            (waiting, waitingBytes) = ([], 0)
            await work(on: batch)
        }
        isWorking = false
    }

    private func work(on batch: [Waiting]) async {
        var drafts: [(waiting: Waiting, draft: Intake.Draft)] = []
        for one in batch {
            do { drafts.append((one, try intake.read(one.delivery))) } catch { one.answer.resume(throwing: error) }
        }
        let entries = drafts.flatMap(\.draft.entries)
        let receipts: [Receipt]
        do {
            receipts = try await log.append(entries)
        } catch {
            for one in drafts {
                intake.drop(one.draft)
                one.waiting.answer.resume(throwing: error)
            }
            return
        }
        var start = 0, answers: [(Waiting, Delivered)] = []
        for one in drafts {
            let count = one.draft.acts.reduce(0) { $0 + $1.entries.count }
            let (answer, added) = intake.settle(one.draft, receipts[start..<start + count])
            start += count
            for (index, entry) in added { take(entry, index, received: one.waiting.delivery.received) }
            for sequence in one.draft.content.sequences {
                sources[sequence.source, default: SourceWatch(source: sequence.source)].note(sequenceFrom: sequence.low, to: sequence.high, at: sequence.from, sequence.to)
            }
            answers.append((one.waiting, answer))
        }
        tell(detection.takeChanges())
        let size = log.status.size
        for (waiting, answer) in answers { await self.answer(waiting, answer, size) }
    }

    private func answer(_ waiting: Waiting, _ answer: Delivered, _ size: UInt64) async {
        var answer = answer
        answer.size = max(answer.size, size)
        do {
            if answer.refused > 0, !(answer.isUnreadable && waiting.delivery.canBeRefused) { try await setAside(waiting.delivery, answer.problems) }
            waiting.answer.resume(returning: answer)
        } catch {
            waiting.answer.resume(throwing: error)
        }
    }

    private func take(_ entry: LedgerEntry, _ index: UInt64, received: Instant?) {
        detection.take(entry, at: index)
        if entry.part == 1 { sources[entry.source, default: SourceWatch(source: entry.source)].note(entry.time, events: entry.events, received: received) }
    }

    // Out

    /// Puts what came out of its order into it, and tells of findings that hold more than before. For a quiet moment: it costs
    /// what showing the window of newest acts costs.
    package func settle() {
        detection.settle()
        tell(detection.takeChanges(growing: true))
    }

    private func tell(_ news: [FindingChange]) {
        changes += news
        let over = changes.count - Self.changesMax
        guard over > 0 else { return }
        changes.removeFirst(over)
        changesBefore += over
    }

    package var findings: [LiveFinding] { detection.findings }
    package var detected: (findings: [DetectedFinding], numbers: ActNumbers) { (detection.detected, detection.numbers) }

    package var status: Status {
        Status(
            log: log.status, acts: detection.acts, unplaced: detection.unplaced, isExact: detection.isExact, newest: detection.newest, waitingDeliveries: waiting.count,
            sources: sources.values.sorted { $0.source < $1.source })
    }

    /// The published checkpoint over everything that is durable.
    package func checkpoint() async throws -> SignedNote { try await log.publish() }

    /// Answers what waits and lets go of the folders.
    package func close() async { await log.close() }
}
