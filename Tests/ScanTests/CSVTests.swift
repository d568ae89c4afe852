import Model
import Scan
import Testing

@Suite struct CSVTests {
    @Test func `quotes, doubled quotes, delimiters and line ends inside quotes are text`() {
        let read = records("a,b,c\r\n\"x, y\",\"he said \"\"no\"\"\",\"two\nlines\"\r\n,,\n", delimiter: ",")
        #expect(read == [.record(["a", "b", "c"], line: 1, lines: 1), .record(["x, y", "he said \"no\"", "two\nlines"], line: 2, lines: 2), .record(["", "", ""], line: 4, lines: 1)])
    }

    @Test(arguments: ["\n", "\r\n", "\r"])
    func `each kind of line end is understood, and none at the end`(newline: String) {
        let text = ["a;b", "\"1\";2", "", "3;\"4\""].joined(separator: newline)
        let expected: [Read] = [.record(["a", "b"], line: 1, lines: 1), .record(["1", "2"], line: 2, lines: 1), .blank(line: 3), .record(["3", "4"], line: 4, lines: 1)]
        #expect(records(text, delimiter: ";") == expected)
        #expect(records(text + newline, delimiter: ";") == expected)
    }

    @Test func `a carriage return inside a line of a file with line feeds is text`() {
        #expect(records("a,b\r,c\nd,\"e\"\r\n", delimiter: ",") == [.record(["a", "b\r", "c"], line: 1, lines: 1), .record(["d", "e"], line: 2, lines: 1)])
    }

    @Test func `a quote inside an unquoted field is text`() {
        #expect(records("5\" disk,a\"b\"\n", delimiter: ",") == [.record(["5\" disk", "a\"b\""], line: 1, lines: 1)])
    }

    @Test func `an unclosed quote spoils its own line only`() {
        let text = "a,b\n1,\"x\n2,y\n3,\"z\"\n4,\"two\nlines\"\n5,w\n"
        #expect(records(text, delimiter: ",", expecting: 2) == [
            .record(["a", "b"], line: 1, lines: 1), .refused("text after a closing quote", line: 2), .record(["2", "y"], line: 3, lines: 1),
            .record(["3", "z"], line: 4, lines: 1), .record(["4", "two\nlines"], line: 5, lines: 2), .record(["5", "w"], line: 7, lines: 1),
        ])
        #expect(records("1,\"x\n2,y\n3,z\n", delimiter: ",") == [.refused("a quote that never closes", line: 1), .record(["2", "y"], line: 2, lines: 1), .record(["3", "z"], line: 3, lines: 1)])
    }

    @Test func `a stray quote that pairs with a later one is found by the count of fields`() {
        let text = "a,b,c\n1,\"x,2\n3,y\",4,5\n5,z,6\n"
        #expect(records(text, delimiter: ",", expecting: 3) == [
            .record(["a", "b", "c"], line: 1, lines: 1), .refused("a quote that never closes", line: 2), .record(["3", "y\"", "4", "5"], line: 3, lines: 1),
            .record(["5", "z", "6"], line: 4, lines: 1),
        ])
        // Too many fields are noticed before the record ends.
        #expect(records("1,\"x\n2\",\"y\n\",\"z\n\",4\n", delimiter: ",", expecting: 2).first == .refused("a quote that never closes", line: 1))
    }

    @Test func `a last line that ends inside a quoted field is cut`() {
        #expect(records("a,b\n1,\"x", delimiter: ",") == [.record(["a", "b"], line: 1, lines: 1), .refused("cut short inside a quoted field", line: 2)])
        #expect(records("a,b\n1,\"", delimiter: ",").last == .refused("cut short inside a quoted field", line: 2))
        #expect(records("a,b\n1,\"\"", delimiter: ",").last == .record(["1", ""], line: 2, lines: 1))
    }

    @Test func `a NUL is refused and the next line is read`() {
        #expect(records("a,b\n1,\u{0}\n2,y\n", delimiter: ",") == [.record(["a", "b"], line: 1, lines: 1), .refused("a NUL byte", line: 2), .record(["2", "y"], line: 3, lines: 1)])
    }

    @Test func `a line of fifty megabytes is one record`() {
        var text = Array("a,b\n1,".utf8)
        text += [UInt8](repeating: 0x78, count: 50_000_000)
        text += Array("\n2,\"".utf8) + [UInt8](repeating: 0x79, count: 50_000_000) + Array("\"\n3,z".utf8)
        text.withUnsafeBytes { bytes in
            var scanner = CSVScanner(bytes, delimiter: 0x2C)
            #expect(scanner.next() == .record && scanner.next() == .record)
            #expect(scanner.field(1).count == 50_000_000)
            #expect(scanner.next() == .record && scanner.field(1).count == 50_000_000 && scanner.line == 3)
            #expect(scanner.next() == .record && scanner.next() == .end)
        }
    }

    /// Each of these made a scanner that looks for the closing quote from every line take hours.
    @Test(.timeLimit(.minutes(1)), arguments: ["c\",d,\"e\n", "\"\n", "x,\"\"\"\n", "\",\"\n", ",\"\n\"\",\n", "c\",\"\n"])
    func `hostile quotes cost no more than their length`(line: String) {
        var text: [UInt8] = []
        for _ in 0..<300_000 { text += Array(line.utf8) }
        for tail in ["", "c\"x", "\"x", "\"\"\""] {
            for expected in [nil, 3, 17] as [Int?] {
                let whole = text + Array(tail.utf8)
                whole.withUnsafeBytes { bytes in
                    var scanner = CSVScanner(bytes, delimiter: 0x2C)
                    scanner.expectedCount = expected
                    var lines = 0
                    while scanner.next() != .end { lines += scanner.lines }
                    #expect(lines == whole.count(where: { $0 == 0x0A }) + (whole.last == 0x0A ? 0 : 1))
                }
            }
        }
    }

    @Test(arguments: [
        ("a,b,c\n1,2,3\n", ","), ("a;b;c\n1,5;2,5;3\n", ";"), ("a\tb\n1;2\t3,4,5\n", "\t"), ("a|b\n1|2\n", "|"),
        ("id,persons\n1,\"a;b;c\"\n2,\"d;e\"\n", ","), ("id;text\n1;\"a, b, c\"\n2;\"d, e, f\"\n", ";"), ("a;b\n1;2,3,4\n2;3,4,5\n", ";"),
        ("a,b\n1,2\n1,2,3\n1,2,3\n", ","),
    ])
    func `the delimiter is found whatever stands in the fields`(text: String, delimiter: String) {
        #expect(withBytes(text) { CSVScanner.delimiter(of: $0, isWhole: true) } == delimiter.utf8.first)
    }

    @Test func `text without columns has no delimiter`() {
        #expect(withBytes("one\ntwo\n") { CSVScanner.delimiter(of: $0) } == nil)
        #expect(withBytes("") { CSVScanner.delimiter(of: $0) } == nil)
    }

    @Test func `what is written is read`() {
        var random = Seeded(11)
        let alphabet: [Character] = ["a", "é", "\"", ",", "\n", ";", " ", "x"]
        for _ in 0..<5_000 {
            let columns = Int(random.next() % 4) + 2
            let rows = (0..<Int(random.next() % 6) + 1).map { _ in
                (0..<columns).map { _ in String((0..<Int(random.next() % 6)).map { _ in alphabet[Int(random.next() % 8)] }) }
            }
            let text = rows.map { $0.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: ",") + "\n" }.joined()
            let read = records(text, delimiter: ",", expecting: columns)
            #expect(read.map(\.fields) == rows)
            #expect(read.reduce(0) { $0 + $1.lines } == text.utf8.count { $0 == 0x0A })
        }
    }
}

enum Read: Equatable {
    case record([String], line: Int, lines: Int)
    case blank(line: Int)
    case refused(String, line: Int)

    var fields: [String]? { if case .record(let fields, _, _) = self { fields } else { nil } }
    var lines: Int { if case .record(_, _, let lines) = self { lines } else { 1 } }
}

func withBytes<R>(_ text: String, _ body: (UnsafeRawBufferPointer) -> R) -> R {
    var text = text
    return text.withUTF8 { body(UnsafeRawBufferPointer($0)) }
}

func records(_ text: String, delimiter: Character, expecting: Int? = nil) -> [Read] {
    withBytes(text) { bytes in
        var scanner = CSVScanner(bytes, delimiter: delimiter.asciiValue ?? 0)
        scanner.expectedCount = expecting
        var read: [Read] = []
        while true {
            switch scanner.next() {
            case .end: return read
            case .blank: read.append(.blank(line: scanner.line))
            case .refused(let problem): read.append(.refused(problem.found, line: scanner.line))
            case .record: read.append(.record((0..<scanner.count).map { String(decoding: scanner.field($0), as: UTF8.self) }, line: scanner.line, lines: scanner.lines))
            }
        }
    }
}
