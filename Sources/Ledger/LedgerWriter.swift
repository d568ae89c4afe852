/// Writes a finished log: entries in, tiles and bundles out as they fill, the signed checkpoint last.
///
/// Memory is one open tile per level and one bundle. A file appears whole or not at all, but nothing is forced to the disk:
/// this is for a folder that can be written again from its sources. Until `finish` there is no checkpoint, and so no log.
package final class LedgerWriter {
    /// Names the log in its checkpoint and its key: a URL without scheme by custom, no spaces and no `+`.
    package let origin: String
    private let files: LedgerFiles
    private var builder = TileBuilder()
    private var bundle: [UInt8] = []
    private var foldersMade: Set<String> = []
    private var isFinished = false

    /// Entries appended so far.
    package var size: UInt64 { builder.size }

    /// - Throws: `LedgerError` when the folder cannot be made or holds a log already.
    package init(folder: String, origin: String) throws {
        guard isValidKeyName(origin) else { throw LedgerError(file: "", problem: "the origin must be a name without spaces and plus signs") }
        self.origin = origin
        files = LedgerFiles(folder: folder)
        for taken in ["checkpoint", "tile"] where files.exists(taken) {
            throw LedgerError(file: taken, problem: "is there already; a log is written into a folder of its own")
        }
        try files.makeFolders(for: "checkpoint")
        bundle.reserveCapacity(1 << 17)
    }

    /// Adds an entry of at most 65,535 bytes and returns its index.
    @discardableResult
    package func append(_ entry: [UInt8]) throws -> UInt64 {
        precondition(!isFinished, "the log is finished")
        guard entry.count <= Tile.entryMaximum else {
            throw LedgerError(file: "", problem: "entry \(size) has \(entry.count) bytes, expected at most \(Tile.entryMaximum)")
        }
        let index = size
        bundle.append(UInt8(truncatingIfNeeded: entry.count >> 8))
        bundle.append(UInt8(truncatingIfNeeded: entry.count))
        let start = bundle.count
        bundle.append(contentsOf: entry)
        try builder.append(leafHash(inBundle: &bundle, entryAt: start, count: entry.count), emit: write)
        if size & 255 == 0 {
            try write(Tile(.entries, index >> 8), bytes: bundle)
            bundle.removeAll(keepingCapacity: true)
        }
        return index
    }

    /// Writes what is still open and the checkpoint. Ed25519 is deterministic: the same entries and key give the same bytes.
    @discardableResult
    package func finish(signer: Signer) throws -> Checkpoint { try finish(signers: [signer]) }

    /// The same with several signatures. Readers expect one under the log's own name, the origin.
    @discardableResult
    package func finish(signers: [Signer]) throws -> Checkpoint {
        precondition(!isFinished, "the log is finished")
        isFinished = true
        if !bundle.isEmpty { try write(Tile(.entries, size >> 8, width: Int(size & 255)), bytes: bundle) }
        try builder.partials(emit: write)
        let checkpoint = Checkpoint(origin: origin, size: size, root: builder.root)
        try files.write("checkpoint", try SignedNote(text: checkpoint.text, signers: signers).bytes)
        return checkpoint
    }

    private func write(_ tile: Tile, _ hashes: [Hash]) throws {
        try write(tile, bytes: tileBytes(hashes))
    }

    private func write(_ tile: Tile, bytes: [UInt8]) throws {
        let path = tile.path
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        if foldersMade.insert(folder).inserted { try files.makeFolders(for: path) }
        try files.write(path, bytes)
    }
}
