import Model
import Scan

/// IIS logs in the W3C Extended Log File Format: `#Fields:` names the columns and may change in mid-file; times are UTC.
///
/// Fields are separated by blanks and never empty (`-` is nothing), blanks inside are `+`. IIS writes two blanks in a row
/// at places, which count as one.
package struct WebLogIISFormat: TrailFormat {
    package let name = "iis-w3c"
    package let summary = "Web access log of IIS in W3C Extended Log File Format, known by its #Fields line"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        var score = 0
        var lines = 0
        WebLogLines.forEach(in: head) { line, _, _ in
            lines += 1
            if WebLogIISFields.directive("#Fields:", line) != nil { score = max(score, 90) }
            if let software = WebLogIISFields.directive("#Software:", line), TableTexts.once(software).contains("Internet Information") { score = max(score, 40) }
            return lines < 20 && score < 90 && (line.isEmpty || line[0] == 0x23)
        }
        return score
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var fields = WebLogIISFields()
        var maker = WebLogIISEvents(file)
        var number = 0
        WebLogLines.forEach(in: text) { line, start, next in
            number += 1
            let place = Place(file: file.name, line: number, byte: start)
            if line.allSatisfy({ $0 <= 0x20 && $0 != 0 }) {
                sink.blank(units: 1)
            } else if line[0] == 0x23 {
                if let names = WebLogIISFields.directive("#Fields:", line) { fields = WebLogIISFields(names) }
                sink.header(units: 1)
            } else {
                do throws(FieldProblem) {
                    try WebLogLines.check(line)
                    sink.keep(try maker.event(line, fields, at: place, isLast: next >= text.count), at: place, units: 1)
                } catch {
                    sink.refuse(error, at: place, units: 1)
                }
            }
            return number % 4_096 != 0 || sink.advance(to: next)
        }
        _ = sink.advance(to: text.count)
    }
}

/// Where each field stands, by the `#Fields:` line in force.
struct WebLogIISFields {
    private(set) var count = 0
    private var places: [String: Int] = [:]

    /// Before any `#Fields:` line.
    init() {}

    init(_ names: UnsafeRawBufferPointer) {
        for name in TableTexts.once(names).lowercased().split(whereSeparator: { $0 == " " || $0 == "\t" }) {
            if places[String(name)] == nil { places[String(name)] = count }
            count += 1
        }
    }

    func place(_ names: String...) -> Int? { names.lazy.compactMap { places[$0] }.first }

    /// What follows a directive's name.
    static func directive(_ name: StaticString, _ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let length = name.utf8CodeUnitCount
        guard line.count >= length else { return nil }
        for i in 0..<length where line[i] | 0x20 != name.utf8Start[i] | 0x20 { return nil }
        return Blanks.trimmed(UnsafeRawBufferPointer(rebasing: line[length...]))
    }
}

/// Turns lines of an IIS log into events.
struct WebLogIISEvents {
    private var times = TimeParser(zone: "UTC", zoneIsStated: true)
    private var texts = TableTexts()
    private var addresses = TableTexts.Answers<String>()
    private let proxies: WebLogProxies
    private let fileName: String
    private var parts: [UnsafeRawBufferPointer] = []

    init(_ file: FileInHand) {
        proxies = WebLogProxies(file.trustedProxies)
        fileName = file.name
    }

    mutating func event(_ line: UnsafeRawBufferPointer, _ fields: WebLogIISFields, at place: Place, isLast: Bool) throws(FieldProblem) -> AccessEvent {
        guard fields.count > 0 else { throw FieldProblem(
            found: "a line before any #Fields line", expected: "#Fields: date time …",
            remedy: "copy the log from its beginning") }
        split(line)
        guard parts.count == fields.count else {
            let remedy = isLast && parts.count < fields.count ? "copy the log again: its end is missing" : "copy the log again from the server"
            throw FieldProblem(found: "\(parts.count) fields", expected: "\(fields.count) fields as in the #Fields line", remedy: remedy)
        }
        var event = AccessEvent()
        event.id = fileName + ":" + String(place.line)
        event.time = try time(fields)
        event.service = "iis"
        if let site = value(fields.place("s-computername", "s-sitename", "cs-host")) { event.source = texts.text(site) }
        if let user = value(fields.place("cs-username")) { event.account = texts.text(user) }
        if let agent = value(fields.place("cs(user-agent)")) { event.agent = blanks(agent) }
        if let cookie = value(fields.place("cs(cookie)")) { event.session = WebLogIISEvents.session(TableTexts.once(cookie)) }
        if let request = value(fields.place("x-request-id", "cs(x-request-id)", "sc(x-request-id)")) { event.request = TableTexts.once(request) }
        let method = value(fields.place("cs-method")).map { texts.text($0) } ?? ""
        event.action = WebLogRequest.action(of: method)
        if let stem = value(fields.place("cs-uri-stem", "cs-uri")) { event.path = TableTexts.once(stem) }
        if let query = value(fields.place("cs-uri-query")) { WebLogRequest.setQuery(&event, TableTexts.once(query)) }
        if let status = value(fields.place("sc-status")) { event.outcome = WebLogRequest.outcome(of: Int(TableTexts.once(status)) ?? 0) }
        let forwarded = value(fields.place("x-forwarded-for", "cs(x-forwarded-for)", "cs-x-forwarded-for", "x-forwarded-for-")).map { blanks($0) } ?? ""
        if let client = value(fields.place("c-ip")) { event.address = proxies.client(of: client, forwarded: forwarded, &addresses) }
        return event
    }

    private mutating func time(_ fields: WebLogIISFields) throws(FieldProblem) -> Instant {
        guard let day = value(fields.place("date")) else {
            throw FieldProblem(
                field: "date", found: "missing", expected: "the fields date and time",
                remedy: "add the field date to the site's logging, or put it before each line; the day in #Date is only that of the first")
        }
        guard let clock = value(fields.place("time")) else {
            throw FieldProblem(field: "time", found: "missing", expected: "the fields date and time", remedy: "add the field time to the site's logging")
        }
        let joined = Array(day) + [0x20] + Array(clock)
        let result = joined.withUnsafeBytes { bytes in Result { () throws(FieldProblem) in try times.parse(bytes) } }
        do throws(FieldProblem) { return try result.get() } catch {
            var problem = error
            problem.field = "date"
            throw problem
        }
    }

    private mutating func split(_ line: UnsafeRawBufferPointer) {
        parts.removeAll(keepingCapacity: true)
        var start = 0
        for i in 0...line.count where i == line.count || line[i] == 0x20 || line[i] == 0x09 {
            if i > start { parts.append(UnsafeRawBufferPointer(rebasing: line[start..<i])) }
            start = i + 1
        }
    }

    private func value(_ place: Int?) -> UnsafeRawBufferPointer? {
        guard let place, place < parts.count else { return nil }
        let part = parts[place]
        return part.count == 1 && part[0] == 0x2D ? nil : part
    }

    /// `+` stands for a blank.
    private mutating func blanks(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(0x2B) else { return texts.text(bytes) }
        return bytes.map { $0 == 0x2B ? 0x20 : $0 }.withUnsafeBytes { texts.text($0) }
    }

    /// The value of a cookie that servers keep their sessions in.
    private static func session(_ cookies: String) -> String {
        for cookie in cookies.split(separator: ";") {
            guard let equals = cookie.firstIndex(of: "=") else { continue }
            let name = cookie[..<equals].drop { $0 == "+" || $0 == " " }.lowercased()
            guard ["asp.net_sessionid", "jsessionid", "phpsessid", "sessionid", "session", "sid", "outlooksession"].contains(name) else { continue }
            return String(cookie[cookie.index(after: equals)...].filter { $0 != "\"" })
        }
        return ""
    }
}
