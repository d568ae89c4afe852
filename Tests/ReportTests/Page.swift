import Testing

/// A reader of the pages that knows nothing of how they were written: elements in order, and what does not fit.
struct Page: CustomTestStringConvertible {
    /// A failed expectation does not print the whole page.
    var testDescription: String { "the page" }

    func holds(_ text: String) -> Bool { html.contains(text) }

    struct Element {
        let name: String
        let attributes: [(String, String)]
        subscript(name: String) -> String? { attributes.first { $0.0 == name }?.1 }
    }

    let html: String
    private(set) var elements: [Element] = []
    private(set) var problems: [String] = []

    init(_ html: String) {
        self.html = html
        let bytes = Array(html.utf8)
        var at = 0, open: [String] = []
        func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        func find(_ byte: UInt8, from: Int) -> Int { bytes[from...].firstIndex(of: byte) ?? bytes.count }
        while at < bytes.count {
            guard bytes[at] == UInt8(ascii: "<") else { at += 1; continue }
            if bytes[at...].starts(with: "<!DOCTYPE".utf8) { at = find(UInt8(ascii: ">"), from: at); continue }
            if bytes[at...].starts(with: "</".utf8) {
                let end = find(UInt8(ascii: ">"), from: at), name = text(at + 2..<end)
                if open.last == name { open.removeLast() } else { problems.append("</\(name)> closes <\(open.last ?? "")>") }
                at = end
                continue
            }
            at += 1
            let nameEnd = bytes[at...].firstIndex { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: ">") || $0 == UInt8(ascii: "/") } ?? bytes.count
            let name = text(at..<nameEnd)
            if name.isEmpty || !name.utf8.allSatisfy({ ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 68 }) { problems.append("a stray < before \(name.prefix(20))") }
            at = nameEnd
            var attributes: [(String, String)] = [], closesItself = false
            while at < bytes.count, bytes[at] != UInt8(ascii: ">") {
                if bytes[at] == UInt8(ascii: " ") { at += 1; continue }
                if bytes[at] == UInt8(ascii: "/") { closesItself = true; at += 1; continue }
                let equals = find(UInt8(ascii: "="), from: at), attribute = text(at..<min(equals, bytes.count))
                guard equals + 1 < bytes.count, bytes[equals + 1] == UInt8(ascii: "\"") else { problems.append("\(name) has an attribute without quotes"); break }
                let end = find(UInt8(ascii: "\""), from: equals + 2)
                let value = text(equals + 2..<min(end, bytes.count))
                if value.contains("<") { problems.append("\(name) \(attribute) holds <") }
                attributes.append((attribute, value))
                at = end + 1
            }
            elements.append(Element(name: name, attributes: attributes))
            if name == "style" {
                // Raw text up to its end tag.
                while at < bytes.count, !bytes[at...].starts(with: "</style>".utf8) { at += 1 }
                at += 7
                continue
            }
            if !closesItself, !["meta", "br", "hr"].contains(name) { open.append(name) }
        }
        if !open.isEmpty { problems.append("never closed: \(open)") }
    }
}
