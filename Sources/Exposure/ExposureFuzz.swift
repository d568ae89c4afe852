import Model

/// What a fuzz target and ordinary tests call with arbitrary bytes.
package enum ExposureFuzz {
    /// Takes the bytes for the files of an index and asks it everything. A crash is the failure that it looks for; besides,
    /// an index that passes `check` must answer the same by both sides.
    ///
    /// Layout: two bytes, the length of the names file (little-endian), then the names file, then one segment. The
    /// checksums and the reference from names to segment are mended, or nothing but noise would get past them.
    package static func check(_ input: [UInt8]) {
        guard input.count >= 2 else { return }
        let namesCount = min(Int(input[0]) | Int(input[1]) << 8, input.count - 2)
        var names = Array(input[2..<2 + namesCount]), segment = Array(input[(2 + namesCount)...])
        let fingerprint = mend(&segment, columns: Segment.columnCount)
        mendReference(&names, count: segment.count, fingerprint: fingerprint)
        _ = mend(&names, columns: ExposureNames.columnCount)
        do throws(ExposureError) {
            let index = try ExposureIndex(names: MappedBytes(names)) { _ throws(ExposureError) in MappedBytes(segment) }
            guard index.personCount < 1 << 20, index.referenceCount < 1 << 20 else { return }
            try? ask(index)
            try index.check()
            try agree(index)
        } catch {
            // Refused: as it should be.
        }
    }

    /// Packs the two files of an index with one segment as `check` reads them.
    package static func pack(names: [UInt8], segment: [UInt8]) -> [UInt8] {
        [UInt8(names.count & 0xFF), UInt8(truncatingIfNeeded: names.count >> 8)] + names + segment
    }

    private static func ask(_ index: ExposureIndex) throws(ExposureError) {
        for scope in [ExposureScope(), ExposureScope(accounts: [0, 1, ExposureIndexWriter.nobody]), ExposureScope(sessions: [1, 2, 3], from: Instant(milliseconds: 1), to: Instant(milliseconds: 1 << 40)), ExposureScope(categories: .medical, services: [0]), ExposureScope(persons: [0, 1, 2], entries: [0..<5, 7..<900])] {
            _ = try? index.count(scope)
            _ = try? index.persons(scope)
        }
        for person in 0..<UInt32(min(index.personCount, 16)) { _ = try? index.who(saw: person) }
    }

    private static func agree(_ index: ExposureIndex) throws(ExposureError) {
        let all = try index.count(ExposureScope()), listed = try index.persons(ExposureScope())
        let reverse = try index.count(ExposureScope(persons: listed.map(\.person)))
        precondition(all.persons == listed.count && all.accesses == index.accessCount)
        precondition(all.persons == reverse.persons && all.byCategory == reverse.byCategory && all.byService == reverse.byService && all.accesses == reverse.accesses)
    }

    /// Puts right checksums into a file whose column table is readable; returns the header's.
    private static func mend(_ bytes: inout [UInt8], columns: Int) -> UInt32 {
        let end = ColumnFile.headerCount(columns: columns) - 8
        guard bytes.count >= end + 8 else { return 0 }
        let copy = MappedBytes(bytes)
        for i in 0..<columns {
            let at = 24 + 24 * i
            if let offset = Int(exactly: copy.u64(at)), let count = Int(exactly: copy.u64(at + 8)), offset <= bytes.count, count <= bytes.count - offset {
                put(UInt64(copy.checksum(offset..<offset + count)), 4, at: at + 16, into: &bytes)
            }
        }
        let checksum = MappedBytes(bytes).checksum(0..<end)
        put(UInt64(checksum), 4, at: end, into: &bytes)
        return checksum
    }

    /// The last column of the names file, when it is one pair: the segment's size and header checksum.
    private static func mendReference(_ names: inout [UInt8], count: Int, fingerprint: UInt32) {
        let at = 24 + 24 * (ExposureNames.columnCount - 1)
        guard names.count >= at + 24 else { return }
        let table = MappedBytes(names)
        guard table.u64(at + 8) == 16, let offset = Int(exactly: table.u64(at)), offset <= names.count - 16 else { return }
        put(UInt64(count), 8, at: offset, into: &names)
        put(UInt64(fingerprint), 8, at: offset + 8, into: &names)
    }

    private static func put(_ value: UInt64, _ width: Int, at offset: Int, into bytes: inout [UInt8]) {
        for k in 0..<width { bytes[offset + k] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(k))) }
    }
}
