import Ledger

/// Makes the public log from the journal: tiles and bundles, the signature, the checkpoint; and lets the journal's segments go
/// once all that is in them is durable elsewhere.
///
/// It reads the journal again rather than share memory with the sequencer, computes the tree a second time and compares the
/// roots before it signs: a bit that flipped between is found there. The same code is what a start does to tiles of which
/// nobody knows how far they reached the disk.
///
/// Tiles are not synced one by one, since the journal has what is in them: `settle` syncs the disk once per segment, and only
/// then removes the segment. So a checkpoint costs two small durable files, whatever the number of tiles.
package struct Publisher {
    private let files: any FileSystem
    private let tiles: TileFiles
    private let headStore: Head
    private let signer: Signer
    private let origin: String

    /// The last checkpoint that was signed.
    package private(set) var head: Head.Record
    private var builder: TileBuilder
    private var bundle: [UInt8] = []
    private var reader: SegmentReader
    /// Of the journal's entry that is read next.
    private var next: UInt64
    private var runs: [EventRun]
    /// Of entries that are in no run.
    private var records: [EventRecord] = []
    private var partials: [Tile] = []
    private var history: CheckpointHistory
    private var stop: String?

    private var covered: UInt64 { runs.last?.range.upperBound ?? 0 }

    init(_ files: any FileSystem, head: Head, record: Head.Record, signer: Signer, origin: String, journalStart: UInt64) throws {
        (self.files, headStore, self.head, self.signer, self.origin) = (files, head, record, signer, origin)
        let tiles = TileFiles(files)
        self.tiles = tiles
        builder = try TileBuilder(size: (journalStart + 255) & ~255) { try tiles.hashes($0) }
        next = journalStart
        reader = SegmentReader(Segment(first: journalStart), in: files)
        runs = try EventRun.all(in: files)
        history = CheckpointHistory(files)
        bundle.reserveCapacity(1 << 17)
    }

    // MARK: A checkpoint

    /// Writes the tiles up to `committed`, signs it if it is new, and makes the signature's place in the head durable. Nothing
    /// of it is public yet.
    ///
    /// - Parameter now: milliseconds since 1970.
    /// - Returns: nil when there is nothing new to sign.
    /// - Throws: `JournalProblem.clockWentBack`, after which all goes on when the clock has caught up; anything else stops it
    ///   for good.
    package mutating func sign(_ committed: Sequencer.Committed, now: Int64) throws -> SignedNote? {
        try guarding {
            try $0.catchUp(to: committed)
            guard $0.builder.root == committed.root, $0.builder.size == committed.size else {
                throw JournalProblem.damaged(file: Segment.folder, "what the journal holds is not what was committed")
            }
        }
        guard committed.size > head.checkpoint.size else { return nil }
        guard now >= head.time else { throw JournalProblem.clockWentBack(lastSigned: head.time, now: now) }
        return try guarding {
            try $0.placePartials()
            let checkpoint = Checkpoint(origin: $0.origin, size: committed.size, root: committed.root)
            let record = Head.Record(note: try SignedNote(text: checkpoint.text, signers: [$0.signer]), checkpoint: checkpoint, time: now)
            try $0.headStore.advance(from: $0.head.checkpoint, to: record)
            $0.head = record
            return record.note
        }
    }

    /// Puts the head's checkpoint where readers find it, with the signatures that witnesses gave for it.
    package mutating func publish(cosignatures: [SignedNote.Signature] = []) throws {
        try guarding {
            let note = $0.head.note.adding(cosignatures)
            // Synced before it gets its name: readers must never meet half of it. That the name may be lost is no matter, the
            // head has it.
            let temporary = "checkpoint.tmp"
            let file = try $0.files.create(temporary)
            try file.write(note.bytes, at: 0)
            try file.sync()
            try $0.files.rename(temporary, to: "checkpoint")
            try $0.history.append(note.bytes, time: $0.head.time)
        }
    }

    /// A failure here leaves tiles or head in a state that only a start finds out.
    private mutating func guarding<R>(_ body: (inout Publisher) throws -> R) throws -> R {
        if let stop { throw JournalProblem.stopped(stop) }
        do { return try body(&self) } catch {
            stop = "\(error)"
            throw error
        }
    }

    package var isStopped: Bool { stop != nil }

    // MARK: Tiles

    private mutating func catchUp(to committed: Sequencer.Committed) throws {
        while true {
            let isLast = reader.segment == committed.segment
            let end = isLast ? committed.end : try files.size(reader.segment.file) ?? 0
            switch try reader.next(upTo: end) {
            case .batch(let batch):
                for entry in batch.entries { try take(entry) }
                reader.pass(batch)
            case .end where isLast: return
            case .end: reader = SegmentReader(Segment(first: next), in: files)
            case .bad(let what): throw JournalProblem.damaged(file: reader.segment.file, what)
            }
        }
    }

    private mutating func take(_ entry: Batch.Entry) throws {
        defer { next += 1 }
        if next >= covered { records.append(EventRecord(key: entry.key, content: entry.content, index: next)) }
        guard next >= builder.size else { return }
        bundle.append(UInt8(truncatingIfNeeded: entry.count >> 8))
        bundle.append(UInt8(truncatingIfNeeded: entry.count))
        bundle += reader.bytes(of: entry)
        let leaf = reader.leafHash(of: entry)
        let tiles = tiles
        try builder.append(leaf) { try tiles.place($0, tileBytes($1)) }
        if builder.size & 255 == 0 {
            try tiles.place(Tile(.entries, builder.size >> 8 - 1), bundle)
            bundle.removeAll(keepingCapacity: true)
        }
        // After a start: the last checkpoint is public, and its partial tiles may be lost.
        if builder.size == head.checkpoint.size { try placePartials() }
    }

    private mutating func placePartials() throws {
        try builder.partials { tile, hashes in
            try tiles.place(tile, tileBytes(hashes))
            partials.append(tile)
        }
        if !bundle.isEmpty {
            let tile = Tile(.entries, builder.size >> 8, width: Int(builder.size & 255))
            try tiles.place(tile, bundle)
            partials.append(tile)
        }
    }

    // MARK: The journal's end of life

    /// Lets go of the segments whose entries are all in full tiles that a signed checkpoint covers, once those, and a run with
    /// the segments' events, are durable.
    ///
    /// - Returns: the runs for the sequencer to adopt; nil when nothing changed.
    package mutating func settle(_ committed: Sequencer.Committed) throws -> [EventRun]? {
        try guarding { try $0.settleSegments(committed) }
    }

    private mutating func settleSegments(_ committed: Sequencer.Committed) throws -> [EventRun]? {
        let full = min(head.checkpoint.size, builder.size) & ~255
        let segments = try Segment.all(in: files)
        var finished: [Segment] = []
        var end: UInt64 = 0
        for (segment, follower) in zip(segments, segments.dropFirst()) where segment < committed.segment && follower.first <= full {
            finished.append(segment)
            end = follower.first
        }
        guard !finished.isEmpty else { return nil }
        if end > covered {
            let count = Int(end - covered)
            var sorted = records[..<count].sorted { $0.key < $1.key }[...]
            runs.append(try EventRun.write(covered..<end, in: files) { sorted.popFirst() })
            records.removeFirst(count)
        }
        try files.syncAll()
        // Oldest first and each for good before the next, so that what is left is always one piece.
        for segment in finished {
            try files.remove(segment.file)
            try files.syncFolder(Segment.folder)
        }
        try removePartials()
        return runs
    }

    /// Those of which the full tile is there.
    private mutating func removePartials() throws {
        let full = partials.filter { Tile.at($0.level, $0.index, size: builder.size) == Tile($0.level, $0.index) }
        for tile in Set(full.map { Tile($0.level, $0.index) }) { try tiles.removePartials(of: tile) }
        partials.removeAll { Tile.at($0.level, $0.index, size: builder.size) == Tile($0.level, $0.index) }
    }

    /// Four runs of like size become one, so that the number of runs grows with the logarithm of the log.
    /// - Returns: the runs for the sequencer to adopt; nil when nothing was to be done.
    package mutating func mergeRuns() throws -> [EventRun]? {
        try guarding { publisher in
            let last = Array(publisher.runs.suffix(4))
            guard last.count == 4, let smallest = last.map(\.count).min(), let largest = last.map(\.count).max(), largest < smallest * 4 else { return nil }
            let merged = try EventRun.merge(last, in: publisher.files)
            try publisher.files.syncFolder(EventRun.folder)
            for run in last { try publisher.files.remove(run.file) }
            publisher.runs = publisher.runs.dropLast(4) + [merged]
            return publisher.runs
        }
    }
}
