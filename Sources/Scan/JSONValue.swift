/// A JSON value as a tree, for small texts (a declaration, a field that carries JSON) and to check the scanner against.
/// Trails are read without it.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As written: `1.0` and `1` differ.
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order of the text.
    case object([JSONMember])

    package init(parsing text: UnsafeRawBufferPointer) throws(JSONFault) {
        var json = JSONScanner()
        try json.begin(text)
        self = try JSONValue(next: &json)
        try json.finish()
    }

    package init(next json: inout JSONScanner) throws(JSONFault) {
        switch json.peek() {
        case .object?:
            var members: [JSONMember] = []
            try json.enterObject()
            while let key = try json.nextKey() {
                members.append(JSONMember(name: key.string, value: try JSONValue(next: &json)))
            }
            self = .object(members)
        case .array?:
            var elements: [JSONValue] = []
            try json.enterArray()
            while try json.nextElement() { elements.append(try JSONValue(next: &json)) }
            self = .array(elements)
        case .string?: self = .string(try json.string().string)
        case .number?: self = .number(try json.number().string)
        case .bool?: self = .bool(try json.bool())
        case .null?, nil:
            if try json.takeNull() { self = .null } else { try json.skip(); self = .null }
        }
    }

    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Compact JSON; control characters, quotes and backslashes escaped.
    package var serialized: [UInt8] {
        var out: [UInt8] = []
        write(into: &out)
        return out
    }

    private func write(into out: inout [UInt8]) {
        switch self {
        case .null: out += "null".utf8
        case .bool(let value): out += (value ? "true" : "false").utf8
        case .number(let text): out += text.utf8
        case .string(let text): JSONValue.quote(text, into: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (i, element) in elements.enumerated() {
                if i > 0 { out.append(UInt8(ascii: ",")) }
                element.write(into: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (i, member) in members.enumerated() {
                if i > 0 { out.append(UInt8(ascii: ",")) }
                JSONValue.quote(member.name, into: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(into: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// A JSON string with its quotes.
    package static func quote(_ text: String, into out: inout [UInt8]) {
        let hex = Array("0123456789abcdef".utf8)
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0..<32:
                out += "\\u00".utf8
                out.append(hex[Int(byte >> 4)])
                out.append(hex[Int(byte & 15)])
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

package struct JSONMember: Sendable, Equatable {
    package var name: String
    package var value: JSONValue

    package init(name: String, value: JSONValue) { (self.name, self.value) = (name, value) }
}
