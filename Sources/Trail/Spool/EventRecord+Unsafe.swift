import Model

/// An event as bytes in the spool, and the way to look into one without making strings.
///
/// ```
///  0 key u64 · 8 length u32 · 12 file u32 · 16 time i64 · 24 content hash u64 · 32 line u32 · 36 units u32 · 40 byte u64
/// 48 format u8 · 49 bits u8 · 50 categories u8 · 51 manners u8 · 52 offset of the content u32
/// 56 source, id; then the content: time, action, outcome, bits, numbers, strings, persons
/// ```
/// Two records are equal when their sources and contents are; where they were read (file, line) is not content.
struct EventRecord {
    let record: UnsafeRawPointer

    @inline(__always)
    init(_ record: UnsafeRawPointer) { self.record = record }

    static let hasOwnID: UInt8 = 1

    var file: Int { Int(UInt32(littleEndian: record.loadUnaligned(fromByteOffset: 12, as: UInt32.self))) }
    var time: Int64 { Int64(littleEndian: record.loadUnaligned(fromByteOffset: 16, as: Int64.self)) }
    var contentHash: UInt64 { UInt64(littleEndian: record.loadUnaligned(fromByteOffset: 24, as: UInt64.self)) }
    var line: Int { Int(UInt32(littleEndian: record.loadUnaligned(fromByteOffset: 32, as: UInt32.self))) }
    var units: Int { Int(UInt32(littleEndian: record.loadUnaligned(fromByteOffset: 36, as: UInt32.self))) }
    var byte: Int { Int(truncatingIfNeeded: UInt64(littleEndian: record.loadUnaligned(fromByteOffset: 40, as: UInt64.self))) }
    var format: UInt8 { record.load(fromByteOffset: 48, as: UInt8.self) }
    var hasOwnID: Bool { record.load(fromByteOffset: 49, as: UInt8.self) & Self.hasOwnID != 0 }
    var categories: Categories { Categories(rawValue: record.load(fromByteOffset: 50, as: UInt8.self)) }
    var manners: Manners { Manners(rawValue: record.load(fromByteOffset: 51, as: UInt8.self)) }
    private var contentOffset: Int { Int(UInt32(littleEndian: record.loadUnaligned(fromByteOffset: 52, as: UInt32.self))) }

    var source: UnsafeRawBufferPointer {
        var reader = RawReader(at: record + 56)
        return reader.getBytes()
    }
    var sourceAndID: (source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer) {
        var reader = RawReader(at: record + 56)
        let source = reader.getBytes()
        return (source, reader.getBytes())
    }
    /// Everything that makes two records of one source equal.
    var content: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: record + contentOffset, count: RawRecord.length(record) - contentOffset)
    }
    var request: UnsafeRawBufferPointer {
        var reader = RawReader(at: record + contentOffset)
        skipNumbers(&reader)
        return reader.getBytes()
    }

    private func skipNumbers(_ reader: inout RawReader) {
        reader.at += 10
        let bits = reader.get(UInt8.self)
        reader.at += 8 * ((bits & 2 != 0 ? 1 : 0) + (bits & 4 != 0 ? 1 : 0) + (bits & 8 != 0 ? 1 : 0))
    }

    /// Tells this record from all others of one delivery.
    var mark: UInt64 {
        let place = UInt64(truncatingIfNeeded: line) &* 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: byte) &* 0xc2b2_ae3d_27d4_eb4f
        return hash64(sourceAndID.id, seed: contentHash ^ place)
    }

    /// The parts of the content; the strings are valid as long as the record is.
    var fields: Fields {
        var reader = RawReader(at: record + contentOffset)
        var fields = Fields()
        reader.at += 8
        fields.action = reader.get(UInt8.self)
        fields.outcome = reader.get(UInt8.self)
        let bits = reader.get(UInt8.self)
        fields.breakGlass = bits & 1 != 0
        if bits & 2 != 0 { reader.at += 8 }
        if bits & 4 != 0 { fields.page = reader.get(Int64.self) }
        if bits & 8 != 0 { fields.resultCount = reader.get(Int64.self) }
        fields.request = reader.getBytes()
        fields.account = reader.getBytes()
        fields.subject = reader.getBytes()
        fields.professional = reader.getBytes()
        fields.role = reader.getBytes()
        fields.organisation = reader.getBytes()
        fields.session = reader.getBytes()
        fields.authentication = reader.getBytes()
        fields.address = reader.getBytes()
        fields.agent = reader.getBytes()
        fields.service = reader.getBytes()
        fields.resource = reader.getBytes()
        fields.query = reader.getBytes()
        reader.skip() // path: used by the profile already
        fields.controller = reader.getBytes()
        fields.persons = reader.getLength()
        fields.personsStart = reader.at
        return fields
    }

    struct Fields {
        var action: UInt8 = 0, outcome: UInt8 = 0
        var breakGlass = false
        var page: Int64?, resultCount: Int64?
        var request = UnsafeRawBufferPointer(start: nil, count: 0)
        var account = UnsafeRawBufferPointer(start: nil, count: 0)
        var subject = UnsafeRawBufferPointer(start: nil, count: 0)
        var professional = UnsafeRawBufferPointer(start: nil, count: 0)
        var role = UnsafeRawBufferPointer(start: nil, count: 0)
        var organisation = UnsafeRawBufferPointer(start: nil, count: 0)
        var session = UnsafeRawBufferPointer(start: nil, count: 0)
        var authentication = UnsafeRawBufferPointer(start: nil, count: 0)
        var address = UnsafeRawBufferPointer(start: nil, count: 0)
        var agent = UnsafeRawBufferPointer(start: nil, count: 0)
        var service = UnsafeRawBufferPointer(start: nil, count: 0)
        var resource = UnsafeRawBufferPointer(start: nil, count: 0)
        var query = UnsafeRawBufferPointer(start: nil, count: 0)
        var controller = UnsafeRawBufferPointer(start: nil, count: 0)
        var persons = 0
        var personsStart: UnsafeRawPointer?
    }

    // Writing

    /// An upper bound of the bytes that `encode` writes.
    static func lengthMax(_ event: AccessEvent) -> Int {
        var n = 56 + 64 + 18 * RawWriter.lengthMax
        n += event.source.utf8.count + event.id.utf8.count + event.request.utf8.count + event.account.utf8.count
        n += event.subject.utf8.count + event.professional.utf8.count + event.role.utf8.count + event.organisation.utf8.count
        n += event.session.utf8.count + event.authentication.utf8.count + event.address.utf8.count + event.agent.utf8.count
        n += event.service.utf8.count + event.resource.utf8.count + event.query.utf8.count + event.path.utf8.count
        n += event.controller.utf8.count
        for person in event.persons {
            n += person.reference.utf8.count + 2 * RawWriter.lengthMax
            for id in person.identifiers { n += id.system.utf8.count + id.value.utf8.count + 2 * RawWriter.lengthMax }
        }
        return n
    }

    /// Writes an event; gives the bytes written. The key is that of `IdentityOrder`.
    static func encode(_ event: AccessEvent, file: Int, line: Int, byte: Int, units: Int, format: UInt8, to target: UnsafeMutableRawPointer) -> Int {
        var writer = RawWriter(at: target + 56)
        writer.put(event.source)
        writer.put(event.id)
        let content = writer.at
        writer.put(event.time.milliseconds)
        writer.put(event.action.rawValue)
        writer.put(event.outcome.rawValue)
        writer.put((event.breakGlass ? 1 : 0) | (event.sequence != nil ? 2 : 0) | (event.page != nil ? 4 : 0) | (event.resultCount != nil ? 8 : 0) as UInt8)
        if let sequence = event.sequence { writer.put(sequence) }
        if let page = event.page { writer.put(Int64(page)) }
        if let count = event.resultCount { writer.put(Int64(count)) }
        writer.put(event.request)
        writer.put(event.account)
        writer.put(event.subject)
        writer.put(event.professional)
        writer.put(event.role)
        writer.put(event.organisation)
        writer.put(event.session)
        writer.put(event.authentication)
        writer.put(event.address)
        writer.put(event.agent)
        writer.put(event.service)
        writer.put(event.resource)
        writer.put(event.query)
        writer.put(event.path)
        writer.put(event.controller)
        writer.putLength(event.persons.count)
        for person in event.persons {
            writer.put(person.reference)
            writer.putLength(person.identifiers.count)
            for id in person.identifiers {
                writer.put(KnownSystem.short(id.system))
                writer.put(id.value)
            }
        }
        let length = writer.at - target
        var source = RawReader(at: target + 56)
        let sourceHash = hash64(source.getBytes())
        let contentHash = hash64(UnsafeRawBufferPointer(start: content, count: writer.at - content), seed: sourceHash)
        let key = event.hasOwnID ? hash64(source.getBytes(), seed: sourceHash) : contentHash

        var header = RawWriter(at: target)
        header.put(key)
        header.put(UInt32(truncatingIfNeeded: length))
        header.put(UInt32(truncatingIfNeeded: file))
        header.put(event.time.milliseconds)
        header.put(contentHash)
        header.put(UInt32(truncatingIfNeeded: line))
        header.put(UInt32(truncatingIfNeeded: units))
        header.put(UInt64(truncatingIfNeeded: byte))
        header.put(format)
        header.put(event.hasOwnID ? hasOwnID : 0)
        header.put(event.categories.rawValue)
        header.put(event.manners.rawValue)
        header.put(UInt32(truncatingIfNeeded: content - target))
        return length
    }

    /// Writes a copy with another request id (at most its length and that of a length longer); gives the bytes written.
    func copy(withRequest request: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer) -> Int {
        var reader = RawReader(at: record + contentOffset)
        skipNumbers(&reader)
        let before = reader.at - record
        target.copyMemory(from: record, byteCount: before)
        var writer = RawWriter(at: target + before)
        writer.put(request)
        reader.skip()
        writer.putBare(UnsafeRawBufferPointer(start: reader.at, count: RawRecord.length(record) - (reader.at - record)))
        return writer.at - target
    }
}

/// Canonical order of records: time, source, source id, content hash; where all of it is equal, file by hash, then line.
struct CanonicalOrder {
    /// Position of each file when files are sorted by hash.
    let ranks: FileRanks

    func precedes(_ a: EventRecord, _ b: EventRecord) -> Bool {
        if a.time != b.time { return a.time < b.time }
        let (sourceA, idA) = a.sourceAndID, (sourceB, idB) = b.sourceAndID
        let source = sourceA.compared(to: sourceB)
        if source != 0 { return source < 0 }
        let id = SourceID.compare(idA, ownA: a.hasOwnID, idB, ownB: b.hasOwnID)
        if id != 0 { return id < 0 }
        if a.contentHash != b.contentHash { return a.contentHash < b.contentHash }
        let (rankA, rankB) = (ranks[a.file], ranks[b.file])
        if rankA != rankB { return rankA < rankB }
        return a.line != b.line ? a.line < b.line : a.byte < b.byte
    }
}

/// Ranks become known only when all files are hashed; until then every run holds one file, where ranks cannot matter.
final class FileRanks: @unchecked Sendable {
    // Sendable: set once, after the threads that read files have ended.
    private var ranks: [Int] = []
    func set(_ ranks: [Int]) { self.ranks = ranks }
    subscript(file: Int) -> Int { file < ranks.count ? ranks[file] : file }
}

enum SourceID {
    /// Own ids as bytes; `FILE:LINE` by file, then by number, so that line 10 comes after line 9.
    static func compare(_ a: UnsafeRawBufferPointer, ownA: Bool, _ b: UnsafeRawBufferPointer, ownB: Bool) -> Int {
        if ownA || ownB { return a.compared(to: b) }
        let cutA = a.lastIndex(of: UInt8(ascii: ":")) ?? a.count, cutB = b.lastIndex(of: UInt8(ascii: ":")) ?? b.count
        let file = UnsafeRawBufferPointer(rebasing: a[..<cutA]).compared(to: UnsafeRawBufferPointer(rebasing: b[..<cutB]))
        if file != 0 { return file }
        if a.count - cutA != b.count - cutB { return (a.count - cutA) - (b.count - cutB) }
        return a.compared(to: b)
    }
}

/// Brings together records of one source with one id, and those without ids that say the same.
struct IdentityOrder: RecordOrder {
    let canonical: CanonicalOrder

    func precedes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer) -> Bool {
        let (a, b) = (EventRecord(a), EventRecord(b))
        if a.hasOwnID != b.hasOwnID { return a.hasOwnID }
        let (sourceA, idA) = a.sourceAndID, (sourceB, idB) = b.sourceAndID
        let source = sourceA.compared(to: sourceB)
        if source != 0 { return source < 0 }
        let same = a.hasOwnID ? idA.compared(to: idB) : a.content.compared(to: b.content)
        if same != 0 { return same < 0 }
        return canonical.precedes(a, b)
    }

    static func areTogether(_ a: EventRecord, _ b: EventRecord) -> Bool {
        guard RawRecord.key(a.record) == RawRecord.key(b.record), a.hasOwnID == b.hasOwnID else { return false }
        let (sourceA, idA) = a.sourceAndID, (sourceB, idB) = b.sourceAndID
        guard sourceA.elementsEqualFast(sourceB) else { return false }
        return a.hasOwnID ? idA.elementsEqualFast(idB) : a.content.elementsEqualFast(b.content)
    }
}

/// Brings together the records of one act: one source, one request; without a request, one id.
struct RequestOrder: RecordOrder {
    let canonical: CanonicalOrder

    func precedes(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer) -> Bool {
        let (a, b) = (EventRecord(a), EventRecord(b))
        let source = a.source.compared(to: b.source)
        if source != 0 { return source < 0 }
        let request = a.request.compared(to: b.request)
        if request != 0 { return request < 0 }
        if a.request.isEmpty {
            if a.hasOwnID != b.hasOwnID { return a.hasOwnID }
            let id = a.sourceAndID.id.compared(to: b.sourceAndID.id)
            if id != 0 { return id < 0 }
        }
        return canonical.precedes(a, b)
    }

    /// `record` still bears its identity key.
    static func key(_ record: EventRecord) -> UInt64 {
        let request = record.request
        if !request.isEmpty { return hash64(request, seed: hash64(record.source)) }
        return RawRecord.key(record.record) ^ (record.hasOwnID ? 0 : UInt64(truncatingIfNeeded: record.line) &* 0x9e37_79b9_7f4a_7c15)
    }

    static func areTogether(_ a: EventRecord, _ b: EventRecord) -> Bool {
        guard a.source.elementsEqualFast(b.source) else { return false }
        let (requestA, requestB) = (a.request, b.request)
        guard requestA.elementsEqualFast(requestB) else { return false }
        if !requestA.isEmpty { return true }
        // Without request and id, two equal lines are two acts.
        return a.hasOwnID && b.hasOwnID && a.sourceAndID.id.elementsEqualFast(b.sourceAndID.id)
    }
}

/// Systems of national numbers stand in the spool as one byte: they are the longest part of most persons.
enum KnownSystem {
    private static let codes: [(code: String, system: String)] = [("\u{1}", Identifier.insNIR), ("\u{2}", Identifier.insNIA)]

    @inline(__always)
    static func short(_ system: String) -> String {
        system == Identifier.insNIR ? "\u{1}" : system == Identifier.insNIA ? "\u{2}" : system
    }
    static func whole(_ system: String) -> String { codes.first { $0.code == system }?.system ?? system }
    static func isNational(_ system: UnsafeRawBufferPointer) -> Bool { system.count == 1 && (system[0] == 1 || system[0] == 2) }
}
