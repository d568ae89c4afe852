import Model

/// One account's window against its floor: the same persons' numbers put into a bitset and counted.
package struct ExposureBenchmark: Sendable {
    /// Disclosures in the window, and distinct persons among them.
    package var tuples: Int
    package var persons: Int
    /// Nanoseconds of one question, best of the rounds.
    package var question: UInt64
    package var floor: UInt64
    /// Nanoseconds of building the whole index.
    package var build: UInt64
    package var buildTuples: Int
    /// Changes with every answer, so that no round can be optimised away.
    package var checksum: UInt64

    package var ratio: Double { Double(question) / Double(max(floor, 1)) }

    /// Builds an index of `tuples` disclosures of one act each over `accounts` × `persons` in an empty folder, and asks.
    /// `clock` gives nanoseconds. The folder is left to the caller.
    package static func run(folder: String, tuples: Int, accounts: Int, persons: Int, rounds: Int = 9, clock: () -> UInt64) throws(ExposureError) -> ExposureBenchmark {
        var random: UInt64 = 42
        func next(_ bound: Int) -> UInt32 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt32((random >> 33) % UInt64(max(bound, 1)))
        }
        let start = clock()
        let writer = try ExposureIndexWriter(folder: folder)
        for i in 0..<tuples {
            // Every other act is of account 0, so that its window is large.
            let person = next(persons), account = i % 2 == 0 ? 0 : next(accounts)
            let disclosure = Disclosure(reference: person, person: person, categories: [.identity, .contact], manners: .opened)
            try writer.append(entry: UInt64(i), time: Instant(milliseconds: Int64(i)), account: account, session: 1, service: 0, controller: 0, disclosures: [disclosure], unrecorded: 0)
        }
        let pseudonym = [UInt8](repeating: 1, count: 16), pseudonyms = [[UInt8]](repeating: pseudonym, count: persons)
        try writer.finish(accounts: [[UInt8]](repeating: pseudonym, count: accounts), persons: pseudonyms, references: pseudonyms, services: ["service"], controllers: ["controller"])
        let build = clock() - start

        let index = try ExposureIndex(folder: folder)
        var result = ExposureBenchmark(tuples: 0, persons: 0, question: .max, floor: .max, build: build, buildTuples: tuples, checksum: 0)
        var bits = [UInt64](repeating: 0, count: persons / 64 + 1)
        for round in 0..<rounds {
            // Another window each time.
            let scope = ExposureScope(accounts: [0], from: Instant(milliseconds: Int64(round)), to: Instant(milliseconds: Int64(tuples)))
            let asked = clock()
            let count = try index.count(scope)
            result.question = min(result.question, clock() - asked)
            (result.tuples, result.persons) = (count.accesses, count.persons)
            let floored = clock()
            var distinct = 0
            for segment in index.segments {
                guard let k = segment.accounts.position(of: 0) else { continue }
                let rows = try segment.rows(ofAccountAt: k)
                for t in try segment.tuples(ofRows: segment.time.lowerBound(Int64(round), in: rows)..<rows.upperBound) {
                    let p = Int(segment.person.base[t])
                    let word = bits[p >> 6], bit: UInt64 = 1 << UInt64(p & 63)
                    distinct += word & bit == 0 ? 1 : 0
                    bits[p >> 6] = word | bit
                }
            }
            for i in bits.indices { bits[i] = 0 }
            result.floor = min(result.floor, clock() - floored)
            result.checksum = result.checksum &* 31 &+ UInt64(count.persons) &+ (distinct == count.persons ? 0 : 1 << 63)
        }
        return result
    }
}
