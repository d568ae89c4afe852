import Ledger

/// One file of the journal, `journal/<index of its first entry, 20 digits>.seg`:
///
/// ```
/// header   512 B   "cordonJ1" ‖ first index u64 ‖ root before it 32 B ‖ SHA-256(origin) 32 B ‖ crc32c u32 ‖ fill
/// batch    n·512 B frames, one COMMIT frame last, then fill (0xA5) to the next multiple of 512
/// frame            length of payload u32 ‖ kind u8 ‖ payload ‖ crc32c u32 of all before it
/// ENTRY (1)        key 16 B, big-endian ‖ content u64 ‖ entry
/// COMMIT (2)       size after the batch u64 ‖ root 32 B ‖ root before the batch 32 B
/// ```
/// Numbers are little-endian where nothing else is said. A batch has sectors of its own, so that writing one never touches
/// what an earlier one was promised to be; a sector that a power loss left out is all zeros, which no written sector is.
struct Segment: Hashable, Comparable {
    static let folder = "journal"
    static let sector = 512
    /// More than any batch takes: its entries and frames are bounded by `JournalLimits`.
    static let batchMaximum = 2 << 20

    let first: UInt64

    var file: String {
        let digits = String(first)
        return Segment.folder + "/" + String(repeating: "0", count: 20 - digits.utf8.count) + digits + ".seg"
    }

    init(first: UInt64) { self.first = first }

    init?(name: String) {
        guard name.utf8.count == 24, name.hasSuffix(".seg"), name.utf8.prefix(20).allSatisfy({ (0x30...0x39).contains($0) }),
              let first = UInt64(name.dropLast(4)) else { return nil }
        self.first = first
    }

    static func < (a: Segment, b: Segment) -> Bool { a.first < b.first }

    static func all(in files: any FileSystem) throws -> [Segment] {
        try files.list(folder).compactMap(Segment.init(name:)).sorted()
    }
}

/// How much goes together. The defaults are for production; tests take small ones.
package struct JournalLimits: Sendable {
    /// A batch is closed by either.
    package var batchEntries = 4_096
    package var batchBytes = 1 << 20
    /// A segment is followed by another after either.
    package var segmentBytes = 64 << 20
    package var segmentEntries = 1 << 19
    /// Appends are refused while more segments than this wait to be published: a start reads them all.
    package var segmentsWaiting = 6
    /// Kept for a disk that is full; at most a two-hundredth of it.
    package var reserveBytes = 16 << 20

    package init() {}
}

struct SegmentHeader: Equatable {
    var first: UInt64
    var root: Hash
    var origin: Hash

    private static let magic = Array("cordonJ1".utf8)

    var bytes: [UInt8] {
        var bytes = SegmentHeader.magic
        bytes.appendLittleEndian(first)
        bytes += root.bytes + origin.bytes
        bytes.appendLittleEndian(crc32c(bytes))
        bytes += [UInt8](repeating: Batch.fill, count: Segment.sector - bytes.count)
        return bytes
    }

    /// Nil when it is not one.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Segment.sector, bytes.starts(with: SegmentHeader.magic), let root = Hash(bytes[16..<48]), let origin = Hash(bytes[48..<80]),
              UInt32(littleEndian: bytes, at: 80) == crc32c(Array(bytes[..<80])), bytes[84...].allSatisfy({ $0 == Batch.fill }) else { return nil }
        (first, self.root, self.origin) = (UInt64(littleEndian: bytes, at: 8), root, origin)
    }

    init(first: UInt64, root: Hash, origin: Hash) { (self.first, self.root, self.origin) = (first, root, origin) }
}

/// Walks the batches of one segment, reading a few MiB at a time.
struct SegmentReader {
    private let files: any FileSystem
    let segment: Segment
    /// Where the next batch begins.
    private(set) var offset = Segment.sector
    private var window: [UInt8] = []
    private var windowStart = 0

    /// - Parameter offset: past the header, a batch's beginning.
    init(_ segment: Segment, in files: any FileSystem, at offset: Int = Segment.sector) {
        (self.segment, self.files, self.offset) = (segment, files, offset)
    }

    static func header(of segment: Segment, in files: any FileSystem) throws -> SegmentHeader? {
        SegmentHeader(try files.read(segment.file, at: 0, count: Segment.sector))
    }

    enum Step {
        /// Ranges are of `bytes`.
        case batch(Batch)
        /// Nothing lies between here and `end`.
        case end
        /// What lies here is not a batch.
        case bad(String)
    }

    /// - Parameter end: how far the segment counts; what is behind is not read.
    mutating func next(upTo end: Int) throws -> Step {
        guard offset < end else { return .end }
        if case .batch(let batch) = parse(end) { return .batch(batch) }
        windowStart = offset
        window = try files.read(segment.file, at: offset, count: min(end - offset, 2 * Segment.batchMaximum))
        return parse(end)
    }

    private func parse(_ end: Int) -> Step {
        let start = offset - windowStart
        guard start >= 0, start < window.count else { return .bad("ends within a batch") }
        return switch Batch.parse(window, at: start) {
        case .success(let batch): .batch(batch)
        case .failure(let problem): .bad("byte \(offset + problem.at - start): \(problem.what)")
        }
    }

    /// Goes past a batch that `next` returned.
    mutating func pass(_ batch: Batch) { offset = windowStart + batch.end }

    func key(_ entry: Batch.Entry) -> EventKey { entry.key }
    func bytes(of entry: Batch.Entry) -> ArraySlice<UInt8> { window[entry.start..<entry.start + entry.count] }
    func bytes(of batch: Batch) -> ArraySlice<UInt8> { window[batch.start..<batch.end] }
    mutating func leafHash(of entry: Batch.Entry) -> Hash { Ledger.leafHash(inBundle: &window, entryAt: entry.start, count: entry.count) }

    /// Whether a power loss can have left what lies from `offset` to `end`, the segment's last bytes: the one batch that was
    /// being written when it happened, with sectors missing or cut off. If not, it was whole once, and so perhaps promised.
    func isTorn(upTo end: Int, root: Hash) throws -> Bool {
        guard end - offset <= Segment.batchMaximum else { return false }
        let tail = try files.read(segment.file, at: offset, count: end - offset)
        return Batch.isTorn(tail, after: root)
    }
}

extension Array where Element == UInt8 {
    mutating func appendLittleEndian(_ value: UInt64) { for i in 0..<8 { append(UInt8(truncatingIfNeeded: value >> UInt64(8 * i))) } }
    mutating func appendLittleEndian(_ value: UInt32) { for i in 0..<4 { append(UInt8(truncatingIfNeeded: value >> UInt32(8 * i))) } }
}

extension UInt64 {
    init(littleEndian bytes: [UInt8], at offset: Int) { self = (0..<8).reversed().reduce(0) { $0 << 8 | UInt64(bytes[offset + $1]) } }
}

extension UInt32 {
    init(littleEndian bytes: [UInt8], at offset: Int) { self = (0..<4).reversed().reduce(0) { $0 << 8 | UInt32(bytes[offset + $1]) } }
}
