import Model
import Scan

/// The units of a JSON file: one a line, or the records of arrays, Bundles and other containers.
///
/// One broken record never costs the next one. In files of lines a newline ends every record. Elsewhere brackets and quotes
/// tell where a record ends before anything of it is believed, so that each is parsed by itself.
struct JSONUnits {
    enum Shape: Equatable {
        /// A record on each line (NDJSON, JSON Lines).
        case lines
        /// One array or document, or several after another, over any number of lines. The unit is the record.
        case records
    }

    /// Members whose array holds the records when the document is a container: `entry`, `value`.
    let containers: [StaticString]

    /// Calls `body` with each record and its place, and tells the sink of blank lines and of what cannot be a record.
    /// `body` tells the sink of its record exactly once; what it throws ends the file.
    func forEach(
        in text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink,
        _ body: (UnsafeRawBufferPointer, Place) throws(FieldProblem) -> Void
    ) throws(FieldProblem) {
        switch JSONUnits.shape(of: text, containers: containers) {
        case .lines: try forEachLine(in: text, of: file, to: sink, body)
        case .records: try forEachRecord(in: text, of: file, to: sink, body)
        }
    }

    // MARK: Lines

    func forEachLine(
        in text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink,
        _ body: (UnsafeRawBufferPointer, Place) throws(FieldProblem) -> Void
    ) throws(FieldProblem) {
        var (i, line) = (0, 0)
        var reported = 0
        while i < text.count {
            line += 1
            let newline = endOfLine(text, from: i)
            let record = JSONUnits.trimmed(text, i == 0 ? JSONUnits.afterMark(text) : i, newline)
            if record.isEmpty {
                sink.blank(units: 1)
            } else {
                try body(record, Place(file: file.name, line: line, byte: i))
            }
            i = newline + 1
            if i - reported > 1 << 20 {
                reported = i
                guard sink.advance(to: min(i, text.count)) else { return }
            }
        }
        _ = sink.advance(to: text.count)
    }

    // MARK: Records

    private func forEachRecord(
        in text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink,
        _ body: (UnsafeRawBufferPointer, Place) throws(FieldProblem) -> Void
    ) throws(FieldProblem) {
        var walk = Walk(text: text, name: file.name, i: JSONUnits.afterMark(text))
        while true {
            walk.i = JSONBoundary.skipSpace(text, walk.i)
            guard walk.i < text.count else { break }
            if text[walk.i] == UInt8(ascii: "[") {
                guard try walk.elements(to: sink, body) else { return }
            } else if text[walk.i] == UInt8(ascii: "{"), let array = container(text, at: walk.i) {
                walk.i = array.begin
                guard try walk.elements(to: sink, body) else { return }
                walk.i = max(walk.i, array.end)
            } else {
                guard try walk.one(to: sink, body) else { return }
            }
        }
        _ = sink.advance(to: text.count)
    }

    /// A place in the text and the number of records before it.
    private struct Walk {
        let text: UnsafeRawBufferPointer
        let name: String
        var i: Int
        var number = 0
        /// The last record had no end, and that was told.
        var isCut = false

        /// The elements of the array that begins here. False when reading should end.
        mutating func elements(
            to sink: any EventSink, _ body: (UnsafeRawBufferPointer, Place) throws(FieldProblem) -> Void
        ) throws(FieldProblem) -> Bool {
            i += 1
            var isFirst = true
            while true {
                i = JSONBoundary.skipSpace(text, i)
                guard i < text.count else {
                    if !isCut { refuse(JSONFault(.cutShort, at: 0), to: sink) }
                    return true
                }
                if text[i] == UInt8(ascii: "]") {
                    i += 1
                    return true
                }
                if !isFirst {
                    if text[i] == UInt8(ascii: ",") {
                        i = JSONBoundary.skipSpace(text, i + 1)
                        guard i < text.count, text[i] != UInt8(ascii: "]") else { continue }
                    } else {
                        let problem = FieldProblem(
                            found: "two records without a comma", expected: "a comma", remedy: "nothing to do: both were read")
                        sink.warn(problem, at: Place(file: name, line: number + 1, byte: i))
                    }
                }
                isFirst = false
                guard try one(to: sink, body) else { return false }
            }
        }

        /// The record that begins here.
        mutating func one(
            to sink: any EventSink, _ body: (UnsafeRawBufferPointer, Place) throws(FieldProblem) -> Void
        ) throws(FieldProblem) -> Bool {
            guard i < text.count, text[i] == UInt8(ascii: "{") else {
                refuse(JSONFault(.notAnObject, at: 0), to: sink)
                // Whatever it is: on to where an object, an array or the end of one can be.
                i += 1
                while i < text.count, text[i] != UInt8(ascii: "{"), text[i] != UInt8(ascii: "["), text[i] != UInt8(ascii: "]") { i += 1 }
                return sink.advance(to: i)
            }
            guard let end = JSONBoundary.end(of: text, from: i) else {
                refuse(JSONFault(.cutShort, at: 0), to: sink)
                i = text.count
                isCut = true
                return true
            }
            number += 1
            try body(UnsafeRawBufferPointer(rebasing: text[i..<end]), Place(file: name, line: number, byte: i))
            i = end
            return number % 256 != 0 || sink.advance(to: i)
        }

        private mutating func refuse(_ fault: JSONFault, to sink: any EventSink) {
            number += 1
            let problem = FieldProblem(found: fault.kind.found, expected: fault.kind.expected, remedy: fault.kind.remedy)
            sink.refuse(problem, at: Place(file: name, line: number, byte: i), units: 1)
        }
    }

    /// Where the array of records begins and the whole object ends, if the object at `start` is a container.
    private func container(_ text: UnsafeRawBufferPointer, at start: Int) -> (begin: Int, end: Int)? {
        var found: Int?
        var lax = LaxObject(text, at: start)
        while let member = lax.next() {
            guard text[member.value] == UInt8(ascii: "["), containers.contains(where: { lax.isName(member.name, $0) }) else { continue }
            // The elements of a container are objects; a record may well have an array of numbers of that name.
            let first = JSONBoundary.skipSpace(text, member.value + 1)
            if first >= text.count || text[first] == UInt8(ascii: "{") || text[first] == UInt8(ascii: "]") { found = member.value }
        }
        return found.map { ($0, lax.i) }
    }

    // MARK: Shape

    static func shape(of text: UnsafeRawBufferPointer, containers: [StaticString]) -> Shape {
        let begin = JSONBoundary.skipSpace(text, afterMark(text))
        guard begin < text.count else { return .lines }
        if text[begin] == UInt8(ascii: "[") {
            // An array of records, unless it is damage on a line of its own among lines.
            let next = JSONBoundary.skipSpace(text, begin + 1)
            return next >= text.count || text[next] == UInt8(ascii: "{") || text[next] == UInt8(ascii: "]") ? .records : .lines
        }
        var (i, whole, lines) = (begin, 0, 0)
        while i < text.count, lines < 64, i - begin < 1 << 20 {
            let newline = endOfLine(text, from: i)
            let line = trimmed(text, i, newline)
            if let first = line.first, let last = line.last {
                lines += 1
                // A brace alone opens a document that is written over many lines.
                if lines == 1, line.count == 1, newline < text.count { return .records }
                if first == UInt8(ascii: "{"), last == UInt8(ascii: "}") {
                    if lines == 1, JSONBoundary.end(of: line, from: 0) == line.count {
                        return isContainer(line, containers) ? .records : .lines
                    }
                    whole += 1
                }
            }
            i = newline + 1
        }
        return whole * 2 >= lines ? .lines : .records
    }

    private static func isContainer(_ record: UnsafeRawBufferPointer, _ containers: [StaticString]) -> Bool {
        JSONUnits(containers: containers).container(record, at: 0) != nil
    }

    /// After a byte-order mark, which RFC 8259 section 8.1 lets a parser ignore.
    static func afterMark(_ text: UnsafeRawBufferPointer) -> Int {
        text.count >= 3 && text[0] == 0xEF && text[1] == 0xBB && text[2] == 0xBF ? 3 : 0
    }

    static func trimmed(_ text: UnsafeRawBufferPointer, _ from: Int, _ to: Int) -> UnsafeRawBufferPointer {
        var (begin, end) = (min(from, to), to)
        while begin < end, text[begin] == 32 || text[begin] == 9 || text[begin] == 13 { begin += 1 }
        while end > begin, text[end - 1] == 32 || text[end - 1] == 9 || text[end - 1] == 13 { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: text[begin..<end])
    }
}

/// The members of an object by brackets and quotes alone, as far as the text goes: for recognising formats in a head that
/// may be cut, and for finding containers.
struct LaxObject {
    let text: UnsafeRawBufferPointer
    var i: Int

    init(_ text: UnsafeRawBufferPointer, at start: Int) { (self.text, i) = (text, start + 1) }

    /// Offsets: the name between its quotes, and the first byte of the value. The value is gone past.
    mutating func next() -> (name: Range<Int>, value: Int)? {
        guard let member = nextName() else { return nil }
        skipValue()
        return member
    }

    /// As `next`, but `i` is left on the value: it is for the caller to go past it, by `skipValue` or by setting `i`.
    mutating func nextName() -> (name: Range<Int>, value: Int)? {
        i = JSONBoundary.skipSpace(text, i)
        while i < text.count, text[i] == UInt8(ascii: ",") { i = JSONBoundary.skipSpace(text, i + 1) }
        guard i < text.count else { return nil }
        if text[i] == UInt8(ascii: "}") {
            i += 1
            return nil
        }
        guard text[i] == UInt8(ascii: "\"") else { i = text.count; return nil }
        let begin = i + 1
        var end = begin
        while end < text.count, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
        let colon = JSONBoundary.skipSpace(text, end + 1)
        guard colon < text.count, text[colon] == UInt8(ascii: ":") else { i = text.count; return nil }
        let value = JSONBoundary.skipSpace(text, colon + 1)
        guard value < text.count else { i = text.count; return nil }
        i = value
        return (begin..<end, value)
    }

    mutating func skipValue() { i = endOfValue(i) }

    func isName(_ name: Range<Int>, _ expected: StaticString) -> Bool {
        name.count == expected.utf8CodeUnitCount
            && text[name].elementsEqual(UnsafeBufferPointer(start: expected.utf8Start, count: expected.utf8CodeUnitCount))
    }

    /// The string at an offset, if it is a short one without escapes.
    func string(at value: Int) -> String? {
        guard value < text.count, text[value] == UInt8(ascii: "\"") else { return nil }
        var end = value + 1
        while end < text.count, end - value < 200, text[end] != UInt8(ascii: "\""), text[end] != UInt8(ascii: "\\") { end += 1 }
        guard end < text.count, text[end] == UInt8(ascii: "\"") else { return nil }
        return String(decoding: text[(value + 1)..<end], as: UTF8.self)
    }

    private func endOfValue(_ value: Int) -> Int {
        switch text[value] {
        case UInt8(ascii: "{"), UInt8(ascii: "["): return JSONBoundary.end(of: text, from: value) ?? text.count
        case UInt8(ascii: "\""):
            var end = value + 1
            while end < text.count, text[end] != UInt8(ascii: "\"") { end += text[end] == UInt8(ascii: "\\") ? 2 : 1 }
            return min(end + 1, text.count)
        default:
            var end = value
            while end < text.count, text[end] != UInt8(ascii: ","), text[end] != UInt8(ascii: "}"), text[end] > 32 { end += 1 }
            return end
        }
    }
}
