import Ledger

/// A batch as it lies in a segment: read here, written by `BatchBuffer` below. All pointers of the format are in this file.
struct Batch {
    struct Entry {
        var key: EventKey
        var content: UInt64
        /// Of the bytes that were parsed.
        var start: Int
        var count: Int
    }

    var entries: [Entry]
    var size: UInt64
    var root: Hash
    var previousRoot: Hash
    /// Of the bytes that were parsed, fill included.
    var start: Int
    var end: Int

    static let fill: UInt8 = 0xA5
    fileprivate static let entryKind: UInt8 = 1, commitKind: UInt8 = 2
    fileprivate static let frameHead = 5, entryHead = 24, commitPayload = 72

    struct Problem: Error {
        var at: Int
        var what: String
        /// A frame goes on behind the last byte; all before it are whole.
        var isCutShort = false
    }

    /// The batch that begins at `start`, which lies on a sector.
    static func parse(_ bytes: [UInt8], at start: Int) -> Result<Batch, Problem> {
        bytes.withUnsafeBytes { buffer in
            var entries: [Entry] = []
            var at = start
            while true {
                guard buffer.count - at >= frameHead else { return .failure(Problem(at: at, what: "ends within a frame", isCutShort: true)) }
                let length = Int(UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: UInt32.self)))
                let kind = buffer[at + 4]
                switch kind {
                case entryKind:
                    guard length >= entryHead, length <= entryHead + Tile.entryMaximum else { return .failure(Problem(at: at, what: "a frame of an impossible length")) }
                case commitKind:
                    guard length == commitPayload else { return .failure(Problem(at: at, what: "a frame of an impossible length")) }
                default:
                    return .failure(Problem(at: at, what: "no frame begins here"))
                }
                let checked = frameHead + length
                guard buffer.count - at >= checked + 4 else { return .failure(Problem(at: at, what: "ends within a frame", isCutShort: true)) }
                let crc = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: at + checked, as: UInt32.self))
                guard crc == crc32c(UnsafeRawBufferPointer(rebasing: buffer[at..<at + checked])) else { return .failure(Problem(at: at, what: "a frame's checksum is wrong")) }
                let payload = at + frameHead
                at += checked + 4
                if kind == entryKind {
                    entries.append(Entry(
                        key: EventKey(high: word(buffer, payload).byteSwapped, low: word(buffer, payload + 8).byteSwapped),
                        content: word(buffer, payload + 16), start: payload + entryHead, count: length - entryHead))
                    continue
                }
                let end = start + (at - start + Segment.sector - 1) / Segment.sector * Segment.sector
                // The fill belongs to the batch's last sector: where it is missing the file was cut.
                guard end <= buffer.count else { return .failure(Problem(at: at, what: "ends within a sector", isCutShort: true)) }
                return .success(Batch(
                    entries: entries, size: word(buffer, payload), root: Hash(loading: buffer, at: payload + 8),
                    previousRoot: Hash(loading: buffer, at: payload + 40), start: start, end: end))
            }
        }
    }

    /// Whether the fill behind the batch, whose bytes these are, is as written.
    func hasWholeFill(_ bytes: ArraySlice<UInt8>) -> Bool {
        let used = entries.reduce(Batch.frameHead + Batch.commitPayload + 4) { $0 + $1.count + Batch.frameHead + Batch.entryHead + 4 }
        return bytes.dropFirst(used).allSatisfy { $0 == Batch.fill }
    }

    /// See `SegmentReader.isTorn`. `root` is what the last whole batch ended with.
    static func isTorn(_ tail: [UInt8], after root: Hash) -> Bool {
        var isCommitThere = false
        for (at, previousRoot) in commits(tail) {
            // A batch is begun only when the one before is synced: two of them cannot both be torn.
            let end = (at + frameHead + commitPayload + 4 + Segment.sector - 1) / Segment.sector * Segment.sector
            guard previousRoot == root, end >= tail.count else { return false }
            isCommitThere = true
        }
        guard tail.count % Segment.sector == 0 else { return true }
        for sector in stride(from: 0, to: tail.count, by: Segment.sector) where tail[sector..<sector + Segment.sector].allSatisfy({ $0 == 0 }) { return true }
        // No sector is missing inside. So if its commit is there, the batch was written whole and was changed later.
        if !isCommitThere, case .failure(let problem) = parse(tail, at: 0) { return problem.isCutShort }
        return false
    }

    /// Whole commit frames, wherever they lie.
    private static func commits(_ bytes: [UInt8]) -> [(at: Int, previousRoot: Hash)] {
        bytes.withUnsafeBytes { buffer in
            let length = frameHead + commitPayload
            var found: [(at: Int, previousRoot: Hash)] = []
            for at in 0..<max(0, buffer.count - length - 3) where buffer[at] == UInt8(commitPayload) && buffer[at + 4] == commitKind {
                let crc = UInt32(littleEndian: buffer.loadUnaligned(fromByteOffset: at + length, as: UInt32.self))
                guard crc == crc32c(UnsafeRawBufferPointer(rebasing: buffer[at..<at + length])) else { continue }
                found.append((at, Hash(loading: buffer, at: at + frameHead + 40)))
            }
            return found
        }
    }

    private static func word(_ buffer: UnsafeRawBufferPointer, _ at: Int) -> UInt64 {
        UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: at, as: UInt64.self))
    }
}

/// Where a batch is put together: one buffer for the life of a writer, so that the bytes are written in one call and nothing
/// is allocated on the way. Sendable because one sequencer owns it.
final class BatchBuffer: @unchecked Sendable {
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Segment.batchMaximum, alignment: 4_096)
    private(set) var count = 0

    deinit { buffer.deallocate() }

    func clear() { count = 0 }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: buffer[..<count]) }

    /// Whether an entry of so many bytes and a commit still fit.
    func hasRoom(for entryBytes: Int) -> Bool {
        count + entryBytes + Batch.frameHead + Batch.entryHead + 4 + Batch.frameHead + Batch.commitPayload + 4 + Segment.sector <= buffer.count
    }

    /// - Returns: the entry's leaf hash. `hasRoom` was asked.
    func append(_ entry: Entry) -> Hash {
        precondition(entry.bytes.count <= Tile.entryMaximum && hasRoom(for: entry.bytes.count))
        let start = count
        head(Batch.entryHead + entry.bytes.count, Batch.entryKind)
        store(entry.key.high.byteSwapped)
        store(entry.key.low.byteSwapped)
        store(entry.content)
        let first = count
        entry.bytes.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[first..<first + $0.count]).copyMemory(from: $0) }
        count += entry.bytes.count
        // RFC 6962's prefix stands over the byte before the entry for as long as the hash takes.
        let kept = buffer[first - 1]
        buffer[first - 1] = 0
        let leaf = Hash(sha256: UnsafeRawBufferPointer(rebasing: buffer[(first - 1)..<count]))
        buffer[first - 1] = kept
        seal(from: start)
        return leaf
    }

    /// Ends the batch.
    func commit(size: UInt64, root: Hash, previousRoot: Hash) {
        let start = count
        head(Batch.commitPayload, Batch.commitKind)
        store(size)
        root.store(to: buffer, at: count)
        previousRoot.store(to: buffer, at: count + Hash.byteCount)
        count += 2 * Hash.byteCount
        seal(from: start)
        while count % Segment.sector != 0 {
            buffer[count] = Batch.fill
            count += 1
        }
    }

    private func head(_ length: Int, _ kind: UInt8) {
        buffer.storeBytes(of: UInt32(length).littleEndian, toByteOffset: count, as: UInt32.self)
        buffer[count + 4] = kind
        count += Batch.frameHead
    }

    private func store(_ word: UInt64) {
        buffer.storeBytes(of: word.littleEndian, toByteOffset: count, as: UInt64.self)
        count += 8
    }

    private func seal(from start: Int) {
        let crc = crc32c(UnsafeRawBufferPointer(rebasing: buffer[start..<count]))
        buffer.storeBytes(of: crc.littleEndian, toByteOffset: count, as: UInt32.self)
        count += 4
    }
}
