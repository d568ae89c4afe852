import Model

/// An act as bytes in the spool: the union of its records.
///
/// ```
///  0 key u64 (time) · 8 length u32 · 12 bits u8, action u8, outcome u8, 0 · 16 time i64 · 24 content hash u64
/// 32 events u32 · 36 names of the account u32 · 40 page i64 · 48 result count i64
/// 56 source, id, role, organisation, session, authentication, address, agent, service, controller, resource, query
///    persons: number, then each: categories, manners, reference, identifiers
///    of a delivery also: request; number of records, then of each: mark, line, byte, units
/// ```
struct ActRecord {
    let record: UnsafeRawPointer
    init(_ record: UnsafeRawPointer) { self.record = record }

    static let hasOwnID: UInt8 = 1, breakGlass: UInt8 = 2, hasPage: UInt8 = 4, hasCount: UInt8 = 8
    static let noAccount = UInt32.max
    static let stringCount = 12

    /// Ascending times give ascending keys.
    static func key(_ time: Int64) -> UInt64 { UInt64(bitPattern: time) ^ (1 << 63) }

    var bits: UInt8 { record.load(fromByteOffset: 12, as: UInt8.self) }
    var action: Action { Action(rawValue: record.load(fromByteOffset: 13, as: UInt8.self)) ?? .other }
    var outcome: Outcome { Outcome(rawValue: record.load(fromByteOffset: 14, as: UInt8.self)) ?? .unknown }
    var time: Int64 { Int64(littleEndian: record.loadUnaligned(fromByteOffset: 16, as: Int64.self)) }
    var contentHash: UInt64 { UInt64(littleEndian: record.loadUnaligned(fromByteOffset: 24, as: UInt64.self)) }
    var events: Int { Int(UInt32(littleEndian: record.loadUnaligned(fromByteOffset: 32, as: UInt32.self))) }
    var names: UInt32 { UInt32(littleEndian: record.loadUnaligned(fromByteOffset: 36, as: UInt32.self)) }
    var page: Int? { bits & Self.hasPage != 0 ? Int(Int64(littleEndian: record.loadUnaligned(fromByteOffset: 40, as: Int64.self))) : nil }
    var resultCount: Int? { bits & Self.hasCount != 0 ? Int(Int64(littleEndian: record.loadUnaligned(fromByteOffset: 48, as: Int64.self))) : nil }
    /// Source, id and so on, one after the other.
    var strings: RawReader { RawReader(at: record + 56) }
}

/// Canonical order of acts: time (the key), source, smallest id, content hash, then all bytes.
struct ActOrder: RecordOrder {
    func precedes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer) -> Bool {
        let (one, two) = (ActRecord(a), ActRecord(b))
        var (stringsA, stringsB) = (one.strings, two.strings)
        let source = stringsA.getBytes().compared(to: stringsB.getBytes())
        if source != 0 { return source < 0 }
        let id = SourceID.compare(
            stringsA.getBytes(), ownA: one.bits & ActRecord.hasOwnID != 0, stringsB.getBytes(), ownB: two.bits & ActRecord.hasOwnID != 0)
        if id != 0 { return id < 0 }
        if one.contentHash != two.contentHash { return one.contentHash < two.contentHash }
        return UnsafeRawBufferPointer(start: a, count: RawRecord.length(a)).compared(to: UnsafeRawBufferPointer(start: b, count: RawRecord.length(b))) < 0
    }
}
