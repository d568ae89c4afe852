import Ledger

/// The log while the server runs: appends from anywhere, answered when durable; a checkpoint every second and on demand.
///
/// Two threads own the parts. One appends: while a batch is on its way to the disk the next one gathers, so batches grow with
/// the load by themselves and nobody waits when it is idle. The other publishes, and lets go of the journal. When one of them
/// stops for a failed write, both do.
///
/// What waits is bounded; more is refused with `.busy`, for the sender to try again.
package final class LiveLog: Sendable {
    package struct Options: Sendable {
        package var limits = JournalLimits()
        /// Entries and bytes that may wait to be written.
        package var waitingEntries = 1 << 16
        package var waitingBytes = 64 << 20
        package var checkpointMilliseconds = 1_000

        package init() {}
    }

    /// Asks witnesses for their signatures on a checkpoint that is signed and durable but not public yet. It ends by itself
    /// within some two seconds, and returns those that it got.
    package typealias Cosigner = @Sendable (_ note: SignedNote, _ proofs: LogProofs) async -> [SignedNote.Signature]

    package struct Status: Sendable {
        /// Durable entries.
        package var size: UInt64
        package var signed: Checkpoint
        /// When `signed` was, in milliseconds since 1970.
        package var signedAt: Int64
        /// Why nothing is accepted any more, until the next start.
        package var stopped: String?
        /// Why nothing is signed for the moment.
        package var unsigned: String?
        package var waitingEntries: Int
        package var segments: Int
    }

    private let monitor: Monitor<Shared>
    private let options: Options

    /// - Parameter clock: milliseconds since 1970.
    package init(
        _ files: any FileSystem, head: any FileSystem, signer: Signer, options: Options = Options(), clock: @escaping @Sendable () -> Int64,
        cosigner: Cosigner? = nil
    ) throws {
        var log = try DurableLog(files, head: head, signer: signer, limits: options.limits, now: clock())
        self.options = options
        monitor = Monitor(Shared(committed: log.sequencer.committed, head: log.publisher.head, locks: log.takeLocks()))
        let appending = Appending(log.sequencer, monitor, options)
        let publishing = Publishing(log, monitor, options, files, clock, cosigner)
        try startThread { appending.run() }
        try startThread { publishing.run() }
    }

    /// Adds entries and answers each, in order, once all are durable. The entries of one call stand together, in order.
    ///
    /// - Throws: `JournalProblem`: `.busy` and `.full` to try again later, `.entryTooLarge`, `.stopped`.
    package func append(_ entries: [Entry]) async throws -> [Receipt] {
        for entry in entries where entry.bytes.count > Tile.entryMaximum { throw JournalProblem.entryTooLarge(bytes: entry.bytes.count) }
        if entries.isEmpty { return [] }
        let bytes = entries.reduce(0) { $0 + $1.bytes.count }
        return try await withCheckedThrowingContinuation { answer in
            let refusal: JournalProblem? = monitor.change { state in
                if let stopped = state.stopped { return .stopped(stopped) }
                if state.isClosing { return .stopped("the log was closed") }
                let isTooMuch = state.waitingEntries + entries.count > options.waitingEntries || state.waitingBytes + bytes > options.waitingBytes
                if isTooMuch && !state.queue.isEmpty || state.segments > options.limits.segmentsWaiting { return .busy }
                state.queue.append(Shared.Waiting(entries: entries, bytes: bytes, answer: answer))
                state.waitingEntries += entries.count
                state.waitingBytes += bytes
                return nil
            }
            if let refusal { answer.resume(throwing: refusal) }
        }
    }

    /// The published checkpoint over everything that was durable when this was called.
    package func publish() async throws -> SignedNote {
        try await withCheckedThrowingContinuation { answer in
            let stopped = monitor.change { state in
                if state.stopped == nil && !state.isClosing { state.publishing.append(answer) }
                return state.stopped ?? (state.isClosing ? "the log was closed" : nil)
            }
            if let stopped { answer.resume(throwing: JournalProblem.stopped(stopped)) }
        }
    }

    package var status: Status {
        monitor.look {
            Status(
                size: $0.committed.size, signed: $0.head.checkpoint, signedAt: $0.head.time, stopped: $0.stopped, unsigned: $0.unsigned,
                waitingEntries: $0.waitingEntries, segments: $0.segments)
        }
    }

    /// Answers what waits, publishes it, and lets go of the folders.
    package func close() async {
        await withCheckedContinuation { (answer: CheckedContinuation<Void, Never>) in
            let isDone = monitor.change { state in
                state.isClosing = true
                if state.threads > 0 { state.closing.append(answer) }
                return state.threads == 0
            }
            if isDone { answer.resume() }
        }
    }

    // MARK: The thread that appends

    /// Sendable because only its thread touches it after it was started.
    private final class Appending: @unchecked Sendable {
        private var sequencer: Sequencer
        private let monitor: Monitor<Shared>
        private let options: Options

        init(_ sequencer: Sequencer, _ monitor: Monitor<Shared>, _ options: Options) { (self.sequencer, self.monitor, self.options) = (sequencer, monitor, options) }

        func run() {
            while let (work, runs) = next() {
                if let runs { sequencer.adopt(runs) }
                if !work.isEmpty { write(work) }
            }
            monitor.ended()
        }

        /// Whole calls, up to what a batch takes; nil at the end.
        private func next() -> ([Shared.Waiting], [EventRun]?)? {
            let result: ([Shared.Waiting], [EventRun]?)?? = monitor.wait { state in
                let runs = state.runs
                state.runs = nil
                if state.queue.isEmpty || state.stopped != nil {
                    if runs != nil { return .some(([], runs)) }
                    return state.isClosing || state.stopped != nil ? .some(nil) : nil
                }
                var (entries, bytes, count) = (0, 0, 0)
                for waiting in state.queue {
                    if count > 0, entries + waiting.entries.count > self.options.limits.batchEntries || bytes + waiting.bytes > self.options.limits.batchBytes { break }
                    (entries, bytes, count) = (entries + waiting.entries.count, bytes + waiting.bytes, count + 1)
                }
                let work = Array(state.queue[..<count])
                state.queue.removeFirst(count)
                state.waitingEntries -= entries
                state.waitingBytes -= bytes
                return .some((work, runs))
            }
            return result ?? nil
        }

        private func write(_ work: [Shared.Waiting]) {
            do {
                let receipts = try sequencer.append(work.count == 1 ? work[0].entries : work.flatMap(\.entries))
                monitor.change { $0.committed = sequencer.committed }
                var start = 0
                for waiting in work {
                    waiting.answer.resume(returning: Array(receipts[start..<start + waiting.entries.count]))
                    start += waiting.entries.count
                }
            } catch {
                if sequencer.isStopped { monitor.stop(error) }
                for waiting in work { waiting.answer.resume(throwing: error) }
            }
        }
    }

    // MARK: The thread that publishes

    /// Sendable because only its thread touches it after it was started.
    private final class Publishing: @unchecked Sendable {
        private var log: DurableLog
        private let monitor: Monitor<Shared>
        private let options: Options
        private let files: any FileSystem
        private let clock: @Sendable () -> Int64
        private let cosigner: Cosigner?

        init(_ log: DurableLog, _ monitor: Monitor<Shared>, _ options: Options, _ files: any FileSystem, _ clock: @escaping @Sendable () -> Int64, _ cosigner: Cosigner?) {
            (self.log, self.monitor, self.options, self.files, self.clock, self.cosigner) = (log, monitor, options, files, clock, cosigner)
        }

        func run() {
            // What a crash left behind is made public at once.
            var isFirst = true
            while true {
                let (waiting, committed, isLast) = isFirst ? ([], monitor.look(\.committed), false) : next()
                isFirst = false
                if let stopped = monitor.look(\.stopped) {
                    for answer in waiting { answer.resume(throwing: JournalProblem.stopped(stopped)) }
                    break
                }
                do {
                    try publish(committed)
                    for answer in waiting { answer.resume(returning: log.publisher.head.note) }
                } catch {
                    if log.publisher.isStopped { monitor.stop(error) } else { monitor.change { $0.unsigned = "\(error)" } }
                    for answer in waiting { answer.resume(throwing: error) }
                }
                if isLast { break }
            }
            monitor.ended()
        }

        /// What is to be published, after a second or when somebody asks.
        private func next() -> ([CheckedContinuation<SignedNote, any Error>], Sequencer.Committed, isLast: Bool) {
            _ = monitor.wait(milliseconds: options.checkpointMilliseconds) { state in
                state.publishing.isEmpty && !(state.isClosing && state.threads == 1) && state.stopped == nil ? nil : ()
            }
            return monitor.change { state in
                defer { state.publishing = [] }
                return (state.publishing, state.committed, state.isClosing && state.threads == 1)
            }
        }

        private func publish(_ committed: Sequencer.Committed) throws {
            if let note = try log.publisher.sign(committed, now: clock()) {
                let proofs = LogProofs(files, size: committed.size)
                try log.publisher.publish(cosignatures: try cosigner.map { cosigner in try waitFor { await cosigner(note, proofs) } } ?? [])
            } else if try files.size("checkpoint") == nil {
                try log.publisher.publish()
            }
            monitor.change { [head = log.publisher.head] state in
                (state.head, state.unsigned) = (head, nil)
            }
            if let runs = try log.publisher.settle(committed) { monitor.change { $0.runs = runs } }
            if let runs = try log.publisher.mergeRuns() { monitor.change { $0.runs = runs } }
            let segments = try files.list(Segment.folder).count
            monitor.change { $0.segments = segments }
        }
    }
}

/// What callers and threads share.
private struct Shared {
    struct Waiting {
        var entries: [Entry]
        var bytes: Int
        var answer: CheckedContinuation<[Receipt], any Error>
    }

    var queue: [Shared.Waiting] = []
    var waitingEntries = 0
    var waitingBytes = 0
    var committed: Sequencer.Committed
    var head: Head.Record
    /// For the sequencer to adopt.
    var runs: [EventRun]?
    var publishing: [CheckedContinuation<SignedNote, any Error>] = []
    var stopped: String?
    var unsigned: String?
    var segments = 1
    var isClosing = false
    /// That have not ended.
    var threads = 2
    /// Of the folders: let go of when the last thread has ended, before `close` is answered.
    var locks: [any Sendable]
    var closing: [CheckedContinuation<Void, Never>] = []
}

extension Monitor where State == Shared {
    /// Whoever waits is told, and nobody is let in any more.
    fileprivate func stop(_ error: any Error) {
        let (appending, publishing, cause) = change { state in
            defer { (state.queue, state.publishing, state.waitingEntries, state.waitingBytes) = ([], [], 0, 0) }
            let cause = state.stopped ?? "\(error)"
            state.stopped = cause
            return (state.queue, state.publishing, cause)
        }
        for waiting in appending { waiting.answer.resume(throwing: JournalProblem.stopped(cause)) }
        for answer in publishing { answer.resume(throwing: JournalProblem.stopped(cause)) }
    }

    fileprivate func ended() {
        let closing = change { state -> [CheckedContinuation<Void, Never>] in
            state.threads -= 1
            guard state.threads == 0 else { return [] }
            state.locks = []
            defer { state.closing = [] }
            return state.closing
        }
        for answer in closing { answer.resume() }
    }
}
