/// Where JSON values begin and end, by brackets and quotes alone. It lets one broken record be set aside without losing the
/// next; whether a value is well-formed is for `JSONScanner` to say.
package enum JSONBoundary {
    /// Offset after the object or array that begins at `start`; nil if the text ends before it does.
    package static func end(of text: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var depth = 0
        var i = start
        while i < text.count {
            switch text[i] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth <= 0 { return i + 1 }
            case UInt8(ascii: "\""):
                guard let after = endOfString(text, i + 1) else { return nil }
                i = after
                continue
            default: break
            }
            i += 1
        }
        return nil
    }

    /// Offset after the closing quote of the string whose first byte is at `i`. A newline ends it, too: JSON allows none
    /// inside a string, and an unclosed quote must not swallow the rest of the file.
    private static func endOfString(_ text: UnsafeRawBufferPointer, _ from: Int) -> Int? {
        guard let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }
        let end = base + text.count
        var p = base + from
        while p < end {
            p = endOfPlainBytes(p, end)
            guard p < end else { return nil }
            switch p.pointee {
            case UInt8(ascii: "\""): return p - base + 1
            case UInt8(ascii: "\\"): p += end - p >= 2 ? 2 : 1
            case UInt8(ascii: "\n"): return p - base
            default: p += 1
            }
        }
        return nil
    }

    /// First offset from `i` on that is not white space.
    package static func skipSpace(_ text: UnsafeRawBufferPointer, _ from: Int) -> Int {
        var i = from
        while i < text.count, text[i] == 32 || text[i] == 10 || text[i] == 13 || text[i] == 9 { i += 1 }
        return i
    }
}
