import Ledger
import Model

/// From ledger entries to the acts that Detection sees: numbers for pseudonyms, at first sight in the ledger's order.
///
/// Persons of the directory come first, in its order, so that its orders fit their numbers.
package struct ActNumbers {
    private var accountNumbers: [Pseudonym: UInt32] = [:]
    package private(set) var accounts: [Pseudonym] = []
    private var personNumbers: [Pseudonym: UInt32] = [:]
    package private(set) var persons: [Pseudonym] = []
    private var teams: [UInt64: UInt32] = [0: 0]
    private var sources = Names(), services = Names(), controllers = Names(), resources = Names()

    init(directory: [Pseudonym] = []) {
        for person in directory { _ = number(person: person) }
        // Number 0 is "not given".
        _ = resources.number(of: "")
    }

    /// The act that an entry tells of. Its id is the entry's number; its place among the others is not known here.
    mutating func act(of entry: LedgerEntry, at index: UInt64) -> Act {
        var act = Act(index: 0, time: entry.time, eventID: String(index))
        act.events = entry.events
        act.source = sources.number(of: entry.source)
        act.service = services.number(of: entry.service)
        act.controller = controllers.number(of: entry.controller)
        act.account = entry.account.map { number(account: $0) }
        act.attribution = entry.attribution
        act.team = team(entry.team)
        (act.session, act.address, act.network, act.agent) = (entry.session, entry.address, entry.network, entry.agent)
        (act.device, act.authentication) = (entry.device, entry.authentication)
        (act.action, act.outcome, act.breakGlass) = (entry.action, entry.outcome, entry.breakGlass)
        act.resource = resources.number(of: entry.resource)
        act.search = entry.search
        act.disclosures = disclosures(of: entry)
        act.unrecorded = entry.unrecorded
        return act
    }

    /// Sorted by reference, each once.
    mutating func disclosures(of entry: LedgerEntry) -> [Disclosure] {
        var all = entry.disclosures.map {
            Disclosure(reference: number(person: $0.reference ?? $0.person), person: number(person: $0.person), categories: $0.categories, manners: $0.manners)
        }
        if all.count > 1 { all.sort { $0.reference < $1.reference } }
        return all
    }

    mutating func number(person: Pseudonym) -> UInt32 {
        if let known = personNumbers[person] { return known }
        let number = UInt32(persons.count)
        personNumbers[person] = number
        persons.append(person)
        return number
    }

    private mutating func number(account: Pseudonym) -> UInt32 {
        if let known = accountNumbers[account] { return known }
        let number = UInt32(accounts.count)
        accountNumbers[account] = number
        accounts.append(account)
        return number
    }

    private mutating func team(_ print: UInt64) -> UInt32 {
        if let known = teams[print] { return known }
        let number = UInt32(teams.count)
        teams[print] = number
        return number
    }
}

extension Act {
    /// Takes in what later records of the same act say: the first gives a field, the other only what is missing; of the
    /// persons all (the rules of `ActBuilder`).
    mutating func unite(_ later: Act) {
        let shown = max(unrecorded + disclosures.count, later.unrecorded + later.disclosures.count)
        events += later.events
        if account == nil, later.account != nil { (account, attribution) = (later.account, later.attribution) }
        if team == 0 { team = later.team }
        if session == 0 { session = later.session }
        if address == 0 { (address, network) = (later.address, later.network) }
        if agent == 0 { (agent, device) = (later.agent, later.device) }
        if authentication == 0 { authentication = later.authentication }
        if resource == 0 { resource = later.resource }
        if later.outcome == .success { outcome = .success }
        breakGlass = breakGlass || later.breakGlass
        if var search {
            if let more = later.search?.results { search.results = max(search.results ?? 0, more) }
            self.search = search
        } else if action == .search { search = later.search }
        disclosures = united(disclosures, later.disclosures)
        unrecorded = max(0, shown - disclosures.count)
    }

    /// Both are sorted by reference.
    private func united(_ a: [Disclosure], _ b: [Disclosure]) -> [Disclosure] {
        guard !b.isEmpty else { return a }
        guard !a.isEmpty else { return b }
        var all: [Disclosure] = []
        all.reserveCapacity(a.count + b.count)
        for disclosure in (a + b).sorted(by: { $0.reference < $1.reference }) {
            if let last = all.indices.last, all[last].reference == disclosure.reference {
                all[last].categories.formUnion(disclosure.categories)
                all[last].manners.formUnion(disclosure.manners)
            } else { all.append(disclosure) }
        }
        return all
    }
}
