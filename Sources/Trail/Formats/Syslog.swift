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

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        var messages = SyslogMessages(head)
        var (seen, headers, carried) = (0, 0, 0)
        while seen < 2_000, carried < 8, let next = messages.next() {
            guard !next.isBlank else { continue }
            seen += 1
            guard let header = try? next.header() else {
                // The first one decides for most files that are something else.
                if seen == 1 { return 0 }
                continue
            }
            headers += 1
            if CarriedRecords.kind(of: CarriedRecords.bare(next.message(of: header)), from: header.app) != nil { carried += 1 }
        }
        return carried > 0 && headers * 2 >= seen ? 97 : 0
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var records = CarriedRecords(file: file)
        var hosts = TableTexts()
        var messages = SyslogMessages(text)
        var number = 0
        while let next = messages.next() {
            let place = Place(file: file.name, line: number + 1, byte: next.start)
            number += next.units
            if next.isBlank {
                sink.blank(units: 1)
            } else {
                do throws(FieldProblem) {
                    let header = try next.header()
                    // A message over many lines is one record; its other lines hold nothing of their own.
                    if next.units > 1 { sink.blank(units: next.units - 1) }
                    var carrier = Carrier()
                    carrier.time = header.time.isEmpty ? .none : .text(header.time)
                    carrier.host = hosts.text(header.host)
                    carrier.app = header.app
                    if !records.take(next.message(of: header), from: carrier, at: place, to: sink) { sink.blank(units: 1) }
                } catch {
                    sink.refuse(error, at: place, units: next.units)
                }
            }
            if number & 0x3ff == 0, !sink.advance(to: next.end) { break }
        }
        records.finish(sink)
        _ = sink.advance(to: text.count)
    }
}

/// The messages of a file, one after another.
struct SyslogMessages {
    /// Counts of octets in a file are bounded by the file.
    private static let frames = SyslogFrames(messageMax: 1 << 28)

    private let text: UnsafeRawBufferPointer
    private var at: Int

    init(_ text: UnsafeRawBufferPointer) { (self.text, at) = (text, JSONUnits.afterMark(text)) }

    struct Message {
        fileprivate var frame: UnsafeRawBufferPointer
        /// The frame and the lines that continue its message.
        fileprivate var whole: UnsafeRawBufferPointer
        fileprivate var fault: SyslogFrames.Fault?
        /// Offsets of its frame in the file.
        var start: Int, end: Int
        var units = 1

        var isBlank: Bool { fault == nil && frame.allSatisfy { $0 <= 0x20 && $0 != 0 } }

        func header() throws(FieldProblem) -> SyslogHeader {
            if let fault { throw SyslogMessages.problem(fault) }
            guard !whole.hasByte(0) else { throw SyslogMessages.nul }
            return try SyslogHeader(frame)
        }

        /// The message goes to the end of the frame, so it begins as far from there as it is long.
        func message(of header: SyslogHeader) -> UnsafeRawBufferPointer { whole.part(frame.count - header.message.count) }
    }

    mutating func next() -> Message? {
        guard at < text.count else { return nil }
        let start = at
        switch SyslogMessages.frames.next(in: text, at: at, isEnd: true) {
        case .incomplete: return nil
        case .bad(let fault, let range, let next):
            at = next
            return Message(frame: text.part(range.lowerBound, range.upperBound), whole: text.part(range.lowerBound, range.upperBound), fault: fault, start: start, end: next)
        case .message(let range, let framing, let next):
            at = next
            let frame = text.part(range.lowerBound, range.upperBound)
            var message = Message(frame: frame, whole: frame, fault: nil, start: start, end: next)
            if framing == .line, let more = SyslogMessages.continuation(of: frame, in: text, from: next) {
                message.whole = text.part(range.lowerBound, more.end)
                message.units += more.lines
                (at, message.end) = (more.next, more.next)
            }
            return message
        }
    }

    /// An audit message that a sender without octet counting wrote over many lines: where it ends, and the line after it.
    private static func continuation(of frame: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, from next: Int) -> (end: Int, next: Int, lines: Int)? {
        guard next < text.count, frame.first == UInt8(ascii: "<") else { return nil }
        var isOpen = frame.contains("<AuditMessage")
        guard isOpen ? !frame.contains("</AuditMessage>") : frame.contains("<?xml ") else { return nil }
        var (at, lines) = (next, 0)
        while at < text.count, at - next < AuditMessageXML.bytesMax {
            let newline = endOfLine(text, from: at)
            let line = text.part(at, newline)
            lines += 1
            // Another message begins: this one was cut.
            if line.count > 1, line[0] == UInt8(ascii: "<"), line[1] &- 0x30 <= 9 { return nil }
            if line.contains("<AuditMessage") {
                if isOpen { return nil }
                isOpen = true
            }
            if isOpen, let close = AuditMessageUnits.close(text.part(0, newline), from: at) { return (close, min(newline + 1, text.count), lines) }
            at = newline + 1
        }
        return nil
    }

    fileprivate static func problem(_ fault: SyslogFrames.Fault) -> FieldProblem {
        switch fault {
        case .tooLong: FieldProblem(found: "a message of more than \(frames.messageMax >> 20) MiB", expected: "a syslog message", remedy: "check the sender's framing")
        case .wrongCount: FieldProblem(field: "MSG-LEN", found: "a count that does not fit the message", expected: "octets of the message (RFC 5425 section 4.3)", remedy: "the copy was cut, or the sender counts characters: let it count octets")
        }
    }

    fileprivate static let nul = FieldProblem(found: "a NUL byte", expected: "text", remedy: "copy the log again: a NUL is left by a crash or a broken transfer")
}
