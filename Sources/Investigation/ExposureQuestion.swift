import Exposure
import Incident
import Ledger
import Model

/// A question to the exposure index of a folder: which distinct persons did these accounts disclose in this window, or who
/// saw this person.
package struct ExposureQuestion {
    private let folder: String
    private let accounts: [String]
    private let from: Instant?
    private let to: Instant?
    private let person: String?
    private let pseudonyms: Pseudonyms?

    package init(folder: String, accounts: [String], from: String?, to: String?, person: String?, caseKeyFile: String?) throws {
        guard FolderDraft.isFolder(folder) else { throw InvestigationFailure(.noInput, "\(InputFile.baseName(folder)): there is no such folder") }
        (self.folder, self.accounts, self.person) = (folder, accounts, person)
        func bound(_ text: String?, _ option: String, isEnd: Bool) throws -> Instant? {
            do { return try TimeBound.parse(text ?? "", isEnd: isEnd) } catch { throw InvestigationFailure(.usage, "\(option): \(error)") }
        }
        self.from = try bound(from, "--from", isEnd: false)
        self.to = try bound(to, "--to", isEnd: true)
        let ownKey = folder + "/restricted/case.key"
        pseudonyms = try (caseKeyFile ?? (FolderDraft.exists(ownKey) ? ownKey : nil)).map { try KeyFiles.caseKey($0).pseudonyms }
    }

    package func answer() throws -> ExposureAnswer {
        let document = try IncidentDocument(json: try FileHash.bytes(folder: folder, file: "incident.json"))
        do {
            let index = try ExposureIndex(folder: folder + "/index")
            var scope = ExposureScope(from: from, to: to)
            if !accounts.isEmpty { scope.accounts = try accounts.flatMap { try numbers(ofAccount: $0, document, index) } }
            if let person { scope.persons = [try number(ofPerson: person, index)] }
            let counted = try index.count(scope)
            var count = IncidentDocument.Count(
                counted, service: { Int($0) < index.services.count ? index.services[Int($0)] : "" },
                controller: { Int($0) < index.controllers.count ? index.controllers[Int($0)] : "" }, directoryPersons: document.options.directoryPersons)
            // The answer counts who was recorded; the bound for others stands beside it.
            count.persons = counted.persons
            let seen = try scope.persons.map { try sightings(of: $0, scope, document, index) } ?? []
            return ExposureAnswer(accounts: accounts, from: from, to: to, person: person, count: count, accesses: counted.accesses, sightings: seen)
        } catch let error as ExposureError {
            throw FolderProblem(file: "index/" + error.file, problem: error.description)
        }
    }

    /// Who saw a person, in the order of the trail. Accounts that are in no finding stay pseudonyms.
    private func sightings(of persons: [UInt32], _ scope: ExposureScope, _ document: IncidentDocument, _ index: ExposureIndex) throws -> [ExposureAnswer.Seen] {
        let names = Dictionary(document.findings.flatMap(\.accounts).map { ($0.pseudonym, $0.account) }, uniquingKeysWith: { first, _ in first })
        var seen: [ExposureAnswer.Seen] = []
        for sighting in try persons.flatMap({ try index.who(saw: $0) }) {
            guard sighting.time >= from ?? sighting.time, sighting.time <= to ?? sighting.time else { continue }
            if let accounts = scope.accounts, !(sighting.account.map(accounts.contains) ?? false) { continue }
            let pseudonym = sighting.account.flatMap { index.pseudonym(ofAccount: $0) }.flatMap { Pseudonym($0) }?.base64URL ?? ""
            seen.append(
                ExposureAnswer.Seen(
                    time: sighting.time, entry: Int(clamping: sighting.entry), account: names[pseudonym], pseudonym: pseudonym,
                    service: Int(sighting.service) < index.services.count ? index.services[Int(sighting.service)] : "", categories: sighting.categories, manners: sighting.manners))
        }
        return seen
    }

    private func numbers(ofAccount name: String, _ document: IncidentDocument, _ index: ExposureIndex) throws -> [UInt32] {
        var found: Set<String> = []
        for account in document.findings.flatMap(\.accounts) where account.account == name || account.professionalId == name { found.insert(account.pseudonym) }
        if let pseudonyms { found.formUnion(try aliases("account", pseudonyms.account(name).base64URL)) }
        let numbers = found.sorted().compactMap { Pseudonym($0).flatMap { index.account($0.bytes) } }
        guard !numbers.isEmpty else {
            throw InvestigationFailure(
                .noInput,
                pseudonyms == nil ? "this account is in no finding, and without the case key no other can be looked up (--case-key)" : "the trail knows no account of this name or professional id")
        }
        return numbers
    }

    private func number(ofPerson text: String, _ index: ExposureIndex) throws -> UInt32 {
        guard let pseudonyms else { throw InvestigationFailure(.noInput, "a person can only be looked up with the case key (--case-key)") }
        guard let pseudonym = try aliases("person", pseudonyms.person(text).base64URL).first.flatMap({ Pseudonym($0) }), let number = index.person(pseudonym.bytes) else {
            throw InvestigationFailure(.noInput, "the trail discloses no person of this reference or identifier")
        }
        return number
    }

    private func aliases(_ kind: String, _ alias: String) throws -> [String] {
        let bytes = try FileHash.bytes(folder: folder, file: "index/aliases.csv")
        let start = Array("\(kind),\(alias),".utf8)
        return bytes.split(separator: 0x0A).filter { $0.starts(with: start) }.map { String(decoding: $0.dropFirst(start.count), as: UTF8.self) }
    }
}

package struct ExposureAnswer: Sendable {
    var accounts: [String]
    var from: Instant?
    var to: Instant?
    var person: String?
    package var count: IncidentDocument.Count
    /// Disclosures: pairs of an act and a reference.
    package var accesses: Int
    /// With a person only: each time that somebody saw them.
    package var sightings: [Seen] = []

    package struct Seen: Sendable {
        var time: Instant
        /// Entry of the ledger.
        var entry: Int
        /// Nil for an account that is in no finding.
        var account: String?
        var pseudonym: String
        var service: String
        var categories: Categories
        var manners: Manners
    }

    package var json: String {
        func text(_ value: String?) -> String { value.map(JSONText.quoted) ?? "null" }
        let scope = "{\"accounts\": [\(accounts.map(JSONText.quoted).joined(separator: ", "))], \"from\": \(text(from?.description)), \"to\": \(text(to?.description)), \"person\": \(text(person))}"
        let counted =
            "{\"persons\": \(count.persons), \"references\": \(count.references), \"by_category\": \(JSONText.object(count.byCategory)), \"by_manner\": \(JSONText.object(count.byManner)), "
            + "\"by_service\": \(JSONText.object(count.byService)), \"by_controller\": \(JSONText.object(count.byController)), \"unrecorded\": \(count.unrecorded)}"
        let seen = sightings.map {
            "{\"time\": \(JSONText.quoted($0.time.description)), \"entry\": \($0.entry), \"account\": \(text($0.account)), \"pseudonym\": \(JSONText.quoted($0.pseudonym)), "
                + "\"service\": \(JSONText.quoted($0.service)), \"categories\": \(JSONText.list($0.categories.names)), \"manners\": \(JSONText.list($0.manners.names))}"
        }
        let list = person == nil ? "" : ", \"sightings\": [\(seen.joined(separator: ", "))]"
        return "{\"scope\": \(scope), \"count\": \(counted), \"accesses\": \(accesses)\(list)}"
    }

    package var sentences: [Sentence] {
        func parts(_ values: [String: Int]) -> String { values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ") }
        var lines = [
            Sentence(fr: "\(count.persons) personnes distinctes (\(count.references) références) en \(accesses) accès", en: "\(count.persons) distinct persons (\(count.references) references) in \(accesses) accesses")
        ]
        for (fr, en, values) in [
            ("par catégorie", "by category", count.byCategory), ("par manière", "by manner", count.byManner), ("par service", "by service", count.byService),
            ("par responsable", "by controller", count.byController),
        ] where !values.isEmpty { lines.append(Sentence(fr: "  \(fr) : \(parts(values))", en: "  \(en): \(parts(values))")) }
        if count.unrecorded > 0 {
            lines.append(Sentence(fr: "  au plus \(count.unrecorded) personnes de plus sur des listes dont la source n'a pas noté les noms", en: "  at most \(count.unrecorded) more persons on lists whose names the source did not record"))
        }
        for seen in sightings {
            let who = seen.account ?? (seen.pseudonym.isEmpty ? "?" : seen.pseudonym), what = "\(seen.categories.names.joined(separator: ", ")) (\(seen.manners.names.joined(separator: ", ")))"
            lines.append(Sentence(fr: "  \(seen.time)  \(who)  \(seen.service) : \(what)", en: "  \(seen.time)  \(who)  \(seen.service): \(what)"))
        }
        return lines
    }
}
