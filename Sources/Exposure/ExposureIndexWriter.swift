import Model

/// Builds the exposure index of a trail on disk, its memory bounded whatever the trail's size.
///
/// Acts go in once, in canonical order. What is held is written as a sorted segment whenever it reaches the limit; queries
/// add segments up. The file of names is written last: a folder without it is no index. The same acts and the same limit
/// give the same bytes.
package final class ExposureIndexWriter {
    /// Stands for the account of an act that no account could be found for.
    package static let nobody = UInt32.max

    private let folder: String
    private let memoryMax: Int
    private var held = SegmentBuilder()
    private var segments: [(fingerprint: UInt32, count: Int)] = []
    private var last: (time: Int64, entry: UInt64)?
    // One above the highest number used.
    private var accountsEnd = 0, personsEnd = 0, referencesEnd = 0, servicesEnd = 0, controllersEnd = 0
    private var finished = false

    /// `memoryMax`: bytes that the held acts and their sorting may take.
    package init(folder: String, memoryMax: Int = 64 << 20) throws(ExposureError) {
        (self.folder, self.memoryMax) = (folder, memoryMax)
        try OutputFolder.make(folder)
        OutputFolder.remove(ExposureIndex.namesFile, in: folder)
    }

    deinit {
        if !finished { for i in segments.indices { OutputFolder.remove(ExposureIndex.segmentFile(i), in: folder) } }
    }

    /// One act. `unrecorded`: upper bound of persons disclosed whom the source did not record. Acts that disclosed nobody
    /// leave no row, so they need not be given.
    package func append(entry: UInt64, time: Instant, account: UInt32, session: UInt64, service: UInt32, controller: UInt32, disclosures: [Disclosure], unrecorded: Int) throws(ExposureError) {
        if let last, time.milliseconds < last.time || entry <= last.entry { throw ExposureError(.misuse, "an act is out of order") }
        last = (time.milliseconds, entry)
        guard !disclosures.isEmpty || unrecorded > 0 else { return }
        if account != ExposureIndexWriter.nobody { accountsEnd = max(accountsEnd, Int(account) + 1) }
        (servicesEnd, controllersEnd) = (max(servicesEnd, Int(service) + 1), max(controllersEnd, Int(controller) + 1))
        for d in disclosures {
            personsEnd = max(personsEnd, Int(d.person) + 1)
            referencesEnd = max(referencesEnd, Int(d.reference) + 1)
        }
        held.append(entry: entry, time: time.milliseconds, account: account, session: session, service: service, controller: controller, disclosures: disclosures, unrecorded: UInt32(clamping: unrecorded))
        if held.memory >= memoryMax { try writeSegment() }
    }

    /// Names by number. `accounts`, `persons` and `references` are pseudonyms of 16 bytes; a number that no act used may
    /// have an empty one.
    package func finish(accounts: [[UInt8]], persons: [[UInt8]], references: [[UInt8]], services: [String], controllers: [String]) throws(ExposureError) {
        guard accounts.count >= accountsEnd, persons.count >= personsEnd, references.count >= referencesEnd, services.count >= servicesEnd, controllers.count >= controllersEnd
        else { throw ExposureError(.misuse, "a number has no name") }
        if !held.isEmpty { try writeSegment() }
        var names = try ColumnFileWriter(folder: folder, name: ExposureIndex.namesFile, kind: .names, columns: ExposureNames.columnCount)
        for pseudonyms in [accounts, persons, references] { try names.column(try flat(pseudonyms)) }
        for texts in [services, controllers] {
            var bytes: [UInt8] = [], ends: [UInt32] = []
            for text in texts {
                bytes += Array(text.utf8)
                ends.append(UInt32(clamping: bytes.count))
            }
            try names.column(bytes)
            try names.column(ends)
        }
        try names.column(segments.flatMap { [UInt64($0.count), UInt64($0.fingerprint)] })
        // Of an earlier, longer index.
        var stale = segments.count
        while OutputFolder.remove(ExposureIndex.segmentFile(stale), in: folder) { stale += 1 }
        try OutputFolder.sync(folder)
        _ = try names.finish()
        try OutputFolder.sync(folder)
        finished = true
    }

    private func writeSegment() throws(ExposureError) {
        segments.append(try held.write(folder: folder, name: ExposureIndex.segmentFile(segments.count)))
        held.removeAll()
    }

    private func flat(_ pseudonyms: [[UInt8]]) throws(ExposureError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 * pseudonyms.count)
        for p in pseudonyms {
            guard p.count == 16 || p.isEmpty else { throw ExposureError(.misuse, "a pseudonym is not 16 bytes long") }
            bytes += p.isEmpty ? [UInt8](repeating: 0, count: 16) : p
        }
        return bytes
    }
}
