import Exposure
import Model

/// What an exposure is, by its definition and nothing else: acts in a list, one set per figure. Slow on purpose.
struct ReferenceCounter {
    struct Row {
        var entry: UInt64, time: Instant, account: UInt32, session: UInt64, service: UInt32, controller: UInt32
        var disclosures: [Disclosure], unrecorded: Int
    }
    var rows: [Row]

    func count(_ scope: ExposureScope) -> ExposureCount {
        var persons: Set<UInt32> = [], references: Set<UInt32> = []
        var byCategory: [Categories: Set<UInt32>] = [:], byManner: [Manners: Set<UInt32>] = [:]
        var byService: [UInt32: Set<UInt32>] = [:], byController: [UInt32: Set<UInt32>] = [:]
        var count = ExposureCount()
        for row in rows where contains(scope, row) {
            if scope.persons == nil { count.unrecorded += row.unrecorded }
            for d in row.disclosures where contains(scope, d) {
                count.accesses += 1
                persons.insert(d.person)
                references.insert(d.reference)
                byService[row.service, default: []].insert(d.person)
                byController[row.controller, default: []].insert(d.person)
                for (_, one) in Categories.named where d.categories.contains(one) { byCategory[one, default: []].insert(d.person) }
                for (_, one) in Manners.named where d.manners.contains(one) { byManner[one, default: []].insert(d.person) }
            }
        }
        (count.persons, count.references) = (persons.count, references.count)
        (count.byCategory, count.byManner) = (byCategory.mapValues(\.count), byManner.mapValues(\.count))
        (count.byService, count.byController) = (byService.mapValues(\.count), byController.mapValues(\.count))
        return count
    }

    func persons(_ scope: ExposureScope) -> [PersonExposure] {
        var found: [UInt32: PersonExposure] = [:]
        for row in rows where contains(scope, row) {
            for d in row.disclosures where contains(scope, d) {
                var p = found[d.person] ?? PersonExposure(person: d.person, categories: [], manners: [], references: [], services: [], controllers: [], accounts: [], first: row.time, last: row.time)
                p.categories.formUnion(d.categories)
                p.manners.formUnion(d.manners)
                p.references = Set(p.references + [d.reference]).sorted()
                p.services = Set(p.services + [row.service]).sorted()
                p.controllers = Set(p.controllers + [row.controller]).sorted()
                if row.account != ExposureIndexWriter.nobody { p.accounts = Set(p.accounts + [row.account]).sorted() }
                (p.first, p.last) = (min(p.first, row.time), max(p.last, row.time))
                found[d.person] = p
            }
        }
        return found.values.sorted { $0.person < $1.person }
    }

    func who(saw person: UInt32) -> [Sighting] {
        rows.flatMap { row in
            row.disclosures.filter { $0.person == person }.map {
                Sighting(entry: row.entry, time: row.time, account: row.account == ExposureIndexWriter.nobody ? nil : row.account, session: row.session, service: row.service, controller: row.controller, reference: $0.reference, categories: $0.categories, manners: $0.manners)
            }
        }
    }

    private func contains(_ scope: ExposureScope, _ row: Row) -> Bool {
        (scope.accounts?.contains(row.account) ?? true) && (scope.sessions?.contains(row.session) ?? true)
            && (scope.from.map { $0 <= row.time } ?? true) && (scope.to.map { row.time <= $0 } ?? true)
            && (scope.services?.contains(row.service) ?? true) && (scope.controllers?.contains(row.controller) ?? true)
            && (scope.entries?.contains { $0.contains(row.entry) } ?? true)
    }

    private func contains(_ scope: ExposureScope, _ d: Disclosure) -> Bool {
        (scope.persons?.contains(d.person) ?? true) && (scope.categories.map { !d.categories.isDisjoint(with: $0) } ?? true) && (scope.manners.map { !d.manners.isDisjoint(with: $0) } ?? true)
    }
}
