import Scan
import Testing

@Suite struct JSONFuzzTests {
    /// Kept inputs: what a fuzzer begins with, and what once failed.
    static let corpus = [
        "", "{}", "[]", "\"\\", "\"\\u", "\"\\ud8", "{\"a\":{\"b\":[1,2.5e-3,\"\\u00e9\\n\",true,false,null]}}", "[\"\\ud834\\udd1e\"]",
        "{\"a\":1,\"\\u0061\":2}", "[[[[[[[[", "}}}}", "{\"a\":\"\n\"}", "{\"a\" :\t1 ,\r\n\"b\":-0.0E+10}", "TWFu", "TWE=", "TQ==", "T===", "TW F\nu", "-_-_",
        "[1,]", "01", "{\"\":{\"\":{}}}", "\u{feff}{}", "\"é€𝄞\"",
    ]

    @Test(arguments: corpus)
    func `properties hold on the corpus`(text: String) {
        JSONFuzz.check(Array(text.utf8))
    }

    @Test(arguments: corpus)
    func `properties hold on every prefix, and with every byte changed`(text: String) {
        let bytes = Array(text.utf8)
        for n in 0..<bytes.count { JSONFuzz.check(Array(bytes[..<n])) }
        for i in bytes.indices {
            for change in [UInt8(0), 0x22, 0x5C, 0x7B, 0x7D, 0x5B, 0x5D, 0x2C, 0x3A, 0x80, 0xC3, 0xFF] {
                var changed = bytes
                changed[i] = change
                JSONFuzz.check(changed)
            }
        }
    }
}
