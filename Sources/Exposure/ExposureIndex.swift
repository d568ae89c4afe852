import Model

/// Answers, from the files of `ExposureIndexWriter`, whose data was seen: exact numbers of distinct persons for any scope,
/// and who saw a person.
///
/// Files are mapped, not read; a query touches the rows of its scope and a mark per person. A file is never believed: a
/// number outside its table is an error, not a crash. Not to be used from two threads at once (it keeps the marks between
/// queries).
package final class ExposureIndex {
    static let namesFile = "names"
    static func segmentFile(_ number: Int) -> String { "segment-" + padded(number, 6) }

    let names: ExposureNames
    let segments: [Segment]
    var tally: Tally?

    package convenience init(folder: String) throws(ExposureError) {
        let names = try MappedBytes(folder: folder, name: ExposureIndex.namesFile)
        try self.init(names: names) { number throws(ExposureError) in try MappedBytes(folder: folder, name: ExposureIndex.segmentFile(number)) }
    }

    init(names bytes: MappedBytes, segment: (Int) throws(ExposureError) -> MappedBytes) throws(ExposureError) {
        names = try ExposureNames(bytes)
        var segments: [Segment] = []
        for (number, expected) in names.segments.enumerated() {
            let one = try Segment(try segment(number), name: ExposureIndex.segmentFile(number))
            guard UInt64(one.file.count) == expected.count, UInt64(one.file.fingerprint) == expected.fingerprint else { throw ExposureError(.corrupt, file: one.file.name, "belongs to another index") }
            segments.append(one)
        }
        self.segments = segments
    }

    package var services: [String] { names.services }
    package var controllers: [String] { names.controllers }
    package var accountCount: Int { names.count(.accounts) }
    package var personCount: Int { names.count(.persons) }
    package var referenceCount: Int { names.count(.references) }
    /// Disclosures in the index.
    package var accessCount: Int { segments.reduce(0) { $0 + $1.tuples } }

    package func pseudonym(ofAccount number: UInt32) -> [UInt8]? { names.pseudonym(.accounts, number) }
    package func pseudonym(ofPerson number: UInt32) -> [UInt8]? { names.pseudonym(.persons, number) }
    package func pseudonym(ofReference number: UInt32) -> [UInt8]? { names.pseudonym(.references, number) }
    package func account(_ pseudonym: [UInt8]) -> UInt32? { names.number(.accounts, of: pseudonym) }
    package func person(_ pseudonym: [UInt8]) -> UInt32? { names.number(.persons, of: pseudonym) }
    package func reference(_ pseudonym: [UInt8]) -> UInt32? { names.number(.references, of: pseudonym) }

    /// Every disclosure of a person, in the order of the trail.
    package func who(saw person: UInt32) throws(ExposureError) -> [Sighting] {
        var sightings: [Sighting] = []
        for segment in segments {
            guard let k = segment.persons.position(of: person) else { continue }
            for place in try segment.places(ofPersonAt: k) {
                let (row, tuple) = try segment.rowAndTuple(at: place)
                let account = try segment.account(ofRow: row)
                sightings.append(Sighting(
                    entry: segment.entry[row], time: Instant(milliseconds: segment.time[row]), account: account == ExposureIndexWriter.nobody ? nil : account,
                    session: segment.session[row], service: segment.service[row], controller: segment.controller[row], reference: segment.reference[tuple],
                    categories: Categories(rawValue: segment.categories[tuple]), manners: Manners(rawValue: segment.manners[tuple])))
            }
        }
        return sightings
    }

    /// Each person of a scope, by number, with what was disclosed of them. Memory grows with the persons of the scope.
    package func persons(_ scope: ExposureScope) throws(ExposureError) -> [PersonExposure] {
        var found: [PersonExposure] = []
        var place: [UInt32: Int] = [:]
        try forEachRun(Filter(scope)) { segment, run throws(ExposureError) in
            for row in run.rows {
                let account = try segment.account(ofRow: row), time = Instant(milliseconds: segment.time[row])
                let tuples = if let one = run.tuple { one..<one + 1 } else { try segment.tuples(ofRows: row..<row + 1) }
                for t in tuples where run.meets(segment, t) {
                    let person = segment.person[t]
                    let at = place[person] ?? found.count
                    if at == found.count {
                        place[person] = at
                        found.append(PersonExposure(person: person, categories: [], manners: [], references: [], services: [], controllers: [], accounts: [], first: time, last: time))
                    }
                    found[at].categories.formUnion(Categories(rawValue: segment.categories[t]))
                    found[at].manners.formUnion(Manners(rawValue: segment.manners[t]))
                    insert(segment.reference[t], into: &found[at].references)
                    insert(segment.service[row], into: &found[at].services)
                    insert(segment.controller[row], into: &found[at].controllers)
                    if account != ExposureIndexWriter.nobody { insert(account, into: &found[at].accounts) }
                    found[at].first = min(found[at].first, time)
                    found[at].last = max(found[at].last, time)
                }
            }
        }
        return found.sorted { $0.person < $1.person }
    }
}

/// Inserts into an ascending array of distinct numbers, short in practice.
private func insert(_ value: UInt32, into values: inout [UInt32]) {
    if values.last == value { return }
    var at = values.count
    while at > 0 && values[at - 1] >= value { at -= 1 }
    if at < values.count && values[at] == value { return }
    values.insert(value, at: at)
}

extension Segment {
    /// The forward row and tuple behind a place of the reverse side.
    func rowAndTuple(at place: Int) throws(ExposureError) -> (Int, Int) {
        let row = Int(personRow[place]), tuple = Int(personTuple[place])
        guard row < rows, tuple < tuples else { throw disorder }
        return (row, tuple)
    }
}
