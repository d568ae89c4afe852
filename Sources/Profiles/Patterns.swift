/// Names with `*` for any run of characters; ASCII upper and lower case alike.
enum Glob {
    static func matches(_ pattern: String, _ text: String) -> Bool {
        if pattern == "*" { return !text.isEmpty }
        let p = Array(pattern.utf8), t = Array(text.utf8)
        guard !t.isEmpty else { return p.isEmpty }
        // The last star is tried again one character further each time: linear in practice, never exponential.
        var (i, j, star, mark) = (0, 0, -1, 0)
        while j < t.count {
            if i < p.count, p[i] == UInt8(ascii: "*") {
                (star, mark) = (i, j)
                i += 1
            } else if i < p.count, lowercased(p[i]) == lowercased(t[j]) {
                i += 1
                j += 1
            } else if star >= 0 {
                mark += 1
                (i, j) = (star + 1, mark)
            } else {
                return false
            }
        }
        while i < p.count, p[i] == UInt8(ascii: "*") { i += 1 }
        return i == p.count
    }
}

/// `name=value&name=value`, percent-encoded, perhaps after a path and `?`.
package enum QueryText {
    /// The first value of a parameter, still encoded; nil when it does not occur or is empty.
    package static func value(of name: String, in query: String) -> String? {
        for (key, value) in pairs(query) where decoded(key) == name && !value.isEmpty { return value }
        return nil
    }

    /// Pairs in the order of the text, still encoded.
    package static func pairs(_ query: String) -> [(String, String)] {
        let text = query.utf8
        let start = text.firstIndex(of: UInt8(ascii: "?")).map { text.index(after: $0) } ?? text.startIndex
        return text[start...].split(whereSeparator: { $0 == UInt8(ascii: "&") || $0 == UInt8(ascii: ";") }).map { pair in
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { return (String(decoding: pair, as: UTF8.self), "") }
            return (String(decoding: pair[..<equals], as: UTF8.self), String(decoding: pair[pair.index(after: equals)...], as: UTF8.self))
        }
    }

    /// Percent escapes and `+` resolved; a broken escape stays as it stands, bytes that are not UTF-8 become U+FFFD.
    package static func decoded(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return text }
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var i = 0
        while i < bytes.count {
            if bytes[i] == UInt8(ascii: "%"), i + 2 < bytes.count, let high = hexadecimal(bytes[i + 1]), let low = hexadecimal(bytes[i + 2]) {
                out.append(high << 4 | low)
                i += 3
            } else {
                out.append(bytes[i] == UInt8(ascii: "+") ? UInt8(ascii: " ") : bytes[i])
                i += 1
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
