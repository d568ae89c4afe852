import Model

/// Counts distinct persons while acts stream by, without an index: a finding's levels, each its own counter.
///
/// Memory grows with the persons of the scope. Give each act once.
package struct ExposureCounter: Sendable {
    private var seen: [UInt32: Shown] = [:]
    private var references: Set<UInt32> = []
    private var byService: Set<Pair> = []
    private var byController: Set<Pair> = []
    private var accesses = 0
    private var unrecorded = 0

    private struct Shown { var categories: Categories, manners: Manners }
    private struct Pair: Hashable { var facet: UInt32, person: UInt32 }

    package init() {}

    package mutating func add(_ disclosures: [Disclosure], service: UInt32, controller: UInt32, unrecorded: Int) {
        self.unrecorded += max(0, unrecorded)
        for d in disclosures {
            accesses += 1
            var shown = seen[d.person] ?? Shown(categories: [], manners: [])
            shown.categories.formUnion(d.categories)
            shown.manners.formUnion(d.manners)
            seen[d.person] = shown
            references.insert(d.reference)
            byService.insert(Pair(facet: service, person: d.person))
            byController.insert(Pair(facet: controller, person: d.person))
        }
    }

    package mutating func add(_ act: Act) { add(act.disclosures, service: act.service, controller: act.controller, unrecorded: act.unrecorded) }

    /// Adds what another counter saw. Acts that both saw count twice in `accesses` and `unrecorded`, never in persons.
    package mutating func formUnion(_ other: ExposureCounter) {
        seen.merge(other.seen) { Shown(categories: $0.categories.union($1.categories), manners: $0.manners.union($1.manners)) }
        references.formUnion(other.references)
        byService.formUnion(other.byService)
        byController.formUnion(other.byController)
        accesses += other.accesses
        unrecorded += other.unrecorded
    }

    package func contains(person: UInt32) -> Bool { seen[person] != nil }
    /// Ascending numbers.
    package var persons: [UInt32] { seen.keys.sorted() }

    package var count: ExposureCount {
        var count = ExposureCount()
        (count.persons, count.references, count.accesses, count.unrecorded) = (seen.count, references.count, accesses, unrecorded)
        for shown in seen.values {
            for (_, one) in Categories.named where shown.categories.contains(one) { count.byCategory[one, default: 0] += 1 }
            for (_, one) in Manners.named where shown.manners.contains(one) { count.byManner[one, default: 0] += 1 }
        }
        for pair in byService { count.byService[pair.facet, default: 0] += 1 }
        for pair in byController { count.byController[pair.facet, default: 0] += 1 }
        return count
    }
}
