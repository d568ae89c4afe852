import Ledger
import Model
import Trail

/// From an act in its source's words to a ledger entry in pseudonyms: whose account, whose data, in which session.
///
/// Its state is a projection of the ledger: `restore` over all entries in order gives it back.
struct ActNaming {
    private let pseudonyms: Pseudonyms
    private let ranks: [Pseudonym: LedgerEntry.Ranks]
    private var accounts = OnlineAccounts()
    private var persons = OnlinePersons()
    private var attributing = Attributing<UInt64>()
    private var accountNumbers: [Pseudonym: UInt32] = [:]
    private var accountPseudonyms: [Pseudonym] = []
    /// Sources that have given a session so far. A source that has given none is taken for one that never does.
    private var sourcesWithSessions: Set<String> = []
    /// What was learnt and is not in the ledger yet: entries carry it until one of them has come there.
    private var unwrittenNames: Set<LedgerEntry.LiveMark.Names> = []
    private var unwrittenIdentifiers: Set<Identified> = []

    private struct Identified: Hashable {
        var reference: Pseudonym, identifier: Pseudonym
    }
    private struct Words: Hashable {
        var name: String, subject: String, professional: String
    }
    /// Only to save work.
    private var namesOf: [Words: LedgerEntry.LiveMark.Names] = [:]
    private var referenceOf: [String: Pseudonym] = [:]
    private static let cacheMax = 1 << 16

    init(_ pseudonyms: Pseudonyms, directory: LiveDirectory, list: DirectoryList) {
        (self.pseudonyms, ranks) = (pseudonyms, directory.ranks)
        for (person, listed) in zip(directory.persons, list.persons) {
            let number = persons.number(of: person)
            guard let key = listed.identifier.flatMap(IdentifierKey.linking) else { continue }
            _ = persons.link(pseudonyms.person("identifier\u{0}" + key), to: number)
        }
    }

    /// The entries of acts that came together, in canonical order: one each, but where an act holds too many records or
    /// persons several in a row. Acts of one instant are looked at together: a login and the first access often bear the same
    /// second, and canonical order may put the access first.
    mutating func entries(of acts: [SourceAct]) throws -> [[LedgerEntry]] {
        var all: [[LedgerEntry]] = []
        all.reserveCapacity(acts.count)
        var start = 0
        while start < acts.count {
            var end = start + 1
            while end < acts.count, acts[end].time == acts[start].time { end += 1 }
            if end - start > 1 {
                for act in acts[start..<end] where act.action == .login && act.namesAccount {
                    attributing.noteLogin(question(act, account: number(account: account(of: act).account)))
                }
            }
            for act in acts[start..<end] { all.append(try entry(of: act).split()) }
            start = end
        }
        return all
    }

    private mutating func entry(of act: SourceAct) throws -> LedgerEntry {
        let first = act.records.first?.identity.id ?? 0
        var entry = LedgerEntry(salt: pseudonyms.salt(first), time: act.time)
        entry.source = LedgerEntry.bounded(name: act.source)
        entry.service = LedgerEntry.bounded(name: act.service)
        entry.controller = LedgerEntry.bounded(name: act.controller)
        entry.team = act.team.isEmpty ? 0 : pseudonyms.fingerprint(.team, act.team)
        (entry.session, entry.address, entry.network, entry.agent) = (act.session, act.address, act.network, act.agent)
        (entry.authentication, entry.device) = (act.authentication, act.device)
        (entry.action, entry.outcome, entry.breakGlass) = (act.action, act.outcome, act.breakGlass)
        entry.resource = LedgerEntry.bounded(name: act.resource)
        entry.search = act.search
        entry.eventID = pseudonyms.fingerprint(.event, act.eventID)
        (entry.events, entry.unrecorded) = (max(1, act.records.count), act.unrecorded)
        var live = LedgerEntry.LiveMark(
            thread: act.thread, ownSession: act.session != 0, records: act.records.prefix(LedgerEntry.LiveMark.recordsMax).map { .init(id: $0.identity.id, content: $0.identity.content) })
        if act.session != 0 { sourcesWithSessions.insert(entry.source) }

        var account: UInt32?
        if act.namesAccount {
            let (pseudonym, names) = self.account(of: act)
            live.names = names
            account = number(account: pseudonym)
        }
        attribute(&entry, question(act, account: account))
        entry.live = live
        if act.outcome != .failure { entry.disclosures = disclosures(act.persons) }
        return entry
    }

    private mutating func attribute(_ entry: inout LedgerEntry, _ question: Attributing<UInt64>.Question) {
        let answer = attributing.attribute(question)
        entry.account = answer.account.map { accountPseudonyms[Int($0)] }
        // An act that several accounts fit names none.
        entry.attribution = answer.account == nil ? .none : answer.attribution
        if let session = answer.session { entry.session = session }
    }

    private func question(_ act: SourceAct, account: UInt32?) -> Attributing<UInt64>.Question {
        .init(
            account: account, action: act.action, outcome: act.outcome, session: act.session, opens: act.opens,
            hasNoSessions: !sourcesWithSessions.contains(LedgerEntry.bounded(name: act.source)), address: act.address == 0 ? nil : act.address,
            agent: act.agent == 0 ? nil : act.agent, time: act.time.milliseconds)
    }

    // Accounts

    /// The names only where the ledger does not have them together yet.
    private mutating func account(of act: SourceAct) -> (account: Pseudonym, names: LedgerEntry.LiveMark.Names?) {
        let words = Words(name: act.name, subject: act.subject, professional: act.professional)
        let names = namesOf[words] ?? pseudonymous(words)
        let fresh = (words.name.isEmpty ? words.subject.isEmpty ? words.professional : words.subject : words.name) + "\n" + words.professional
        let (account, isNew) = accounts.account(names, fresh: pseudonyms.account(fresh))
        if isNew { unwrittenNames.insert(names) }
        return (account, unwrittenNames.contains(names) ? names : nil)
    }

    private mutating func pseudonymous(_ words: Words) -> LedgerEntry.LiveMark.Names {
        func keyed(_ kind: String, _ text: String) -> Pseudonym? { text.isEmpty ? nil : pseudonyms.account(kind + "\u{0}" + text) }
        let names = LedgerEntry.LiveMark.Names(
            name: keyed("name", words.name), subject: keyed("subject", words.subject), professional: keyed("professional", words.professional))
        if namesOf.count >= Self.cacheMax { namesOf.removeAll(keepingCapacity: true) }
        namesOf[words] = names
        return names
    }

    private mutating func number(account: Pseudonym) -> UInt32 {
        if let known = accountNumbers[account] { return known }
        let number = UInt32(accountPseudonyms.count)
        accountNumbers[account] = number
        accountPseudonyms.append(account)
        return number
    }

    // Persons

    private mutating func disclosures(_ shown: [SourceAct.Person]) -> [LedgerEntry.Disclosed] {
        struct Found {
            var number: UInt32, reference: Pseudonym, identifiers: [Pseudonym], categories: Categories, manners: Manners
        }
        var found: [Found] = []
        found.reserveCapacity(shown.count)
        for person in shown {
            let own = person.reference.reference
            let reference = self.reference(own.isEmpty ? person.reference.identifiers.min()?.description ?? "" : own)
            let number = persons.number(of: reference)
            var news: [Pseudonym] = []
            for identifier in person.reference.identifiers {
                guard let key = IdentifierKey.linking(identifier) else { continue }
                let keyed = self.reference("identifier\u{0}" + key)
                let identified = Identified(reference: reference, identifier: keyed)
                if persons.link(keyed, to: number) { unwrittenIdentifiers.insert(identified) }
                if unwrittenIdentifiers.contains(identified) { news.append(keyed) }
            }
            found.append(Found(number: number, reference: reference, identifiers: news, categories: person.categories, manners: person.manners))
        }
        // Only now: an identifier of this act may link two of its references. Two ways to write one reference are one disclosure.
        found.sort { $0.number < $1.number }
        var disclosed: [LedgerEntry.Disclosed] = []
        disclosed.reserveCapacity(found.count)
        var last: UInt32?
        for one in found {
            if one.number == last, let at = disclosed.indices.last {
                disclosed[at].categories.formUnion(one.categories)
                disclosed[at].manners.formUnion(one.manners)
                disclosed[at].identifiers += one.identifiers
                continue
            }
            last = one.number
            let person = persons.person(of: one.number)
            disclosed.append(.init(
                person: person, reference: one.reference == person ? nil : one.reference, categories: one.categories, manners: one.manners,
                ranks: ranks[person], identifiers: one.identifiers))
        }
        return disclosed
    }

    private mutating func reference(_ text: String) -> Pseudonym {
        if let known = referenceOf[text] { return known }
        let pseudonym = pseudonyms.person(text)
        if referenceOf.count >= Self.cacheMax { referenceOf.removeAll(keepingCapacity: true) }
        referenceOf[text] = pseudonym
        return pseudonym
    }

    // What became of it

    /// The entry is in the ledger, and so is what it taught.
    mutating func written(_ entry: LedgerEntry) {
        if let names = entry.live?.names { unwrittenNames.remove(names) }
        for disclosure in entry.disclosures {
            for identifier in disclosure.identifiers { unwrittenIdentifiers.remove(.init(reference: disclosure.reference ?? disclosure.person, identifier: identifier)) }
        }
    }

    /// Takes up an entry of the ledger, in its order.
    mutating func restore(_ entry: LedgerEntry) {
        guard let live = entry.live else { return }
        if live.ownSession { sourcesWithSessions.insert(entry.source) }
        if entry.part == 1 {
            if let names = live.names, let account = entry.account { _ = accounts.account(names, fresh: account) }
            let stated = entry.attribution == .stated ? entry.account.map { number(account: $0) } : nil
            _ = attributing.attribute(.init(
                account: stated, action: entry.action, outcome: entry.outcome, session: live.ownSession ? entry.session : 0, opens: entry.session,
                hasNoSessions: !sourcesWithSessions.contains(entry.source), address: entry.address == 0 ? nil : entry.address,
                agent: entry.agent == 0 ? nil : entry.agent, time: entry.time.milliseconds))
        }
        for disclosure in entry.disclosures {
            let number = persons.number(of: disclosure.reference ?? disclosure.person)
            for identifier in disclosure.identifiers { _ = persons.link(identifier, to: number) }
        }
    }
}
