import Model

/// Writes the disclosed accesses as pseudonymous CSV, with the SQL that recounts every figure of the incident in DuckDB or
/// SQLite: a reader who trusts none of our code counts again.
///
/// Texts for accounts, persons, references and sessions are pseudonyms, given by the caller. Service and controller names
/// come from the trail: one that a spreadsheet would take for a formula gets an apostrophe in front.
package final class RecountWriter {
    private let folder: String
    private let accesses: OutputFile, disclosures: OutputFile, scopes: OutputFile

    package init(folder: String) throws(ExposureError) {
        self.folder = folder
        try OutputFolder.make(folder)
        accesses = try OutputFile(folder: folder, name: "accesses.csv")
        disclosures = try OutputFile(folder: folder, name: "disclosures.csv")
        scopes = try OutputFile(folder: folder, name: "scopes.csv")
        try accesses.append(Array("entry,time,account,session,service,controller,action,unrecorded\r\n".utf8))
        let flags = Categories.named.map(\.name) + Manners.named.map(\.name)
        try disclosures.append(Array(("entry,person,reference," + flags.joined(separator: ",") + "\r\n").utf8))
        try scopes.append(Array("finding,account,level,first,end\r\n".utf8))
    }

    /// One act that disclosed somebody. `account` is empty when nobody could be found for it; `unrecorded` bounds the
    /// persons whom the source did not record.
    package func access(entry: UInt64, time: Instant, account: String, session: String, service: String, controller: String, action: Action, unrecorded: Int) throws(ExposureError) {
        var line: [UInt8] = []
        line.reserveCapacity(160)
        number(entry, &line)
        for text in [time.description, account, session, service, controller, action.name] { field(text, &line) }
        line.append(0x2C)
        number(UInt64(clamping: unrecorded), &line)
        line += [0x0D, 0x0A]
        try accesses.append(line)
    }

    package func disclosure(entry: UInt64, person: String, reference: String, categories: Categories, manners: Manners) throws(ExposureError) {
        var line: [UInt8] = []
        line.reserveCapacity(128)
        number(entry, &line)
        field(person, &line)
        field(reference, &line)
        for (_, one) in Categories.named { line += [0x2C, categories.contains(one) ? 0x31 : 0x30] }
        for (_, one) in Manners.named { line += [0x2C, manners.contains(one) ? 0x31 : 0x30] }
        line += [0x0D, 0x0A]
        try disclosures.append(line)
    }

    /// Entries `[first, end)` of an account that a figure rests on; `account` is empty for acts that no account could be found
    /// for. `finding` is the finding's id, or `all` for the figures
    /// over all findings; a level includes the stronger ones, so its ranges are given in full.
    package func scope(finding: String, account: String, level: String, entries: Range<UInt64>) throws(ExposureError) {
        var line = Array(finding.utf8)
        field(account, &line)
        field(level, &line)
        line.append(0x2C)
        number(entries.lowerBound, &line)
        line.append(0x2C)
        number(entries.upperBound, &line)
        line += [0x0D, 0x0A]
        try scopes.append(line)
    }

    /// `directoryPersons`: persons that the services hold, where known: nobody beyond them can have been disclosed.
    package func finish(directoryPersons: Int? = nil) throws(ExposureError) {
        let sql = RecountSQL(directoryPersons: directoryPersons)
        for (name, text) in [("recount.sql", sql.query), ("recount.duckdb.sql", sql.duckdb), ("recount.sqlite.sql", sql.sqlite)] {
            let file = try OutputFile(folder: folder, name: name)
            try file.append(Array(text.utf8))
            try file.commit()
        }
        for file in [accesses, disclosures, scopes] { try file.commit() }
        try OutputFolder.sync(folder)
    }

    /// A comma and the text, quoted when it must be (RFC 4180).
    private func field(_ text: String, _ line: inout [UInt8]) {
        line.append(0x2C)
        let bytes = text.utf8
        let isFormula = bytes.first.map { [0x3D, 0x2B, 0x2D, 0x40, 0x09, 0x0D].contains($0) } ?? false
        guard isFormula || bytes.contains(where: { $0 == 0x22 || $0 == 0x2C || $0 == 0x0D || $0 == 0x0A }) else {
            line.append(contentsOf: bytes)
            return
        }
        line.append(0x22)
        if isFormula { line.append(0x27) }
        for byte in bytes {
            if byte == 0x22 { line.append(byte) }
            line.append(byte)
        }
        line.append(0x22)
    }

    private func number(_ value: UInt64, _ line: inout [UInt8]) {
        line.append(contentsOf: String(value).utf8)
    }
}

/// The recount in SQL. `query` is one text that runs unchanged in DuckDB and SQLite; loading the files differs.
struct RecountSQL {
    var directoryPersons: Int?

    var duckdb: String {
        """
        -- In the folder of the files: duckdb -c ".read recount.duckdb.sql"

        """ + RecountSQL.tables + RecountSQL.files.map { "copy \($0) from '\($0).csv' (format csv, header true, delimiter ',', quote '\"', escape '\"');\n" }.joined() + "\n" + query
    }

    var sqlite: String {
        """
        -- In the folder of the files: sqlite3 :memory: ".read recount.sqlite.sql"

        """ + RecountSQL.tables + ".mode csv\n" + RecountSQL.files.map { ".import --skip 1 \($0).csv \($0)\n" }.joined() + ".mode column\n\n" + query
    }

    /// Per finding and level, distinct persons. `persons` is the figure of `incident.json`: at the level `possible` it adds
    /// the bound for persons that sources did not record. An empty text is NULL to one program and a text to the other.
    var query: String {
        """
        with scoped as (
          select distinct s.finding, s.level, a.entry, coalesce(a.service, '') as service, coalesce(a.controller, '') as controller, a.unrecorded
          from scopes s join accesses a on coalesce(a.account, '') = coalesce(s.account, '') and a.entry >= s."first" and a.entry < s."end"),
        shown as (
          select s.finding, s.level, s.service, s.controller, d.* from scoped s join disclosures d on d.entry = s.entry),
        distinctly as (
          select s.finding, s.level, s.persons, case when s.level = 'possible' then s.unrecorded else 0 end as unrecorded from (
            select b.finding, b.level, sum(b.unrecorded) as unrecorded,
              (select count(distinct p.person) from shown p where p.finding = b.finding and p.level = b.level) as persons
            from scoped b group by b.finding, b.level) s),
        bounded as (
          select finding, level, persons, \(bound) as unrecorded from distinctly),
        tidy as (
          select finding, level, 1 as place, 'persons' as measure, '' as name, persons + unrecorded as n from bounded
          union all select finding, level, 2, 'references', '', count(distinct reference) from shown group by finding, level
          union all select finding, level, 3, 'unrecorded', '', unrecorded from bounded

        """ + RecountSQL.flagRows("by_category", Categories.named.map(\.name), 4) + RecountSQL.flagRows("by_manner", Manners.named.map(\.name), 5) + """
          union all select finding, level, 6, 'by_service', service, count(distinct person) from shown group by finding, level, service
          union all select finding, level, 7, 'by_controller', controller, count(distinct person) from shown group by finding, level, controller)
        select finding, level, measure, name, cast(n as bigint) as persons from tidy where n > 0 or measure = 'persons'
        order by finding, case level when 'established' then 1 when 'attributed' then 2 else 3 end, place, name;

        """
    }

    private var bound: String {
        guard let held = directoryPersons else { return "unrecorded" }
        return "case when persons + unrecorded <= \(held) then unrecorded when persons < \(held) then \(held) - persons else 0 end"
    }

    private static let tables = """
        create table accesses (entry bigint, time text, account text, session text, service text, controller text, action text, unrecorded bigint);
        create table disclosures (entry bigint, person text, reference text, \(flags.map { $0 + " int" }.joined(separator: ", ")));
        create table scopes (finding text, account text, level text, "first" bigint, "end" bigint);

        """
    private static let files = ["accesses", "disclosures", "scopes"]
    private static let flags = Categories.named.map(\.name) + Manners.named.map(\.name)

    private static func flagRows(_ measure: String, _ names: [String], _ place: Int) -> String {
        names.map { "  union all select finding, level, \(place), '\(measure)', '\($0)', count(distinct person) from shown where \($0) = 1 group by finding, level\n" }.joined()
    }
}
