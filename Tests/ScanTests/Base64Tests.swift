import Scan
import Testing

@Suite struct Base64Tests {
    /// RFC 4648 section 10.
    static let vectors = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy")]

    @Test(arguments: vectors)
    func `the vectors of RFC 4648 hold both ways`(plain: String, coded: String) {
        #expect(decode(coded) == Array(plain.utf8))
        #expect(Base64.encode(Array(plain.utf8)) == coded)
    }

    @Test func `white space, the URL alphabet and missing padding are read`() {
        #expect(decode("Zm9v\r\n YmFy\t") == Array("foobar".utf8))
        #expect(decode("-_-_") == decode("+/+/"))
        #expect(decode("Zg") == Array("f".utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "=", "====", "Zg==Zg==", "Zm9vY", "Zh==", "Zm9=", "Zm.v", "Zm9v\u{0}", "é"])
    func `what is no base64 is refused`(text: String) {
        #expect(decode(text) == nil)
    }

    private func decode(_ text: String) -> [UInt8]? { Array(text.utf8).withUnsafeBytes { Base64.decode($0) } }
}
