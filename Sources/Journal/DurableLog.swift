import Ledger

/// A log opened for writing, with everything that a start must find out behind it. The parts are used by one owner each; this
/// holds them together for a single-threaded caller.
package struct DurableLog {
    package var sequencer: Sequencer
    package var publisher: Publisher
    /// Nobody else opens the folders as long as these live.
    private var locks: [any Sendable]

    /// Begins a log in empty folders, or opens the one that is there: at once, whatever its size.
    ///
    /// - Parameters:
    ///   - headFiles: where the last signature is kept; may be another disk.
    ///   - signer: its name is the log's origin.
    ///   - now: milliseconds since 1970, read only when a log is begun.
    /// - Throws: `JournalProblem.locked`, `.damaged`, `.rolledBack`, `.foreign`; `FileError`.
    package init(_ files: any FileSystem, head headFiles: any FileSystem, signer: Signer, limits: JournalLimits = JournalLimits(), now: Int64) throws {
        locks = [try files.lock("lock"), try headFiles.lock("head.lock")]
        let origin = signer.name
        let space = try SpaceGuard(files, reserveBytes: limits.reserveBytes)
        let head = Head(headFiles, key: signer.verifierKey)
        let record = try head.read() ?? DurableLog.begin(files, head, signer, now)
        guard record.checkpoint.origin == origin else { throw JournalProblem.foreign(file: "head", "is the head of a log of another origin") }
        try DurableLog.checkPublished(files, record, signer.verifierKey)
        let recovery = try Recovery(files, origin: origin, head: record, limits: limits)
        sequencer = Sequencer(recovery, limits: limits, space: space)
        publisher = try Publisher(files, head: head, record: record, signer: signer, origin: origin, journalStart: recovery.journalStart)
    }

    /// Hands the locks to somebody who lives as long as all who write.
    mutating func takeLocks() -> [any Sendable] {
        defer { locks = [] }
        return locks
    }

    /// The head of the empty log is signed before there is any other file, so that a missing head always means a lost one.
    private static func begin(_ files: any FileSystem, _ head: Head, _ signer: Signer, _ now: Int64) throws -> Head.Record {
        for taken in ["checkpoint", "tile", Segment.folder, EventRun.folder] {
            guard try files.size(taken) == nil else { throw JournalProblem.rolledBack("the head is missing, but \(taken) is there") }
        }
        let empty = Checkpoint(origin: signer.name, size: 0, root: .emptyRoot)
        let record = Head.Record(note: try SignedNote(text: empty.text, signers: [signer]), checkpoint: empty, time: now)
        try head.advance(from: nil, to: record)
        return record
    }

    /// What readers were shown cannot be newer than what was signed.
    private static func checkPublished(_ files: any FileSystem, _ head: Head.Record, _ key: VerifierKey) throws {
        guard let bytes = try files.read("checkpoint", maximum: 1 << 20), let note = try? SignedNote(parsing: bytes),
              let published = try? Checkpoint(text: note.text), published.size > head.checkpoint.size, (try? note.verify(with: [key])) != nil else { return }
        throw JournalProblem.rolledBack("size \(published.size) was published, but the head says that \(head.checkpoint.size) was signed last: the head is an old copy")
    }
}
