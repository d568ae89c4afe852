import Foundation
import Testing

/// The ledger of a real folder, audited by readers that share no code with ours.
@Suite struct `the ledger of a folder` {
    private static let auditors = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../Foreign/ledger-audit").standardizedFileURL.path

    private static func canRun(_ auditor: String) -> Bool {
        (try? Tools.run("/bin/sh", ["\(auditors)/\(auditor)/run", "--probe"]).status) == 0
    }

    @Test(.enabled(if: canRun("go"), "no Go with golang.org/x/mod here"))
    func `is whole for Go's checksum database`() throws { try audit("go") }

    @Test(.enabled(if: canRun("python"), "no Python 3.12 with aics-tlog here"))
    func `is whole for aics-tlog`() throws { try audit("python") }

    private func audit(_ auditor: String) throws {
        let made = try WardCase.get()
        let run = "\(Self.auditors)/\(auditor)/run"
        let whole = try Tools.run("/bin/sh", [run, "log", made.folder + "/ledger", try WardCase.key()])
        #expect(whole.status == 0, "\(whole.out)")
        let size = try #require(number(try made.incident, "ledger", "size"))
        #expect(whole.out.hasPrefix("size \(size) "))

        let copy = try WardCase.copy()
        var tile = try copy.bytes("incident/ledger/tile/entries/000")
        tile[tile.startIndex + tile.count / 2] ^= 1
        try tile.write(to: URL(fileURLWithPath: copy / "incident/ledger/tile/entries/000"))
        #expect(try Tools.run("/bin/sh", [run, "log", copy / "incident/ledger", try WardCase.key()]).status == 1)
    }
}
