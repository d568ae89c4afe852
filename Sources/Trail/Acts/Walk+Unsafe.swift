import Model
import Profiles

/// Turns act records into `Act`s: numbers at first sight, fingerprints, persons, accounts.
///
/// Tables stay from walk to walk, so numbers are the same each time; what must be known online (joins) starts afresh.
final class Walk {
    private let profiles: ProfileSet
    private let accountOf: [Int]
    private let accountNames: [AccountNames]
    private let sourcesWithoutSessions: Set<String>

    private(set) var persons: PersonTable
    private(set) var accounts: [AccountNames] = []
    /// Account number by label of `AccountTable`.
    private var numberOf: [UInt32?]

    private(set) var sources = NameTable()
    private(set) var services = NameTable()
    private(set) var controllers = NameTable()
    private(set) var teams = NameTable()
    private(set) var resources = NameTable()
    private var prints: WordPrints
    private let decoyNames: Set<String>
    private var decoys: Set<UInt32> = []
    private var referencesChecked = 0
    private var sourceHasNoSessions: [Bool] = []
    private var pageSizes: [Int?] = []
    private(set) var revealsHealth: [Bool] = []

    private var attributing = Attributing<String>()
    private var index = 0

    init(
        fingerprints: @escaping @Sendable (FingerprintDomain, String) -> UInt64, profiles: ProfileSet, names: AccountTable,
        sourcesWithoutSessions: Set<String>, directory: DirectoryTable?
    ) {
        (prints, self.profiles, self.sourcesWithoutSessions) = (WordPrints(fingerprints), profiles, sourcesWithoutSessions)
        (accountOf, accountNames) = names.resolved()
        numberOf = Array(repeating: nil, count: accountOf.count)
        persons = PersonTable()
        decoyNames = Set(profiles.profiles.flatMap(\.decoys))
        // Number 0 is "not given" in both.
        _ = teams.number(of: UnsafeRawBufferPointer(start: nil, count: 0))
        _ = resources.number(of: UnsafeRawBufferPointer(start: nil, count: 0))
        for person in directory?.persons ?? [] { addDirectory(person) }
        noteDecoys()
    }

    private func addDirectory(_ person: DirectoryTable.Person) {
        let system = KnownSystem.short(Identifier.insNIR)
        let size = person.ins.isEmpty ? 0 : system.utf8.count + person.ins.utf8.count + 2 * RawWriter.lengthMax
        withUnsafeTemporaryAllocation(byteCount: max(1, size), alignment: 8) { memory in
            guard let base = memory.baseAddress else { return }
            var writer = RawWriter(at: base)
            if size > 0 {
                writer.put(system)
                writer.put(person.ins)
            }
            var id = person.id
            _ = id.withUTF8 { persons.number(reference: UnsafeRawBufferPointer($0), identifiers: UnsafeRawPointer(base), count: size > 0 ? 1 : 0, isInTrail: false) }
        }
    }

    func begin() {
        attributing = Attributing()
        index = 0
    }

    func isDecoy(_ reference: UInt32) -> Bool { decoys.contains(reference) }

    /// The next act in canonical order.
    func act(_ record: ActRecord) -> (Act, ActDetail) {
        var strings = record.strings
        let source = strings.getBytes(), id = strings.getBytes(), role = strings.getBytes(), organisation = strings.getBytes()
        let session = strings.getBytes(), authentication = strings.getBytes(), address = strings.getBytes(), agent = strings.getBytes()
        let service = strings.getBytes(), controller = strings.getBytes(), resource = strings.getBytes(), query = strings.getBytes()

        var act = Act(index: index, time: Instant(milliseconds: record.time), eventID: id.text)
        index += 1
        act.events = record.events
        act.source = number(source: source)
        act.service = number(service: service, source: source)
        act.controller = controllers.number(of: controller).number
        act.team = teams.number(of: role).number
        act.resource = resources.number(of: resource).number
        act.action = record.action
        act.outcome = record.outcome
        act.breakGlass = record.bits & ActRecord.breakGlass != 0 || act.action == .breakGlass
        act.authentication = prints.authentication(authentication)
        var detail = ActDetail(session: "", address: "", agent: "", organisation: organisation.text, candidates: [], decoys: [])

        var addressNumber: UInt32?, agentNumber: UInt32?
        if !address.isEmpty {
            let (number, words) = prints.address(address)
            (addressNumber, detail.address, act.address, act.network) = (number, words.text, words.address, words.network)
        }
        if !agent.isEmpty {
            let (number, words) = prints.agent(agent)
            (agentNumber, detail.agent, act.agent, act.device) = (number, words.text, words.agent, words.device)
        }
        if !session.isEmpty { (detail.session, act.session) = prints.session(session) }
        attribute(&act, &detail, record, organisation, addressNumber, agentNumber)
        if act.action == .search { act.search = prints.search(query, page: record.page, results: record.resultCount) }
        disclose(&act, &detail, record, &strings, query)
        return (act, detail)
    }

    // Who

    /// Logins among acts of one instant, before any of these is attributed.
    func noteLogins(_ records: [ActRecord]) {
        for record in records where record.action == .login && record.outcome != .failure && record.names != ActRecord.noAccount {
            var strings = record.strings
            strings.skip()
            let id = strings.getBytes()
            strings.skip()
            let organisation = strings.getBytes(), session = strings.getBytes()
            strings.skip()
            let address = strings.getBytes(), agent = strings.getBytes()
            attributing.noteLogin(.init(
                account: number(account: record.names, organisation), action: record.action, outcome: record.outcome,
                session: session.isEmpty ? 0 : prints.session(session).print, opens: session.isEmpty ? "login " + id.text : session.text, hasNoSessions: false,
                address: address.isEmpty ? nil : UInt64(prints.address(address).number), agent: agent.isEmpty ? nil : UInt64(prints.agent(agent).number),
                time: record.time))
        }
    }

    private func attribute(_ act: inout Act, _ detail: inout ActDetail, _ record: ActRecord, _ organisation: UnsafeRawBufferPointer, _ address: UInt32?, _ agent: UInt32?) {
        let answer = attributing.attribute(.init(
            account: record.names == ActRecord.noAccount ? nil : number(account: record.names, organisation), action: act.action, outcome: act.outcome,
            session: act.session, opens: detail.session.isEmpty && act.action == .login ? "login " + act.eventID : detail.session, hasNoSessions: sourceHasNoSessions[Int(act.source)],
            address: address.map { UInt64($0) }, agent: agent.map { UInt64($0) }, time: record.time))
        (act.account, act.attribution, detail.candidates) = (answer.account, answer.attribution, answer.candidates)
        if let session = answer.session { (detail.session, act.session) = prints.session(session) }
    }

    private func number(account names: UInt32, _ organisation: UnsafeRawBufferPointer) -> UInt32 {
        let label = accountOf[Int(names)]
        let number: UInt32
        if let known = numberOf[label] { number = known } else {
            number = UInt32(accounts.count)
            numberOf[label] = number
            accounts.append(accountNames[label])
        }
        if accounts[Int(number)].organisation.isEmpty, !organisation.isEmpty { accounts[Int(number)].organisation = organisation.text }
        return number
    }

    // Names and fingerprints

    private func number(source: UnsafeRawBufferPointer) -> UInt32 {
        let (number, isNew) = sources.number(of: source)
        if isNew { sourceHasNoSessions.append(sourcesWithoutSessions.contains(source.text)) }
        return number
    }

    private func number(service: UnsafeRawBufferPointer, source: UnsafeRawBufferPointer) -> UInt32 {
        let (number, isNew) = services.number(of: service)
        if isNew {
            let profile = profiles.profile(service: service.text, source: source.text).map { profiles.profiles[$0] }
            pageSizes.append(profile?.pageSize)
            revealsHealth.append(profile?.healthByContext ?? false)
        }
        return number
    }

    // Whose data

    private func disclose(_ act: inout Act, _ detail: inout ActDetail, _ record: ActRecord, _ reader: inout RawReader, _ query: UnsafeRawBufferPointer) {
        let count = reader.getLength()
        if count > 0 {
            act.disclosures.reserveCapacity(count)
            for _ in 0..<count {
                let categories = Categories(rawValue: reader.get(UInt8.self)), manners = Manners(rawValue: reader.get(UInt8.self))
                let reference = reader.getBytes()
                let identifiers = reader.getLength()
                let number = persons.number(reference: reference, identifiers: reader.at, count: identifiers)
                for _ in 0..<2 * identifiers { reader.skip() }
                act.disclosures.append(Disclosure(reference: number, person: number, categories: categories, manners: manners))
            }
            // Only now: an identifier of this act may link two of its references.
            if count > 1 { sortDisclosures(&act.disclosures) }
            for index in act.disclosures.indices { act.disclosures[index].person = persons.person(of: act.disclosures[index].reference) }
            if !decoyNames.isEmpty {
                noteDecoys()
                detail.decoys = act.disclosures.map(\.reference).filter { decoys.contains($0) }
            }
        }
        if let results = record.resultCount, results > count, act.outcome != .failure {
            act.unrecorded = Unrecorded.bound(count: results, recorded: count, query: query.text, pageSize: pageSizes[Int(act.service)])
        }
    }

    /// By reference; two ways to write one reference are one disclosure.
    private func sortDisclosures(_ disclosures: inout [Disclosure]) {
        disclosures.sort { $0.reference < $1.reference }
        guard zip(disclosures, disclosures.dropFirst()).contains(where: { $0.reference == $1.reference }) else { return }
        var united: [Disclosure] = []
        for disclosure in disclosures {
            if let last = united.indices.last, united[last].reference == disclosure.reference {
                united[last].categories.formUnion(disclosure.categories)
                united[last].manners.formUnion(disclosure.manners)
            } else {
                united.append(disclosure)
            }
        }
        disclosures = united
    }

    private func noteDecoys() {
        guard !decoyNames.isEmpty else { return }
        while referencesChecked < persons.count {
            let number = UInt32(referencesChecked)
            if decoyNames.contains(persons.reference(number).reference) { decoys.insert(number) }
            referencesChecked += 1
        }
    }
}

/// `Names` that are looked up by bytes. Bytes that are one text to Unicode (é in one or two characters) are one name.
struct NameTable {
    private var table = ByteTable()
    private var numbers: [UInt32] = []
    private(set) var names = Names()

    mutating func number(of bytes: UnsafeRawBufferPointer) -> (number: UInt32, isNew: Bool) {
        let (index, isNew) = table.number(of: bytes)
        guard isNew else { return (numbers[Int(index)], false) }
        let known = names.count
        numbers.append(names.number(of: bytes.text))
        return (numbers[Int(index)], names.count > known)
    }
}
