import Glibc
import Model
import Testing
import Trail

/// Logs that nobody here wrote (`CORDON_VECTORS`/weblog). Without that folder these are skipped.
@Suite(.enabled(if: WebLogVectors.folder != nil, "CORDON_VECTORS is not set")) struct WebLogVectorTests {
    @Test func `each line of the IIS logs is read as it deserves`() throws {
        for (name, headers, kept) in [("plaso_iis10", 4, 1), ("plaso_iis10_cookies", 4, 3), ("plaso_iis10_edge_cases", 4, 15), ("plaso_iis6", 4, 12), ("plaso_iis7_owa", 2, 3), ("plaso_iis7_sqli", 4, 2)] {
            let bytes = try WebLogVectors.bytes(name + ".log")
            #expect(recogniseTable(bytes, WebLogIISFormat()) >= 90)
            let sink = try readTable(bytes, as: WebLogIISFormat(), FileInHand(name: name))
            #expect(sink.headers == headers && sink.kept == kept && sink.refused == 0, "\(name): \(sink.headers) \(sink.kept) \(sink.refusals)")
            #expect(sink.events.allSatisfy { !$0.address.isEmpty && $0.path.hasPrefix("/") })
        }
        let owa = try readTable(try WebLogVectors.bytes("plaso_iis7_owa.log"), as: WebLogIISFormat())
        #expect(owa.events.map(\.account) == ["domain.localjohndoe", "domain.localjohndoe", "domain.localjohndoe"])
        #expect(owa.events.map(\.time.description) == ["2015-12-31T00:19:48.000Z", "2015-12-31T14:40:38.000Z", "2015-01-01T22:16:03.000Z"])
        let cookies = try readTable(try WebLogVectors.bytes("plaso_iis10_cookies.log"), as: WebLogIISFormat())
        #expect(cookies.events.map(\.session) == ["{AAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE}", "", ""])
        let edge = try readTable(try WebLogVectors.bytes("plaso_iis10_edge_cases.log"), as: WebLogIISFormat())
        #expect(edge.events.prefix(4).map(\.account) == ["random\\ranuser1", "random\\ranuser1", "random\\ranuser1", ""])
        #expect(edge.events.prefix(4).map(\.outcome) == [.success, .failure, .success, .failure])
    }

    @Test func `a log without dates is refused with its remedy`() throws {
        let sink = try readTable(try WebLogVectors.bytes("plaso_iis_without_date.log"), as: WebLogIISFormat())
        #expect(sink.kept == 0 && sink.refused == 11 && sink.headers == 4)
        #expect(sink.refusals.allSatisfy { $0.problem.field == "date" && $0.problem.remedy.contains("add the field date") })
    }

    @Test func `logs of other programs are not claimed`() throws {
        for name in ["caddy.log", "iis_eventlog.xml.log"] {
            let bytes = try WebLogVectors.bytes(name)
            #expect(recogniseTable(bytes, WebLogFormat()) == 0 && recogniseTable(bytes, WebLogIISFormat()) == 0)
            #expect(recogniseTable(bytes, TableFormat.csv) == 0 && recogniseTable(bytes, TableFormat.tsv) == 0)
        }
    }

    @Test func `ten thousand lines of the real combined log are all kept`() throws {
        let bytes = try WebLogVectors.gunzipped("apache_combined.log.gz")
        #expect(recogniseTable(bytes, WebLogFormat()) >= 95 && recogniseTable(bytes, TableFormat.csv) == 0)
        let sink = try readTable(bytes, as: WebLogFormat())
        #expect(sink.kept == 10_000 && sink.units == 10_000)
        #expect(sink.events.allSatisfy { !$0.address.isEmpty && $0.time.date >= "2015-05-17" && $0.time.date <= "2015-05-20" })
        #expect(sink.events.count { $0.outcome == .failure } == sink.events.count - sink.events.count { $0.outcome == .success })
    }
}

enum WebLogVectors {
    static let folder: String? = getenv("CORDON_VECTORS").map { String(cString: $0) + "/weblog/" }

    static func bytes(_ name: String) throws -> [UInt8] {
        guard let folder, let file = fopen(folder + name, "r") else { throw FieldProblem(found: "no file", expected: name, remedy: "set CORDON_VECTORS") }
        defer { fclose(file) }
        return contents(file)
    }

    /// Through the machine's gzip: decompression is not what is tested here.
    static func gunzipped(_ name: String) throws -> [UInt8] {
        guard let folder, let pipe = popen("gzip -dc '\(folder + name)'", "r") else { throw FieldProblem(found: "no file", expected: name, remedy: "set CORDON_VECTORS") }
        defer { pclose(pipe) }
        return contents(pipe)
    }

    private static func contents(_ file: UnsafeMutablePointer<FILE>) -> [UInt8] {
        var all: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&chunk, 1, chunk.count, file)
            if count == 0 { return all }
            all += chunk[..<count]
        }
    }
}
