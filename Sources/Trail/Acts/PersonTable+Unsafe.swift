import Model

/// References and the persons behind them. Numbers are given at first sight; references that share a qualified identifier
/// are one person, whose number is the smallest of theirs.
struct PersonTable {
    private var references = ByteTable()
    private var identifiers = ByteTable()
    /// First reference that had each identifier.
    private var holders: [UInt32] = []
    private var sets = DisjointSets()
    /// Identifiers of each reference: nearly always one.
    private var firstIdentifier: [UInt32] = []
    private var moreIdentifiers: [UInt32: [UInt32]] = [:]
    /// True for references that the trail names (not only the directory).
    private var isSeen: [Bool] = []
    private(set) var seen = 0
    private var scratch: [UInt8] = []

    private static let none = UInt32.max

    var count: Int { references.count }
    func person(of reference: UInt32) -> UInt32 {
        Int(reference) < sets.count ? UInt32(sets.currentRoot(Int(reference))) : reference
    }

    /// The number of a reference as a source writes it, with its identifiers (`count` pairs of system and value, encoded).
    mutating func number(reference: UnsafeRawBufferPointer, identifiers start: UnsafeRawPointer, count: Int, isInTrail: Bool = true) -> UInt32 {
        let number: UInt32
        if reference.isEmpty {
            scratch.removeAll(keepingCapacity: true)
            appendSmallest(start, count)
            number = scratch.withUnsafeBytes { add($0) }
        } else {
            number = add(reference)
        }
        if isInTrail, !isSeen[Int(number)] {
            isSeen[Int(number)] = true
            seen += 1
        }
        var reader = RawReader(at: start)
        for _ in 0..<count { link(number, system: reader.getBytes(), value: reader.getBytes()) }
        return number
    }

    private mutating func add(_ reference: UnsafeRawBufferPointer) -> UInt32 {
        let (number, isNew) = references.number(of: reference)
        if isNew {
            sets.append()
            firstIdentifier.append(Self.none)
            isSeen.append(false)
        }
        return number
    }

    /// Without a reference the first identifier stands for it, `system|value`; the smallest, so that order does not matter.
    private mutating func appendSmallest(_ start: UnsafeRawPointer, _ count: Int) {
        var reader = RawReader(at: start)
        var best: (UnsafeRawBufferPointer, UnsafeRawBufferPointer)?
        for _ in 0..<count {
            let pair = (reader.getBytes(), reader.getBytes())
            if let known = best {
                let system = pair.0.compared(to: known.0)
                if system < 0 || (system == 0 && pair.1.compared(to: known.1) < 0) { best = pair }
            } else { best = pair }
        }
        guard let best else { return }
        scratch.append(contentsOf: KnownSystem.whole(best.0.text).utf8)
        scratch.append(UInt8(ascii: "|"))
        scratch.append(contentsOf: best.1)
    }

    private mutating func link(_ reference: UInt32, system: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) {
        guard !value.isEmpty else { return }
        scratch.removeAll(keepingCapacity: true)
        scratch.append(contentsOf: system)
        scratch.append(UInt8(ascii: "|"))
        scratch.append(contentsOf: value)
        let (identifier, isNew) = scratch.withUnsafeBytes { identifiers.number(of: $0) }
        let at = Int(reference)
        if firstIdentifier[at] == Self.none { firstIdentifier[at] = identifier } else if firstIdentifier[at] != identifier {
            if moreIdentifiers[reference]?.contains(identifier) == true { return }
            moreIdentifiers[reference, default: []].append(identifier)
        } else if !isNew {
            // Seen with this very reference before.
            return
        }
        if isNew { holders.append(Self.none) }
        guard let key = Self.linkingKey(system: system, value: value) else { return }
        // A matricule with and without its key is one identifier.
        var holder = Int(identifier)
        if key.count != value.count {
            scratch.removeAll(keepingCapacity: true)
            scratch.append(contentsOf: system)
            scratch.append(UInt8(ascii: "|"))
            scratch.append(contentsOf: key)
            let (short, isNew) = scratch.withUnsafeBytes { identifiers.number(of: $0) }
            if isNew { holders.append(Self.none) }
            holder = Int(short)
        }
        if holders[holder] == Self.none { holders[holder] = reference } else { sets.unite(Int(holders[holder]), at) }
    }

    /// What links references: a value that a system qualifies. Placeholders (all one digit) link nobody. Of a national number
    /// the 13 digits without the key are compared.
    static func linkingKey(system: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        guard !system.isEmpty, value.count > 1, let first = value.first, !value.allSatisfy({ $0 == first }) else { return nil }
        return KnownSystem.isNational(system) && value.count == 15 ? UnsafeRawBufferPointer(rebasing: value[..<13]) : value
    }

    // What others see

    func reference(_ number: UInt32) -> PersonReference {
        var all = moreIdentifiers[number] ?? []
        if firstIdentifier[Int(number)] != Self.none { all.append(firstIdentifier[Int(number)]) }
        let own = all.map { identifier -> Identifier in
            let text = identifiers.text(identifier)
            // The system holds no bar (a URI); the value may.
            guard let bar = text.utf8.firstIndex(of: UInt8(ascii: "|")) else { return Identifier(system: "", value: text) }
            return Identifier(system: KnownSystem.whole(String(text[..<bar])), value: String(text[text.utf8.index(after: bar)...]))
        }
        return PersonReference(reference: references.text(number), identifiers: own.sorted())
    }

    func known(_ reference: String) -> UInt32? {
        var text = reference
        return text.withUTF8 { references.known(UnsafeRawBufferPointer($0)) }
    }

    /// Distinct persons among the references that the trail names.
    func personsSeen() -> Int {
        var isCounted = [Bool](repeating: false, count: count)
        var persons = 0
        for reference in isSeen.indices where isSeen[reference] {
            let root = sets.currentRoot(reference)
            if !isCounted[root] {
                isCounted[root] = true
                persons += 1
            }
        }
        return persons
    }
}
