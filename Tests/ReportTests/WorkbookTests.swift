import Foundation
import Incident
import Model
import Report
import Testing

@Suite struct `The workbook` {
    private static let created = Instant(year: 2025, month: 9, day: 21, hour: 21, minute: 58)

    private func written(_ document: IncidentDocument, _ name: String, in folder: URL) throws -> Data {
        let path = folder.appendingPathComponent(name).path
        try Workbook.write(document, to: path, created: Self.created, temporaryFolder: folder.path)
        return try Data(contentsOf: URL(fileURLWithPath: path))
    }

    @Test func `has the same bytes for the same document`() throws {
        let folder = try TestWorld.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try written(Samples.hostile, "a.xlsx", in: folder)
        // Past the two-second grain of a zip archive's clock.
        Thread.sleep(forTimeInterval: 2.1)
        let second = try written(Samples.hostile, "b.xlsx", in: folder)
        #expect(first == second)
        #expect(first.starts(with: [0x50, 0x4B]))
        #expect(try written(Samples.incident, "c.xlsx", in: folder) != first)
    }

    @Test func `leaves nothing else in its folder`() throws {
        let folder = try TestWorld.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try written(Samples.incident, "a.xlsx", in: folder)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.xlsx"])
    }

    @Test func `says so when it cannot be written`() {
        #expect(throws: Workbook.Failure.self) {
            try Workbook.write(Samples.incident, to: "/nowhere/at/all/exposure.xlsx", created: Self.created)
        }
    }

    @Test(.enabled(if: TestWorld.python(has: "openpyxl"), "openpyxl is not installed"))
    func `is read back by openpyxl with strings as strings and counts as numbers`() throws {
        let folder = try TestWorld.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try written(Samples.hostile, "a.xlsx", in: folder)
        let script = """
            import openpyxl, sys
            book = openpyxl.load_workbook(sys.argv[1])
            print([sheet.title for sheet in book])
            print(book.properties.created.isoformat(), book.properties.modified.isoformat())
            formulas = [cell.coordinate for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == 'f' or cell.hyperlink]
            print('formulas', formulas)
            accounts = book['Comptes · Accounts']
            print(accounts.freeze_panes, accounts.max_row)
            print([cell.data_type for cell in accounts[2]])
            print(accounts['E2'].value, accounts['J2'].value, accounts['E2'].number_format)
            print([accounts.cell(row, 4).value for row in range(2, 12)][8])
            summary = book['Résumé · Summary']
            print({line[1].value: line[2].value for line in summary.iter_rows() if line[2].data_type == 'n'})
            """
        let result = try TestWorld.run(#require(TestWorld.python), ["-c", script, folder.appendingPathComponent("a.xlsx").path])
        #expect(result.status == 0, "\(result.output)")
        let lines = result.output.components(separatedBy: "\n")
        #expect(lines[0] == "['Résumé · Summary', 'Comptes · Accounts', 'Catégories · Categories', 'Couverture · Coverage', 'Fichiers · Files']")
        #expect(lines[1] == "2025-09-21T21:58:00 2025-09-21T21:58:00")
        #expect(lines[2] == "formulas []")
        #expect(lines[3] == "A2 12")
        #expect(lines[4].hasPrefix("['s', 's', 's', 's', 's', 's', 's', 's', 's', 'n', 'n', 's']"))
        #expect(lines[5] == "10001234567 38 @")
        #expect(lines[6] == "=cmd|' /C calc'!A0")
        #expect(lines[7].contains("'Persons, attributed': 12001") && lines[7].contains("'Ledger entries': 176342"))
    }
}
