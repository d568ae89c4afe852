import Ledger

/// Reads every file of a live log and checks that all of it follows from the signed checkpoints. Changes nothing.
///
/// It may run beside the log's own process: then the journal's end may move, and a batch that is being written is a remark.
package struct Fsck: Sendable {
    package var published: Checkpoint
    /// Durable entries, those in the journal only included.
    package var size: UInt64
    package var audit: LedgerReader.Audit
    package var minimum: UInt64
    package var checkpoints = 0
    package var events: UInt64 = 0
    /// What is not as it should be but harms nothing.
    package var remarks: [String] = []

    /// - Parameters:
    ///   - head: where the last signature is kept; nil: it is not looked at.
    ///   - key: who signs; nil: nobody's signature is checked, the log is only whole.
    ///   - progress: entries done.
    /// - Throws: `LedgerError`, `JournalProblem` with the first thing that does not hold and its file.
    package init(_ files: any FileSystem, head headFiles: (any FileSystem)?, key: VerifierKey?, progress: (UInt64) -> Void = { _ in }) throws {
        let reader = try LedgerReader(keys: key.map { [$0] } ?? []) { try files.read($0, maximum: $1) }
        published = reader.checkpoint
        minimum = try Retention.inForce(files)?.minimum ?? 0
        audit = try reader.audit(minimum: minimum, progress: progress)
        size = published.size

        var head: Checkpoint?
        if let headFiles {
            guard let record = try Head(headFiles, key: key).read() else { throw JournalProblem.rolledBack("the head is missing") }
            head = record.checkpoint
            guard record.checkpoint.origin == published.origin else { throw JournalProblem.foreign(file: "head", "is the head of a log of another origin") }
            guard record.checkpoint.size >= published.size else {
                throw JournalProblem.rolledBack("size \(published.size) was published, but the head says that \(record.checkpoint.size) was signed last: the head is an old copy")
            }
        }
        let runs = try EventRun.all(in: files, removing: false)
        try checkJournal(files, head: head, covered: runs.last?.range.upperBound ?? 0)
        try checkHistory(files, reader, key)
        for run in runs { try check(run) }
    }

    private mutating func checkJournal(_ files: any FileSystem, head: Checkpoint?, covered: UInt64) throws {
        let segments = try Segment.all(in: files)
        guard let first = segments.first else {
            // A finished log, or a reader's copy, has none.
            if covered > 0 || head.map({ $0.size > published.size }) == true { throw JournalProblem.damaged(file: Segment.folder, "the journal is missing") }
            return
        }
        guard covered >= first.first else { throw JournalProblem.damaged(file: first.file, "entries \(covered)..<\(first.first) are in no segment and in no run of events") }
        // The journal must make the published root where it passes it, as the tiles did.
        var walk = try JournalWalk(files, segments, originHash: Hash(of: Array(published.origin.utf8)), checkpoints: [published] + (head.map { [$0] } ?? []))
        try walk.run { _, _ in }
        size = max(size, walk.next)
        guard walk.next >= published.size else { throw JournalProblem.rolledBack("the journal ends with entry \(walk.next), but \(published.size) were published") }
        if walk.end < walk.fileEnd { remarks.append("\(walk.segment.file): a batch was being written when the power went, or is just now; it was not answered") }
        remarks += walk.badFills
    }

    private mutating func checkHistory(_ files: any FileSystem, _ reader: LedgerReader, _ key: VerifierKey?) throws {
        for item in try CheckpointHistory(files).all() {
            let note = try SignedNote(parsing: item.note)
            if let key { _ = try note.verify(with: [key]) }
            let old = try Checkpoint(text: note.text)
            checkpoints += 1
            guard old.origin == published.origin, old.size <= published.size else {
                remarks.append("\(CheckpointHistory.folder): size \(old.size) was published after the checkpoint that is read here")
                continue
            }
            guard try Merkle.hash(of: 0..<old.size, from: reader.node) == old.root else {
                throw JournalProblem.rolledBack("the checkpoint of size \(old.size) that was published is not a prefix of the log")
            }
        }
    }

    private mutating func check(_ run: EventRun) throws {
        for page in 0..<(1 + run.filterPages + run.recordPages) where EventRun.checked(page: page, of: run.view) == nil {
            throw JournalProblem.damaged(file: run.file, "page \(page) is not as written")
        }
        var reader = EventRun.Reader(run)
        var last: EventKey?
        for i in 0..<run.count {
            let record = try reader.record(i)
            guard last.map({ $0 < record.key }) ?? true, run.range.contains(record.index) else { throw JournalProblem.damaged(file: run.file, "record \(i) is out of order") }
            last = record.key
        }
        events += UInt64(run.count)
    }
}

/// Reads the published log again in small steps, so that a bit that flips on a disk is found within the time that a round
/// takes, not when the entry is needed.
package struct Scrub: Sendable {
    /// Kept by the caller, to go on after a restart. 0 begins a round.
    package private(set) var next: UInt64
    package private(set) var rounds = 0

    package init(from next: UInt64 = 0) { self.next = next & ~255 }

    /// Rehashes some bundles and their tiles, up to the root.
    ///
    /// - Parameter bytes: about so many.
    /// - Throws: `LedgerError` with the file that is not as it was written. `next` is past it then, so that a round goes on.
    package mutating func step(_ files: any FileSystem, bytes: Int) throws {
        let reader = try LedgerReader { try files.read($0, maximum: $1) }
        let minimum = try Retention.inForce(files)?.minimum ?? 0
        var done = 0
        while done < bytes {
            guard next < reader.size else {
                (next, rounds) = (0, rounds + 1)
                return
            }
            let range = next..<min(next + 256, reader.size)
            next = range.upperBound
            if range.upperBound <= minimum {
                _ = try reader.leafHash(at: range.lowerBound)
            } else {
                try reader.forEachEntry(in: range) { done += $1.count + 2 }
            }
            done += 256 * Hash.byteCount
        }
    }
}
