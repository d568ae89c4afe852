import Model

/// Which disclosures are meant. Nil is no restriction; an empty list matches nothing.
package struct ExposureScope: Sendable, Equatable {
    package var accounts: [UInt32]?
    /// Session fingerprints.
    package var sessions: [UInt64]?
    /// Inclusive bounds.
    package var from: Instant?
    package var to: Instant?
    /// A disclosure is meant when it discloses at least one of these. `unknown` is one of its own: ask for it as well to
    /// have what is possible.
    package var categories: Categories?
    /// A disclosure is meant when it was made in at least one of these manners.
    package var manners: Manners?
    package var services: [UInt32]?
    package var controllers: [UInt32]?
    package var persons: [UInt32]?
    /// Ranges of ledger entries.
    package var entries: [Range<UInt64>]?

    package init(accounts: [UInt32]? = nil, sessions: [UInt64]? = nil, from: Instant? = nil, to: Instant? = nil, categories: Categories? = nil, manners: Manners? = nil, services: [UInt32]? = nil, controllers: [UInt32]? = nil, persons: [UInt32]? = nil, entries: [Range<UInt64>]? = nil) {
        (self.accounts, self.sessions, self.from, self.to) = (accounts, sessions, from, to)
        (self.categories, self.manners, self.services, self.controllers) = (categories, manners, services, controllers)
        (self.persons, self.entries) = (persons, entries)
    }
}

/// Distinct persons of a scope. Names with no person are absent.
package struct ExposureCount: Sendable, Equatable {
    package var persons = 0
    /// Distinct references.
    package var references = 0
    /// Keys are single categories and manners.
    package var byCategory: [Categories: Int] = [:]
    package var byManner: [Manners: Int] = [:]
    /// Keys are service and controller numbers.
    package var byService: [UInt32: Int] = [:]
    package var byController: [UInt32: Int] = [:]
    /// Disclosures: pairs of an act and a reference.
    package var accesses = 0
    /// Upper bound of persons whom the acts of the scope disclosed and the sources did not record. Categories and manners
    /// of these are not known, so they do not restrict it; a scope that names persons has none.
    package var unrecorded = 0

    package init() {}
}

/// One disclosure, as `who(saw:)` lists them.
package struct Sighting: Sendable, Equatable {
    package var entry: UInt64
    package var time: Instant
    /// Nil when no account could be found for the act.
    package var account: UInt32?
    package var session: UInt64
    package var service: UInt32
    package var controller: UInt32
    package var reference: UInt32
    package var categories: Categories
    package var manners: Manners

    package init(entry: UInt64, time: Instant, account: UInt32?, session: UInt64, service: UInt32, controller: UInt32, reference: UInt32, categories: Categories, manners: Manners) {
        (self.entry, self.time, self.account, self.session) = (entry, time, account, session)
        (self.service, self.controller, self.reference) = (service, controller, reference)
        (self.categories, self.manners) = (categories, manners)
    }
}

/// What a scope disclosed of one person.
package struct PersonExposure: Sendable, Equatable {
    package var person: UInt32
    package var categories: Categories
    package var manners: Manners
    /// Ascending numbers.
    package var references: [UInt32]
    package var services: [UInt32]
    package var controllers: [UInt32]
    package var accounts: [UInt32]
    package var first: Instant
    package var last: Instant

    package init(person: UInt32, categories: Categories, manners: Manners, references: [UInt32], services: [UInt32], controllers: [UInt32], accounts: [UInt32], first: Instant, last: Instant) {
        (self.person, self.categories, self.manners) = (person, categories, manners)
        (self.references, self.services, self.controllers, self.accounts) = (references, services, controllers, accounts)
        (self.first, self.last) = (first, last)
    }
}
