import Model
import Profiles

/// A trail that was read: every line accounted for, its acts kept on disk in canonical order.
///
/// Canonical order is (time, source, source id, content hash), never the order of arguments. `forEachAct` walks it as often
/// as asked; numbers (accounts, references, names) are given at first sight, so they are the same each time. In the first
/// walk `Disclosure.person` is what the trail had shown by then; from the second on it is final.
///
/// Used from one thread.
package final class Trail {
    /// Sorted by hash, then name.
    package let files: [FileBalance]
    /// What had to be taken for granted, each once, sorted.
    package let assumptions: [Wording]
    /// Sorted by source, kind, time.
    package let coverage: [CoverageNote]
    /// Kept records, and acts that they make.
    package let events: Int
    package let acts: Int
    package let first: Instant?
    package let last: Instant?
    /// Names of the profiles that spoke of at least one event, sorted.
    package let profilesUsed: [String]
    /// Where persons stand in the directory; nil when none was given.
    package let directory: DirectoryOrders?
    /// Columns of the people file by reference; nil when none was given.
    package let people: PeopleTable?

    private let records: Sorter<ActOrder>.Merged
    private let walk: Walk
    private let meter: ProgressMeter

    private init(_ parts: Parts, records: Sorter<ActOrder>.Merged, walk: Walk, meter: ProgressMeter) {
        (files, assumptions, coverage, events, acts) = (parts.files, parts.assumptions, parts.coverage, parts.events, records.count)
        (first, last, profilesUsed, directory, people) = (parts.first, parts.last, parts.profilesUsed, parts.directory, parts.people)
        (self.records, self.walk, self.meter) = (records, walk, meter)
    }

    private struct Parts {
        var files: [FileBalance], assumptions: [Wording], coverage: [CoverageNote]
        var events: Int, first: Instant?, last: Instant?, profilesUsed: [String]
        var directory: DirectoryOrders?, people: PeopleTable?
    }

    /// Reads all inputs. Files are read in parallel; the result does not depend on how many threads there are, nor on the
    /// order of the inputs. `fingerprints` must give the same number for the same text; `progress` returns false to stop.
    /// - Throws: `TrailError`.
    package static func read(
        _ plan: TrailPlan,
        fingerprints: @escaping @Sendable (FingerprintDomain, String) -> UInt64,
        progress: @escaping @Sendable (TrailProgress) -> Bool = { _ in true }
    ) throws -> Trail {
        let inputs = try InputList.files(plan.inputs)
        let directory = try plan.directory.map { try DirectoryTable.read($0, temporaryFolder: plan.temporaryFolder) }
        let people = try plan.people.map { try PeopleTable.read($0, temporaryFolder: plan.temporaryFolder) }
        let meter = ProgressMeter(total: InputList.bytes(inputs), say: progress)

        let reading = try Reading(plan: plan, meter: meter).run(inputs)
        var gathering = Gathering(
            ranks: reading.ranks, isCopy: reading.isCopy, profiles: plan.profiles, limit: plan.memory, temporaryFolder: plan.temporaryFolder)
        try meter.say(.ordering)
        let records = try gathering.acts(from: reading.sorters) { try meter.say(.ordering) }

        var files = reading.files
        for file in files.indices { settle(&files[file], file, gathering) }
        if gathering.events == 0, files.contains(where: { $0.refused > 0 }) { throw TrailError.nothingReadable(files) }
        let coverage = CoverageReport(reading: reading, gathering: gathering, profiles: plan.profiles, files: files)
        let walk = Walk(
            fingerprints: fingerprints, profiles: plan.profiles, names: gathering.names,
            sourcesWithoutSessions: Set(gathering.activity.sources.filter { !$0.hasSessions }.map(\.name)), directory: directory)
        let used = zip(plan.profiles.profiles, reading.profilesUsed).filter { $0.1 }.map(\.0.name)
        let parts = Parts(
            files: files.sorted { ($0.sha256, $0.name, $0.duplicate) < ($1.sha256, $1.name, $1.duplicate) },
            assumptions: coverage.assumptions, coverage: coverage.notes, events: gathering.events,
            first: gathering.activity.first.map { Instant(milliseconds: $0) }, last: gathering.activity.last.map { Instant(milliseconds: $0) },
            profilesUsed: Array(Set(used)).sorted(), directory: directory?.orders, people: people)
        return Trail(parts, records: records, walk: walk, meter: meter)
    }

    /// Lines that turned out to be duplicates or contradictions leave `kept`.
    private static func settle(_ balance: inout FileBalance, _ file: Int, _ gathering: Gathering) {
        balance.kept -= gathering.duplicates[file] + gathering.refusedUnits[file]
        balance.duplicate += gathering.duplicates[file]
        balance.refused += gathering.refusedUnits[file]
        guard !gathering.refusals[file].isEmpty else { return }
        balance.refusals += gathering.refusals[file].map {
            FileBalance.Refusal(place: Place(file: balance.name, line: $0.place.line, byte: $0.place.byte), problem: $0.problem)
        }
        balance.refusals.sort { ($0.place.line, $0.problem.field, $0.problem.found) < ($1.place.line, $1.problem.field, $1.problem.found) }
        balance.refusals = Array(balance.refusals.prefix(FileBalance.refusalsMax))
    }

    /// All acts in canonical order. Calls are one after the other; act and detail are valid beyond the call.
    package func forEachAct(_ body: (Act, ActDetail) throws -> Void) throws {
        try meter.say(.walking)
        walk.begin()
        var done = 0
        // Acts of one instant are looked at together: a login and the first access often bear the same second, and canonical
        // order may put the access first.
        var instant: [ActRecord] = []
        func walkInstant() throws {
            if instant.count > 1 { walk.noteLogins(instant) }
            for record in instant {
                let (act, detail) = walk.act(record)
                try body(act, detail)
                done += 1
                if done & 0x3fff == 0 { try meter.say(.walking) }
            }
            instant.removeAll(keepingCapacity: true)
        }
        try records.forEach { pointer in
            let record = ActRecord(pointer)
            if let first = instant.first, first.time != record.time { try walkInstant() }
            instant.append(record)
        }
        try walkInstant()
    }

    // Known after the first walk.

    /// By account number.
    package var accounts: [AccountNames] { walk.accounts }
    /// Numbers of references run from 0 to below this; persons of the directory come first, in the order of their ids.
    package var referenceCount: Int { walk.persons.count }
    /// A reference as the sources give it, with all its identifiers, sorted.
    package func reference(_ number: UInt32) -> PersonReference { walk.persons.reference(number) }
    /// Number of a reference by its text; nil when neither trail nor directory names it.
    package func reference(named text: String) -> UInt32? { walk.persons.known(text) }
    /// By reference number. Makes a value for each: for pages and tables, not for loops.
    package var references: [PersonReference] { (0..<referenceCount).map { reference(UInt32($0)) } }
    /// Distinct references and persons that the trail itself names.
    package var referencesSeen: Int { walk.persons.seen }
    package var personsSeen: Int { walk.persons.personsSeen() }
    /// The person behind a reference, as far as the trail has shown: the smallest number of all references that share a
    /// qualified identifier with it.
    package func person(of reference: UInt32) -> UInt32 { walk.persons.person(of: reference) }

    package var sources: Names { walk.sources.names }
    package var services: Names { walk.services.names }
    package var controllers: Names { walk.controllers.names }
    /// Number 0 is the empty name: not given.
    package var teams: Names { walk.teams.names }
    package var resources: Names { walk.resources.names }

    /// True when being in this service reveals health by context (service number).
    package func revealsHealth(service: UInt32) -> Bool {
        Int(service) < walk.revealsHealth.count && walk.revealsHealth[Int(service)]
    }
    /// True for a person whom a profile names as a decoy (reference number).
    package func isDecoy(_ reference: UInt32) -> Bool { walk.isDecoy(reference) }
}

/// Names and contacts by reference, from `--people`.
package struct PeopleTable: Sendable {
    /// Names of the columns beside the reference, as in the file.
    package var columns: [String] = []
    package var rows: [String: [String]] = [:]
}
