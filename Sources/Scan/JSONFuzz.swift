/// What must hold for any bytes at all. A fuzzer calls `check`; ordinary tests run it over the kept corpus.
package enum JSONFuzz {
    /// What parses is written back and parses equal; skipping agrees with parsing; a fault lies inside the text and has words;
    /// base64 that decodes, encoded again, decodes equal.
    package static func check(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { text in
            let parsed = Result { () throws(JSONFault) in try JSONValue(parsing: text) }
            let skipped = Result { () throws(JSONFault) in try skip(text) }
            switch (parsed, skipped) {
            case (.success(let value), .success):
                let written = value.serialized
                let again = written.withUnsafeBytes { bytes in try? JSONValue(parsing: bytes) }
                precondition(again == value, "what parses, written back, does not parse equal")
                if let end = JSONBoundary.end(of: text, from: JSONBoundary.skipSpace(text, 0)) {
                    precondition(JSONBoundary.skipSpace(text, end) == text.count || !isContainer(value), "the boundary is not the end")
                }
            case (.failure(let fault), .failure(let other)):
                precondition(fault == other, "skipping and parsing find different faults")
                precondition((0...text.count).contains(fault.offset), "a fault outside of the text")
                precondition(!JSONScanner.problem(fault, in: text).description.isEmpty)
            default:
                preconditionFailure("skipping and parsing disagree")
            }
            if let decoded = Base64.decode(text) {
                let again = Array(Base64.encode(decoded).utf8).withUnsafeBytes { Base64.decode($0) }
                precondition(again == decoded, "base64 does not come back")
            }
        }
    }

    private static func skip(_ text: UnsafeRawBufferPointer) throws(JSONFault) {
        var json = JSONScanner()
        try json.begin(text)
        try json.skip()
        try json.finish()
    }

    private static func isContainer(_ value: JSONValue) -> Bool {
        switch value {
        case .array, .object: true
        default: false
        }
    }
}
