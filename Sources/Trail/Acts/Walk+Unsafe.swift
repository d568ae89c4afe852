import Model
import Profiles
import Scan

/// Turns act records into `Act`s: numbers at first sight, fingerprints, persons, accounts.
///
/// Tables stay from walk to walk, so numbers are the same each time; what must be known online (joins) starts afresh.
final class Walk {
    private let fingerprints: @Sendable (FingerprintDomain, String) -> UInt64
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
    private var addresses = ByteTable()
    private var addressWords: [(text: String, address: UInt64, network: UInt64)] = []
    private var agents = ByteTable()
    private var agentWords: [(text: String, agent: UInt64, device: DeviceKind)] = []
    private var authentications = ByteTable()
    private var authenticationPrints: [UInt64] = []
    private var sessions = ByteTable()
    private var sessionWords: [(text: String, print: UInt64)] = []
    private var searches = ByteTable()
    private var searchValues: [(search: Act.Search, page: Int?)] = []
    private var letterPrints: [String: UInt64] = [:]
    private let decoyNames: Set<String>
    private var decoys: Set<UInt32> = []
    private var referencesChecked = 0
    private var sourceHasNoSessions: [Bool] = []
    private var pageSizes: [Int?] = []
    private(set) var revealsHealth: [Bool] = []

    private var join = SessionJoin()
    private var index = 0
    /// Most entries of a table that exists only to save work.
    private static let cacheMax = 1 << 16

    init(
        fingerprints: @escaping @Sendable (FingerprintDomain, String) -> UInt64, profiles: ProfileSet, names: AccountTable,
        sourcesWithoutSessions: Set<String>, directory: DirectoryTable?
    ) {
        (self.fingerprints, self.profiles, self.sourcesWithoutSessions) = (fingerprints, profiles, sourcesWithoutSessions)
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
        join = SessionJoin()
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
        act.authentication = print(authentication: authentication)
        var detail = ActDetail(session: "", address: "", agent: "", organisation: organisation.text, candidates: [], decoys: [])

        var addressNumber: UInt32?, agentNumber: UInt32?
        if !address.isEmpty {
            let number = number(address: address)
            let words = addressWords[Int(number)]
            (addressNumber, detail.address, act.address, act.network) = (number, words.text, words.address, words.network)
        }
        if !agent.isEmpty {
            let number = number(agent: agent)
            let words = agentWords[Int(number)]
            (agentNumber, detail.agent, act.agent, act.device) = (number, words.text, words.agent, words.device)
        }
        if !session.isEmpty { (detail.session, act.session) = words(session: session) }
        attribute(&act, &detail, record, organisation, addressNumber, agentNumber)
        if act.action == .search { act.search = search(query, record) }
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
            let account = number(account: record.names, organisation)
            if !session.isEmpty { join.note(account: account, session: words(session: session).1, at: record.time) }
            guard !address.isEmpty else { continue }
            let text = session.isEmpty ? "login " + id.text : session.text
            join.login(.init(account: account, agent: agent.isEmpty ? nil : number(agent: agent), time: record.time, session: text), address: number(address: address))
        }
    }

    private func attribute(_ act: inout Act, _ detail: inout ActDetail, _ record: ActRecord, _ organisation: UnsafeRawBufferPointer, _ address: UInt32?, _ agent: UInt32?) {
        let time = record.time
        let hasNoSessions = sourceHasNoSessions[Int(act.source)]
        guard record.names != ActRecord.noAccount else {
            guard act.action != .login else { return }
            let fitting = join.candidates(session: act.session, address: address, agent: agent, at: time)
            if fitting.count == 1 {
                act.account = fitting[0]
                act.attribution = .joined
                setSession(&act, &detail, hasNoSessions, fitting[0], address, agent, time)
            } else if fitting.count > 1 {
                act.attribution = .ambiguous
                detail.candidates = fitting
            }
            return
        }
        let account = number(account: record.names, organisation)
        act.account = account
        act.attribution = .stated
        join.note(account: account, session: act.session, at: time)
        if act.action == .login {
            guard act.outcome != .failure else { return }
            if act.session == 0, hasNoSessions { setSession(&act, &detail, "login " + act.eventID) }
            if let address {
                let session = detail.session.isEmpty ? "login " + act.eventID : detail.session
                join.login(.init(account: account, agent: agent, time: time, session: session), address: address)
            }
        } else {
            setSession(&act, &detail, hasNoSessions, account, address, agent, time)
            if act.action == .logout { join.logout(account: account, address: address, agent: agent) }
        }
    }

    /// In a source that has no sessions, a login and what follows it from the same place make one.
    private func setSession(_ act: inout Act, _ detail: inout ActDetail, _ hasNoSessions: Bool, _ account: UInt32, _ address: UInt32?, _ agent: UInt32?, _ time: Int64) {
        guard act.session == 0, hasNoSessions, let session = join.session(account: account, address: address, agent: agent, at: time) else { return }
        setSession(&act, &detail, session)
    }

    private func setSession(_ act: inout Act, _ detail: inout ActDetail, _ text: String) {
        var bytes = text
        (detail.session, act.session) = bytes.withUTF8 { words(session: UnsafeRawBufferPointer($0)) }
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

    /// 0 means that the source does not say: no text has it.
    private func print(_ domain: FingerprintDomain, _ text: String) -> UInt64 {
        let print = fingerprints(domain, text)
        return print == 0 ? 1 : print
    }

    private func number(address: UnsafeRawBufferPointer) -> UInt32 {
        let (number, isNew) = addresses.number(of: address)
        if isNew {
            let text = address.text
            // A host name is its own network.
            let parsed = ClientAddress(address)
            addressWords.append((text, print(.address, parsed?.description ?? text), print(.network, parsed?.network ?? text)))
        }
        return number
    }

    private func number(agent: UnsafeRawBufferPointer) -> UInt32 {
        let (number, isNew) = agents.number(of: agent)
        if isNew {
            let text = agent.text, family = AgentFamily(text)
            agentWords.append((text, print(.agent, family.description), family.device))
        }
        return number
    }

    private func print(authentication: UnsafeRawBufferPointer) -> UInt64 {
        guard !authentication.isEmpty else { return 0 }
        let (number, isNew) = authentications.number(of: authentication)
        if isNew { authenticationPrints.append(print(.authentication, authentication.text)) }
        return authenticationPrints[Int(number)]
    }

    private func words(session: UnsafeRawBufferPointer) -> (String, UInt64) {
        if sessions.count >= Self.cacheMax {
            sessions.removeAll()
            sessionWords.removeAll(keepingCapacity: true)
        }
        let (number, isNew) = sessions.number(of: session)
        if isNew {
            let text = session.text
            sessionWords.append((text, print(.session, text)))
        }
        return sessionWords[Int(number)]
    }

    private func search(_ query: UnsafeRawBufferPointer, _ record: ActRecord) -> Act.Search {
        if searches.count >= Self.cacheMax {
            searches.removeAll()
            searchValues.removeAll(keepingCapacity: true)
        }
        let (number, isNew) = searches.number(of: query)
        if isNew { searchValues.append(searchValue(query.text)) }
        var (search, page) = searchValues[Int(number)]
        search.page = min(max(1, record.page ?? page ?? 1), 1_000_000)
        search.results = record.resultCount
        return search
    }

    private func searchValue(_ query: String) -> (Act.Search, Int?) {
        guard !query.isEmpty else { return (Act.Search(term: 0), nil) }
        let text = SearchText(query)
        let length = text.name.utf8.count
        func letters(_ n: Int) -> UInt64 {
            guard length >= n else { return 0 }
            let prefix = String(text.name.prefix(n))
            if let known = letterPrints[prefix] { return known }
            // At most 26 + 26² + 26³ of them.
            let value = print(.letters, prefix)
            letterPrints[prefix] = value
            return value
        }
        let search = Act.Search(
            term: text.term.isEmpty ? 0 : print(.search, text.term), letters: (letters(1), letters(2), letters(3)), length: length, isNarrow: text.isNarrow)
        return (search, text.page)
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
