import Glibc
import Model

/// Reads delimited text record by record: RFC 4180 and what programs write under its name.
///
/// A field that begins with a quote ends with one; inside, `""` is a quote and line ends are text, so a record may span
/// several lines. Lines end with LF, CRLF or, in a file that has no LF, CR; the last one needs no end. A quote inside an
/// unquoted field is text.
///
/// A quote that never closes must not swallow the rest of the file. When a record fails (end of text in a quote, text
/// after a closing quote, or another number of fields than `expectedCount` over several lines), only its first line is
/// refused and reading goes on with the next. That stays linear on hostile input: all failing attempts that are inside a
/// quote at the same line end fail at the same place, so the place is remembered (`doomedUntil`) and not looked for again.
///
/// What can still go wrong: a stray quote that happens to pair with a quoted delimiter of a later line, with the right
/// number of fields, reads as one record. Nothing in the text tells it apart.
package struct CSVScanner: ~Copyable {
    package enum Step: Sendable, Equatable {
        /// `count` fields can be taken.
        case record
        /// A line without a character.
        case blank
        /// One line cannot be read. Its fields are not available.
        case refused(FieldProblem)
        case end
    }

    /// Fields that a record over several lines must have; nil: any number.
    package var expectedCount: Int?
    /// Fields of the current record.
    package private(set) var count = 0
    /// Offset of the current record's first byte.
    package private(set) var start: Int
    /// Offset after the current record and its line end.
    package private(set) var position: Int
    /// Line on which the current record begins, from 1.
    package private(set) var line: Int
    /// Physical lines of the current record.
    package private(set) var lines = 0
    package let delimiter: UInt8

    private let base: UnsafePointer<UInt8>
    private let length: Int
    private let terminator: UInt8
    private var nextLine: Int
    private var contentEnd = 0
    private var doomedUntil = 0
    private var fields: UnsafeMutablePointer<Field>
    private var capacity = 64
    private var unescaped: [[UInt8]] = []

    private struct Field {
        var start: Int
        var count: Int
        /// `""` stands in it.
        var isEscaped: Bool
    }

    /// The text must stay where it is while the scanner lives. `start` and `firstLine`: where to begin.
    package init(_ text: UnsafeRawBufferPointer, delimiter: UInt8, from start: Int = 0, firstLine: Int = 1) {
        fields = .allocate(capacity: capacity)
        // An empty text has no address; any will do, nothing is read from it.
        base = (text.baseAddress ?? UnsafeRawPointer(fields)).assumingMemoryBound(to: UInt8.self)
        length = text.count
        terminator = CSVScanner.terminator(of: text)
        self.delimiter = delimiter
        (self.start, position) = (start, start)
        (line, nextLine) = (firstLine, firstLine)
    }

    deinit { fields.deallocate() }

    // MARK: Records

    package mutating func next() -> Step {
        (start, line, count) = (position, nextLine, 0)
        if !unescaped.isEmpty { unescaped.removeAll(keepingCapacity: true) }
        guard position < length else {
            lines = 0
            return .end
        }
        let failure = scan()
        if let failure { return refuseFirstLine(failure) }
        nextLine = line + lines
        if count == 1 && contentEnd == start { return .blank }
        if memchr(base + start, 0, contentEnd - start) != nil {
            return .refused(FieldProblem(found: "a NUL byte", expected: "text", remedy: "export the file again: a NUL is left by a broken disk or transfer"))
        }
        return .record
    }

    private enum Failure { case cut, neverClosed, afterQuote, miscounted }

    /// Takes the fields of one record; `position`, `lines` and `contentEnd` are set on success.
    private mutating func scan() -> Failure? {
        let end = base + length
        let (delimiter, terminator) = (self.delimiter, self.terminator)
        let delimiters = UInt64(delimiter) &* 0x0101_0101_0101_0101, terminators = UInt64(terminator) &* 0x0101_0101_0101_0101
        var at = base + start
        var crossed = 0
        lines = 1
        while true {
            if at < end, at.pointee == 0x22 {
                // A quoted field.
                at += 1
                let first = at
                var isEscaped = false
                while true {
                    guard let found = memchr(at, 0x22, end - at) else {
                        if crossed == 0 && memchr(at, Int32(terminator), end - at) == nil { return .cut }
                        doomedUntil = length
                        return .neverClosed
                    }
                    let quote = UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
                    if let lineEnd = memchr(at, Int32(terminator), quote - at) {
                        if UnsafeRawPointer(lineEnd) < UnsafeRawPointer(base + doomedUntil) { return .neverClosed }
                        crossed += CSVScanner.newlines(at, quote, terminator)
                    }
                    at = quote + 1
                    guard at < end, at.pointee == 0x22 else { break }
                    isEscaped = true
                    at += 1
                }
                add(Field(start: first - base, count: at - 1 - first, isEscaped: isEscaped))
                if at < end, at.pointee == 0x0D, at + 1 == end || at[1] == 0x0A { at += 1 }
                if at < end, at.pointee != delimiter, at.pointee != terminator {
                    if crossed > 0 { doomedUntil = max(doomedUntil, at - base) }
                    return .afterQuote
                }
            } else {
                let first = at
                at = CSVScanner.find(delimiters, terminators, at, end)
                var stop = at
                if stop > first, stop == end || stop.pointee == 0x0A, stop[-1] == 0x0D { stop -= 1 }
                add(Field(start: first - base, count: stop - first, isEscaped: false))
            }
            if at == end || at.pointee == terminator { break }
            at += 1
            if crossed > 0, let expectedCount, count >= expectedCount { return .miscounted }
        }
        if crossed > 0, let expectedCount, count != expectedCount { return .miscounted }
        lines += crossed
        contentEnd = at - base
        if contentEnd > start, base[contentEnd - 1] == 0x0D { contentEnd -= 1 }
        position = at == end ? length : at - base + 1
        return nil
    }

    private mutating func refuseFirstLine(_ failure: Failure) -> Step {
        let stop = memchr(base + start, Int32(terminator), length - start).map { UnsafePointer($0.assumingMemoryBound(to: UInt8.self)) - base }
        position = stop.map { $0 + 1 } ?? length
        (count, lines) = (0, 1)
        nextLine = line + 1
        switch failure {
        case .cut:
            return .refused(FieldProblem(found: "cut short inside a quoted field", expected: "a closing quote", remedy: "export the file again: its end is missing"))
        case .neverClosed, .miscounted:
            return .refused(FieldProblem(found: "a quote that never closes", expected: "a closing quote", remedy: "double the quotes inside fields in the export"))
        case .afterQuote:
            return .refused(FieldProblem(found: "text after a closing quote", expected: "a delimiter or the end of the line", remedy: "double the quotes inside fields in the export"))
        }
    }

    private mutating func add(_ field: Field) {
        if count == capacity {
            let larger = UnsafeMutablePointer<Field>.allocate(capacity: capacity * 2)
            larger.moveInitialize(from: fields, count: count)
            fields.deallocate()
            fields = larger
            capacity *= 2
        }
        fields[count] = field
        count += 1
    }

    // MARK: Fields

    /// A field's text without its quotes. Valid until the next record.
    package mutating func field(_ index: Int) -> UnsafeRawBufferPointer {
        let field = fields[index]
        let raw = UnsafeRawBufferPointer(start: base + field.start, count: field.count)
        guard field.isEscaped else { return raw }
        // The array's storage is its own and stays where it is when the list of them grows.
        unescaped.append(CSVScanner.unescape(raw))
        return unescaped[unescaped.count - 1].withUnsafeBytes { UnsafeRawBufferPointer(start: $0.baseAddress, count: $0.count) }
    }

    /// The current record as it stands in the text, without its line end.
    package var record: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base + start, count: max(0, contentEnd - start)) }

    private static func unescape(_ raw: UnsafeRawBufferPointer) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(raw.count)
        var skip = false
        for byte in raw {
            if byte == 0x22 && !skip {
                skip = true
                out.append(byte)
            } else if byte != 0x22 {
                skip = false
                out.append(byte)
            } else {
                skip = false
            }
        }
        return out
    }
}

extension CSVScanner {
    /// The first delimiter or line end, eight bytes at a time (the zero-byte test of Mycroft, 1987).
    @inline(__always)
    private static func find(_ delimiters: UInt64, _ terminators: UInt64, _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8> {
        let ones: UInt64 = 0x0101_0101_0101_0101, highs: UInt64 = 0x8080_8080_8080_8080
        var at = start
        while end - at >= 8 {
            let word = UInt64(littleEndian: UnsafeRawPointer(at).loadUnaligned(as: UInt64.self))
            let a = word ^ delimiters, b = word ^ terminators
            let hit = ((a &- ones) & ~a | (b &- ones) & ~b) & highs
            if hit != 0 { return at + hit.trailingZeroBitCount / 8 }
            at += 8
        }
        let (delimiter, terminator) = (UInt8(truncatingIfNeeded: delimiters), UInt8(truncatingIfNeeded: terminators))
        while at < end, at.pointee != delimiter, at.pointee != terminator { at += 1 }
        return at
    }

    private static func newlines(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ terminator: UInt8) -> Int {
        var (at, found) = (start, 0)
        while let next = memchr(at, Int32(terminator), end - at) {
            found += 1
            at = UnsafePointer(next.assumingMemoryBound(to: UInt8.self)) + 1
        }
        return found
    }

    /// CR for a file that uses it alone, else LF. Looks at the first 64 KiB, or as far as the first LF.
    private static func terminator(of text: UnsafeRawBufferPointer) -> UInt8 {
        guard let base = text.baseAddress else { return 0x0A }
        let head = min(text.count, 65_536)
        guard memchr(base, 0x0D, head) != nil, memchr(base, 0x0A, head) == nil else { return 0x0A }
        return memchr(base, 0x0A, text.count) == nil ? 0x0D : 0x0A
    }

    /// The delimiter under which the beginning of a text is a table of at least two columns: comma, semicolon, tab or bar.
    ///
    /// That one wins under which the most records have as many fields as the first; then the one with the most columns.
    /// - Parameter isWhole: whether the head is the whole text; else its last record may be cut and does not count.
    package static func delimiter(of head: UnsafeRawBufferPointer, isWhole: Bool = false) -> UInt8? {
        var best: (delimiter: UInt8, share: Int, columns: Int)?
        for candidate: UInt8 in [0x2C, 0x3B, 0x09, 0x7C] {
            var scanner = CSVScanner(head, delimiter: candidate)
            var (columns, records, alike) = (0, 0, 0)
            scanning: while records < 200 {
                switch scanner.next() {
                case .end: break scanning
                case .blank: continue
                case .refused: records += 1
                case .record:
                    if scanner.position == head.count && !isWhole && records > 0 { break scanning }
                    if columns == 0 { columns = scanner.count }
                    scanner.expectedCount = columns
                    records += 1
                    if scanner.count == columns { alike += 1 }
                }
            }
            guard columns >= 2 else { continue }
            let share = alike * 20 / max(1, records)
            if let best, (best.share, best.columns) >= (share, columns) { continue }
            best = (candidate, share, columns)
        }
        return best?.delimiter
    }
}
