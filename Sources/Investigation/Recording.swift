import Exposure
import Incident
import Ledger
import Model
import Trail

/// The second walk's writers: one ledger entry per act, the exposure index, the recount.
struct Recording {
    private let draft: FolderDraft
    private let trail: Trail
    private let pseudonyms: Pseudonyms
    private let ledger: LedgerWriter
    private let index: ExposureIndexWriter
    private let recount: RecountWriter
    /// Pseudonyms by number, made at first use.
    private var accounts: [Pseudonym?] = []
    private var persons: [Pseudonym?] = []
    private var references: [Pseudonym?] = []
    /// By person number.
    private let hasOneReference: [Bool]

    init(draft: FolderDraft, trail: Trail, pseudonyms: Pseudonyms, origin: String) throws {
        (self.draft, self.trail, self.pseudonyms) = (draft, trail, pseudonyms)
        ledger = try LedgerWriter(folder: draft.draft + "/ledger", origin: origin)
        index = try ExposureIndexWriter(folder: draft.draft + "/index", memoryMax: 16 << 20)
        recount = try RecountWriter(folder: draft.draft + "/recount")
        accounts = Array(repeating: nil, count: trail.accounts.count)
        persons = Array(repeating: nil, count: trail.referenceCount)
        references = persons
        var counts = [Int](repeating: 0, count: trail.referenceCount)
        for number in 0..<trail.referenceCount { counts[Int(trail.person(of: UInt32(number)))] += 1 }
        hasOneReference = counts.map { $0 == 1 }
    }

    /// Writes one act and says which ledger entries it became: one, or several where one cannot hold its persons.
    mutating func append(_ act: Act) throws -> Range<Int> {
        let start = Int(ledger.size)
        for var entry in try entry(of: act).split() {
            entry.salt = pseudonyms.salt(ledger.size)
            try ledger.append(try entry.encoded())
        }
        let number = UInt64(start)
        try index.append(
            entry: number, time: act.time, account: act.account ?? ExposureIndexWriter.nobody, session: act.session, service: act.service,
            controller: act.controller, disclosures: act.disclosures, unrecorded: act.unrecorded)
        if !act.disclosures.isEmpty || act.unrecorded > 0 {
            try recount.access(
                entry: number, time: act.time, account: act.account.map { account($0).base64URL } ?? "", session: act.session == 0 ? "" : String(act.session, radix: 16),
                service: IncidentDocument.known(trail.services[act.service]), controller: IncidentDocument.known(trail.controllers[act.controller]),
                action: act.action, unrecorded: act.unrecorded)
            for disclosure in act.disclosures {
                try recount.disclosure(
                    entry: number, person: person(disclosure.person).base64URL, reference: reference(disclosure.reference).base64URL,
                    categories: disclosure.categories, manners: disclosure.manners)
            }
        }
        return start..<Int(ledger.size)
    }

    private mutating func entry(of act: Act) -> LedgerEntry {
        var entry = LedgerEntry(salt: pseudonyms.salt(ledger.size), time: act.time)
        entry.source = LedgerEntry.bounded(name: trail.sources[act.source])
        entry.service = LedgerEntry.bounded(name: trail.services[act.service])
        entry.controller = LedgerEntry.bounded(name: trail.controllers[act.controller])
        entry.account = act.account.map { account($0) }
        // An act that several accounts fit names none.
        entry.attribution = act.account == nil ? .none : act.attribution
        entry.team = act.team == 0 ? 0 : pseudonyms.fingerprint(.team, trail.teams[act.team])
        (entry.session, entry.address, entry.network, entry.agent) = (act.session, act.address, act.network, act.agent)
        (entry.authentication, entry.device) = (act.authentication, act.device)
        (entry.action, entry.outcome, entry.breakGlass) = (act.action, act.outcome, act.breakGlass)
        entry.resource = act.resource == 0 ? "" : LedgerEntry.bounded(name: trail.resources[act.resource])
        entry.search = act.search
        entry.eventID = pseudonyms.fingerprint(.event, act.eventID)
        (entry.events, entry.unrecorded) = (act.events, act.unrecorded)
        entry.disclosures = act.disclosures.map { disclosure in
            LedgerEntry.Disclosed(
                person: person(disclosure.person), reference: hasOneReference[Int(disclosure.person)] ? nil : reference(disclosure.reference),
                categories: disclosure.categories, manners: disclosure.manners, ranks: ranks(disclosure.person))
        }
        return entry
    }

    private func ranks(_ person: UInt32) -> LedgerEntry.Ranks? {
        guard let directory = trail.directory, Int(person) < directory.count else { return nil }
        let at = Int(person)
        return LedgerEntry.Ranks(
            id: directory.byID[at], name: at < directory.byName.count ? directory.byName[at] : nil,
            postcode: at < directory.byPostcode.count ? directory.byPostcode[at] : nil)
    }

    /// Writes what is still open. `scopes`: what each finding's levels cover, for the recount.
    mutating func finish(scopes: [RecountScope], signers: [Signer]) throws -> IncidentDocument.LedgerSummary {
        let checkpoint = try ledger.finish(signers: signers)
        for scope in scopes { try recount.scope(finding: scope.finding, account: scope.account.map { account($0).base64URL } ?? "", level: scope.level.name, entries: scope.entries) }
        try recount.finish(directoryPersons: trail.directory?.count)
        for number in trail.accounts.indices { _ = account(UInt32(number)) }
        // Each reference's person, so that a question about a reference finds the person behind it.
        let behind = (0..<trail.referenceCount).map { trail.person(of: UInt32($0)) }
        try index.finish(
            accounts: accounts.map { $0?.bytes ?? [] }, persons: behind.map { persons[Int($0)]?.bytes ?? [] },
            references: references.map { $0?.bytes ?? [] }, services: trail.services.all, controllers: trail.controllers.all)
        try draft.write(Array(Aliases.csv(trail: trail, pseudonyms: pseudonyms, account: { accounts[Int($0)]?.base64URL ?? "" }, person: { persons[Int(trail.person(of: $0))]?.base64URL ?? "" }).utf8), to: "index/aliases.csv", mode: 0o600)
        return IncidentDocument.LedgerSummary(origin: checkpoint.origin, size: Int(checkpoint.size), root: checkpoint.root.base64)
    }

    private mutating func account(_ number: UInt32) -> Pseudonym {
        if let known = accounts[Int(number)] { return known }
        let made = pseudonyms.account(trail.accounts[Int(number)].key)
        accounts[Int(number)] = made
        return made
    }

    /// Named by the person's smallest reference: all that share a qualified identifier have one pseudonym.
    private mutating func person(_ number: UInt32) -> Pseudonym {
        if let known = persons[Int(number)] { return known }
        let made = pseudonyms.person(trail.reference(number).key)
        persons[Int(number)] = made
        return made
    }

    private mutating func reference(_ number: UInt32) -> Pseudonym {
        if let known = references[Int(number)] { return known }
        let made = pseudonyms.reference(trail.reference(number).key)
        references[Int(number)] = made
        return made
    }
}

/// `index/aliases.csv`: from the pseudonym of a name, a professional id or a person's identifier to the pseudonym of the
/// account or person. Whoever has the case key can ask by name; nobody else learns a name.
enum Aliases {
    static func csv(trail: Trail, pseudonyms: Pseudonyms, account: (UInt32) -> String, person: (UInt32) -> String) -> String {
        var lines: Set<String> = []
        for (number, names) in trail.accounts.enumerated() {
            for alias in [names.name, names.professional] where !alias.isEmpty {
                lines.insert("account,\(pseudonyms.account(alias).base64URL),\(account(UInt32(number)))")
            }
        }
        for (number, reference) in trail.references.enumerated() {
            let pseudonym = person(UInt32(number))
            guard !pseudonym.isEmpty else { continue }
            for alias in [reference.reference] + reference.identifiers.map(\.description) where !alias.isEmpty {
                lines.insert("person,\(pseudonyms.person(alias).base64URL),\(pseudonym)")
            }
        }
        return "kind,alias,pseudonym\n" + lines.sorted().map { $0 + "\n" }.joined()
    }
}

extension AccountNames {
    /// What the account's pseudonym is made from.
    var key: String { name + "\n" + professional }
}

extension PersonReference {
    /// As written into `persons.csv`: the reference, else the first identifier.
    var key: String { reference.isEmpty ? identifiers.first?.description ?? "" : reference }
}

/// Entries that one account's level of one finding rests on.
struct RecountScope {
    /// The finding's id.
    var finding: String
    /// Nil for acts that name no account and may be this one's.
    var account: UInt32?
    var level: ExposureLevel
    var entries: Range<UInt64>
}
