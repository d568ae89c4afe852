import Foundation
import Testing

@Suite struct `investigate` {
    @Test func `an account in the wrong hands ends with status 1 and the verdict in the first line`() throws {
        let made = try WardCase.get()
        #expect(made.answer.status == 1)
        #expect(!made.answer.firstLine.isEmpty)
        let incident = try made.incident
        #expect(value(incident, "schema") as? String == "cordon.incident.v1")
        #expect(value(incident, "verdict") as? String == "found")
        #expect(made.answer.out.contains("report.html"))
        #expect(made.answer.out.contains("cordon verify"))
    }

    @Test func `the finding names the account, its professional number, and times in order`() throws {
        let incident = try WardCase.get().incident
        let findings = try #require(value(incident, "findings") as? [[String: Any]])
        let cuts = findings.filter { $0["measure"] as? String == "cut" }
        #expect(cuts.count == 1)
        let account = try #require(value(cuts.first, "accounts", 0) as? [String: Any])
        #expect(account["account"] as? String == WardTrail.accounts[WardTrail.victim])
        #expect(account["professional_id"] as? String == WardTrail.rpps(WardTrail.victim))
        let times = ["onset", "contained_at", "last"].compactMap { value(account, $0, "time") as? String }
        #expect(times.count == 3)
        #expect(times == times.sorted())
        let ids = Set(WardCase.trail.acts.map(\.id))
        for mark in ["onset", "contained_at", "last"] {
            #expect(ids.contains(value(account, mark, "event") as? String ?? ""), "\(mark) names no event of the trail")
        }
    }

    @Test func `the usurper's persons are attributed, exactly, and levels contain each other`() throws {
        let made = try WardCase.get()
        let exposure = try #require(value(try made.incident, "exposure"))
        let levels = ["established", "attributed", "possible"].compactMap { number(exposure, $0, "persons") }
        #expect(levels.count == 3)
        #expect(levels == levels.sorted())
        #expect(levels[1] == WardCase.trail.stolen.count)
        let rows = try made.home.text("incident/restricted/persons.csv").split(whereSeparator: \.isNewline).map(String.init)
        let listed = Set(rows.dropFirst().filter { $0.contains(",attributed,") }.map { String($0.prefix { $0 != "," }) })
        #expect(listed == Set(WardCase.trail.stolen.map(WardTrail.person)))
    }

    @Test func `every line is accounted for`() throws {
        let incident = try WardCase.get().incident
        try expectBalance(incident)
        #expect(number(incident, "trail", "files", 0, "kept") == WardCase.trail.acts.count)
        #expect(number(incident, "trail", "files", 0, "header") == 1)
        #expect(number(incident, "trail", "acts") == WardCase.trail.acts.count)
        #expect(number(incident, "trail", "accounts") == WardTrail.accounts.count)
        #expect(number(incident, "trail", "persons") == Set(WardCase.trail.acts.flatMap(\.persons)).count)
    }

    @Test func `times are UTC with three fraction digits`() throws {
        let incident = try WardCase.get().incident
        let first = try #require(value(incident, "trail", "first") as? String)
        #expect(first == WardTrail.rfc3339(WardCase.trail.acts[0].time))
    }

    @Test func `a French table and a FHIR trail of the same ward give the same finding`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.frenchCSV, to: "acces.csv")
        try home.write(WardCase.trail.ndjson, to: "audit.ndjson")
        for (name, format) in [("acces.csv", "csv"), ("audit.ndjson", "fhir-r4")] {
            let answer = try Cordon.run("investigate", home / name, "--out", home / "out-\(format)")
            #expect(answer.status == 1, "\(name): \(answer.err)")
            let incident = try home.json("out-\(format)/incident.json")
            try expectBalance(incident)
            #expect(value(incident, "trail", "files", 0, "format") as? String == format)
            #expect(number(incident, "trail", "files", 0, "kept") == WardCase.trail.acts.count)
            #expect(value(incident, "findings", 0, "accounts", 0, "account") as? String == WardTrail.accounts[WardTrail.victim])
            #expect(number(incident, "exposure", "attributed", "persons") == WardCase.trail.stolen.count)
        }
    }

    @Test func `a trail given as CSV and as NDJSON counts every person and act once`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "in/trail.csv")
        try home.write(WardCase.trail.ndjson, to: "in/trail.ndjson")
        let answer = try Cordon.run("investigate", home / "in", "--out", home / "out")
        #expect(answer.status == 1, "\(answer.err)")
        let incident = try home.json("out/incident.json")
        try expectBalance(incident)
        #expect(number(incident, "trail", "acts") == WardCase.trail.acts.count)
        #expect(number(incident, "trail", "persons") == Set(WardCase.trail.acts.flatMap(\.persons)).count)
        #expect(number(incident, "exposure", "attributed", "persons") == WardCase.trail.stolen.count)
    }

    @Test func `an honest trail never ends with found`() throws {
        let home = try TemporaryFolder()
        try home.write(WardTrail(withThief: false).csv, to: "trail.csv")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--out", home / "out")
        #expect(answer.status == 0, "\(answer.out)\(answer.err)")
        let incident = try home.json("out/incident.json")
        #expect(value(incident, "verdict") as? String == "nothing_found")
        #expect(value(incident, "trail", "blind_until") is String)
    }

    @Test func `an honest trail with a refused line cannot tell`() throws {
        let home = try TemporaryFolder()
        var lines = WardTrail(withThief: false).csv.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        lines[40] = lines[40].replacing("T", with: "?", maxReplacements: 1)
        try home.write(lines.joined(separator: "\n"), to: "trail.csv")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--out", home / "out")
        #expect(answer.status == 3, "\(answer.out)\(answer.err)")
        let incident = try home.json("out/incident.json")
        try expectBalance(incident)
        #expect(value(incident, "verdict") as? String == "incomplete")
        #expect(number(incident, "trail", "files", 0, "refused") == 1)
        #expect(number(incident, "trail", "files", 0, "refusals", 0, "line") == 41)
        #expect(answer.out.contains("trail.csv:41"))
        #expect(!answer.out.contains(String(lines[40].split(separator: ",")[1])), "a refusal quotes the line")
    }

    @Test func `a wrong file among good ones stops nothing`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "in/trail.csv")
        try home.write("Dear all,\nplease find the export attached.\n", to: "in/read me.txt")
        try home.write([UInt8](repeating: 0, count: 4_000), to: "in/zeros.bin")
        try home.write("", to: "in/empty.csv")
        let answer = try Cordon.run("investigate", home / "in", "--out", home / "out")
        #expect(answer.status == 1, "\(answer.err)")
        let incident = try home.json("out/incident.json")
        try expectBalance(incident)
        #expect((value(incident, "trail", "files") as? [Any])?.count == 4)
        #expect(number(incident, "exposure", "attributed", "persons") == WardCase.trail.stolen.count)
    }

    @Test func `a trail comes through standard input, compressed`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        let gzip = Process()
        gzip.executableURL = URL(fileURLWithPath: "/bin/gzip")
        gzip.arguments = ["-n", home / "trail.csv"]
        try gzip.run()
        gzip.waitUntilExit()
        let answer = try Cordon.run(["investigate", "-", "--out", home / "out"], input: Array(home.bytes("trail.csv.gz")))
        #expect(answer.status == 1, "\(answer.err)")
        #expect(number(try home.json("out/incident.json"), "exposure", "attributed", "persons") == WardCase.trail.stolen.count)
    }

    @Test func `a declared account becomes a finding, whatever detection thinks`() throws {
        let home = try TemporaryFolder()
        let trail = WardTrail(withThief: false)
        try home.write(trail.csv, to: "trail.csv")
        try home.write("""
            - account: pro03
              from: 2025-09-15T00:00:00Z
              to: 2025-09-19T23:59:59Z
              author: RSSI
              reason: the holder reported a lost card

            """, to: "declared.yaml")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--declare", home / "declared.yaml", "--out", home / "out")
        #expect(answer.status == 1, "\(answer.err)")
        let incident = try home.json("out/incident.json")
        let findings = try #require(value(incident, "findings") as? [[String: Any]])
        let declared = try #require(findings.first { $0["kind"] as? String == "declared" })
        #expect(declared["measure"] as? String == "cut")
        #expect(value(declared, "accounts", 0, "account") as? String == "pro03")
        #expect(value(declared, "accounts", 0, "contained_at") is NSNull)
        let from: Int64 = 1_757_894_400_000, to: Int64 = 1_758_326_399_000
        let seen = Set(trail.acts.filter { $0.account == 3 && (from...to).contains($0.time) }.flatMap(\.persons))
        #expect(number(declared, "exposure", "established", "persons") == seen.count)
    }

    @Test func `a declared account that no trail knows is a gap, not a finding of zero persons`() throws {
        let home = try TemporaryFolder()
        try home.write(WardTrail(withThief: false).csv, to: "trail.csv")
        try home.write("- {account: nobody, author: RSSI, reason: a call}\n", to: "declared.yaml")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--declare", home / "declared.yaml", "--out", home / "out")
        #expect(answer.status == 3, "\(answer.err)")
        let incident = try home.json("out/incident.json")
        #expect(value(incident, "verdict") as? String == "incomplete")
        #expect((value(incident, "findings") as? [[String: Any]] ?? []).allSatisfy { $0["kind"] as? String != "declared" })
    }

    @Test func `faults of a declaration or a profile are told together, each with its place`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        try home.write("- {account: pro03, reason: x}\n- {author: A, reason: y, until: 3}\n", to: "declared.yaml")
        try home.write("profile: ward\nrules:\n  - when: {action: gaze}\n    categories: [soul]\n", to: "ward.yaml")
        let declared = try Cordon.run("investigate", home / "trail.csv", "--declare", home / "declared.yaml", "--out", home / "out")
        #expect(declared.status == 65)
        for word in ["author", "account", "until"] { #expect(declared.err.contains(word), "\(word) is not told") }
        let profile = try Cordon.run("investigate", home / "trail.csv", "--profile", home / "ward.yaml", "--out", home / "out")
        #expect(profile.status == 65)
        for word in ["ward.yaml:3", "ward.yaml:4", "action", "categories"] { #expect(profile.err.contains(word), "\(word) is not told: \(profile.err)") }
        #expect(!FileManager.default.fileExists(atPath: home / "out"))
    }

    @Test func `a person known by two references is one person`() throws {
        let home = try TemporaryFolder()
        try home.write("""
            id,time,account,action,service,resource,persons,ins
            e1,2025-09-02T08:00:00Z,marie,read,ward,Patient,a1,\(WardTrail.ins(1))
            e2,2025-09-02T09:00:00Z,marie,read,ward,Patient,b1,\(WardTrail.ins(1))
            e3,2025-09-02T10:00:00Z,marie,read,ward,Patient,c1,\(WardTrail.ins(2))

            """, to: "trail.csv")
        #expect(try Cordon.run("investigate", home / "trail.csv", "--out", home / "out").status == 3, "a trail of an hour cannot tell")
        let incident = try home.json("out/incident.json")
        #expect(number(incident, "trail", "persons") == 2)
        #expect(number(incident, "trail", "references") == 3)
        let answer = try Cordon.run("exposure", home / "out", "--account", "marie", "--json").json()
        #expect(number(answer, "count", "persons") == 2)
        #expect(number(answer, "count", "references") == 3)
        #expect(number(answer, "accesses") == 3)
    }

    @Test func `names that a terminal, a browser or a spreadsheet would obey are shown, not obeyed`() throws {
        let home = try TemporaryFolder()
        let hostile = "=cmd|' /C calc'!A0<script>alert(1)</script>\u{1B}[31m\u{202E}"
        var text = "id,time,account,action,service,resource,persons\n"
        for number in 0..<3 { text += "e\(number),2025-09-02T0\(number):00:00Z,\"\(hostile)\",read,\"<b>ward</b>\",Patient,\"=p\(number)\"\n" }
        try home.write(text, to: "trail.csv")
        try home.write("- account: \"=cmd|' /C calc'!A0<script>alert(1)</script>\\e[31m\\u202E\"\n  author: \"<i>A</i>\"\n  reason: \"@x\"\n", to: "declared.yaml")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--declare", home / "declared.yaml", "--out", home / "out")
        #expect(answer.status == 1, "\(answer.out)\(answer.err)")
        #expect(!answer.out.contains("\u{1B}") && !answer.out.contains("\u{202E}"))
        let report = try home.text("out/report.html")
        #expect(!report.contains("<script") && !report.contains("<i>A</i>") && !report.contains("<b>ward"))
        for table in ["out/exposure.csv", "out/timeline.csv", "out/restricted/persons.csv"] {
            for line in try home.text(table).split(whereSeparator: \.isNewline) {
                for cell in line.split(separator: ",") {
                    #expect(!["=", "@", "+"].contains(cell.trimmingCharacters(in: ["\""]).prefix(1)), "\(table) has a formula")
                }
            }
        }
        #expect(try Cordon.run("verify", home / "out").status == 0)
    }

    @Test func `--json prints incident.json`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--out", home / "out", "--json", "--no-input")
        #expect(answer.status == 1)
        #expect(answer.out.trimmingCharacters(in: .newlines) == (try home.text("out/incident.json")).trimmingCharacters(in: .newlines))
    }

    @Test func `the verdict speaks French where the locale does`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        let french = try Cordon.run(["investigate", home / "trail.csv", "--out", home / "fr"], environment: ["LANG": "fr_FR.UTF-8"])
        let english = try Cordon.run(["investigate", home / "trail.csv", "--out", home / "en", "--lang", "en"], environment: ["LANG": "fr_FR.UTF-8"])
        #expect(french.out.contains("Dossier"))
        #expect(english.out.contains("Folder"))
        #expect(french.firstLine != english.firstLine)
    }
}

/// The balance equation of every file: no line is lost.
func expectBalance(_ incident: [String: Any], _ location: SourceLocation = #_sourceLocation) throws {
    let files = try #require(value(incident, "trail", "files") as? [[String: Any]], sourceLocation: location)
    #expect(!files.isEmpty, sourceLocation: location)
    for file in files {
        let parts = ["header", "kept", "refused", "duplicate", "blank"].compactMap { number(file, $0) }
        #expect(parts.count == 5, sourceLocation: location)
        #expect(number(file, "lines") == parts.reduce(0, +), "\(file["name"] ?? "")", sourceLocation: location)
    }
    let kept = files.compactMap { number($0, "kept") }.reduce(0, +)
    #expect(number(incident, "trail", "events").map { $0 <= kept } == true, sourceLocation: location)
}
