import Model

/// Which names belong to one account. Records name accounts by name, by the issuer's subject, by a professional number, or
/// by several of them; what some record gives together belongs together.
///
/// - A subject is one account.
/// - A professional number is one account unless records give two names with it: then each name is an account.
/// - A name is one account unless records give two professional numbers with it (namesakes): then each number is.
struct AccountTable {
    struct Triple: Hashable {
        var name: String, subject: String, professional: String
    }

    private var table = ByteTable()
    private(set) var triples: [Triple] = []
    private var scratch: [UInt8] = []
    private var last: (key: [UInt8], number: UInt32) = ([], ActRecord.noAccount)

    /// Number of a combination of names; `ActRecord.noAccount` when all are empty.
    mutating func number(name: UnsafeRawBufferPointer, subject: UnsafeRawBufferPointer, professional: UnsafeRawBufferPointer) -> UInt32 {
        if name.isEmpty, subject.isEmpty, professional.isEmpty { return ActRecord.noAccount }
        scratch.removeAll(keepingCapacity: true)
        // No field holds a NUL: scanners refuse lines that do; one that slips through costs a wrong grouping, nothing else.
        scratch.append(contentsOf: name)
        scratch.append(0)
        scratch.append(contentsOf: subject)
        scratch.append(0)
        scratch.append(contentsOf: professional)
        let (number, isNew) = scratch.withUnsafeBytes { table.number(of: $0) }
        if isNew { triples.append(Triple(name: name.text, subject: subject.text, professional: professional.text)) }
        return number
    }

    /// The account of each combination, and the names of each account. Account numbers here are only labels: the walk
    /// gives the real ones at first sight.
    func resolved() -> (accountOf: [Int], names: [AccountNames]) {
        var groups = DisjointSets(count: triples.count)
        var namesOf: [String: Set<String>] = [:], professionalsOf: [String: Set<String>] = [:]
        for triple in triples where !triple.professional.isEmpty && !triple.name.isEmpty {
            namesOf[triple.professional, default: []].insert(triple.name)
            professionalsOf[triple.name, default: []].insert(triple.professional)
        }
        // A key per rule; combinations with one key are one account.
        var first: [String: Int] = [:]
        func link(_ key: String, _ index: Int) {
            if let other = first[key] { groups.unite(other, index) } else { first[key] = index }
        }
        for (index, triple) in triples.enumerated() {
            if !triple.subject.isEmpty { link("s\u{0}" + triple.subject, index) }
            if !triple.professional.isEmpty {
                if namesOf[triple.professional, default: []].count <= 1 { link("p\u{0}" + triple.professional, index) } else {
                    link("n\u{0}" + triple.name + "\u{0}" + triple.professional, index)
                }
            }
            if !triple.name.isEmpty {
                if professionalsOf[triple.name, default: []].count <= 1 { link("n\u{0}" + triple.name, index) } else {
                    link("n\u{0}" + triple.name + "\u{0}" + triple.professional, index)
                }
            }
        }
        var accountOf = [Int](repeating: 0, count: triples.count)
        var members: [Int: [Int]] = [:]
        for index in triples.indices {
            accountOf[index] = groups.root(index)
            members[accountOf[index], default: []].append(index)
        }
        var names = [AccountNames](repeating: AccountNames(name: "", professional: "", organisation: ""), count: triples.count)
        for (root, indices) in members {
            // Several names of one account: the first in the order of bytes, whatever was read first.
            let own = indices.map { triples[$0] }
            let name = own.map(\.name).filter { !$0.isEmpty }.min()
            let subject = own.map(\.subject).filter { !$0.isEmpty }.min()
            let professional = own.map(\.professional).filter { !$0.isEmpty }.min() ?? ""
            names[root] = AccountNames(name: name ?? subject ?? professional, professional: professional, organisation: "")
        }
        return (accountOf, names)
    }
}

/// Union-find; the root is the smallest member.
package struct DisjointSets: Sendable {
    private var parents: [UInt32]

    package init(count: Int = 0) { parents = (0..<count).map { UInt32($0) } }

    package var count: Int { parents.count }

    package mutating func append() { parents.append(UInt32(parents.count)) }

    package mutating func root(_ member: Int) -> Int {
        var at = member
        while Int(parents[at]) != at {
            parents[at] = parents[Int(parents[at])]
            at = Int(parents[at])
        }
        return at
    }

    /// The root without shortening the way to it.
    package func currentRoot(_ member: Int) -> Int {
        var at = member
        while Int(parents[at]) != at { at = Int(parents[at]) }
        return at
    }

    package mutating func unite(_ a: Int, _ b: Int) {
        let (rootA, rootB) = (root(a), root(b))
        if rootA < rootB { parents[rootB] = UInt32(rootA) } else if rootB < rootA { parents[rootA] = UInt32(rootB) }
    }
}
