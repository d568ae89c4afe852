import Foundation
import Glibc
import Testing

@Suite struct `statuses and help` {
    static let commands = ["demo", "investigate", "verify", "exposure", "formats", "explain", "key", "bench"]

    @Test(arguments: [[]] + commands.map { [$0] }) func `help gives an example before the options`(command: [String]) throws {
        let answer = try Cordon.run(command + ["--help"])
        #expect(answer.status == 0)
        let example = try #require(answer.out.range(of: "EXAMPLE"))
        let options = try #require(answer.out.range(of: "OPTIONS"))
        #expect(example.lowerBound < options.lowerBound)
        #expect(answer.out[example.upperBound...].contains("cordon"))
    }

    @Test(arguments: [["investigat"], ["investigate"], ["investigate", "x", "--lang", "de"], ["exposure"], ["verify"], ["investigate", "x", "--threads", "many"]])
    func `misuse is status 64 and says what is right`(words: [String]) throws {
        let answer = try Cordon.run(words)
        #expect(answer.status == 64)
        #expect(answer.err.contains("Usage") || answer.err.contains("Error") || answer.err.contains("cordon"))
        #expect(answer.out.isEmpty)
    }

    @Test func `a file that is not there is status 66`() throws {
        let home = try TemporaryFolder()
        let answer = try Cordon.run("investigate", home / "nowhere.csv", "--out", home / "out")
        #expect(answer.status == 66)
        #expect(answer.err.contains("nowhere.csv"))
        #expect(try home.files().isEmpty)
    }

    @Test func `an empty folder is status 66`() throws {
        let home = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: home / "in", withIntermediateDirectories: true)
        #expect(try Cordon.run("investigate", home / "in", "--out", home / "out").status == 66)
    }

    @Test func `nothing that can be recognised is status 65`() throws {
        let home = try TemporaryFolder()
        try home.write("Dear all,\nplease find the export attached.\n", to: "letter.txt")
        let answer = try Cordon.run("investigate", home / "letter.txt", "--out", home / "out")
        #expect(answer.status == 65)
        #expect(answer.err.contains("letter.txt"))
        #expect(!answer.err.contains("Dear all"))
    }

    @Test func `a folder that is in the way is status 73 and stays as it was`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        try home.write("mine", to: "out/mine.txt")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--out", home / "out")
        #expect(answer.status == 73)
        #expect(try home.files(below: "out") == ["mine.txt"])
    }

    @Test func `a missing parent folder is status 73`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        #expect(try Cordon.run("investigate", home / "trail.csv", "--out", home / "no/such/folder").status == 73)
    }

    @Test func `an interrupted run leaves nothing behind and is status 130`() throws {
        let home = try TemporaryFolder()
        // Long enough to be met in the middle: the ward's trail many times over, each time with ids of its own.
        let rows = WardCase.trail.csv.split(separator: "\n").map(String.init)
        var text = rows[0] + "\n"
        for copy in 0..<60 {
            for row in rows.dropFirst() { text += "c\(copy)-\(row)\n" }
        }
        try home.write(text, to: "trail.csv")
        let run = try Cordon.start(["investigate", home / "trail.csv", "--out", home / "out"], environment: ["TMPDIR": home.path])
        usleep(300_000)
        run.signal(SIGINT)
        let answer = try run.wait()
        #expect(answer.status == 130)
        #expect(try FileManager.default.contentsOfDirectory(atPath: home.path) == ["trail.csv"])
    }

    @Test func `output into a file has no colour and no progress`() throws {
        let made = try WardCase.get()
        #expect(!made.answer.out.contains("\u{1B}"))
        #expect(made.answer.err.isEmpty)
    }

    @Test func `NO_COLOR is respected on a terminal`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        func onTerminal(_ settings: String, _ out: String) throws -> String {
            let script = Process()
            script.executableURL = URL(fileURLWithPath: "/usr/bin/script")
            script.arguments = ["-qec", "env \(settings) '\(Cordon.path)' investigate '\(home / "trail.csv")' --out '\(home / out)'", "/dev/null"]
            let pipe = Pipe()
            script.standardOutput = pipe
            script.standardInput = FileHandle.nullDevice
            try script.run()
            let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            script.waitUntilExit()
            return text
        }
        #expect(try onTerminal("-u NO_COLOR TERM=xterm", "a").contains("\u{1B}[1m"))
        #expect(try !onTerminal("TERM=xterm NO_COLOR=1", "b").contains("\u{1B}[1m"))
    }
}
