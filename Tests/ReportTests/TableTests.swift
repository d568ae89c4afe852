import Incident
import Model
import Report
import Testing

@Suite struct `Tables of the folder` {
    @Test(arguments: [
        ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"yes\"", "\"say \"\"yes\"\"\""), ("two\nlines", "\"two\nlines\""), ("a\r\nb", "\"a\r\nb\""), ("", ""), ("é", "é"),
    ])
    func `quote what RFC 4180 asks for`(value: String, expected: String) {
        #expect(CSVTable.cell(value) == expected)
    }

    @Test(arguments: ["=1+1", "+33", "-2", "@SUM(A1)", "\tx", "\rx", "\r\nx", "=\"a\""])
    func `disarm what a spreadsheet would compute`(value: String) {
        let cell = CSVTable.cell(value)
        #expect(cell.hasPrefix("'") || cell.hasPrefix("\"'"))
    }

    @Test func `give the exposure in one order whatever the order of the rows`() {
        let rows = [
            ExposureRow(finding: "F1", level: "possible", service: "s", controller: "=c", category: "identity", manner: "listed", day: "2025-08-26", persons: 7),
            ExposureRow(finding: "F1", level: "attributed", service: "s", controller: "=c", category: "identity", manner: "listed", day: "2025-08-25", persons: 5),
            ExposureRow(finding: "F1", level: "attributed", service: "s", controller: "=c", category: "contact", manner: "listed", day: "2025-08-25", persons: 4),
        ]
        let expected = """
            finding,level,day,service,controller,category,manner,persons\r
            F1,attributed,2025-08-25,s,'=c,contact,listed,4\r
            F1,attributed,2025-08-25,s,'=c,identity,listed,5\r
            F1,possible,2025-08-26,s,'=c,identity,listed,7\r

            """
        #expect(ExposureTable.csv(rows) == expected)
        #expect(ExposureTable.csv(rows.reversed()) == expected)
    }

    @Test func `give the timeline in the columns that Timesketch asks for, in order of time`() throws {
        let lines = TimelineTable.csv(Samples.incident).components(separatedBy: "\r\n")
        #expect(lines.first?.hasPrefix("message,datetime,timestamp_desc,") == true)
        #expect(lines.last == "")
        // Per account: start, cut, last act, first and last act of one session of someone else; eleven accounts.
        #expect(lines.count == 1 + 11 * 5 + 1)
        let times = lines.dropFirst().dropLast().compactMap { line in line.split(separator: ",", omittingEmptySubsequences: false).first { $0.hasSuffix("Z") && $0.count == 24 } }
        #expect(times.count == 55)
        #expect(times == times.sorted())
    }
}
