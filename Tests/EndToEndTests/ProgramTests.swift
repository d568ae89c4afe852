import Foundation
import Testing

@Suite struct `the program` {
    private func lines(of tool: String, _ arguments: [String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").map(String.init)
    }

    @Test func `loads no library that speaks to a network`() throws {
        let loaded = try lines(of: "/usr/bin/ldd", [Cordon.path])
        #expect(loaded.contains { $0.contains("libc.so") })
        for word in ["curl", "FoundationNetworking", "ssl", "nghttp", "libresolv", "NIO", "libssh"] {
            #expect(!loaded.contains { $0.localizedCaseInsensitiveContains(word) }, "it loads \(word)")
        }
    }

    @Test func `says its version`() throws {
        let answer = try Cordon.run("--version")
        #expect(answer.status == 0)
        #expect(answer.firstLine.split(separator: ".").count == 3)
    }

    @Test func `lists the formats that it reads`() throws {
        let answer = try Cordon.run("formats")
        #expect(answer.status == 0)
        for format in ["csv", "tsv", "fhir-r4", "atna", "syslog", "m365", "keycloak", "lemonldap-ng", "samba", "ocsf", "otlp", "apache-combined", "iis-w3c"] { #expect(answer.out.contains(format), "\(format) is not listed") }
    }

    @Test func `drafts a mapping for a table`() throws {
        let home = try TemporaryFolder()
        try home.write("Quand;Qui;Quoi;Dossier\n02/09/2025 10:00;marie;lecture;p1\n", to: "table.csv")
        let answer = try Cordon.run("formats", "--explain", home / "table.csv")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.out.contains("columns"))
        #expect(!answer.out.contains("marie"))
    }

    @Test func `explains the way of one line`() throws {
        let made = try WardCase.get()
        let line = try #require(WardCase.trail.acts.lastIndex { $0.isThief }) + 2
        let answer = try Cordon.run("explain", made.home / "trail.csv" + ":\(line)", "--lang", "en")
        #expect(answer.status == 0, "\(answer.err)")
        #expect(answer.out.contains("csv"))
        #expect(answer.out.contains("read"))
    }

    @Test func `makes keys that only their owner reads, and never overwrites one`() throws {
        let home = try TemporaryFolder()
        let made = try Cordon.run("key", "new", home / "k", "--name", "example.org/rssi")
        #expect(made.status == 0)
        #expect(made.out.hasPrefix("example.org/rssi+"))
        #expect(try home.mode("k") == 0o600)
        let before = try home.bytes("k")
        #expect(try Cordon.run("key", "new", home / "k", "--name", "example.org/rssi").status == 73)
        #expect(try home.bytes("k") == before)
        #expect(try Cordon.run("key", "show", home / "k").out == made.out)
        #expect(!made.out.contains(String(decoding: before, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test func `signs with a key of the user's own`() throws {
        let home = try TemporaryFolder()
        try home.write(WardCase.trail.csv, to: "trail.csv")
        let key = try Cordon.run("key", "new", home / "k", "--name", "example.org/rssi").out.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try Cordon.run("investigate", home / "trail.csv", "--sign-with", home / "k", "--out", home / "out").status == 1)
        #expect(try Cordon.run("verify", home / "out", "--key", key).status == 0)
        #expect(try home.text("out/incident.note").contains("— example.org/rssi "))
    }
}

@Suite struct `the demo` {
    @Test(.timeLimit(.minutes(3))) func `goes as told and leaves a folder that verifies`() throws {
        let home = try TemporaryFolder()
        let answer = try Cordon.run("demo", "--out", home / "demo")
        #expect(answer.status == 0, "\(answer.out)\(answer.err)")
        #expect(answer.out.contains("report.html"))
        #expect(answer.out.contains("cordon verify"))
        let folder = try #require(try home.files().first { $0.hasSuffix("incident.json") })
        #expect(try Cordon.run("verify", URL(fileURLWithPath: home / folder).deletingLastPathComponent().path).status == 0)
        #expect(value(try home.json(folder), "verdict") as? String == "found")
    }
}
