import Model

extension ExposureIndex {
    /// Exact numbers of distinct persons for a scope.
    package func count(_ scope: ExposureScope) throws(ExposureError) -> ExposureCount {
        let tally = self.tally ?? Tally(personCount: personCount, referenceCount: referenceCount)
        // After an error marks are left: they are thrown away with it.
        self.tally = nil
        let filter = Filter(scope)
        var count = ExposureCount()
        var services: Set<UInt32> = [], controllers: Set<UInt32> = []
        try forEachRun(filter) { segment, run throws(ExposureError) in
            let (accesses, references) = try tally.mark(segment, try tuples(segment, run), categories: run.categories, manners: run.manners)
            count.accesses += accesses
            count.references += references
            let unrecorded = Tally.survey(segment, run.rows) { service, controller in
                services.insert(service)
                controllers.insert(controller)
            }
            if run.tuple == nil { count.unrecorded += unrecorded }
        }
        if tally.isLarge(count.accesses) {
            tally.collectAll()
        } else {
            try forEachRun(filter) { segment, run throws(ExposureError) in tally.collect(segment, try tuples(segment, run)) }
        }
        tally.drain { categories, manners, persons in
            count.persons += persons
            for (_, one) in Categories.named where categories & one.rawValue != 0 { count.byCategory[one, default: 0] += persons }
            for (_, one) in Manners.named where manners & one.rawValue != 0 { count.byManner[one, default: 0] += persons }
        }
        if count.persons > 0 { try countFacets(filter, services.sorted(), controllers.sorted(), tally, &count) }
        self.tally = tally
        return count
    }

    /// Distinct persons by service and controller. With one of each everybody is theirs; otherwise 64 a walk.
    private func countFacets(_ filter: Filter, _ services: [UInt32], _ controllers: [UInt32], _ tally: Tally, _ count: inout ExposureCount) throws(ExposureError) {
        if services.count == 1 { count.byService = [services[0]: count.persons] }
        if controllers.count == 1 { count.byController = [controllers[0]: count.persons] }
        let facets = (services.count == 1 ? [] : services.map { Facet(isService: true, number: $0) }) + (controllers.count == 1 ? [] : controllers.map { Facet(isService: false, number: $0) })
        for start in stride(from: 0, to: facets.count, by: 64) {
            let part = facets[start..<min(start + 64, facets.count)]
            let bits = Dictionary(uniqueKeysWithValues: zip(part, (0..<UInt64(part.count)).map { UInt64(1) << $0 }))
            var counts = [Int](repeating: 0, count: 64)
            try forEachRun(filter) { segment, run throws(ExposureError) in
                for row in run.rows {
                    let mask = (bits[Facet(isService: true, number: segment.service[row])] ?? 0) | (bits[Facet(isService: false, number: segment.controller[row])] ?? 0)
                    if mask != 0 { try tally.markFacets(segment, try tuples(segment, Run(rows: row..<row + 1, tuple: run.tuple, categories: nil, manners: nil)), run, bits: mask) }
                }
            }
            try forEachRun(filter) { segment, run throws(ExposureError) in tally.collectFacets(segment, try tuples(segment, run), into: &counts) }
            for (facet, persons) in zip(part, counts) where persons > 0 {
                if facet.isService { count.byService[facet.number] = persons } else { count.byController[facet.number] = persons }
            }
        }
    }

    private func tuples(_ segment: Segment, _ run: Run) throws(ExposureError) -> Range<Int> {
        if let one = run.tuple { return one..<one + 1 }
        return try segment.tuples(ofRows: run.rows)
    }
}

private struct Facet: Hashable {
    var isService: Bool
    var number: UInt32
}
