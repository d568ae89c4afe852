import Model
import Scan

/// Files of syslog messages that carry records of other formats: as a receiver wrote them line by line, or as they came over
/// the wire, octet counting and lines mixed. Each message is read by the format that it is of.
///
/// Messages of other programs tell nothing of users and count as blank. The unit is the frame: in files of lines a line.
package struct SyslogFormat: TrailFormat {
    package let name = "syslog"
    package let summary = "Syslog (RFC 5424, RFC 3164, files of them) that carries audit messages, JSON records or log lines of the other formats"

    package init() {}

    /// Counts of octets in a file are bounded by the file.
    private static let frames = SyslogFrames(messageMax: 1 << 28)

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        var (at, frames, headers, carried) = (JSONUnits.afterMark(head), 0, 0, 0)
        while at < head.count, frames < 2_000 {
            guard case .message(let range, _, let next) = SyslogFormat.frames.next(in: head, at: at, isEnd: true) else { break }
            at = next
            guard !range.isEmpty else { continue }
            frames += 1
            // The first frame decides for most files that are something else.
            guard let header = try? SyslogHeader(head.part(range.lowerBound, range.upperBound)) else {
                if frames == 1 { return 0 }
                continue
            }
            headers += 1
            if SyslogFormat.carries(header) { carried += 1 }
            if carried >= 8 { break }
        }
        return carried > 0 && headers * 2 >= frames ? 97 : 0
    }

    private static func carries(_ header: SyslogHeader) -> Bool {
        let message = JSONUnits.trimmed(header.message, 0, header.message.count)
        let record = message.starts(with: "@cee:") ? JSONUnits.trimmed(message, 5, message.count) : message
        return CarriedRecords.kind(of: record, from: header.app) != nil
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var records = CarriedRecords(file: file)
        var hosts = TableTexts()
        var (at, number) = (JSONUnits.afterMark(text), 0)
        while at < text.count {
            number += 1
            let start = at
            let place = Place(file: file.name, line: number, byte: start)
            switch SyslogFormat.frames.next(in: text, at: at, isEnd: true) {
            case .incomplete: at = text.count
            case .bad(let fault, _, let next):
                at = next
                sink.refuse(SyslogFormat.problem(fault), at: place, units: 1)
            case .message(let range, let framing, let next):
                at = next
                let frame = text.part(range.lowerBound, range.upperBound)
                guard !frame.allSatisfy({ $0 <= 0x20 }) else {
                    sink.blank(units: 1)
                    break
                }
                let header: SyslogHeader
                do throws(FieldProblem) {
                    guard !frame.hasByte(0) else { throw SyslogFormat.nul }
                    header = try SyslogHeader(frame)
                } catch {
                    sink.refuse(error, at: place, units: 1)
                    break
                }
                var carrier = Carrier()
                carrier.time = header.time.isEmpty ? .none : .text(header.time)
                carrier.host = hosts.text(header.host)
                carrier.app = header.app
                var message = header.message
                if framing == .line, let whole = SyslogFormat.overLines(text, message, from: at) {
                    // One message over many lines is still as many lines: all but its last are said to be blank.
                    let more = Lines.newlines(text.part(start, whole.next)) - Lines.newlines(text.part(start, at))
                    let begin = range.upperBound - message.count
                    message = text.part(begin, whole.end)
                    (at, number) = (whole.next, number + more)
                    sink.blank(units: more)
                }
                if !records.take(message, from: carrier, at: place, to: sink) { sink.blank(units: 1) }
            }
            if number % 1_024 == 0, !sink.advance(to: at) { break }
        }
        records.finish(sink)
        _ = sink.advance(to: text.count)
    }

    /// An audit message that a sender without octet counting wrote over many lines: where it ends, and the line after it.
    private static func overLines(_ text: UnsafeRawBufferPointer, _ message: UnsafeRawBufferPointer, from next: Int) -> (end: Int, next: Int)? {
        guard message.first == UInt8(ascii: "<"), message.contains("<AuditMessage"), !message.contains("</AuditMessage>"), next < text.count else { return nil }
        var at = next
        while at < text.count, at - next < AuditMessageXML.bytesMax {
            let newline = endOfLine(text, from: at)
            let line = text.part(at, newline)
            // Another message begins: this one was cut.
            if line.count > 1, line[0] == UInt8(ascii: "<"), line[1] &- 0x30 <= 9 { return nil }
            if line.contains("<AuditMessage") { return nil }
            if let close = AuditMessageUnits.close(text.part(0, newline), from: at) { return (close, min(newline + 1, text.count)) }
            at = newline + 1
        }
        return nil
    }

    private static func problem(_ fault: SyslogFrames.Fault) -> FieldProblem {
        switch fault {
        case .tooLong: FieldProblem(found: "a message of more than \(frames.messageMax >> 20) MiB", expected: "a syslog message", remedy: "check the sender's framing")
        case .wrongCount: FieldProblem(field: "MSG-LEN", found: "a count that does not fit the message", expected: "octets of the message (RFC 5425 section 4.3)", remedy: "the copy was cut, or the sender counts characters: let it count octets")
        }
    }

    private static let nul = FieldProblem(found: "a NUL byte", expected: "text", remedy: "copy the log again: a NUL is left by a crash or a broken transfer")
}
