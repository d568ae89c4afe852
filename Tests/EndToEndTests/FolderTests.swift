import Foundation
import Testing

@Suite struct `the folder` {
    @Test func `holds what the contract names`() throws {
        let files = Set(try WardCase.get().home.files(below: "incident"))
        for name in ["report.html", "incident.json", "incident.note", "exposure.csv", "timeline.csv", "exposure.xlsx", "restricted/persons.csv", "restricted/case.key", "ledger/checkpoint"] {
            #expect(files.contains(name), "\(name) is missing")
        }
        for prefix in ["sheets/", "ledger/tile/0/", "ledger/tile/entries/", "recount/"] {
            #expect(files.contains { $0.hasPrefix(prefix) }, "\(prefix) is empty")
        }
    }

    @Test func `is closed to others where patients and keys are`() throws {
        let home = try WardCase.get().home
        #expect(try home.mode("incident/restricted") == 0o700)
        #expect(try home.mode("incident/restricted/persons.csv") == 0o600)
        #expect(try home.mode("incident/restricted/case.key") == 0o600)
    }

    @Test func `names patients in restricted alone`() throws {
        let home = try WardCase.get().home
        let references = WardCase.trail.stolen.map(WardTrail.person), numbers = WardCase.trail.stolen.map(WardTrail.ins)
        for name in try home.files(below: "incident") where !name.hasPrefix("restricted/") {
            let text = String(decoding: try home.bytes("incident/" + name), as: UTF8.self)
            #expect(!references.contains { text.contains($0) }, "\(name) holds a patient's reference")
            #expect(!numbers.contains { text.contains($0) }, "\(name) holds a national number")
        }
    }

    @Test func `names no account, address or machine in ledger and recount`() throws {
        let home = try WardCase.get().home
        for name in try home.files(below: "incident") where name.hasPrefix("ledger/") || name.hasPrefix("recount/") || name == "incident.note" {
            let text = String(decoding: try home.bytes("incident/" + name), as: UTF8.self)
            for word in [WardTrail.accounts[WardTrail.victim], WardTrail.rpps(WardTrail.victim), "198.51.100.77", home.path] {
                #expect(!text.contains(word), "\(name) holds \(word)")
            }
        }
    }

    @Test func `has a report of one file without script and without anything from elsewhere`() throws {
        let report = try WardCase.get().home.text("incident/report.html").lowercased()
        #expect(!report.contains("<script"))
        #expect(!report.contains(" src=\"http"))
        #expect(!report.contains("@import"))
        #expect(!report.contains("url(http"))
        #expect(report.contains("lang=\"fr\""))
        #expect(report.contains("lang=\"en\""))
    }

    @Test(.enabled(if: Tools.isThere("pandoc"), "pandoc is not installed"))
    func `has every sheet as a word-processor document too, where pandoc is installed`() throws {
        let files = try WardCase.get().home.files(below: "incident/sheets")
        let pages = files.filter { $0.hasSuffix(".html") }.map { $0.dropLast(5) }
        #expect(!pages.isEmpty)
        #expect(pages == files.filter { $0.hasSuffix(".docx") }.map { $0.dropLast(5) })
    }
}
