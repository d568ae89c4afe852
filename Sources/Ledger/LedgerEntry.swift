import Model

/// One act of a user as it stands in the ledger: who did what and whose data it showed, in pseudonyms.
///
/// An act that showed more persons than fit into an entry goes on in continuation entries (`split`): they repeat what the
/// act was and carry the other persons, and `events` and `unrecorded` are 0 in them, so that sums over entries are right.
/// Acts are counted by `part == 1`.
package struct LedgerEntry: Sendable, Hashable {
    package static let version: UInt64 = 1

    package var salt: Salt
    package var time: Instant
    /// Names of services and organisations are not personal; empty means that the source does not say.
    package var source = ""
    package var service = ""
    package var controller = ""

    package var account: Pseudonym?
    package var attribution = Act.Attribution.none
    // Keyed fingerprints; 0 means that the source does not say.
    package var team: UInt64 = 0
    package var session: UInt64 = 0
    package var address: UInt64 = 0
    package var network: UInt64 = 0
    package var agent: UInt64 = 0
    package var authentication: UInt64 = 0
    package var device = DeviceKind.unknown

    package var action = Action.other
    package var outcome = Outcome.success
    package var breakGlass = false
    package var resource = ""
    package var search: Act.Search?

    /// Fingerprint of the smallest source id of the act's events.
    package var eventID: UInt64 = 0
    /// Kept records that the act is made of: at least 1, and 0 in a continuation.
    package var events = 1
    /// Upper bound of persons disclosed whom the source did not record.
    package var unrecorded = 0
    /// In the caller's order, which is kept; no person and reference twice.
    package var disclosures: [Disclosed] = []

    /// What a live log must know of the act later; nil where the whole trail was known when it was written.
    package var live: LiveMark?

    /// From 1 to `parts`.
    package var part = 1
    package var parts = 1

    package init(salt: Salt, time: Instant) { (self.salt, self.time) = (salt, time) }

    package struct Disclosed: Sendable, Hashable {
        package var person: Pseudonym
        /// Nil when the person has one reference only in the whole trail: then the person stands for it, and a count of
        /// distinct references counts it as one.
        package var reference: Pseudonym?
        package var categories: Categories
        package var manners: Manners
        package var ranks: Ranks?
        /// Keyed, and only where a live log sees them with this reference for the first time: equal ones make one person.
        package var identifiers: [Pseudonym] = []

        package init(person: Pseudonym, reference: Pseudonym? = nil, categories: Categories, manners: Manners, ranks: Ranks? = nil, identifiers: [Pseudonym] = []) {
            (self.person, self.reference, self.categories, self.manners, self.ranks) = (person, reference, categories, manners, ranks)
            self.identifiers = identifiers
        }
    }

    /// A live log does not know what comes: more records of an act, the same records again, another name of an account. This
    /// is what it recognises them by, after a restart too, from the ledger alone.
    package struct LiveMark: Sendable, Hashable {
        /// Entries of one source that share it tell of one act, the first with what came first; 0 = never shared.
        package var thread: UInt64
        /// True when the source itself gave the session; false for one made from a login.
        package var ownSession: Bool
        /// The account's names, the first time that they stand together.
        package var names: Names?
        /// Keyed fingerprints of the records that the entry is made of, and of what they say. At most `recordsMax`.
        package var records: [Record]

        package static let recordsMax = 1_000

        package struct Names: Sendable, Hashable {
            package var name: Pseudonym?
            package var subject: Pseudonym?
            package var professional: Pseudonym?

            package init(name: Pseudonym?, subject: Pseudonym?, professional: Pseudonym?) { (self.name, self.subject, self.professional) = (name, subject, professional) }
        }

        package struct Record: Sendable, Hashable {
            package var id: UInt64
            package var content: UInt64

            package init(id: UInt64, content: UInt64) { (self.id, self.content) = (id, content) }
        }

        package init(thread: UInt64, ownSession: Bool, names: Names? = nil, records: [Record] = []) {
            (self.thread, self.ownSession, self.names, self.records) = (thread, ownSession, names, records)
        }
    }

    /// Where the person stands in the directory's orders, where a directory was given.
    package struct Ranks: Sendable, Hashable {
        package var id: UInt32?
        package var name: UInt32?
        package var postcode: UInt32?

        package init(id: UInt32? = nil, name: UInt32? = nil, postcode: UInt32? = nil) {
            (self.id, self.name, self.postcode) = (id, name, postcode)
        }
        var isEmpty: Bool { id == nil && name == nil && postcode == nil }
    }

    /// A name as an entry can hold it: itself, or if it is longer than 1,024 bytes its beginning and a hash of the whole, so
    /// that a hostile name neither fills the log nor stands for another one.
    package static func bounded(name: String) -> String {
        guard name.utf8.count > 1_024 else { return name }
        let hash = Hex.encode(Hash(of: Array(name.utf8)).bytes.prefix(8))
        return String(decoding: name.utf8.prefix(960), as: UTF8.self) + "… (\(name.utf8.count) bytes, SHA-256 \(hash)…)"
    }

    /// The act as entries of at most `maximum` bytes each. One, unless it showed very many persons. All carry this entry's
    /// salt: give each that of its own index.
    package func split(maximum: Int = Tile.entryMaximum) throws(EntryProblem) -> [LedgerEntry] {
        try check()
        if part == 1, parts == 1, disclosures.count < 512, try encoded().count <= maximum { return [self] }
        // What a part costs without its persons; the numbers of parts and persons taken at their longest.
        var frame = self
        frame.disclosures = []
        let room = maximum - (try frame.encoded().count) - LedgerEntry.partOverhead
        var groups: [[Disclosed]] = []
        var used = 0
        for disclosure in disclosures {
            let size = LedgerEntry.size(of: disclosure)
            guard size <= room else { throw EntryProblem("the names of source, service and controller leave no room for a person") }
            if groups.isEmpty || used + size > room {
                groups.append([])
                used = 0
            }
            groups[groups.count - 1].append(disclosure)
            used += size
        }
        guard groups.count <= 65_535 else { throw EntryProblem("one act shows more persons than fit into 65,535 entries") }
        guard groups.count > 1 else { return [self] }
        return groups.enumerated().map { i, disclosures in
            var entry = self
            entry.disclosures = disclosures
            (entry.part, entry.parts) = (i + 1, groups.count)
            if i > 0 {
                (entry.events, entry.unrecorded) = (0, 0)
                entry.live?.names = nil
                entry.live?.records = []
            }
            return entry
        }
    }

    /// Refuses what could not be read back.
    func check() throws(EntryProblem) {
        guard part >= 1, part <= parts, parts <= 65_535 else { throw EntryProblem("part \(part) of \(parts)") }
        guard part == 1 ? events >= 1 && unrecorded >= 0 : events == 0 && unrecorded == 0 else {
            throw EntryProblem("\(events) events and \(unrecorded) unrecorded persons in part \(part)")
        }
        guard parts == 1 || !disclosures.isEmpty else { throw EntryProblem("a part without persons") }
        guard disclosures.isEmpty || outcome != .failure else { throw EntryProblem("a failed act that shows persons") }
        guard disclosures.allSatisfy({ $0.ranks?.isEmpty != true }) else { throw EntryProblem("ranks without a rank") }
        guard live?.records.count ?? 0 <= LiveMark.recordsMax else { throw EntryProblem("more than \(LiveMark.recordsMax) records in one entry") }
        guard !hasRepeatedDisclosure else { throw EntryProblem("the same person and reference twice") }
    }

    private var hasRepeatedDisclosure: Bool {
        guard disclosures.count > 1 else { return false }
        struct Key: Hashable { let person: Pseudonym, reference: Pseudonym? }
        return Set(disclosures.map { Key(person: $0.person, reference: $0.reference) }).count < disclosures.count
    }
}

/// Why bytes are not a ledger entry, or an entry cannot be written. Never quotes it.
package struct EntryProblem: Error, Sendable, Hashable, CustomStringConvertible {
    package let description: String
    init(_ description: String) { self.description = description }
}
