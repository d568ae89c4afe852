import Glibc
import Model

/// Sorts records of bytes that may not all fit into memory: sorted runs on disk, merged when read.
///
/// A record begins with its sort key (8 bytes) and its whole length (4 bytes). Records with equal keys are ordered by
/// `Order`, which must be total on whatever distinguishes records, so that the result depends on nothing else. A record that
/// already lies somewhere may be sorted by another key without being copied.
protocol RecordOrder {
    func precedes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer) -> Bool
}

enum RawRecord {
    static let keyOffset = 0, lengthOffset = 8

    @inline(__always)
    static func key(_ record: UnsafeRawPointer) -> UInt64 { UInt64(littleEndian: record.loadUnaligned(as: UInt64.self)) }
    @inline(__always)
    static func length(_ record: UnsafeRawPointer) -> Int { Int(UInt32(littleEndian: record.loadUnaligned(fromByteOffset: lengthOffset, as: UInt32.self))) }
}

/// Filled from one thread. Memory never grows beyond the limit by more than one chunk and one record.
final class Sorter<Order: RecordOrder> {
    fileprivate struct Entry {
        var key: UInt64
        var record: UnsafeRawPointer
    }

    private let order: Order
    private let limit: Int
    private let folder: String
    private var entries: [Entry] = []
    private var chunks: [UnsafeMutableRawBufferPointer] = []
    private var used = 0
    private var held = 0
    private var spill: TemporaryFile?
    private var runs: [Range<Int>] = []
    private let chunkSize: Int
    private(set) var count = 0

    init(order: Order, limit: Int, temporaryFolder: String) {
        (self.order, self.limit, folder) = (order, max(limit, 4_096), temporaryFolder)
        chunkSize = min(1 << 20, self.limit / 4)
    }

    deinit { for chunk in chunks { chunk.deallocate() } }

    /// Adds a record of at most `lengthMax` bytes that `body` writes; it returns how many it wrote. The header's length is set here.
    @inline(__always)
    func add(lengthMax: Int, _ body: (UnsafeMutableRawPointer) -> Int) throws {
        if (chunks.last?.count ?? 0) - used < lengthMax { try makeRoom(lengthMax) }
        guard let base = chunks.last?.baseAddress else { return }
        let record = base + used
        let length = body(record)
        record.storeBytes(of: UInt32(truncatingIfNeeded: length).littleEndian, toByteOffset: RawRecord.lengthOffset, as: UInt32.self)
        used += length
        entries.append(Entry(key: RawRecord.key(record), record: record))
        count += 1
    }

    /// Adds a record that stays where it is until all that is sorted here was read, under another key. Only a spill copies it.
    func add(reference record: UnsafeRawPointer, key: UInt64) throws {
        if held + (entries.count + 1) * 16 > limit, !entries.isEmpty { try spillRun() }
        entries.append(Entry(key: key, record: record))
        count += 1
    }

    private func makeRoom(_ length: Int) throws {
        // Entries cost 16 bytes each and count as memory, too.
        if held + entries.count * 16 + max(length, chunkSize) > limit, !entries.isEmpty { try spillRun() }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: max(length, chunkSize), alignment: 16)
        chunks.append(chunk)
        held += chunk.count
        used = 0
    }

    private func sortEntries() {
        let order = order
        entries.sort { a, b in
            if a.key != b.key { return a.key < b.key }
            return order.precedes(a.record, b.record)
        }
    }

    private func spillRun() throws {
        sortEntries()
        let file = try spill ?? TemporaryFile(in: folder)
        spill = file
        let start = file.count
        for entry in entries {
            var key = entry.key.littleEndian
            try withUnsafeBytes(of: &key) { try file.write($0) }
            try file.write(UnsafeRawBufferPointer(start: entry.record + 8, count: RawRecord.length(entry.record) - 8))
        }
        runs.append(start..<file.count)
        entries.removeAll(keepingCapacity: true)
        release()
    }

    private func release() {
        for chunk in chunks { chunk.deallocate() }
        chunks.removeAll()
        (used, held) = (0, 0)
    }

    /// Everything that was added, to be read in order, as often as wanted. Nothing may be added afterwards.
    fileprivate func cursors() throws -> [Cursor] {
        if spill != nil, !entries.isEmpty { try spillRun() }
        guard let file = spill else {
            sortEntries()
            return [Cursor(entries: entries, keeps: self)]
        }
        entries = []
        let mapped = try file.mapped()
        guard let base = mapped.bytes.baseAddress else { return [] }
        return runs.map { Cursor(at: base + $0.lowerBound, end: base + $0.upperBound, keeps: mapped) }
    }

    /// A run in memory or on disk.
    fileprivate struct Cursor {
        private let entries: [Entry]
        private var index = 0
        private let end: UnsafeRawPointer?
        private(set) var at: UnsafeRawPointer?
        private(set) var key: UInt64 = 0
        private let keeps: AnyObject

        init(entries: [Entry], keeps: AnyObject) {
            (self.entries, self.keeps, end) = (entries, keeps, nil)
            if let first = entries.first { (at, key) = (first.record, first.key) }
        }
        init(at: UnsafeRawPointer, end: UnsafeRawPointer, keeps: AnyObject) {
            (entries, self.keeps, self.end) = ([], keeps, end)
            if at < end { (self.at, key) = (at, RawRecord.key(at)) }
        }

        mutating func advance() {
            guard let current = at else { return }
            if let end {
                let next = current + RawRecord.length(current)
                if next < end { (at, key) = (next, RawRecord.key(next)) } else { at = nil }
            } else {
                index += 1
                if index < entries.count { (at, key) = (entries[index].record, entries[index].key) } else { at = nil }
            }
        }
    }

    /// All records of several sorters in order.
    struct Merged {
        private let cursors: [Cursor]
        private let order: Order
        let count: Int

        init(_ sorters: [Sorter<Order>], order: Order) throws {
            cursors = try sorters.flatMap { try $0.cursors() }
            self.order = order
            count = sorters.reduce(0) { $0 + $1.count }
        }

        /// Calls `body` with each record in order; pointers are valid as long as this value lives.
        func forEach(_ body: (UnsafeRawPointer) throws -> Void) rethrows {
            try withExtendedLifetime(cursors) {
                var heap = cursors.filter { $0.at != nil }
                if heap.count == 1 {
                    var only = heap[0]
                    while let record = only.at {
                        try body(record)
                        only.advance()
                    }
                    return
                }
                guard !heap.isEmpty else { return }
                for parent in stride(from: heap.count / 2 - 1, through: 0, by: -1) { sift(&heap, parent) }
                while let record = heap[0].at {
                    try body(record)
                    heap[0].advance()
                    if heap[0].at == nil {
                        let last = heap.removeLast()
                        if heap.isEmpty { return }
                        heap[0] = last
                    }
                    sift(&heap, 0)
                }
            }
        }

        private func less(_ a: Cursor, _ b: Cursor) -> Bool {
            guard let recordA = a.at, let recordB = b.at else { return a.at != nil }
            return a.key != b.key ? a.key < b.key : order.precedes(recordA, recordB)
        }

        private func sift(_ heap: inout [Cursor], _ start: Int) {
            var parent = start
            while true {
                var child = 2 * parent + 1
                guard child < heap.count else { return }
                if child + 1 < heap.count, less(heap[child + 1], heap[child]) { child += 1 }
                guard less(heap[child], heap[parent]) else { return }
                heap.swapAt(child, parent)
                parent = child
            }
        }
    }
}
