import Scan
import Testing
import Trail

@Suite struct FHIRBenchTests {
    @Test func `the benchmark reads every record, and its checksum depends on each`() {
        func count(_ records: [String]) -> JSONBench.Count { Array(records.joined(separator: "\n").utf8).withUnsafeBytes { FHIRBench.events($0) } }
        let two = count([FHIRTests.record(id: "1"), FHIRTests.record(id: "2")])
        #expect(two.records == 2)
        #expect(two != count([FHIRTests.record(id: "1"), FHIRTests.record(id: "2", ["who": #"{"display":"another"}"#])]))
        let lines = Array("{\"a\":1}\n{\"a\":2.5}\n{\"a\":}\n".utf8)
        #expect(lines.withUnsafeBytes { JSONBench.check($0) }.records == 3)
        #expect(lines.withUnsafeBytes { JSONBench.lines($0) }.records == 3)
    }
}
