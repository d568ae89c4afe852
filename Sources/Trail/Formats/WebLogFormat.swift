import Glibc
import Model
import Scan

/// Access logs of Apache and nginx: common, combined, combined behind a virtual host's name, and combined with more fields.
///
///     %h %l %u %t "%r" %>s %b ["%{Referer}i" "%{User-agent}i" […]]        (Apache mod_log_config)
///
/// nginx writes the same shape as `combined`. Of what follows the agent, a request id and a list of forwarding addresses
/// are recognised; the rest is left aside. Whose data a request showed is for the service's profile to say, by its path.
package struct WebLogFormat: TrailFormat {
    package let name = "apache-combined"
    package let summary = "Web access log of Apache or nginx (common or combined): client, user, time in brackets, request, status"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        var (good, lines) = (0, 0)
        WebLogLines.forEach(in: head) { line, _, next in
            guard !line.isEmpty, next < head.count || lines == 0 else { return lines < 50 }
            lines += 1
            if WebLogLine(line) != nil { good += 1 }
            return lines < 50
        }
        return good > 0 && good * 2 >= lines ? 60 + 35 * good / lines : 0
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var maker = WebLogEvents(file)
        var number = 0
        WebLogLines.forEach(in: text) { line, start, next in
            number += 1
            let place = Place(file: file.name, line: number, byte: start)
            if line.allSatisfy({ $0 <= 0x20 && $0 != 0 }) {
                sink.blank(units: 1)
            } else {
                do throws(FieldProblem) {
                    try WebLogLines.check(line)
                    let isLast = next >= text.count && text[text.count - 1] != 0x0A
                    guard let parts = WebLogLine(line), !(parts.isOpen && isLast) else { throw WebLogLine.problem(of: line, isLast: isLast) }
                    if parts.isOpen { sink.warn(WebLogLine.openAgent, at: place) }
                    sink.keep(try maker.event(parts, at: place, sink), at: place, units: 1)
                } catch {
                    sink.refuse(error, at: place, units: 1)
                }
            }
            return number % 4_096 != 0 || sink.advance(to: next)
        }
        _ = sink.advance(to: text.count)
    }
}

/// Lines of a log.
enum WebLogLines {
    /// Each line without its end, its offset and the offset of the next one; stops when `body` says false.
    static func forEach(in text: UnsafeRawBufferPointer, _ body: (_ line: UnsafeRawBufferPointer, _ start: Int, _ next: Int) -> Bool) {
        guard let base = text.baseAddress else { return }
        var start = 0
        var skipped = TextEncoding.markLength(text)
        while start < text.count {
            let found = memchr(base + start, 0x0A, text.count - start).map { UnsafeRawPointer($0) - base }
            let next = found.map { $0 + 1 } ?? text.count
            var end = found ?? text.count
            let first = min(start + skipped, end)
            skipped = 0
            if end > first, text[end - 1] == 0x0D { end -= 1 }
            guard body(UnsafeRawBufferPointer(rebasing: text[first..<end]), start, next) else { return }
            start = next
        }
    }

    static func check(_ line: UnsafeRawBufferPointer) throws(FieldProblem) {
        if line.contains(0) { throw FieldProblem(found: "a NUL byte", expected: "text", remedy: "copy the log again: a NUL is left by a crash or a broken transfer") }
        guard TextEncoding.isUTF8(line) else { throw TextEncoding.wrongEncoding }
    }
}

/// One line of a combined log, taken apart but not yet understood.
struct WebLogLine {
    var host: UnsafeRawBufferPointer
    /// Name before the client in `vhost_combined`; empty otherwise.
    var virtualHost = UnsafeRawBufferPointer(start: nil, count: 0)
    var user: UnsafeRawBufferPointer
    var time: UnsafeRawBufferPointer
    var request: UnsafeRawBufferPointer
    var status: Int
    var agent = UnsafeRawBufferPointer(start: nil, count: 0)
    /// The agent's quote never closes: some writers cut long lines there.
    var isOpen = false
    /// What follows the agent.
    var extra = UnsafeRawBufferPointer(start: nil, count: 0)

    init?(_ line: UnsafeRawBufferPointer) {
        // The bracket of the time is the first one after a blank: names of users may hold blanks.
        guard let open = WebLogLine.timeStart(line), let close = line[open...].firstIndex(of: 0x5D), close - open < 64 else { return nil }
        time = UnsafeRawBufferPointer(rebasing: line[(open + 1)..<close])
        guard time.count >= 14, time[0] &- 0x30 <= 9 else { return nil }

        guard let hostEnd = line[..<open].firstIndex(of: 0x20), hostEnd > 0 else { return nil }
        host = UnsafeRawBufferPointer(rebasing: line[..<hostEnd])
        var at = hostEnd + 1
        guard let second = line[at..<open].firstIndex(of: 0x20) else { return nil }
        let secondWord = UnsafeRawBufferPointer(rebasing: line[at..<second])
        if ClientAddress(secondWord) != nil, ClientAddress(host) == nil || line[(second + 1)..<open].count(where: { $0 == 0x20 }) >= 2 {
            (virtualHost, host) = (host, secondWord)
            guard let third = line[(second + 1)..<open].firstIndex(of: 0x20) else { return nil }
            at = third + 1
        } else {
            at = second + 1
        }
        guard at < open else { return nil }
        user = Blanks.trimmed(UnsafeRawBufferPointer(rebasing: line[at..<open]))

        var cursor = close + 1
        guard let request = WebLogLine.quoted(line, &cursor) else { return nil }
        self.request = request
        guard cursor < line.count, line[cursor] == 0x20, let status = WebLogLine.number(line, &cursor), (100...599).contains(status) || status == 0 || status == 999 else { return nil }
        self.status = status
        guard let size = WebLogLine.word(line, &cursor), size.allSatisfy({ $0 &- 0x30 <= 9 }) || (size.count == 1 && size[0] == 0x2D) else { return nil }
        guard cursor < line.count else { return }
        let beforeReferer = cursor
        let hasReferer = WebLogLine.quoted(line, &cursor) != nil
        if hasReferer, let agent = WebLogLine.quoted(line, &cursor) {
            self.agent = agent
        } else if hasReferer, let agent = WebLogLine.open(line, cursor) {
            (self.agent, isOpen) = (agent, true)
            return
        } else {
            // Common format with fields of its own after the size. A quote that does not close before the agent is a cut line.
            if UnsafeRawBufferPointer(rebasing: line[beforeReferer...]).contains(0x22) { return nil }
            extra = UnsafeRawBufferPointer(rebasing: line[beforeReferer...])
            return
        }
        guard cursor == line.count || line[cursor] == 0x20 else { return nil }
        extra = UnsafeRawBufferPointer(rebasing: line[cursor...])
    }

    /// Offset of the bracket that opens the time.
    private static func timeStart(_ line: UnsafeRawBufferPointer) -> Int? {
        var at = 1
        while at + 1 < line.count, at < 2_048 {
            if line[at] == 0x5B, line[at - 1] == 0x20, line[at + 1] &- 0x30 <= 9 { return at }
            at += 1
        }
        return nil
    }

    /// ` "…"` with `\"` inside, without its quotes; nil leaves the place where it was.
    static func quoted(_ line: UnsafeRawBufferPointer, _ at: inout Int) -> UnsafeRawBufferPointer? {
        guard at + 1 < line.count, line[at] == 0x20, line[at + 1] == 0x22 else { return nil }
        var end = at + 2
        while end < line.count, line[end] != 0x22 { end += line[end] == 0x5C ? 2 : 1 }
        guard end < line.count else { return nil }
        defer { at = end + 1 }
        return UnsafeRawBufferPointer(rebasing: line[(at + 2)..<end])
    }

    /// What follows ` "` up to the end of the line.
    private static func open(_ line: UnsafeRawBufferPointer, _ at: Int) -> UnsafeRawBufferPointer? {
        guard at + 1 < line.count, line[at] == 0x20, line[at + 1] == 0x22 else { return nil }
        return UnsafeRawBufferPointer(rebasing: line[(at + 2)...])
    }

    /// ` word`.
    static func word(_ line: UnsafeRawBufferPointer, _ at: inout Int) -> UnsafeRawBufferPointer? {
        guard at + 1 < line.count, line[at] == 0x20, line[at + 1] != 0x20 else { return nil }
        let end = line[(at + 1)...].firstIndex(of: 0x20) ?? line.count
        defer { at = end }
        return UnsafeRawBufferPointer(rebasing: line[(at + 1)..<end])
    }

    private static func number(_ line: UnsafeRawBufferPointer, _ at: inout Int) -> Int? {
        guard let word = word(line, &at), word.count == 3 || word.count == 1, word.allSatisfy({ $0 &- 0x30 <= 9 }) else { return nil }
        return word.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    static let openAgent = FieldProblem(
        field: "agent", found: "a quote that never closes", expected: "a closing quote",
        remedy: "the record was kept; let the server write its lines whole")

    static func problem(of line: UnsafeRawBufferPointer, isLast: Bool) -> FieldProblem {
        if isLast, timeStart(line) != nil || line.count < 64 {
            return FieldProblem(found: "cut short", expected: "a whole line of the access log", remedy: "copy the log again: its end is missing")
        }
        return FieldProblem(
            found: "not a line of an access log", expected: "client, user, [time], \"request\", status and size (common or combined format)",
            remedy: "export the log in the combined format")
    }
}
