import Model
import Profiles

/// The second half of reading: records become acts. Duplicates are found, what contradicts itself is refused.
///
/// Two sorts: by identity (source and id; without an id, source and content), then by act (source and request). The acts go
/// into a third, in canonical order. No record is looked at twice, and nothing is held but one group at a time.
struct Gathering {
    private let canonical: CanonicalOrder
    private let isCopy: [Bool]
    private let limit: Int
    private let folder: String
    private let profiles: ProfileSet

    /// By file: lines that turned out to be duplicates or contradictions.
    private(set) var duplicates: [Int]
    private(set) var refusals: [[FileBalance.Refusal]]
    private(set) var refusedUnits: [Int]
    private(set) var events = 0
    private(set) var names = AccountTable()
    private(set) var activity = Activity()
    /// Lines without ids that several files have in common were taken for the same ones.
    private(set) var sharedLines = 0
    /// Request ids that came again more than an hour later.
    private(set) var reusedRequests = 0

    /// Whether what was read before has this record; `occurrence` counts equal lines without an id, from 0. Nil: nothing was.
    typealias Screen = (_ record: EventRecord, _ occurrence: Int) -> RecordStanding
    private let screen: Screen?

    init(ranks: FileRanks, isCopy: [Bool], profiles: ProfileSet, limit: Int, temporaryFolder: String, screen: Screen? = nil) {
        (self.profiles, self.screen) = (profiles, screen)
        canonical = CanonicalOrder(ranks: ranks)
        (self.isCopy, self.limit, folder) = (isCopy, limit, temporaryFolder)
        duplicates = Array(repeating: 0, count: isCopy.count)
        refusedUnits = duplicates
        refusals = Array(repeating: [], count: isCopy.count)
    }

    /// All acts in canonical order. `tick` is called now and then and may throw to stop.
    mutating func acts(from sorters: [Sorter<IdentityOrder>], tick: () throws -> Void) throws -> Sorter<ActOrder>.Merged {
        let byRequest = Sorter(order: RequestOrder(canonical: canonical), limit: limit / 3, temporaryFolder: folder)
        let byIdentity = try Sorter.Merged(sorters, order: IdentityOrder(canonical: canonical))
        var group: [EventRecord] = []
        var seen = 0
        try byIdentity.forEach { pointer in
            let record = EventRecord(pointer)
            if isCopy[record.file] { return }
            if let first = group.first, !IdentityOrder.areTogether(first, record) {
                try settleIdentity(&group, into: byRequest)
                group.removeAll(keepingCapacity: true)
            }
            group.append(record)
            seen += 1
            if seen & 0xffff == 0 { try tick() }
        }
        if !group.isEmpty { try settleIdentity(&group, into: byRequest) }
        // The second sort refers to records where the first one keeps them.
        return try withExtendedLifetime(byIdentity) { try gather(byRequest, tick: tick) }
    }

    // One identity

    private mutating func settleIdentity(_ group: inout [EventRecord], into target: Sorter<RequestOrder>) throws {
        if group.count == 1 { return try pass(group[0], to: target) }
        // Runs were sorted before the files had their ranks.
        group.sort(by: canonical.precedes)
        if group[0].hasOwnID { try settleOwn(group, into: target) } else { try settleLines(group, into: target) }
    }

    /// One source and one id: equal records are duplicates; one format that says two things contradicts itself; two formats
    /// may each tell a part of the same act.
    private mutating func settleOwn(_ group: [EventRecord], into target: Sorter<RequestOrder>) throws {
        var kept: [EventRecord] = []
        var request = UnsafeRawBufferPointer(start: nil, count: 0)
        for record in group {
            if kept.contains(where: { $0.format == record.format && $0.content.elementsEqualFast(record.content) }) {
                duplicates[record.file] += record.units
                continue
            }
            let own = record.request
            if kept.contains(where: { $0.format == record.format }) || (!own.isEmpty && !request.isEmpty && !own.elementsEqualFast(request)) {
                refuse(record)
                continue
            }
            if request.isEmpty { request = own }
            kept.append(record)
        }
        for record in kept where isNew(record) {
            // A form of the trail without request ids belongs to the act that the other form names.
            if record.request.isEmpty, !request.isEmpty {
                try target.add(lengthMax: RawRecord.length(record.record) + request.count + RawWriter.lengthMax) { pointer in
                    let length = record.copy(withRequest: request, to: pointer)
                    pointer.storeBytes(of: RequestOrder.key(EventRecord(UnsafeRawPointer(pointer))).littleEndian, as: UInt64.self)
                    return length
                }
            } else {
                try target.add(reference: record.record, key: RequestOrder.key(record))
            }
        }
    }

    /// Lines without ids that say the same: two in one file are two acts; in several files they are the same ones again.
    private mutating func settleLines(_ group: [EventRecord], into target: Sorter<RequestOrder>) throws {
        var counts: [(file: Int, count: Int)] = []
        for record in group.sorted(by: { (canonical.ranks[$0.file], $0.line) < (canonical.ranks[$1.file], $1.line) }) {
            if counts.last?.file == record.file { counts[counts.count - 1].count += 1 } else { counts.append((record.file, 1)) }
        }
        var most = counts[0]
        for candidate in counts.dropFirst() where candidate.count > most.count { most = candidate }
        var occurrence = 0
        for record in group {
            if record.file == most.file {
                try pass(record, occurrence, to: target)
                occurrence += 1
            } else {
                duplicates[record.file] += record.units
                sharedLines += record.units
            }
        }
    }

    private mutating func pass(_ record: EventRecord, _ occurrence: Int = 0, to target: Sorter<RequestOrder>) throws {
        guard isNew(record, occurrence) else { return }
        try target.add(reference: record.record, key: RequestOrder.key(record))
    }

    private mutating func isNew(_ record: EventRecord, _ occurrence: Int = 0) -> Bool {
        switch screen?(record, occurrence) ?? .new {
        case .new: return true
        case .known: duplicates[record.file] += record.units
        case .contradicted: refuse(record)
        }
        return false
    }

    private mutating func refuse(_ record: EventRecord) {
        refusedUnits[record.file] += record.units
        // A bound on memory; the first ones in the order of lines are chosen at the end.
        if refusals[record.file].count < 4 * FileBalance.refusalsMax {
            refusals[record.file].append(.init(place: Place(file: "", line: record.line, byte: record.byte), problem: Self.contradiction))
        }
    }

    static let contradiction = FieldProblem(
        field: "id", found: "an id that another record has, with other content", expected: "one id for one record",
        remedy: "the record that comes first in time is kept; ask the source which one is right")

    // One act

    private mutating func gather(_ sorter: Sorter<RequestOrder>, tick: () throws -> Void) throws -> Sorter<ActOrder>.Merged {
        let acts = Sorter(order: ActOrder(), limit: limit / 3, temporaryFolder: folder)
        var builder = ActBuilder(keepsRecords: screen != nil)
        let byRequest = try Sorter.Merged([sorter], order: RequestOrder(canonical: canonical))
        var group: [EventRecord] = []
        var seen = 0
        try byRequest.forEach { pointer in
            let record = EventRecord(pointer)
            if let first = group.first, !RequestOrder.areTogether(first, record) {
                try settleAct(&group, &builder, into: acts)
                group.removeAll(keepingCapacity: true)
            }
            group.append(record)
            seen += 1
            if seen & 0xffff == 0 { try tick() }
        }
        if !group.isEmpty { try settleAct(&group, &builder, into: acts) }
        return try Sorter.Merged([acts], order: ActOrder())
    }

    private mutating func settleAct(_ group: inout [EventRecord], _ builder: inout ActBuilder, into acts: Sorter<ActOrder>) throws {
        if group.count == 1 {
            builder.begin()
            builder.add(group[0], group[0].fields)
            return try finish(&builder, kept: 1, into: acts)
        }
        // In order of time: a request id that comes again much later was given anew.
        var start = 0
        for index in group.indices.dropFirst() where group[index].time - group[index - 1].time > Self.requestGap {
            for part in split(group[start..<index]) { try settlePart(part, &builder, into: acts) }
            (start, reusedRequests) = (index, reusedRequests + 1)
        }
        for part in split(group[start...]) { try settlePart(part, &builder, into: acts) }
    }

    /// No request takes an hour. Sources that number requests anew each day, or write the same word into all, would
    /// otherwise melt into acts that never were.
    private static let requestGap = Instant.hour

    private typealias Part = [(EventRecord, EventRecord.Fields)]

    /// Accounts that differ within one request are not one act.
    private func split(_ group: ArraySlice<EventRecord>) -> [Part] {
        var parts: [Part] = []
        var names: [Names] = []
        for record in group {
            let fields = record.fields
            if let index = names.firstIndex(where: { $0.agree(fields) }) {
                parts[index].append((record, fields))
                names[index].add(fields)
            } else {
                parts.append([(record, fields)])
                names.append(Names(fields))
            }
        }
        return parts
    }

    /// What the records of a part have said of its account so far.
    private struct Names {
        private var account: UnsafeRawBufferPointer, subject: UnsafeRawBufferPointer, professional: UnsafeRawBufferPointer

        init(_ fields: EventRecord.Fields) { (account, subject, professional) = (fields.account, fields.subject, fields.professional) }

        mutating func add(_ fields: EventRecord.Fields) {
            if account.isEmpty { account = fields.account }
            if subject.isEmpty { subject = fields.subject }
            if professional.isEmpty { professional = fields.professional }
        }

        func agree(_ fields: EventRecord.Fields) -> Bool {
            func differ(_ x: UnsafeRawBufferPointer, _ y: UnsafeRawBufferPointer) -> Bool { !x.isEmpty && !y.isEmpty && !x.elementsEqualFast(y) }
            // A number that both give decides over names, which forms of one trail may write differently.
            if !professional.isEmpty, !fields.professional.isEmpty { return professional.elementsEqualFast(fields.professional) }
            return !differ(account, fields.account) && !differ(subject, fields.subject)
        }
    }

    private mutating func settlePart(_ part: Part, _ builder: inout ActBuilder, into acts: Sorter<ActOrder>) throws {
        builder.begin()
        // Where several formats tell of one act, the one with the most records is taken whole; of the others what adds a
        // person or a category is kept, the rest says again what is known.
        var counts: [UInt8: Int] = [:]
        for (record, _) in part { counts[record.format, default: 0] += 1 }
        guard counts.count > 1, let chief = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) })?.key else {
            for (record, fields) in part { builder.add(record, fields) }
            return try finish(&builder, kept: part.count, into: acts)
        }
        var kept = 0
        for (record, fields) in part where record.format == chief {
            builder.add(record, fields)
            kept += 1
        }
        for (record, fields) in part where record.format != chief {
            if builder.add(record, fields) { kept += 1 } else { duplicates[record.file] += record.units }
        }
        try finish(&builder, kept: kept, into: acts)
    }

    private mutating func finish(_ builder: inout ActBuilder, kept: Int, into acts: Sorter<ActOrder>) throws {
        events += kept
        activity.note(source: builder.source, time: builder.time, hasSession: builder.hasSession, unrecorded: builder.unrecorded(profiles))
        try acts.add(lengthMax: builder.lengthMax) { [names = builder.accountNames(&names)] target in builder.encode(kept, names, to: target) }
    }
}
