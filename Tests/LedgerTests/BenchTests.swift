import Ledger
import Testing

@Suite struct BenchTests {
    @Test func `the benchmark does the work that it times`() throws {
        try withTemporaryFolder { folder in
            var ticks: UInt64 = 0
            let figures = try LedgerBench.run(entries: 600, folder: folder + "/log") {
                ticks += 1
                return ticks
            }
            #expect(figures.map(\.name) == ["bare hashes", "tree in memory", "log written", "log audited", "pseudonyms", "entries encoded and decoded"])
            #expect(figures[1].checksum == figures[2].checksum && figures.allSatisfy { $0.count == 600 && $0.nanoseconds == 1 })
            #expect(try LedgerReader(folder: folder + "/log").audit().entries == 600)
        }
    }
}
