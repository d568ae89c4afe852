import Model
import Profiles

/// Unites the records of one act. Reused from act to act, so that nothing is allocated for most of them.
struct ActBuilder {
    private var isEmpty = true
    private(set) var time: Int64 = 0
    private(set) var source = UnsafeRawBufferPointer(start: nil, count: 0)
    private var id = UnsafeRawBufferPointer(start: nil, count: 0)
    private var ownsID = false
    private var contentHash: UInt64 = 0
    private var fields = EventRecord.Fields()
    private var bits: UInt8 = 0
    private var length = 0

    private struct Person {
        var categories: Categories
        var manners: Manners
        var reference: UnsafeRawBufferPointer
        /// Whole identifiers (system and value, encoded), and how many.
        var identifiers: UnsafeRawBufferPointer
        var identifierCount: Int
        /// Identifiers of the same reference from further records.
        var more: [(UnsafeRawBufferPointer, Int)]
    }
    private var persons: [Person] = []
    private var index = ByteTable()
    /// A delivery wants to know which records an act is made of; a file does not pay for it.
    private let keepsRecords: Bool
    private var records: [EventRecord] = []

    init(keepsRecords: Bool = false) { self.keepsRecords = keepsRecords }

    var hasSession: Bool { !fields.session.isEmpty }

    mutating func begin() {
        isEmpty = true
        persons.removeAll(keepingCapacity: true)
        length = 0
        bits = 0
        records.removeAll(keepingCapacity: true)
    }

    /// Adds a record; true when it adds a person, or a category or manner of one. The first record gives a field, later ones
    /// only what is missing.
    @discardableResult
    mutating func add(_ record: EventRecord, _ new: EventRecord.Fields) -> Bool {
        let (recordSource, recordID) = record.sourceAndID
        if isEmpty {
            isEmpty = false
            (time, source, id, ownsID, contentHash, fields) = (record.time, recordSource, recordID, record.hasOwnID, record.contentHash, new)
        } else {
            time = min(time, record.time)
            // An id of the source's own names the act better than a place in a file.
            let isBetter = record.hasOwnID != ownsID ? record.hasOwnID : SourceID.compare(recordID, ownA: ownsID, id, ownB: ownsID) < 0
            if isBetter { (id, ownsID, contentHash) = (recordID, record.hasOwnID, record.contentHash) }
            unite(new)
        }
        if new.breakGlass { bits |= ActRecord.breakGlass }
        length += RawRecord.length(record.record)
        if keepsRecords { records.append(record) }
        // Refused and failed acts disclose nobody.
        guard new.outcome != Outcome.failure.rawValue else { return false }
        return addPersons(new, record.categories, record.manners)
    }

    private mutating func unite(_ new: EventRecord.Fields) {
        Self.fill(&fields.account, new.account)
        Self.fill(&fields.subject, new.subject)
        Self.fill(&fields.professional, new.professional)
        Self.fill(&fields.role, new.role)
        Self.fill(&fields.organisation, new.organisation)
        Self.fill(&fields.session, new.session)
        Self.fill(&fields.authentication, new.authentication)
        Self.fill(&fields.address, new.address)
        Self.fill(&fields.agent, new.agent)
        Self.fill(&fields.service, new.service)
        Self.fill(&fields.resource, new.resource)
        Self.fill(&fields.query, new.query)
        Self.fill(&fields.controller, new.controller)
        if fields.page == nil { fields.page = new.page }
        if let count = new.resultCount { fields.resultCount = max(fields.resultCount ?? 0, count) }
        // One success among the records of an act: it succeeded.
        if new.outcome == Outcome.success.rawValue { fields.outcome = new.outcome }
    }

    @inline(__always)
    private static func fill(_ field: inout UnsafeRawBufferPointer, _ new: UnsafeRawBufferPointer) {
        if field.isEmpty { field = new }
    }

    private mutating func addPersons(_ new: EventRecord.Fields, _ categories: Categories, _ manners: Manners) -> Bool {
        guard new.persons > 0, let start = new.personsStart else { return false }
        var reader = RawReader(at: start)
        var adds = false
        if persons.isEmpty { index.removeAll() }
        for _ in 0..<new.persons {
            let whole = reader.at
            let reference = reader.getBytes()
            let count = reader.getLength()
            let identifiersStart = reader.at
            for _ in 0..<count {
                reader.skip()
                reader.skip()
            }
            let identifiers = UnsafeRawBufferPointer(start: identifiersStart, count: reader.at - identifiersStart)
            // A person without a reference is known by the identifiers.
            let key = reference.isEmpty ? UnsafeRawBufferPointer(start: whole, count: reader.at - whole) : reference
            let (number, isNew) = index.number(of: key)
            if isNew {
                persons.append(Person(categories: categories, manners: manners, reference: reference, identifiers: identifiers, identifierCount: count, more: []))
                adds = true
                continue
            }
            let at = Int(number)
            if !persons[at].categories.isSuperset(of: categories) || !persons[at].manners.isSuperset(of: manners) {
                persons[at].categories.formUnion(categories)
                persons[at].manners.formUnion(manners)
                adds = true
            }
            if count > 0, !persons[at].identifiers.elementsEqualFast(identifiers), !persons[at].more.contains(where: { $0.0.elementsEqualFast(identifiers) }) {
                persons[at].more.append((identifiers, count))
            }
        }
        return adds
    }

    func accountNames(_ table: inout AccountTable) -> UInt32 {
        table.number(name: fields.account, subject: fields.subject, professional: fields.professional)
    }

    /// Persons whom the act showed and the source did not record; see `Unrecorded`.
    func unrecorded(_ profiles: ProfileSet) -> Int {
        guard let count = fields.resultCount, count > persons.count, fields.outcome != Outcome.failure.rawValue else { return 0 }
        let number = profiles.profile(service: fields.service.text, source: source.text)
        return Unrecorded.bound(count: Int(clamping: count), recorded: persons.count, query: fields.query.text, pageSize: number.flatMap { profiles.profiles[$0].pageSize })
    }

    var lengthMax: Int { length + 64 + (ActRecord.stringCount + 2) * RawWriter.lengthMax + persons.count * 32 + records.count * 40 + (records.isEmpty ? 0 : length) }

    /// Writes the act; gives the bytes written.
    func encode(_ events: Int, _ names: UInt32, to target: UnsafeMutableRawPointer) -> Int {
        var writer = RawWriter(at: target)
        var bits = bits
        if ownsID { bits |= ActRecord.hasOwnID }
        if fields.page != nil { bits |= ActRecord.hasPage }
        if fields.resultCount != nil { bits |= ActRecord.hasCount }
        writer.put(ActRecord.key(time))
        writer.put(UInt32(0))
        writer.put(bits)
        writer.put(fields.action)
        writer.put(fields.outcome)
        writer.put(UInt8(0))
        writer.put(time)
        writer.put(contentHash)
        writer.put(UInt32(truncatingIfNeeded: events))
        writer.put(names)
        writer.put(fields.page ?? 0)
        writer.put(fields.resultCount ?? 0)
        writer.put(source)
        writer.put(id)
        writer.put(fields.role)
        writer.put(fields.organisation)
        writer.put(fields.session)
        writer.put(fields.authentication)
        writer.put(fields.address)
        writer.put(fields.agent)
        writer.put(fields.service)
        writer.put(fields.controller)
        writer.put(fields.resource)
        writer.put(fields.query)
        writer.putLength(persons.count)
        for person in persons {
            writer.put(person.categories.rawValue)
            writer.put(person.manners.rawValue)
            writer.put(person.reference)
            writer.putLength(person.more.reduce(person.identifierCount) { $0 + $1.1 })
            writer.putBare(person.identifiers)
            for (bytes, _) in person.more { writer.putBare(bytes) }
        }
        if keepsRecords {
            writer.put(records.first { !$0.request.isEmpty }?.request ?? UnsafeRawBufferPointer(start: nil, count: 0))
            writer.putLength(records.count)
            for record in records {
                writer.put(record.mark)
                writer.put(UInt64(truncatingIfNeeded: record.line))
                writer.put(UInt64(truncatingIfNeeded: record.byte))
                writer.put(UInt64(truncatingIfNeeded: record.units))
            }
        }
        return writer.at - target
    }
}

/// Persons whom an act showed and the source did not record.
enum Unrecorded {
    /// A list with a count and fewer names: the rest, as far as one page goes where its size is known.
    static func bound(count: Int, recorded: Int, query: String, pageSize: Int?) -> Int {
        guard count > recorded else { return 0 }
        // No list shows more people than France has; a larger number is not a count.
        var shown = min(count, 100_000_000)
        if let limit = SearchText(query).limit { shown = min(shown, limit) }
        if let pageSize { shown = min(shown, pageSize) }
        return max(0, shown - recorded)
    }
}
