import Model
import Profiles
import Scan

/// What one delivery holds: its acts in canonical order, and where each of its lines went.
package struct DeliveryContent: Sendable {
    package var acts: [SourceAct] = []
    package var balance: FileBalance
    /// Sequence numbers by source, as intervals without gaps: (first, last).
    package var sequences: [(source: String, low: Int64, high: Int64, from: Instant, to: Instant)] = []
    /// Times at which a source itself says that records are missing or withheld.
    package var declaredGaps = 0
    /// Names of the columns, zones and encodings that were taken for granted are in here, sorted.
    package var assumptions: [Assumption] = []
}

/// Reads bytes that a source delivered with the formats, profiles and rules that read files: what becomes an act is decided
/// in one place (`FileSink`, `Gathering`, `WordPrints`).
///
/// Used from one thread; what it keeps from one delivery to the next only saves work.
package final class DeliveryReader {
    private let profiles: ProfileSet
    private let formats: [any TrailFormat]
    private var prints: WordPrints
    /// No delivery is larger: nothing is ever written to a temporary file.
    private static let memory = 1 << 40

    package init(profiles: ProfileSet = .shipped, formats: [any TrailFormat] = TrailFormats.all, fingerprints: @escaping @Sendable (FingerprintDomain, String) -> UInt64) {
        (self.profiles, self.formats, prints) = (profiles, formats, WordPrints(fingerprints))
    }

    package func knows(format name: String) -> Bool { formats.contains { $0.name == name } }

    /// - Parameters:
    ///   - source: the configured name; stands where the records name no source, and for the file's name.
    ///   - format: nil, or a name that nobody knows: recognised by content.
    ///   - place: tells equal lines without an id in this delivery from those in others; empty: they are the same lines again.
    ///   - assumedYear: for times without a year.
    ///   - standing: what is known of a record; asked once for each that could be kept.
    package func read(
        _ bytes: [UInt8], from source: String, format: String? = nil, place: String = "", assumedYear: Int, standing: (RecordIdentity) -> RecordStanding
    ) throws -> DeliveryContent {
        let encoding = bytes.withUnsafeBytes { TextEncoding.detect($0) }
        guard encoding != .utf8 else {
            return try bytes.withUnsafeBytes { try read($0, source, format, place, assumedYear, nil, standing) }
        }
        let text = bytes.withUnsafeBytes { encoding.utf8($0) }
        return try text.withUnsafeBytes { try read($0, source, format, place, assumedYear, .encoding(encoding.name), standing) }
    }

    private func read(
        _ whole: UnsafeRawBufferPointer, _ source: String, _ format: String?, _ place: String, _ assumedYear: Int, _ encoding: Assumption?, _ standing: (RecordIdentity) -> RecordStanding
    ) throws -> DeliveryContent {
        var balance = FileBalance(name: source, bytes: whole.count)
        // A byte order mark belongs to no line.
        let mark = TextEncoding.markLength(whole) == 3 ? 3 : 0
        let text = UnsafeRawBufferPointer(rebasing: whole[mark...])
        if Lines.isBlank(text) {
            balance.format = "empty"
            balance.lines = Lines.count(text)
            balance.blank = balance.lines
            return DeliveryContent(balance: balance)
        }
        guard let number = formats.firstIndex(where: { $0.name == format }) ?? TrailFormats.recognise(text, among: formats).format else {
            balance.lines = Lines.count(text)
            balance.refused = balance.lines
            balance.refusals = [.init(place: Place(file: source, line: 1, byte: 0), problem: Reading.unknownFormat)]
            return DeliveryContent(balance: balance)
        }
        balance.format = formats[number].name
        let ranks = FileRanks()
        let canonical = CanonicalOrder(ranks: ranks)
        let sorter = Sorter(order: IdentityOrder(canonical: canonical), limit: Self.memory, temporaryFolder: "")
        let sink = FileSink(
            name: source, file: 0, format: UInt8(truncatingIfNeeded: number), formatName: formats[number].name, sorter: sorter, profiles: profiles,
            meter: ProgressMeter(total: whole.count) { _ in true }, lineBase: 0, byteBase: mark, scale: 1)
        do {
            try formats[number].read(text, of: Reading.hand(source, profiles, assumedYear: assumedYear), to: sink)
        } catch {
            sink.refuse(error, at: Place(file: source, line: sink.lines + 1, byte: 0), units: max(1, Lines.count(text) - sink.lines))
        }
        if let error = sink.firstError { throw error }

        var identities: [UInt64: RecordIdentity] = [:]
        let gathered = try withoutActuallyEscaping(standing) { standing in
            var gathering = Gathering(ranks: ranks, isCopy: [false], profiles: profiles, limit: Self.memory, temporaryFolder: "") { record, occurrence in
                let identity = self.identity(of: record, occurrence, place)
                identities[record.mark] = identity
                return standing(identity)
            }
            let records = try gathering.acts(from: [sorter]) {}
            var content = DeliveryContent(balance: balance)
            records.forEach { content.acts.append(act(ActRecord($0), gathering.names, identities)) }
            content.balance.duplicate = gathering.duplicates[0]
            content.balance.refused = sink.refused + gathering.refusedUnits[0]
            content.balance.refusals = sink.refusals + gathering.refusals[0].map { .init(place: Place(file: source, line: $0.place.line, byte: $0.place.byte), problem: $0.problem) }
            return content
        }
        var content = gathered
        content.balance.refusals.sort { ($0.place.line, $0.place.byte, $0.problem.field) < ($1.place.line, $1.place.byte, $1.problem.field) }
        (content.balance.lines, content.balance.header, content.balance.blank) = (sink.lines, sink.header, sink.blank)
        content.balance.kept = sink.lines - sink.header - sink.blank - content.balance.duplicate - content.balance.refused
        content.sequences = sink.sequences.sorted { $0.key < $1.key }.flatMap { source, cover in
            cover.intervals.map { (source, $0.low, $0.high, $0.from, $0.to) }
        }
        content.declaredGaps = sink.gaps.count
        content.assumptions = (Array(sink.assumptions) + (encoding.map { [$0] } ?? [])).sorted { "\($0)" < "\($1)" }
        return content
    }

    private func identity(of record: EventRecord, _ occurrence: Int, _ place: String) -> RecordIdentity {
        let (source, id) = record.sourceAndID
        let content = String(record.contentHash, radix: 16)
        let own = record.hasOwnID ? "id\u{0}\(id.text)" : "line\u{0}\(content)\u{0}\(occurrence)\u{0}\(place)"
        return RecordIdentity(
            id: prints.print(.event, "record\u{0}\(source.text)\u{0}\(formats[Int(record.format)].name)\u{0}\(own)"),
            content: prints.print(.event, "content\u{0}\(record.content.count)\u{0}\(content)"))
    }

    private func act(_ record: ActRecord, _ names: AccountTable, _ identities: [UInt64: RecordIdentity]) -> SourceAct {
        var strings = record.strings
        let source = strings.getBytes(), id = strings.getBytes(), role = strings.getBytes()
        strings.skip()
        let session = strings.getBytes(), authentication = strings.getBytes(), address = strings.getBytes(), agent = strings.getBytes()
        let service = strings.getBytes(), controller = strings.getBytes(), resource = strings.getBytes(), query = strings.getBytes()

        var act = SourceAct()
        act.time = Instant(milliseconds: record.time)
        (act.source, act.service, act.controller, act.team, act.resource) = (source.text, service.text, controller.text, role.text, resource.text)
        (act.action, act.outcome, act.eventID) = (record.action, record.outcome, id.text)
        act.breakGlass = record.bits & ActRecord.breakGlass != 0 || act.action == .breakGlass
        if record.names != ActRecord.noAccount {
            let words = names.triples[Int(record.names)]
            (act.name, act.subject, act.professional) = (words.name, words.subject, words.professional)
        }
        act.authentication = prints.authentication(authentication)
        if !address.isEmpty {
            let words = prints.address(address).words
            (act.address, act.network) = (words.address, words.network)
        }
        if !agent.isEmpty {
            let words = prints.agent(agent).words
            (act.agent, act.device) = (words.agent, words.device)
        }
        if !session.isEmpty { act.session = prints.session(session).print }
        if act.action == .login { act.opens = act.session != 0 ? act.session : prints.session("login " + act.eventID).print }
        if act.action == .search { act.search = prints.search(query, page: record.page, results: record.resultCount) }

        let count = strings.getLength()
        act.persons.reserveCapacity(count)
        for _ in 0..<count {
            let categories = Categories(rawValue: strings.get(UInt8.self)), manners = Manners(rawValue: strings.get(UInt8.self))
            let reference = strings.getBytes().text
            var identifiers: [Identifier] = []
            for _ in 0..<strings.getLength() {
                let system = KnownSystem.whole(strings.getBytes().text)
                identifiers.append(Identifier(system: system, value: strings.getBytes().text))
            }
            act.persons.append(.init(reference: PersonReference(reference: reference, identifiers: identifiers), categories: categories, manners: manners))
        }
        if let results = record.resultCount, act.outcome != .failure {
            let pageSize = results > count ? profiles.profile(service: act.service, source: act.source).flatMap { profiles.profiles[$0].pageSize } : nil
            act.unrecorded = Unrecorded.bound(count: results, recorded: count, query: query.text, pageSize: pageSize)
        }
        let request = strings.getBytes()
        for _ in 0..<strings.getLength() {
            let mark = strings.get(UInt64.self)
            let line = strings.get(UInt64.self), byte = strings.get(UInt64.self), units = strings.get(UInt64.self)
            guard let identity = identities[mark] else { continue }
            act.records.append(.init(identity: identity, line: Int(truncatingIfNeeded: line), byte: Int(truncatingIfNeeded: byte), units: Int(truncatingIfNeeded: units)))
        }
        if !request.isEmpty {
            act.thread = prints.print(.event, "request\u{0}\(act.source)\u{0}\(request.text)")
        } else if record.bits & ActRecord.hasOwnID != 0 {
            act.thread = prints.print(.event, "alone\u{0}\(act.source)\u{0}\(act.eventID)")
        }
        return act
    }
}

/// What tells that two references are one person.
package enum IdentifierKey {
    /// The text that equal identifiers share; nil for one that says nothing (no system, a placeholder). Of a national number
    /// the key's two digits are left out.
    package static func linking(_ identifier: Identifier) -> String? {
        var system = KnownSystem.short(identifier.system), value = identifier.value
        return system.withUTF8 { system in
            value.withUTF8 { value in
                PersonTable.linkingKey(system: UnsafeRawBufferPointer(system), value: UnsafeRawBufferPointer(value)).map { $0.text }
            }
        }.map { identifier.system + "|" + $0 }
    }
}
