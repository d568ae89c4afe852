import Model
import Profiles
import Testing
import Trail

struct ExplainTests {
    private let csv = "id,time,account,action,service,resource,persons\nx1,2025-09-01T10:00:00Z,martin,read,orientation,Observation,p1\n\nx2,yesterday,martin,read,orientation,Observation,p1\nx3,2025-09-01T10:00:00Z,martin,read,orientation,Ecran42,p1\n"

    @Test func `one line's way is told from format to event`() throws {
        let folder = try Folder()
        let file = try folder.file("a.csv", csv)
        func line(_ n: Int) throws -> LineExplanation { try Trail.explainLine(file: file, line: n, plan: TrailPlan(inputs: [])) }
        let kept = try line(2)
        #expect(kept.fate == .kept && kept.format == "csv" && kept.confidence > 50 && kept.profile == "placement" && kept.rule != nil)
        #expect(kept.event?.categories == [.identity, .medical] && kept.event?.manners == .opened)
        #expect(kept.fields.map(\.name) == ["source", "id", "time", "account", "service", "action", "outcome", "resource", "person[1]"])
        #expect(kept.fields.filter(\.isPersonal).map(\.name) == ["account", "person[1]"])
        #expect(try line(1).fate == .header)
        #expect(try line(3).fate == .blank)
        guard case .refused(let problem) = try line(4).fate else {
            Issue.record("a bad time is refused")
            return
        }
        #expect(problem.field == "time")
        let unmapped = try line(5)
        #expect(unmapped.profile == "placement" && unmapped.rule == nil && unmapped.event?.categories == .unknown)
        #expect(try line(99).fate == .beyondEnd)
    }

    @Test func `a record over several lines is explained from any of them`() throws {
        let folder = try Folder()
        let file = try folder.file("a.csv", "id,time,account,action,service,query\nx1,2025-09-01T10:00:00Z,martin,search,s,\"family=\nma\"\n")
        for line in [2, 3] { #expect(try Trail.explainLine(file: file, line: line, plan: TrailPlan(inputs: [])).event?.id == "x1") }
    }

    @Test func `an unknown file and a missing one are told apart`() throws {
        let folder = try Folder()
        let file = try folder.file("a.txt", "hello\n")
        for (path, status) in [(file, Int32(65)), (folder.path + "/none", 66)] {
            do {
                _ = try Trail.explainLine(file: path, line: 1, plan: TrailPlan(inputs: []))
                Issue.record("an error is expected")
            } catch let error as TrailError {
                #expect(error.status == status)
            }
        }
    }
}
