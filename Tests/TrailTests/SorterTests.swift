import Model
import Testing
import Trail

/// Sorting beyond memory: many small runs on disk give what one run in memory gives.
struct SorterTests {
    @Test(arguments: [1, 100_000, 300_000, 3 << 20])
    func `the same acts come out of any amount of memory`(memory: Int) throws {
        let twin = TwinTrail(seed: 77, acts: 1_500)
        var dice = Dice(state: 77)
        let folder = try Folder()
        let files = [try folder.file("a.ndjson", twin.events.shuffled(using: &dice).joined(separator: "\n")), try folder.file("b.csv", ([TwinTrail.header] + twin.rows.shuffled(using: &dice)).joined(separator: "\n"))]
        let plenty = try read(files), little = try read(files, threads: 3, memory: memory)
        #expect(try words(little) == words(plenty))
        #expect(little.files == plenty.files)
        #expect(little.events == plenty.events)
        expectBalance(little)
        // A second walk over runs on disk is the same again, with all persons known.
        #expect(try words(little) == words(plenty))
    }

    @Test func `a folder that cannot be written is said with its own status`() throws {
        let folder = try Folder()
        let file = try folder.file("a.csv", TwinTrail(seed: 1, acts: 2_000).csv)
        do {
            _ = try Trail.read(TrailPlan(inputs: [file], memory: 1, temporaryFolder: folder.path + "/absent"), fingerprints: fingerprint)
            Issue.record("an error is expected")
        } catch let error as TrailError {
            #expect(error.status == 73)
        }
    }
}
