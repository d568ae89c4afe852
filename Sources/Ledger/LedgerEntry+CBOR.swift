import Model

/// The bytes of an entry: one CBOR map with integer keys, in core deterministic encoding (RFC 8949 §4.2.1).
///
/// | key | value | absent when |
/// |---|---|---|
/// | 0 | version, 1 | never |
/// | 1 | salt, 16 bytes | never |
/// | 2 | time, milliseconds since 1970-01-01T00:00:00Z | never |
/// | 3, 4, 5 | source, service, controller: text | empty |
/// | 6 | account pseudonym, 16 bytes | nobody is named |
/// | 7 | attribution: 1 stated, 2 joined, 3 ambiguous | none |
/// | 8 to 13 | fingerprints of team, session, address, network, agent, authentication: 64 bits | 0 |
/// | 14 | device: 1 desk, 2 phone, 3 tablet, 4 script | unknown |
/// | 15 | action: 1 login, 2 logout, 3 search, 4 read, 5 create, 6 update, 7 delete, 8 export, 9 print, 10 break-glass | other |
/// | 16 | outcome: 1 failure, 2 unknown | success |
/// | 17 | break-glass: true | false |
/// | 18 | resource type: text | empty |
/// | 19 | search: [term, letters, letters, letters, page, length, narrow, results or null] | not a search |
/// | 20 | fingerprint of the smallest source id | 0 |
/// | 21 | events | 1 |
/// | 22 | persons not recorded, at most | 0 |
/// | 23 | persons shown: [[person, reference or null, categories, manners, (id, name, postcode rank or null), ([identifier…])]…] | none |
/// | 24 | [part, parts] | [1, 1] |
/// | 25 | of a live log: [thread, session is the source's own, [name, subject, professional or null] or null, [[record id, content]…]] | not one |
///
/// Every value has one encoding, and every encoding that is read is the one of its value: what is absent by the table must
/// not be there.
extension LedgerEntry {
    private enum Key: UInt64 {
        case version = 0, salt, time, source, service, controller, account, attribution, team, session, address, network, agent, authentication
        case device, action, outcome, breakGlass, resource, search, eventID, events, unrecorded, disclosures, parts, live
    }

    /// - Throws: `EntryProblem` for a value that the rules of this type do not allow, or of more than 65,535 bytes.
    package func encoded() throws(EntryProblem) -> [UInt8] {
        try check()
        var fields = CBORWriter()
        fields.reserve(256 + 40 * disclosures.count)
        var count = 0
        func field(_ key: Key, when isPresent: Bool = true, _ write: (inout CBORWriter) -> Void) {
            guard isPresent else { return }
            count += 1
            fields.unsigned(key.rawValue)
            write(&fields)
        }
        field(.version) { $0.unsigned(LedgerEntry.version) }
        field(.salt) { $0.pseudonym(salt.value) }
        field(.time) { $0.integer(time.milliseconds) }
        for (key, text) in [(Key.source, source), (.service, service), (.controller, controller)] {
            field(key, when: !text.isEmpty) { $0.text(text) }
        }
        if let account { field(.account) { $0.pseudonym(account) } }
        field(.attribution, when: attribution != .none) { $0.unsigned(UInt64(attribution.rawValue)) }
        for (key, fingerprint) in [
            (Key.team, team), (.session, session), (.address, address), (.network, network), (.agent, agent), (.authentication, authentication),
        ] {
            field(key, when: fingerprint != 0) { $0.unsigned(fingerprint) }
        }
        field(.device, when: device != .unknown) { $0.unsigned(UInt64(device.rawValue)) }
        field(.action, when: action != .other) { $0.unsigned(UInt64(action.rawValue)) }
        field(.outcome, when: outcome != .success) { $0.unsigned(UInt64(outcome.rawValue)) }
        field(.breakGlass, when: breakGlass) { $0.bool(true) }
        field(.resource, when: !resource.isEmpty) { $0.text(resource) }
        if let search { field(.search) { LedgerEntry.write(search, to: &$0) } }
        field(.eventID, when: eventID != 0) { $0.unsigned(eventID) }
        field(.events, when: events != 1) { $0.integer(Int64(events)) }
        field(.unrecorded, when: unrecorded != 0) { $0.integer(Int64(unrecorded)) }
        field(.disclosures, when: !disclosures.isEmpty) {
            $0.array(disclosures.count)
            for disclosure in disclosures { LedgerEntry.write(disclosure, to: &$0) }
        }
        field(.parts, when: parts != 1) {
            $0.array(2)
            $0.unsigned(UInt64(part))
            $0.unsigned(UInt64(parts))
        }
        if let live { field(.live) { LedgerEntry.write(live, to: &$0) } }
        var whole = CBORWriter()
        whole.reserve(fields.bytes.count + 2)
        whole.map(count)
        whole.append(fields)
        guard whole.bytes.count <= Tile.entryMaximum else { throw EntryProblem("\(whole.bytes.count) bytes, expected at most \(Tile.entryMaximum)") }
        return whole.bytes
    }

    /// What keys, list heads and part numbers add at most to an entry without persons and parts.
    static let partOverhead = 2 + 5 + (2 + 1 + 3 + 3) + 2

    static func size(of disclosure: Disclosed) -> Int {
        var writer = CBORWriter()
        write(disclosure, to: &writer)
        return writer.bytes.count
    }

    private static func write(_ search: Act.Search, to writer: inout CBORWriter) {
        writer.array(8)
        for fingerprint in [search.term, search.letters.0, search.letters.1, search.letters.2] { writer.unsigned(fingerprint) }
        writer.integer(Int64(search.page))
        writer.integer(Int64(search.length))
        writer.bool(search.isNarrow)
        if let results = search.results { writer.integer(Int64(results)) } else { writer.null() }
    }

    private static func write(_ disclosure: Disclosed, to writer: inout CBORWriter) {
        writer.array(4 + (disclosure.ranks == nil ? 0 : 3) + (disclosure.identifiers.isEmpty ? 0 : 1))
        writer.pseudonym(disclosure.person)
        if let reference = disclosure.reference { writer.pseudonym(reference) } else { writer.null() }
        writer.unsigned(UInt64(disclosure.categories.rawValue))
        writer.unsigned(UInt64(disclosure.manners.rawValue))
        if let ranks = disclosure.ranks {
            for rank in [ranks.id, ranks.name, ranks.postcode] {
                if let rank { writer.unsigned(UInt64(rank)) } else { writer.null() }
            }
        }
        guard !disclosure.identifiers.isEmpty else { return }
        writer.array(disclosure.identifiers.count)
        for identifier in disclosure.identifiers { writer.pseudonym(identifier) }
    }

    private static func write(_ live: LiveMark, to writer: inout CBORWriter) {
        writer.array(4)
        writer.unsigned(live.thread)
        writer.bool(live.ownSession)
        if let names = live.names {
            writer.array(3)
            for name in [names.name, names.subject, names.professional] {
                if let name { writer.pseudonym(name) } else { writer.null() }
            }
        } else { writer.null() }
        writer.array(live.records.count)
        for record in live.records {
            writer.array(2)
            writer.unsigned(record.id)
            writer.unsigned(record.content)
        }
    }

    /// - Throws: `EntryProblem` for anything but the one encoding of an entry of this version.
    package init(decoding bytes: [UInt8]) throws(EntryProblem) {
        guard bytes.count <= Tile.entryMaximum else { throw EntryProblem("\(bytes.count) bytes, expected at most \(Tile.entryMaximum)") }
        var reader = CBORReader(bytes)
        let count = try reader.count(.map)
        var fields = Fields(reader: reader, left: count)

        guard try fields.next(.version) else { throw fields.reader.problem("an entry without a version") }
        let version = try fields.reader.unsigned()
        guard version == LedgerEntry.version else {
            throw EntryProblem("version \(version) of the entry, which this program does not know; it knows \(LedgerEntry.version)")
        }
        guard try fields.next(.salt), let salt = Salt(try fields.reader.byteString(count: 16)) else { throw fields.reader.problem("an entry without a salt") }
        guard try fields.next(.time) else { throw fields.reader.problem("an entry without a time") }
        self.init(salt: salt, time: Instant(milliseconds: try fields.reader.integer()))

        source = try fields.text(.source)
        service = try fields.text(.service)
        controller = try fields.text(.controller)
        if try fields.next(.account) { account = Pseudonym(try fields.reader.byteString(count: 16)) }
        attribution = try fields.code(.attribution, .none)
        team = try fields.unsigned(.team)
        session = try fields.unsigned(.session)
        address = try fields.unsigned(.address)
        network = try fields.unsigned(.network)
        agent = try fields.unsigned(.agent)
        authentication = try fields.unsigned(.authentication)
        device = try fields.code(.device, .unknown)
        action = try fields.code(.action, .other)
        outcome = try fields.code(.outcome, .success)
        if try fields.next(.breakGlass) {
            breakGlass = try fields.reader.bool()
            guard breakGlass else { throw fields.reader.problem("a default that should be absent") }
        }
        resource = try fields.text(.resource)
        if try fields.next(.search) { search = try fields.search() }
        eventID = try fields.unsigned(.eventID)
        events = Int(try fields.integer(.events, absent: 1))
        unrecorded = Int(try fields.integer(.unrecorded, absent: 0))
        if try fields.next(.disclosures) {
            let count = try fields.reader.count(.array)
            guard count > 0 else { throw fields.reader.problem("a default that should be absent") }
            disclosures.reserveCapacity(min(count, 4_096))
            for _ in 0..<count { disclosures.append(try fields.disclosure()) }
        }
        if try fields.next(.parts) {
            guard try fields.reader.count(.array) == 2 else { throw fields.reader.problem("something else than part and parts") }
            let (part, parts) = (try fields.reader.unsigned(), try fields.reader.unsigned())
            guard parts > 1, parts <= 65_535, part <= parts else { throw fields.reader.problem("part \(part) of \(parts)") }
            (self.part, self.parts) = (Int(part), Int(parts))
        }
        if try fields.next(.live) { live = try fields.live() }
        guard fields.left == 0 else { throw fields.reader.problem("a key that is unknown, repeated or out of order") }
        guard fields.reader.isAtEnd else { throw fields.reader.problem("bytes after the entry") }
        try check()
    }

    /// Walks through the map's keys in their order.
    private struct Fields {
        var reader: CBORReader
        var left: Int
        private var key: UInt64?

        init(reader: CBORReader, left: Int) { (self.reader, self.left) = (reader, left) }

        /// Whether the next field has this key; its value is then next.
        mutating func next(_ wanted: Key) throws(EntryProblem) -> Bool {
            if key == nil, left > 0 { key = try reader.unsigned() }
            guard let key, key == wanted.rawValue else { return false }
            self.key = nil
            left -= 1
            return true
        }

        mutating func text(_ key: Key) throws(EntryProblem) -> String {
            guard try next(key) else { return "" }
            let text = try reader.text()
            guard !text.isEmpty else { throw reader.problem("a default that should be absent") }
            return text
        }

        mutating func unsigned(_ key: Key) throws(EntryProblem) -> UInt64 {
            guard try next(key) else { return 0 }
            let value = try reader.unsigned()
            guard value != 0 else { throw reader.problem("a default that should be absent") }
            return value
        }

        mutating func integer(_ key: Key, absent: Int64) throws(EntryProblem) -> Int64 {
            guard try next(key) else { return absent }
            let value = try reader.integer()
            guard value != absent else { throw reader.problem("a default that should be absent") }
            return value
        }

        mutating func code<Code: RawRepresentable & Equatable>(_ key: Key, _ absent: Code) throws(EntryProblem) -> Code where Code.RawValue == UInt8 {
            guard try next(key) else { return absent }
            guard let code = UInt8(exactly: try reader.unsigned()).flatMap(Code.init(rawValue:)), code != absent else {
                throw reader.problem("a code that is unknown, or a default that should be absent")
            }
            return code
        }

        mutating func search() throws(EntryProblem) -> Act.Search {
            guard try reader.count(.array) == 8 else { throw reader.problem("something else than a search") }
            var search = Act.Search(term: try reader.unsigned())
            search.letters = (try reader.unsigned(), try reader.unsigned(), try reader.unsigned())
            search.page = Int(try reader.integer())
            search.length = Int(try reader.integer())
            search.isNarrow = try reader.bool()
            if !reader.null() { search.results = Int(try reader.integer()) }
            return search
        }

        mutating func disclosure() throws(EntryProblem) -> Disclosed {
            let count = try reader.count(.array)
            guard count == 4 || count == 5 || count == 7 || count == 8 else { throw reader.problem("something else than a person shown") }
            guard let person = Pseudonym(try reader.byteString(count: 16)) else { throw reader.problem("something else than a pseudonym") }
            let reference = reader.null() ? nil : Pseudonym(try reader.byteString(count: 16))
            guard let categories = UInt8(exactly: try reader.unsigned()), let manners = UInt8(exactly: try reader.unsigned()) else {
                throw reader.problem("a set of more than 8 bits")
            }
            let ranks = count >= 7 ? Ranks(id: try rank(), name: try rank(), postcode: try rank()) : nil
            var identifiers: [Pseudonym] = []
            if count == 5 || count == 8 {
                let count = try reader.count(.array)
                guard count > 0 else { throw reader.problem("a default that should be absent") }
                for _ in 0..<count { identifiers.append(try pseudonym()) }
            }
            return Disclosed(
                person: person, reference: reference, categories: Categories(rawValue: categories), manners: Manners(rawValue: manners), ranks: ranks,
                identifiers: identifiers)
        }

        private mutating func pseudonym() throws(EntryProblem) -> Pseudonym {
            guard let pseudonym = Pseudonym(try reader.byteString(count: 16)) else { throw reader.problem("something else than a pseudonym") }
            return pseudonym
        }

        mutating func live() throws(EntryProblem) -> LiveMark {
            guard try reader.count(.array) == 4 else { throw reader.problem("something else than a live mark") }
            var live = LiveMark(thread: try reader.unsigned(), ownSession: try reader.bool())
            if !reader.null() {
                guard try reader.count(.array) == 3 else { throw reader.problem("something else than three names") }
                live.names = LiveMark.Names(
                    name: reader.null() ? nil : try pseudonym(), subject: reader.null() ? nil : try pseudonym(),
                    professional: reader.null() ? nil : try pseudonym())
            }
            let count = try reader.count(.array)
            guard count <= LiveMark.recordsMax else { throw reader.problem("more records than an entry has") }
            for _ in 0..<count {
                guard try reader.count(.array) == 2 else { throw reader.problem("something else than a record") }
                live.records.append(LiveMark.Record(id: try reader.unsigned(), content: try reader.unsigned()))
            }
            return live
        }

        private mutating func rank() throws(EntryProblem) -> UInt32? {
            if reader.null() { return nil }
            guard let rank = UInt32(exactly: try reader.unsigned()) else { throw reader.problem("a rank of more than 32 bits") }
            return rank
        }
    }
}
