import Foundation
import Testing

/// A real stream with an injected takeover, and the score that outside tools compute from the folder.
@Suite struct `on a real stream` {
    @Test(.enabled(if: Tools.evaluation != nil && Tools.vectors != nil, "CORDON_EVAL and CORDON_VECTORS are not set: the streams are not here"), .timeLimit(.minutes(5)))
    func `a slow reader is cut, listed exactly, and nobody else is`() throws {
        let tools = try #require(Tools.evaluation)
        let stream = try #require(Tools.vectors) + "/streams/municipal-permits.csv.gz"
        let home = try TemporaryFolder()
        #expect(try Tools.run("/usr/bin/env", [Tools.python, tools + "/make_trail.py", stream, home / "made", "--seed", "1", "--attacks", "slow"]).status == 0)
        let answer = try Cordon.run("investigate", home / "made/trail.csv", "--directory", home / "made/directory.csv", "--out", home / "csv")
        #expect(answer.status == 1, "\(answer.err)")
        let truth = try home.json("made/truth.json"), incident = try home.json("csv/incident.json")
        try expectBalance(incident)
        #expect(number(incident, "trail", "acts") == number(truth, "acts"))
        let victims = Set(value(truth, "attacks", 0, "accounts") as? [String] ?? [])
        let cut = (value(incident, "findings") as? [[String: Any]] ?? []).filter { $0["measure"] as? String == "cut" }
            .flatMap { $0["accounts"] as? [[String: Any]] ?? [] }.compactMap { $0["account"] as? String }
        #expect(victims.isSubset(of: cut))
        let taken = Set((value(truth, "attacks", 0, "acts") as? [[String: Any]] ?? []).flatMap { $0["persons"] as? [String] ?? [] })
        let possible = try #require(number(incident, "exposure", "possible", "persons"))
        #expect(possible >= taken.count)

        // The NDJSON of the same acts gives the same.
        let again = try Cordon.run("investigate", home / "made/trail.ndjson", "--directory", home / "made/directory.csv", "--out", home / "ndjson")
        #expect(again.status == 1, "\(again.err)")
        let other = try home.json("ndjson/incident.json")
        #expect(number(other, "trail", "events") == number(truth, "events"))
        for path in ["acts", "persons", "accounts"] { #expect(number(other, "trail", path) == number(incident, "trail", path), "\(path)") }
        for level in ["attributed", "possible"] {
            #expect(number(other, "exposure", level, "persons") == number(incident, "exposure", level, "persons"), "\(level)")
        }
        #expect(value(other, "findings", 0, "accounts", 0, "contained_at", "time") as? String == value(incident, "findings", 0, "accounts", 0, "contained_at", "time") as? String)
    }
}
