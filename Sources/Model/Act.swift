/// One act of a user, in canonical order: what Ledger, Detection and Exposure see.
///
/// Numbers stand for names (`Names` gives them at first sight); fingerprints are keyed and stand for addresses, agents,
/// sessions and search terms, 0 meaning that the source does not say. Nothing here may depend on a fingerprint's order:
/// another case key gives other fingerprints and must give the same verdicts.
package struct Act: Sendable {
    /// Position in canonical order, from 0.
    package var index: Int
    package var time: Instant
    /// The smallest source id of the act's events.
    package var eventID: String
    /// Kept records that this act is made of.
    package var events: Int

    package var source: UInt32
    package var service: UInt32
    package var controller: UInt32

    /// Nil when the source names nobody and nothing could be joined.
    package var account: UInt32?
    package var attribution: Attribution
    /// Role, team or group of the account as this act gives it; 0 = not given.
    package var team: UInt32
    package var session: UInt64
    /// The client's address, and the network that it lies in (/24 of version 4, /48 of version 6).
    package var address: UInt64
    package var network: UInt64
    /// Browser family, system and device kind without versions.
    package var agent: UInt64
    package var device: DeviceKind
    package var authentication: UInt64

    package var action: Action
    package var outcome: Outcome
    package var breakGlass: Bool
    /// Resource type; 0 = not given.
    package var resource: UInt32
    package var search: Search?

    /// One per reference, sorted by reference number. Empty unless the act succeeded.
    package var disclosures: [Disclosure]
    /// Upper bound of persons disclosed whom the source did not record (a list with a count but no names).
    package var unrecorded: Int

    package init(index: Int, time: Instant, eventID: String) {
        (self.index, self.time, self.eventID) = (index, time, eventID)
        events = 1
        source = 0; service = 0; controller = 0
        account = nil; attribution = .none; team = 0
        session = 0; address = 0; network = 0; agent = 0; device = .unknown; authentication = 0
        action = .other; outcome = .success; breakGlass = false; resource = 0; search = nil
        disclosures = []; unrecorded = 0
    }

    package enum Attribution: UInt8, Sendable {
        /// No account.
        case none = 0
        /// The record itself names the account.
        case stated
        /// One account only fits by session, or by address, agent and time.
        case joined
        /// Several accounts fit: never more than possible.
        case ambiguous
    }

    package struct Search: Sendable, Hashable {
        /// The whole search without its page.
        package var term: UInt64
        /// The first one, two and three letters of the name searched for; 0 = no name.
        package var letters: (UInt64, UInt64, UInt64)
        /// From 1.
        package var page: Int
        /// Letters in the name searched for; 0 = not a search by name.
        package var length: Int
        /// True when more than a name narrows it (birth date, identifier).
        package var isNarrow: Bool
        /// Results shown, where known.
        package var results: Int?

        package init(term: UInt64, letters: (UInt64, UInt64, UInt64) = (0, 0, 0), page: Int = 1, length: Int = 0, isNarrow: Bool = false, results: Int? = nil) {
            (self.term, self.letters, self.page, self.length, self.isNarrow, self.results) = (term, letters, page, length, isNarrow, results)
        }

        package static func == (a: Search, b: Search) -> Bool {
            a.term == b.term && a.letters == b.letters && a.page == b.page && a.length == b.length && a.isNarrow == b.isNarrow && a.results == b.results
        }
        package func hash(into hasher: inout Hasher) { hasher.combine(term); hasher.combine(page) }
    }
}

/// One person disclosed by one act.
package struct Disclosure: Sendable, Hashable {
    /// The reference as the source names the person.
    package var reference: UInt32
    /// The person behind it: references that share a qualified identifier have one, as far as the trail had shown by this act.
    package var person: UInt32
    package var categories: Categories
    package var manners: Manners

    package init(reference: UInt32, person: UInt32, categories: Categories, manners: Manners) {
        (self.reference, self.person, self.categories, self.manners) = (reference, person, categories, manners)
    }
}

/// Where persons stand in the orders that a directory can be read in. Index = person number; persons beyond the arrays stand nowhere.
package struct DirectoryOrders: Sendable {
    package var byID: [UInt32]
    package var byName: [UInt32]
    package var byPostcode: [UInt32]

    package init(byID: [UInt32] = [], byName: [UInt32] = [], byPostcode: [UInt32] = []) {
        (self.byID, self.byName, self.byPostcode) = (byID, byName, byPostcode)
    }
    package var count: Int { byID.count }
}
