import Scan
import Testing

/// Valid and invalid texts after the categories of JSONTestSuite (RFC 8259), written for this scanner.
@Suite struct JSONScannerTests {
    static let valid = [
        // Structures
        "[]", "{}", "[[]]", "[{}]", "{\"a\":[]}", " [ ] ", "\t[\n1\r,\r\n2 ]\n", "{\"a\":1,\"b\":2}", "{\"a\":{\"a\":{\"a\":0}}}",
        "[1,\"a\",true,false,null,{},[]]", "{ \"a\" : 1 , \"b\" : [ 1 , 2 ] }", "{\"\":0}", "{\"a\":null}",
        // Scalars alone
        "0", "null", "true", "false", "\"\"", "\"a\"", "-1", " 1 ",
        // Numbers
        "-0", "0.0", "-0.0", "1e1", "1E1", "1e+1", "1e-1", "0e1", "0e+1", "123.456e78", "-1.5E-7", "123456789012345678901234567890", "1e9999",
        "[0,-0,0.1]",
        // Strings
        #""\"\\\/\b\f\n\r\t""#, 
        #""\u0041""#, #""\u00e9""#, #""\u00E9""#, #""\u20aC""#, #""\ud834\udd1e""#, #""\uD800\uDC00""#, #""\udbff\udfff""#, #""\u0000""#, #""a\u0020b""#,
        "\"é\"", "\"€\"", "\"𝄞\"", "\"\u{7f}\"", "\"\u{2028}\u{2029}\"", "\"\u{feff}\"", "\"\u{ffff}\"", "\"\u{10ffff}\"", "\"/\"",
        #"{"a\"b":1,"a'b":2}"#, #"{"\u0061":1,"\u0062":2}"#,
        "\"0123456\"", "\"01234567\"", "\"012345678\"", "\"0123456789abcdef0123456789abcdef\"",
    ]

    @Test(arguments: valid)
    func `a valid text is read to its end`(text: String) throws {
        try check(Array(text.utf8))
    }

    static let invalid: [(String, JSONFault.Kind)] = [
        // Cut short
        ("", .cutShort), (" ", .cutShort), ("[", .cutShort), ("{", .cutShort), ("[1", .cutShort), ("[1,", .cutShort), ("{\"a\"", .cutShort),
        ("{\"a\":", .cutShort), ("{\"a\":1", .cutShort), ("{\"a\":1,", .cutShort), ("\"", .cutShort), ("\"abc", .cutShort), ("\"abc\\", .cutShort),
        ("tru", .cutShort), ("nul", .cutShort), ("-", .cutShort), ("1.", .cutShort), ("1e", .cutShort), ("1e+", .cutShort), ("[\"a", .cutShort),
        // Commas and colons
        ("[1,]", .notAValue), ("[,1]", .notAValue), ("[1,,2]", .notAValue), ("[,]", .notAValue), ("[1 2]", .noComma), ("[1:2]", .noComma),
        ("{\"a\":1,}", .noKey), ("{,}", .noKey), ("{\"a\":1,,\"b\":2}", .noKey), ("{\"a\":1 \"b\":2}", .noComma), ("{\"a\" 1}", .noColon),
        ("{\"a\"::1}", .notAValue), ("{\"a\"}", .noColon), ("{\"a\":}", .notAValue), ("{:1}", .noKey), ("[\"a\",\"b\":1]", .noComma),
        // Names
        ("{a:1}", .noKey), ("{'a':1}", .noKey), ("{1:1}", .noKey), ("{null:1}", .noKey), ("{[]:1}", .noKey), ("{\"a\":1,\"a\":1}", .duplicateKey),
        (#"{"\u0061":1,"a":2}"#, .duplicateKey), (#"{"a":1,"\u0061":2}"#, .duplicateKey), (#"{"abcdefgh":1,"b":2,"abcdefgh":3}"#, .duplicateKey), (#"[{"a":{"b":1,"c":2,"b":3}}]"#, .duplicateKey),
        (#"{"":1,"":2}"#, .duplicateKey), ("{\"é\":1,\"é\":2}", .duplicateKey), (#"{"\u00e9":1,"é":2}"#, .duplicateKey), (#"{"\u00e9":1,"\u00E9":2}"#, .duplicateKey),
        // Brackets
        ("[}", .notAValue), ("{]", .noKey), ("[1}", .noComma), ("{\"a\":1]", .noComma), ("]", .notAValue), ("}", .notAValue),
        // More text
        ("[]]", .trailingBytes), ("{}}", .trailingBytes), ("1 2", .trailingBytes), ("[] []", .trailingBytes), ("{}#", .trailingBytes),
        ("\"a\"\"b\"", .trailingBytes), ("[]\u{0}", .trailingBytes), ("nullx", .trailingBytes), ("01", .trailingBytes), ("1a", .trailingBytes),
        ("0x1", .trailingBytes), ("1_000", .trailingBytes), ("{}/* */", .trailingBytes), ("[]\u{a0}", .trailingBytes), ("-01", .trailingBytes),
        ("0e", .cutShort), ("1.5.5", .trailingBytes), ("1,", .trailingBytes),
        // Numbers
        ("[01]", .noComma), ("[-]", .badNumber), ("[1.]", .badNumber), ("[.5]", .notAValue), ("[+1]", .notAValue), ("[1e]", .badNumber), ("[1e+]", .badNumber),
        ("[1.e1]", .badNumber), ("[-.5]", .badNumber), ("[0x1]", .noComma), ("[1e1.5]", .noComma), ("[NaN]", .notAValue), ("[Infinity]", .notAValue),
        ("[-Infinity]", .badNumber), ("[--1]", .badNumber), ("[-a]", .badNumber), ("[1e-]", .badNumber), ("[0.]", .badNumber), ("[１]", .notAValue),
        // Words
        ("[True]", .notAValue), ("[TRUE]", .notAValue), ("[nul]", .notAValue), ("[truth]", .notAValue), ("[undefined]", .notAValue), ("[falsy]", .notAValue),
        // Strings
        ("\"\n\"", .controlCharacter), ("\"\t\"", .controlCharacter), ("\"\u{0}\"", .controlCharacter), ("\"abcdefg\u{1f}\"", .controlCharacter),
        ("\"abcdefghijklmnop\u{1}\"", .controlCharacter), (#""\n"# + "\u{1}\"", .controlCharacter),
        (#""\a""#, .badEscape), (#""\'""#, .badEscape), (#""\u""#, .badEscape), (#""\u12""#, .badEscape), (#""\u123g""#, .badEscape), (#""\U0041""#, .badEscape),
        (#""\x41""#, .badEscape), (#""\0""#, .badEscape), (#""\u 041""#, .badEscape), (#""\u-041""#, .badEscape),
        (#""\ud834""#, .loneSurrogate), (#""\udd1e""#, .loneSurrogate), (#""\ud834\u0041""#, .loneSurrogate), (#""\ud834\ud834""#, .loneSurrogate),
        (#""\ud834x""#, .loneSurrogate), (#""\ud834\n""#, .loneSurrogate), (#""\udd1e\ud834""#, .loneSurrogate), (#""\ud834\u""#, .loneSurrogate),
        ("'a'", .notAValue), ("[a]", .notAValue), ("“a”", .notAValue),
        // White space that JSON does not know, comments, marks
        ("[\u{c}]", .notAValue), ("[\u{a0}1]", .notAValue), ("\u{feff}{}", .notAValue), ("//a\n1", .notAValue), ("[1/*a*/]", .noComma), ("[\u{2060}]", .notAValue),
    ]

    @Test(arguments: invalid)
    func `an invalid text is refused for the right reason`(text: String, kind: JSONFault.Kind) {
        #expect(fault(of: Array(text.utf8))?.kind == kind)
    }

    static let notUTF8: [[UInt8]] = [
        [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xE9], [0xC3], [0xE2, 0x82], [0xF0, 0x9D, 0x84], [0xE9, 0x61, 0x61], [0xE2, 0x82, 0x22],
    ]

    @Test(arguments: notUTF8)
    func `bytes that are not UTF-8 are refused where they stand, in strings long and short`(bad: [UInt8]) {
        for padding in [0, 1, 7, 8, 30, 31, 32, 33, 100] {
            let text = [UInt8(ascii: "\"")] + [UInt8](repeating: UInt8(ascii: "a"), count: padding) + bad + [UInt8(ascii: "\"")]
            #expect(fault(of: text) == JSONFault(.notUTF8, at: padding + 1))
        }
    }

    @Test func `64 levels are read, 65 are not`() throws {
        try check(Array((String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).utf8))
        #expect(fault(of: [UInt8](repeating: UInt8(ascii: "["), count: 65)) == JSONFault(.tooDeep, at: 64))
        let nested = String(repeating: "{\"a\":", count: 65)
        #expect(fault(of: Array(nested.utf8))?.kind == .tooDeep)
        #expect(fault(of: [UInt8](repeating: UInt8(ascii: "["), count: 1_000_000))?.kind == .tooDeep)
    }

    @Test func `1024 members are read, one more is not`() throws {
        func object(_ n: Int) -> [UInt8] { Array(("{" + (0..<n).map { "\"k\($0)\":0" }.joined(separator: ",") + "}").utf8) }
        try check(object(1_024))
        #expect(fault(of: object(1_025))?.kind == .tooManyMembers)
    }

    @Test func `names may come again in another object`() throws {
        try check(Array(#"[{"a":1},{"a":2},{"b":{"a":1},"a":{"b":1,"a":3}}]"#.utf8))
        #expect(fault(of: Array(#"{"b":{"a":1},"a":{"c":1},"b":1}"#.utf8))?.kind == .duplicateKey)
    }

    @Test func `a name that differs only in its middle is another name`() throws {
        try check(Array(#"{"abcdefghXijklmnop":1,"abcdefghYijklmnop":2,"abcd1efgh":1,"abcd2efgh":2,"ab1cd":1,"ab2cd":2}"#.utf8))
    }

    @Test func `every prefix of a record is refused, and never read beyond its end`() {
        let record = Array(#"{"a":"é\n\ud834\udd1e","b":[1.5e3,true,null,{"c":{}}],"d":"0123456789abcdef"}"#.utf8)
        for n in 0..<record.count { #expect(fault(of: Array(record[..<n])) != nil, "prefix of \(n) bytes") }
        #expect(fault(of: record) == nil)
    }

    @Test func `values come out as they were meant`() throws {
        let text = Array(#"{"s":"a\"\\\/\b\f\n\r\té𝄞\u0000","n":-12,"f":1.50,"t":true,"x":null,"e":"","l":[1,2]}"#.utf8)
        try text.withUnsafeBytes { bytes in
            var json = JSONScanner()
            try json.begin(bytes)
            try json.enterObject()
            var seen: [String] = []
            while let key = try json.nextKey() {
                seen.append(key.string)
                switch key {
                case "s": #expect(try json.string().string == "a\"\\/\u{8}\u{c}\n\r\té𝄞\u{0}")
                case "n": #expect(try json.integer() == -12)
                case "f": #expect(try json.number().string == "1.50")
                case "t": #expect(try json.bool())
                case "x": #expect(try json.takeNull())
                case "e": #expect(try json.string().isEmpty)
                case "l":
                    try json.enterArray()
                    var sum: Int64 = 0
                    while try json.nextElement() { sum += try json.integer() }
                    #expect(sum == 3)
                default: Issue.record("a name that nobody wrote")
                }
            }
            try json.finish()
            #expect(seen == ["s", "n", "f", "t", "x", "e", "l"])
        }
    }

    @Test func `a name with escapes is the name that it stands for`() throws {
        let text = Array(#"{"\u0069d":7}"#.utf8)
        try text.withUnsafeBytes { bytes in
            var json = JSONScanner()
            try json.begin(bytes)
            try json.enterObject()
            let key = try #require(try json.nextKey())
            #expect(key == "id")
            #expect(!(key == "id2"))
        }
    }

    @Test func `a whole number must fit`() {
        func integer(_ text: String) -> Int64? {
            Array(text.utf8).withUnsafeBytes { bytes in
                var json = JSONScanner()
                do throws(JSONFault) {
                    try json.begin(bytes)
                    return try json.integer()
                } catch { return nil }
            }
        }
        #expect(integer("9223372036854775807") == Int64.max)
        #expect(integer("9223372036854775808") == nil)
        #expect(integer("1.0") == nil)
        #expect(integer("1e3") == nil)
        #expect(integer("\"1\"") == nil)
    }

    @Test func `a fault names path and byte, never a value`() {
        let text = Array(#"{"resourceType":"AuditEvent","agent":[{"who":{}},{"who":{"identifier":{"value":"Ducr\x"}}}]}"#.utf8)
        let problem = text.withUnsafeBytes { JSONScanner.problem(fault(of: text) ?? JSONFault(.cutShort, at: 0), in: $0) }
        #expect(problem.field == "agent[1].who.identifier.value")
        #expect(problem.found.contains("byte 85"))
        #expect(!problem.description.contains("Ducr"))
        let hidden = Array(#"{"1234567890123":{"marie.martin@x.fr":tru}}"#.utf8)
        #expect(hidden.withUnsafeBytes { JSONScanner.path(to: 39, in: $0) } == "….…")
    }

    @Test func `the boundary of a value is found by brackets and quotes`() {
        func end(_ text: String, from: Int = 0) -> Int? { Array(text.utf8).withUnsafeBytes { JSONBoundary.end(of: $0, from: from) } }
        #expect(end("{} {}") == 2)
        #expect(end(#"{"a":"}\"]"} x"#) == 12)
        #expect(end("[[1],[2]],") == 9)
        #expect(end("{\"a\":[1") == nil)
        #expect(end("{\"a\":\"unclosed\n}") == 16)
    }

    private func check(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { text in
            var json = JSONScanner()
            try json.begin(text)
            try json.skip()
            try json.finish()
        }
    }

    private func fault(of bytes: [UInt8]) -> JSONFault? {
        do { try check(bytes) } catch { return error as? JSONFault }
        return nil
    }
}
