import Model

/// `restricted/persons.csv`: who was exposed, collected act by act over all findings that cut.
///
/// One row per reference and certainty. An account stands in the row of the strongest certainty that it gives for the
/// person, and in no weaker one. Memory grows with the exposed persons only.
package struct ExposedPersons {
    private struct Way: Hashable {
        var reference: UInt32
        var account: UInt32
    }

    private struct Access {
        var level: ExposureLevel
        var categories: Categories
        var manners: Manners
        var services: Set<UInt32>
        var controllers: Set<UInt32>
        var first: Instant
        var last: Instant

        mutating func join(_ other: Access) {
            categories.formUnion(other.categories)
            manners.formUnion(other.manners)
            services.formUnion(other.services)
            controllers.formUnion(other.controllers)
            first = min(first, other.first)
            last = max(last, other.last)
        }
    }

    /// Numbers back to words.
    package struct Words {
        package var person: (UInt32) -> String
        package var identifiers: (UInt32) -> [Identifier]
        package var account: (UInt32) -> String
        package var service: (UInt32) -> String
        package var controller: (UInt32) -> String
        /// Names and contacts known of a reference: one value per column of `contactColumns`.
        package var contacts: (UInt32) -> [String]
        package var contactColumns: [String]

        package init(person: @escaping (UInt32) -> String, identifiers: @escaping (UInt32) -> [Identifier], account: @escaping (UInt32) -> String, service: @escaping (UInt32) -> String, controller: @escaping (UInt32) -> String, contacts: @escaping (UInt32) -> [String] = { _ in [] }, contactColumns: [String] = []) {
            (self.person, self.identifiers, self.account, self.service, self.controller) = (person, identifiers, account, service, controller)
            (self.contacts, self.contactColumns) = (contacts, contactColumns)
        }
    }

    private var ways: [Way: Access] = [:]

    package init() {}

    /// Adds what one act of an account disclosed at a level.
    package mutating func add(_ act: Act, account: UInt32, level: ExposureLevel) {
        for disclosure in act.disclosures {
            let access = Access(
                level: level, categories: disclosure.categories, manners: disclosure.manners, services: [act.service],
                controllers: [act.controller], first: act.time, last: act.time)
            let way = Way(reference: disclosure.reference, account: account)
            guard let known = ways[way], known.level >= level else { ways[way] = access; continue }
            if known.level == level { ways[way]?.join(access) }
        }
    }

    /// Rows sorted by person, then from established to possible. The text is the file.
    package func csv(_ words: Words) -> String {
        struct RowKey: Hashable { var reference: UInt32, level: ExposureLevel }
        var rows: [RowKey: (access: Access, accounts: Set<UInt32>)] = [:]
        for (way, access) in ways {
            let key = RowKey(reference: way.reference, level: access.level)
            if rows[key] == nil { rows[key] = (access, [way.account]) } else {
                rows[key]?.access.join(access)
                rows[key]?.accounts.insert(way.account)
            }
        }
        let sorted = rows.map { (person: words.person($0.key.reference), key: $0.key, row: $0.value) }
            .sorted { ($0.person, -$0.key.level.rawValue, $0.key.reference) < ($1.person, -$1.key.level.rawValue, $1.key.reference) }
        var table = CSVTable(header: ["person", "identifiers", "certainty", "categories", "manners", "services", "controllers", "accounts", "first", "last"] + words.contactColumns)
        for (person, key, row) in sorted {
            table.append(
                [
                    person, words.identifiers(key.reference).map(\.description).joined(separator: ";"), key.level.name,
                    row.access.categories.names.joined(separator: ";"), row.access.manners.names.joined(separator: ";"),
                    listed(row.access.services, words.service), listed(row.access.controllers, words.controller), listed(row.accounts, words.account),
                    row.access.first.description, row.access.last.description,
                ] + words.contacts(key.reference))
        }
        return table.text
    }

    private func listed(_ numbers: Set<UInt32>, _ word: (UInt32) -> String) -> String {
        Set(numbers.map(word)).filter { !$0.isEmpty }.sorted().joined(separator: ";")
    }
}
