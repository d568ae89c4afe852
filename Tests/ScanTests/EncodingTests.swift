import Model
import Scan
import Testing

@Suite struct EncodingTests {
    @Test func `a byte order mark decides`() {
        #expect(detect([0xEF, 0xBB, 0xBF, 0xE9]) == .utf8)
        #expect(detect([0xFF, 0xFE, 0x61, 0x00]) == .utf16LittleEndian)
        #expect(detect([0xFE, 0xFF, 0x00, 0x61]) == .utf16BigEndian)
    }

    @Test func `Windows-1252 is recognised, and ASCII and UTF-8 stay what they are`() {
        #expect(detect(Array("prénom;é\n".utf8)) == .utf8)
        #expect(detect(Array("abc\n".utf8)) == .utf8)
        #expect(detect(Array("pr".utf8) + [0xE9] + Array("nom\nZo".utf8) + [0xEB, 0x0A]) == .windows1252)
        #expect(detect([]) == .utf8)
    }

    @Test func `a UTF-8 file with broken lines stays UTF-8`() {
        let good = Array("dépôt\n".utf8), bad = Array("d".utf8) + [0xE9, 0x70, 0x0A]
        #expect(detect(good + bad) == .utf8)
        #expect(detect(good + good + good + bad) == .utf8)
        #expect(detect(bad + good + bad) == .windows1252)
    }

    @Test(arguments: [[0xFF], [0xC3], [0xFE, 0xFF], [0x81], [0xE2, 0x82], [0xC3, 0x28], [0xF0, 0x9F]] as [[UInt8]])
    func `bytes that are no Western European letters break their line, not the file`(bytes: [UInt8]) {
        #expect(detect(Array("abc\nd".utf8) + bytes + Array("e\nfgh\n".utf8)) == .utf8)
    }

    @Test func `UTF-16 without a mark is recognised by its zeros`() {
        let text = "time;account;person\n"
        #expect(detect(text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }) == .utf16LittleEndian)
        #expect(detect(text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }) == .utf16BigEndian)
    }

    @Test func `each encoding converts to the same text`() {
        let text = "Zoë – 5 € « d’accord » 𝕏\n"
        let little = text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, big = text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        #expect(convert(.utf16LittleEndian, [0xFF, 0xFE] + little) == Array(text.utf8))
        #expect(convert(.utf16BigEndian, [0xFE, 0xFF] + big) == Array(text.utf8))
        #expect(convert(.utf8, [0xEF, 0xBB, 0xBF] + Array(text.utf8)) == Array(text.utf8))
        #expect(convert(.windows1252, [0x80, 0x92, 0xE9, 0x9F, 0x41]) == Array("€’éŸA".utf8))
    }

    @Test func `what has no character shows as wrongly encoded`() {
        #expect(convert(.windows1252, [0x41, 0x81]) == [0x41, 0xFF])
        #expect(convert(.utf16LittleEndian, [0x00, 0xD8, 0x41, 0x00]) == [0xFF, 0x41])
        #expect(convert(.utf16LittleEndian, [0x41, 0x00, 0x41]) == [0x41, 0xFF])
    }

    @Test func `well-formed UTF-8 is told from the rest as the standard library does`() {
        var random = Seeded(5)
        let edges: [UInt8] = [0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF]
        for _ in 0..<200_000 {
            let bytes = (0..<Int(random.next() % 8)).map { _ in edges[Int(random.next() % 24)] }
            let expected = String(validating: bytes, as: UTF8.self) != nil
            #expect(bytes.withUnsafeBytes { TextEncoding.isUTF8($0) } == expected, "\(bytes)")
        }
    }

    private func detect(_ bytes: [UInt8]) -> TextEncoding { bytes.withUnsafeBytes { TextEncoding.detect($0) } }
    private func convert(_ encoding: TextEncoding, _ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { encoding.utf8($0) } }
}
