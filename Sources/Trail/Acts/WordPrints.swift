import Model
import Scan

/// Keyed fingerprints of what acts say in words (addresses, agents, sessions, searches), each made once.
struct WordPrints {
    struct Address {
        var text: String, address: UInt64, network: UInt64
    }
    struct Agent {
        var text: String, agent: UInt64, device: DeviceKind
    }

    private let fingerprints: @Sendable (FingerprintDomain, String) -> UInt64
    private var addresses = ByteTable()
    private var addressWords: [Address] = []
    private var agents = ByteTable()
    private var agentWords: [Agent] = []
    private var authentications = ByteTable()
    private var authenticationPrints: [UInt64] = []
    private var sessions = ByteTable()
    private var sessionWords: [(text: String, print: UInt64)] = []
    private var searches = ByteTable()
    private var searchValues: [(search: Act.Search, page: Int?)] = []
    private var letterPrints: [String: UInt64] = [:]
    /// Most entries of a table that exists only to save work.
    private static let cacheMax = 1 << 16

    init(_ fingerprints: @escaping @Sendable (FingerprintDomain, String) -> UInt64) { self.fingerprints = fingerprints }

    /// 0 means that the source does not say: no text has it.
    func print(_ domain: FingerprintDomain, _ text: String) -> UInt64 {
        let print = fingerprints(domain, text)
        return print == 0 ? 1 : print
    }

    mutating func address(_ bytes: UnsafeRawBufferPointer) -> (number: UInt32, words: Address) {
        let (number, isNew) = addresses.number(of: bytes)
        if isNew {
            let text = bytes.text
            // A host name is its own network.
            let parsed = ClientAddress(bytes)
            addressWords.append(Address(text: text, address: print(.address, parsed?.description ?? text), network: print(.network, parsed?.network ?? text)))
        }
        return (number, addressWords[Int(number)])
    }

    mutating func agent(_ bytes: UnsafeRawBufferPointer) -> (number: UInt32, words: Agent) {
        let (number, isNew) = agents.number(of: bytes)
        if isNew {
            let text = bytes.text, family = AgentFamily(text)
            agentWords.append(Agent(text: text, agent: print(.agent, family.description), device: family.device))
        }
        return (number, agentWords[Int(number)])
    }

    mutating func authentication(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        guard !bytes.isEmpty else { return 0 }
        let (number, isNew) = authentications.number(of: bytes)
        if isNew { authenticationPrints.append(print(.authentication, bytes.text)) }
        return authenticationPrints[Int(number)]
    }

    mutating func session(_ bytes: UnsafeRawBufferPointer) -> (text: String, print: UInt64) {
        if sessions.count >= Self.cacheMax {
            sessions.removeAll()
            sessionWords.removeAll(keepingCapacity: true)
        }
        let (number, isNew) = sessions.number(of: bytes)
        if isNew {
            let text = bytes.text
            sessionWords.append((text, print(.session, text)))
        }
        return sessionWords[Int(number)]
    }

    mutating func session(_ text: String) -> (text: String, print: UInt64) {
        var bytes = text
        return bytes.withUTF8 { session(UnsafeRawBufferPointer($0)) }
    }

    /// - Parameter page: as the source gives it; else the search may say.
    mutating func search(_ query: UnsafeRawBufferPointer, page: Int?, results: Int?) -> Act.Search {
        if searches.count >= Self.cacheMax {
            searches.removeAll()
            searchValues.removeAll(keepingCapacity: true)
        }
        let (number, isNew) = searches.number(of: query)
        if isNew { searchValues.append(searchValue(query.text)) }
        var (search, ownPage) = searchValues[Int(number)]
        search.page = min(max(1, page ?? ownPage ?? 1), 1_000_000)
        search.results = results
        return search
    }

    private mutating func searchValue(_ query: String) -> (Act.Search, Int?) {
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
}
