import Model

extension ExposureIndex {
    /// Reads everything and throws what does not hold: damaged bytes, rows out of order, numbers without names, or a reverse
    /// side that tells another story than the forward side. After it, every query's answer follows from the rows.
    package func check() throws(ExposureError) {
        try names.file.checkContent()
        var before: UInt64?
        for segment in segments {
            try segment.file.checkContent()
            try checkForward(segment)
            try checkReverse(segment)
            let entries = (0..<segment.rows).map { segment.entry[$0] }
            if let before, let first = entries.min(), first <= before { throw segment.disorder }
            before = entries.max() ?? before
        }
    }

    private func checkForward(_ segment: Segment) throws(ExposureError) {
        for k in 0..<segment.accounts.count {
            let account = segment.accounts[k], rows = try segment.rows(ofAccountAt: k)
            guard k == 0 || segment.accounts[k - 1] < account, !rows.isEmpty else { throw segment.disorder }
            guard Int(account) < accountCount || account == ExposureIndexWriter.nobody else { throw nameless(segment) }
            for row in rows {
                guard row == rows.lowerBound || (segment.time[row - 1] <= segment.time[row] && segment.entry[row - 1] < segment.entry[row]) else { throw segment.disorder }
                guard Int(segment.service[row]) < services.count, Int(segment.controller[row]) < controllers.count else { throw nameless(segment) }
                for t in try segment.tuples(ofRows: row..<row + 1) {
                    guard Int(segment.person[t]) < personCount, Int(segment.reference[t]) < referenceCount else { throw nameless(segment) }
                }
            }
        }
    }

    /// Places of a person ascend by (entry, tuple), so no tuple stands twice; there are as many places as tuples, so each
    /// stands once.
    private func checkReverse(_ segment: Segment) throws(ExposureError) {
        for k in 0..<segment.persons.count {
            let person = segment.persons[k], places = try segment.places(ofPersonAt: k)
            guard k == 0 || segment.persons[k - 1] < person, !places.isEmpty else { throw segment.disorder }
            var before: (entry: UInt64, tuple: Int)?
            for place in places {
                let (row, tuple) = try segment.rowAndTuple(at: place)
                let entry = segment.entry[row]
                guard segment.person[tuple] == person, try segment.tuples(ofRows: row..<row + 1).contains(tuple) else { throw segment.disorder }
                if let before, (entry, tuple) <= before { throw segment.disorder }
                before = (entry, tuple)
            }
        }
    }

    private func nameless(_ segment: Segment) -> ExposureError { ExposureError(.corrupt, file: segment.file.name, "has a number without a name") }
}
