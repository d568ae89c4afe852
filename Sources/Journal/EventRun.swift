import Ledger

/// The events of a range of entries, sorted by key, with a filter before them: `events/<first>-<end>.run`.
///
/// ```
/// page 0       "cordonE1" ‖ first u64 ‖ end u64 ‖ filter pages u64 ‖ record pages u64
/// filter pages 63 blocks of 64 B each: 7 bits a key in one block, about 12 bits a key in all
/// record pages up to 127 × (key 16 B big-endian ‖ content u64 ‖ index u64)
/// ```
/// Pages have 4,096 B; the last four are the crc32c of those before. Of 1,000 unknown keys some five pass the filter. A page is
/// checked when it is first looked at, so that opening costs the same for any size.
///
/// Runs are written whole before they have their name. They are the only place of the keys once the journal's segments are
/// gone: damage in one is reported, never taken for absence.
package struct EventRun: Sendable {
    package static let folder = "events"
    static let page = 4_096, block = 64, blocksPerPage = 63, record = 32, recordsPerPage = 127

    package let range: Range<UInt64>
    let view: FileView
    let filterPages: Int
    let recordPages: Int

    package var file: String { EventRun.file(range) }
    var count: Int { Int(range.upperBound - range.lowerBound) }

    static func file(_ range: Range<UInt64>) -> String { "\(folder)/\(digits(range.lowerBound))-\(digits(range.upperBound)).run" }

    private static func digits(_ n: UInt64) -> String {
        let digits = String(n)
        return String(repeating: "0", count: 20 - digits.utf8.count) + digits
    }

    static func range(name: String) -> Range<UInt64>? {
        guard name.hasSuffix(".run") else { return nil }
        let parts = name.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 20 }), let first = UInt64(parts[0]), let end = UInt64(parts[1]), first < end else { return nil }
        return first..<end
    }

    /// The runs that cover the log from entry 0 without a gap, in order. Those that a merged one made superfluous are removed.
    static func all(in files: any FileSystem, removing: Bool = true) throws -> [EventRun] {
        var ranges = try files.list(folder).compactMap { range(name: $0) }
        ranges.sort { ($0.lowerBound, $1.upperBound) < ($1.lowerBound, $0.upperBound) }
        var runs: [EventRun] = []
        var covered: UInt64 = 0
        for range in ranges {
            if range.upperBound <= covered {
                if removing { try files.remove(file(range)) }
                continue
            }
            guard range.lowerBound == covered else { throw JournalProblem.damaged(file: file(range), "the run before it is missing") }
            runs.append(try EventRun(range, in: files))
            covered = range.upperBound
        }
        return runs
    }

    init(_ range: Range<UInt64>, in files: any FileSystem) throws {
        let file = EventRun.file(range)
        view = try files.view(file)
        self.range = range
        func damaged(_ what: String) -> JournalProblem { .damaged(file: file, what) }
        guard view.count >= EventRun.page, let head = EventRun.checked(page: 0, of: view) else { throw damaged("its first page is not as written") }
        let words = (0..<5).map { UInt64(littleEndian: head, at: 8 * $0) }
        guard Array(head[..<8]) == Array("cordonE1".utf8), words[1] == range.lowerBound, words[2] == range.upperBound,
              words[3] <= UInt64(view.count), words[4] <= UInt64(view.count) else { throw damaged("is the run of other entries") }
        (filterPages, recordPages) = (Int(words[3]), Int(words[4]))
        guard filterPages > 0, recordPages == (Int(clamping: range.upperBound - range.lowerBound) + EventRun.recordsPerPage - 1) / EventRun.recordsPerPage,
              view.count == (1 + filterPages + recordPages) * EventRun.page else { throw damaged("has another length than its first page says") }
    }

    /// The page's bytes without the checksum; nil when it is not as written.
    static func checked(page: Int, of view: FileView) -> [UInt8]? {
        view.withBytes(page * EventRun.page..<(page + 1) * EventRun.page) { bytes in
            let body = UnsafeRawBufferPointer(rebasing: bytes[..<(EventRun.page - 4)])
            let crc = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: EventRun.page - 4, as: UInt32.self))
            return crc == crc32c(body) ? Array(body) : nil
        }
    }

    /// Looks for keys; remembers which pages were checked.
    struct Reader {
        let run: EventRun
        private var isChecked: [Bool]

        init(_ run: EventRun) {
            self.run = run
            isChecked = [Bool](repeating: false, count: 1 + run.filterPages + run.recordPages)
        }

        private mutating func check(_ page: Int) throws {
            guard !isChecked[page] else { return }
            guard EventRun.checked(page: page, of: run.view) != nil else { throw JournalProblem.damaged(file: run.file, "page \(page) is not as written") }
            isChecked[page] = true
        }

        mutating func find(_ key: EventKey) throws -> EventRecord? {
            let place = Filter.place(key, pages: run.filterPages)
            try check(1 + place.page)
            guard run.view.withBytes(place.range, { Filter.contains(key, block: $0) }) else { return nil }
            // The last page whose first key is not above.
            var (low, high) = (0, run.recordPages)
            while high - low > 1 {
                let middle = (low + high) / 2
                if try record(page: middle, 0).key <= key { low = middle } else { high = middle }
            }
            var (first, end) = (0, min(EventRun.recordsPerPage, run.count - low * EventRun.recordsPerPage))
            while first < end {
                let middle = (first + end) / 2
                let record = try record(page: low, middle)
                if record.key == key { return record }
                if record.key < key { first = middle + 1 } else { end = middle }
            }
            return nil
        }

        mutating func record(page: Int, _ i: Int) throws -> EventRecord {
            let number = 1 + run.filterPages + page
            try check(number)
            let at = number * EventRun.page + i * EventRun.record
            return run.view.withBytes(at..<at + EventRun.record) { EventRecord($0, at: 0) }
        }

        mutating func record(_ i: Int) throws -> EventRecord {
            try record(page: i / EventRun.recordsPerPage, i % EventRun.recordsPerPage)
        }
    }

    /// A blocked Bloom filter: all bits of a key lie in one block, so that a question costs one cache line.
    enum Filter {
        static let bits = 7

        static func pages(for count: Int) -> Int {
            let blocks = (count * 12 + 511) / 512
            return max(1, (blocks + blocksPerPage - 1) / blocksPerPage)
        }

        /// Among the filter's pages, and the block's bytes in the file.
        static func place(_ key: EventKey, pages: Int) -> (page: Int, range: Range<Int>) {
            let block = Int(key.low.multipliedFullWidth(by: UInt64(pages * blocksPerPage)).high)
            let page = block / blocksPerPage
            let at = (1 + page) * EventRun.page + block % blocksPerPage * EventRun.block
            return (page, at..<at + EventRun.block)
        }

        static func contains(_ key: EventKey, block: UnsafeRawBufferPointer) -> Bool {
            var bits = key.high
            for _ in 0..<Filter.bits {
                let bit = Int(bits & 511)
                if block[bit >> 3] & 1 << UInt8(bit & 7) == 0 { return false }
                bits >>= 9
            }
            return true
        }

        static func insert(_ key: EventKey, into bytes: inout [UInt8], at block: Int) {
            var bits = key.high
            for _ in 0..<Filter.bits {
                let bit = Int(bits & 511)
                bytes[block + bit >> 3] |= 1 << UInt8(bit & 7)
                bits >>= 9
            }
        }
    }
}

extension EventRun {
    /// Writes a run whole and durable, all but its name, which `syncFolder` or `syncAll` makes so.
    /// - Parameter next: the records in the order of their keys, as many as the range has.
    static func write(_ range: Range<UInt64>, in files: any FileSystem, next: () throws -> EventRecord?) throws -> EventRun {
        let count = Int(range.upperBound - range.lowerBound)
        let filterPages = Filter.pages(for: count), recordPages = (count + recordsPerPage - 1) / recordsPerPage
        let target = file(range), temporary = target + ".tmp"
        try files.makeFolder(folder)
        let open = try files.create(temporary)

        var filter = [UInt8](repeating: 0, count: filterPages * page)
        var chunk: [UInt8] = []
        chunk.reserveCapacity(256 * page)
        var at = (1 + filterPages) * page
        func flush() throws {
            try open.write(chunk, at: at)
            at += chunk.count
            chunk.removeAll(keepingCapacity: true)
        }
        func seal(_ bytes: inout [UInt8], from start: Int) {
            bytes += [UInt8](repeating: 0, count: start + page - 4 - bytes.count)
            let crc = bytes.withUnsafeBytes { crc32c(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            bytes.appendLittleEndian(crc)
        }
        var done = 0, pageStart = 0
        var last: EventKey?
        while let record = try next() {
            // The sequencer lets no key in twice; were one here, lookups would not see it.
            if let last, record.key <= last { throw JournalProblem.damaged(file: target, "an event stands in it twice") }
            last = record.key
            if done % recordsPerPage == 0 { pageStart = chunk.count }
            record.append(to: &chunk)
            let place = Filter.place(record.key, pages: filterPages)
            Filter.insert(record.key, into: &filter, at: place.range.lowerBound - page)
            done += 1
            if done % recordsPerPage == 0 || done == count {
                seal(&chunk, from: pageStart)
                if chunk.count >= 256 * page || done == count { try flush() }
            }
        }
        guard done == count else { throw JournalProblem.damaged(file: target, "\(done) events for \(count) entries") }

        var head = Array("cordonE1".utf8)
        for word in [range.lowerBound, range.upperBound, UInt64(filterPages), UInt64(recordPages)] { head.appendLittleEndian(word) }
        seal(&head, from: 0)
        for i in 0..<filterPages {
            let start = i * page
            let crc = filter.withUnsafeBytes { crc32c(UnsafeRawBufferPointer(rebasing: $0[start..<start + page - 4])) }
            for j in 0..<4 { filter[start + page - 4 + j] = UInt8(truncatingIfNeeded: crc >> UInt32(8 * j)) }
        }
        try open.write(head + filter, at: 0)
        try open.sync()
        try files.rename(temporary, to: target)
        return try EventRun(range, in: files)
    }

    /// One run for several that follow each other.
    static func merge(_ parts: [EventRun], in files: any FileSystem) throws -> EventRun {
        var readers = parts.map { Reader($0) }
        var places = [Int](repeating: 0, count: parts.count)
        var heads: [EventRecord?] = []
        for i in parts.indices { heads.append(try readers[i].record(0)) }
        let range = (parts.first?.range.lowerBound ?? 0)..<(parts.last?.range.upperBound ?? 0)
        return try write(range, in: files) {
            var least: Int?
            for i in heads.indices {
                guard let record = heads[i] else { continue }
                if let j = least, let smallest = heads[j], smallest.key < record.key { continue }
                least = i
            }
            guard let least else { return nil }
            let record = heads[least]
            places[least] += 1
            heads[least] = places[least] < parts[least].count ? try readers[least].record(places[least]) : nil
            return record
        }
    }
}

extension EventRecord {
    init(_ buffer: UnsafeRawBufferPointer, at offset: Int) {
        func word(_ at: Int) -> UInt64 { UInt64(littleEndian: buffer.loadUnaligned(fromByteOffset: offset + at, as: UInt64.self)) }
        key = EventKey(high: word(0).byteSwapped, low: word(8).byteSwapped)
        (content, index) = (word(16), word(24))
    }

    func append(to bytes: inout [UInt8]) {
        for word in [key.high.byteSwapped, key.low.byteSwapped, content, index] { bytes.appendLittleEndian(word) }
    }
}
