import Foundation
import Glibc
import Testing

@Suite struct `verify` {
    @Test func `a folder verifies, and without a key the signer is not known`() throws {
        let folder = try WardCase.get().folder
        let without = try Cordon.run("verify", folder, "--lang", "en")
        #expect(without.status == 0, "\(without.out)\(without.err)")
        let with = try Cordon.run("verify", folder, "--key", try WardCase.key(), "--lang", "en")
        #expect(with.status == 0, "\(with.out)\(with.err)")
        #expect(without.out != with.out)
        #expect(without.out.localizedCaseInsensitiveContains("not known"))
    }

    @Test func `another signer's key does not verify`() throws {
        let home = try TemporaryFolder()
        let other = try Cordon.run("key", "new", home / "other.key", "--name", "example.org/other").out.trimmingCharacters(in: .whitespacesAndNewlines)
        #expect(try Cordon.run("verify", try WardCase.get().folder, "--key", other).status == 65)
    }

    /// Every file of the folder, one at a time: a flipped byte in its middle is refused, and the file is named.
    @Test func `one flipped byte in any file is refused by name`() throws {
        for name in try WardCase.get().home.files(below: "incident") where name != "incident.note" {
            let copy = try WardCase.copy()
            let file = "incident/" + name
            var bytes = try copy.bytes(file)
            guard !bytes.isEmpty else { continue }
            bytes[bytes.startIndex + bytes.count / 2] ^= 0x01
            try replace(file, of: copy, by: bytes)
            try expectRefusal(copy, naming: name)
        }
    }

    /// But the case key: it is to be kept elsewhere.
    @Test func `a missing file is refused by name`() throws {
        for name in try WardCase.get().home.files(below: "incident") where name != "incident.note" && name != "restricted/case.key" {
            let copy = try WardCase.copy()
            try FileManager.default.removeItem(atPath: copy / ("incident/" + name))
            try expectRefusal(copy, naming: name)
        }
    }

    @Test(arguments: ["extra.txt", "ledger/tile/0/001", "restricted/more.csv", "sheets/.hidden", "recount/x.csv"])
    func `an added file is refused by name`(name: String) throws {
        let copy = try WardCase.copy()
        try copy.write("more", to: "incident/" + name)
        try expectRefusal(copy, naming: name)
    }

    @Test func `a changed or missing note is refused`() throws {
        let changed = try WardCase.copy()
        let text = try changed.text("incident/incident.note")
        try replace("incident/incident.note", of: changed, by: Data(text.replacing("2", with: "3", maxReplacements: 1).utf8))
        try expectRefusal(changed, naming: "incident.note")
        let missing = try WardCase.copy()
        try FileManager.default.removeItem(atPath: missing / "incident/incident.note")
        try expectRefusal(missing, naming: "incident.note")
    }

    @Test func `a folder without the whole of restricted verifies with a remark`() throws {
        let copy = try WardCase.copy()
        try FileManager.default.removeItem(atPath: copy / "incident/restricted")
        let answer = try Cordon.run("verify", copy / "incident", "--key", try WardCase.key())
        #expect(answer.status == 0, "\(answer.out)\(answer.err)")
        #expect(answer.out.contains("restricted"))
    }

    @Test func `a case key that is kept elsewhere is no fault, and is said`() throws {
        let copy = try WardCase.copy()
        try FileManager.default.moveItem(atPath: copy / "incident/restricted/case.key", toPath: copy / "case.key")
        let answer = try Cordon.run("verify", copy / "incident", "--lang", "en")
        #expect(answer.status == 0, "\(answer.out)\(answer.err)")
        #expect(answer.out.contains("case key"))
        let made = try WardCase.get()
        let sources = ["verify", copy / "incident", "--directory", made.home / "directory.csv", "--sources", made.home / "trail.csv"]
        #expect(try Cordon.run(sources + ["--case-key", copy / "case.key"]).status == 0)
        #expect(try Cordon.run(sources).status == 66)
    }

    @Test func `the originals give the same log and findings again`() throws {
        let made = try WardCase.get()
        let answer = try Cordon.run("verify", made.folder, "--sources", made.home / "trail.csv", "--directory", made.home / "directory.csv")
        #expect(answer.status == 0, "\(answer.out)\(answer.err)")
    }

    @Test func `originals that differ by one record are refused`() throws {
        let made = try WardCase.get()
        let home = try TemporaryFolder()
        var lines = WardCase.trail.csv.split(separator: "\n").map(String.init)
        lines.remove(at: lines.count / 2)
        try home.write(lines.joined(separator: "\n") + "\n", to: "trail.csv")
        let answer = try Cordon.run("verify", made.folder, "--sources", home / "trail.csv", "--directory", made.home / "directory.csv")
        #expect(answer.status == 65)
    }

    @Test func `what is no incident folder is not verified`() throws {
        let home = try TemporaryFolder()
        try home.write("hello", to: "folder/readme")
        #expect([65, 66].contains(try Cordon.run("verify", home / "folder").status))
        #expect(try Cordon.run("verify", home / "nowhere").status == 66)
    }

    /// Replaces a file whatever its mode, and keeps that mode.
    private func replace(_ name: String, of folder: TemporaryFolder, by bytes: Data) throws {
        let mode = try folder.mode(name)
        try FileManager.default.removeItem(atPath: folder / name)
        try folder.write(bytes, to: name)
        chmod(folder / name, mode)
    }

    private func expectRefusal(_ copy: TemporaryFolder, naming name: String, _ location: SourceLocation = #_sourceLocation) throws {
        let answer = try Cordon.run("verify", copy / "incident", "--key", try WardCase.key())
        #expect(answer.status == 65, "\(name): \(answer.out)", sourceLocation: location)
        #expect((answer.out + answer.err).contains(name), "\(name) is not named: \(answer.out)\(answer.err)", sourceLocation: location)
    }
}
