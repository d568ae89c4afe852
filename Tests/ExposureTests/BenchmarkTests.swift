import Exposure
import Glibc
import Testing

@Suite struct BenchmarkTests {
    /// Prints the ratio; asserts only that both sides counted the same persons.
    @Test func `a window counts what its bitset floor counts`() throws {
        let folder = Folder()
        let result = try ExposureBenchmark.run(folder: folder.path, tuples: 2_000_000, accounts: 2_000, persons: 200_000) {
            var time = timespec()
            clock_gettime(CLOCK_MONOTONIC, &time)
            return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
        }
        print("exposure: \(result.tuples) disclosures, \(result.persons) persons: \(result.question / 1000) µs, \(result.question * 100 / result.floor) % of the bitset floor; built \(result.buildTuples) in \(result.build / 1_000_000) ms")
        #expect(result.checksum >> 63 == 0)
        #expect(result.tuples > 900_000)
    }
}
