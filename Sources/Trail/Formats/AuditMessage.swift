import Model
import Scan

/// DICOM audit messages (PS3.15 annex A.5, RFC 3881 before it), as ATNA's Record Audit Event [ITI-20] carries them: one XML
/// document or many after another, with or without a list around them. Messages in syslog are read by `SyslogFormat`.
package struct AuditMessageFormat: TrailFormat {
    package let name = "atna"
    package let summary = "DICOM/ATNA audit messages (PS3.15 A.5, RFC 3881) in XML: one or many documents"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        let begin = JSONBoundary.skipSpace(head, JSONUnits.afterMark(head))
        guard begin < head.count, head[begin] == UInt8(ascii: "<"), let first = AuditMessageUnits.open(head, from: begin) else { return 0 }
        return AuditMessageUnits.isMarkup(UnsafeRawBufferPointer(rebasing: head[begin..<first])) ? 96 : 0
    }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = AuditMessageReader(file: file)
        defer { reader.times.tell(sink) }
        var units = AuditMessageUnits(text)
        var number = 0
        while let unit = units.next() {
            number += 1
            let place = Place(file: file.name, line: number, byte: unit.range.lowerBound)
            if let problem = unit.problem {
                sink.refuse(problem, at: place, units: 1)
            } else {
                reader.take(UnsafeRawBufferPointer(rebasing: text[unit.range]), from: nil, at: place, to: sink)
            }
            if number % 256 == 0, !sink.advance(to: unit.range.upperBound) { return }
        }
        _ = sink.advance(to: text.count)
    }
}

/// Messages of a text, by their tags alone: a broken one does not cost the next.
struct AuditMessageUnits {
    struct Unit {
        var range: Range<Int>
        var problem: FieldProblem?
    }

    private let text: UnsafeRawBufferPointer
    private var at: Int

    init(_ text: UnsafeRawBufferPointer) { (self.text, at) = (text, JSONUnits.afterMark(text)) }

    mutating func next() -> Unit? {
        at = JSONBoundary.skipSpace(text, at)
        guard at < text.count else { return nil }
        let begin = at
        guard let open = AuditMessageUnits.open(text, from: begin) else {
            // The end of a list around the messages, or something else.
            at = text.count
            let rest = UnsafeRawBufferPointer(rebasing: text[begin...])
            return AuditMessageUnits.isMarkup(rest) ? nil : Unit(range: begin..<text.count, problem: AuditMessageUnits.foreign)
        }
        let between = UnsafeRawBufferPointer(rebasing: text[begin..<open])
        guard AuditMessageUnits.isMarkup(between) else {
            at = open
            return Unit(range: begin..<open, problem: AuditMessageUnits.foreign)
        }
        if between.contains("<!DOCTYPE") || between.contains("<!ENTITY") {
            at = AuditMessageUnits.close(text, from: open) ?? text.count
            return Unit(range: begin..<at, problem: AuditMessageXML.hasDoctype)
        }
        // The end is looked for up to the next beginning only, so that many beginnings without an end stay cheap.
        let following = AuditMessageUnits.open(text, from: open + 1) ?? text.count
        guard let close = AuditMessageUnits.close(text.part(0, following), from: open) else {
            at = following
            return Unit(range: open..<at, problem: AuditMessageXML.cutShort)
        }
        at = close
        return Unit(range: open..<close, problem: nil)
    }

    private static let foreign = FieldProblem(
        found: "text between the messages", expected: "AuditMessage elements (DICOM PS3.15 A.5)", remedy: "export the messages as XML, or as the syslog lines that carried them")

    /// Offset of the next `<AuditMessage`, with any prefix, whose name ends there.
    static func open(_ text: UnsafeRawBufferPointer, from: Int) -> Int? {
        find(text, from) { text, name in
            var i = name
            while i > 0, isName(text[i - 1]) { i -= 1 }
            guard i > 0, text[i - 1] == UInt8(ascii: "<"), i == name || text[name - 1] == UInt8(ascii: ":") else { return nil }
            return i - 1
        }
    }

    /// Offset after the next `</AuditMessage>`, or after the element if it is empty.
    static func close(_ text: UnsafeRawBufferPointer, from: Int) -> Int? {
        find(text, from) { text, name in
            var i = name
            while i > 0, isName(text[i - 1]) { i -= 1 }
            guard i >= 2, text[i - 1] == UInt8(ascii: "/"), text[i - 2] == UInt8(ascii: "<") else { return nil }
            let end = JSONBoundary.skipSpace(text, name + 12)
            return end < text.count && text[end] == UInt8(ascii: ">") ? end + 1 : nil
        }
    }

    /// The first occurrence of the element's name that `place` makes something of.
    private static func find(_ text: UnsafeRawBufferPointer, _ from: Int, _ place: (UnsafeRawBufferPointer, Int) -> Int?) -> Int? {
        var at = from
        while let name = text.firstIndex(of: "AuditMessage", from: at) {
            let after = name + 12
            let ends = after >= text.count || !isName(text[after])
            if ends, let found = place(text, name), found >= from { return found }
            at = after
        }
        return nil
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 <= 9 || byte == 0x3A || byte == 0x5F || byte == 0x2D || byte == 0x2E || byte >= 0x80
    }

    /// Tags, declarations and comments with nothing but white space between them.
    static func isMarkup(_ text: UnsafeRawBufferPointer) -> Bool {
        var at = 0
        while true {
            at = JSONBoundary.skipSpace(text, at)
            guard at < text.count else { return true }
            guard text[at] == UInt8(ascii: "<") else { return false }
            if text.starts(with: "<!--", at: at) {
                guard let end = text.firstIndex(of: "-->", from: at + 4) else { return false }
                at = end + 3
            } else if text.starts(with: "<!DOCTYPE", at: at) {
                guard let end = doctypeEnd(text, at) else { return false }
                at = end
            } else {
                guard let end = text[at...].firstIndex(of: UInt8(ascii: ">")) else { return false }
                at = end + 1
            }
        }
    }

    /// A declaration may hold others in brackets.
    private static func doctypeEnd(_ text: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var depth = 0
        for i in start..<text.count {
            switch text[i] {
            case UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: ">") where depth <= 0: return i + 1
            default: break
            }
        }
        return nil
    }
}
