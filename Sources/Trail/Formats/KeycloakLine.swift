import Model
import Scan

/// One console line of Quarkus: `2023-05-25 22:24:19,357 WARN  [org.keycloak.events] (executor-thread-1) type=LOGIN_ERROR, …`.
enum KeycloakLine {
    case event(time: String, fields: KeycloakFields)
    /// Of another category, or the continuation of a message.
    case other
    case unknown

    init(_ line: UnsafeRawBufferPointer) {
        guard let begin = KeycloakLine.timeStart(line) else {
            self = KeycloakLine.isContinuation(line) ? .other : .unknown
            return
        }
        let bytes = Array(line[begin...])
        // The time ends at the second blank, or at the first if date and time are joined by `T`.
        let joined = bytes.count > 10 && bytes[10] == UInt8(ascii: "T")
        var blanks = joined ? 1 : 2
        guard
            let timeEnd = bytes.firstIndex(where: {
                blanks -= $0 == 32 ? 1 : 0
                return blanks == 0
            }),
            let open = bytes[timeEnd...].firstIndex(of: UInt8(ascii: "[")), let close = bytes[open...].firstIndex(of: UInt8(ascii: "]"))
        else {
            self = .unknown
            return
        }
        guard KeycloakLine.isEventCategory(String(decoding: bytes[(open + 1)..<close], as: UTF8.self)) else {
            self = .other
            return
        }
        var message = bytes[(close + 1)...].drop { $0 == 32 }
        if message.first == UInt8(ascii: "("), let end = message.firstIndex(of: UInt8(ascii: ")")) { message = message[(end + 1)...].drop { $0 == 32 } }
        var fields = KeycloakFields()
        KeycloakLine.readPairs(message, &fields)
        self = .event(time: String(decoding: bytes[..<timeEnd], as: UTF8.self), fields: fields)
    }

    /// `org.keycloak.events`, or shortened by the log pattern: `org.key.events`, `o.k.events`.
    static func isEventCategory(_ category: String) -> Bool {
        category.hasSuffix(".events") && (category.hasPrefix("org.key") || category.hasPrefix("o.k"))
    }

    static func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        var (i, lines, logs) = (0, 0, 0)
        while i < head.count, lines < 2_000 {
            let newline = endOfLine(head, from: i)
            let line = JSONUnits.trimmed(head, i, newline)
            i = newline + 1
            lines += 1
            // The last line may be cut, so a line that says nothing yet proves nothing.
            if case .event(_, let fields) = KeycloakLine(line), !fields.type.isEmpty || !fields.operation.isEmpty { return 95 }
            if timeStart(line) != nil, contains(line, "[org.keycloak") || contains(line, "[org.key.") { logs += 1 }
        }
        return logs > 0 ? 50 : 0
    }

    /// Where `YYYY-MM-DD` and a time of day begin: at the start, or after what a collector puts in front (`keycloak-1  | `).
    private static func timeStart(_ line: UnsafeRawBufferPointer) -> Int? {
        var i = 0
        while i + 19 <= line.count, i <= 80 {
            if isDate(line, i) { return i }
            i += 1
        }
        return nil
    }

    private static func isDate(_ line: UnsafeRawBufferPointer, _ i: Int) -> Bool {
        func digit(_ k: Int) -> Bool { line[i + k] &- 48 < 10 }
        return digit(0) && digit(1) && digit(2) && digit(3) && line[i + 4] == UInt8(ascii: "-") && digit(5) && digit(6)
            && line[i + 7] == UInt8(ascii: "-") && digit(8) && digit(9) && (line[i + 10] == 32 || line[i + 10] == UInt8(ascii: "T"))
            && digit(11) && digit(12) && line[i + 13] == UInt8(ascii: ":")
    }

    /// A stack trace, an indented line, the banner that Quarkus prints at its start.
    private static func isContinuation(_ line: UnsafeRawBufferPointer) -> Bool {
        let starts: [StaticString] = ["at ", "Caused by:", "Suppressed:", "... ", "__", "--/", "-/", "java.", "org.", "io.", "jakarta.", "Updating the configuration", "Next time you run"]
        return starts.contains { prefix in
            line.count >= prefix.utf8CodeUnitCount
                && line.prefix(prefix.utf8CodeUnitCount).elementsEqual(UnsafeBufferPointer(start: prefix.utf8Start, count: prefix.utf8CodeUnitCount))
        }
    }

    private static func contains(_ line: UnsafeRawBufferPointer, _ text: StaticString) -> Bool {
        let n = text.utf8CodeUnitCount
        guard line.count >= n else { return false }
        return (0...(line.count - n)).contains { i in (0..<n).allSatisfy { line[i + $0] == text.utf8Start[$0] } }
    }

    /// From `type=` or `operationType=` on: category and thread may stand before it.
    static func pairs(of message: UnsafeRawBufferPointer) -> ArraySlice<UInt8> {
        let begin = message.firstIndex(of: "operationType=") ?? message.firstIndex(of: "type=") ?? 0
        return Array(message[begin...])[...]
    }

    /// `key=value, key='value with blanks', key="value"`.
    static func readPairs(_ message: ArraySlice<UInt8>, _ fields: inout KeycloakFields) {
        var rest = message
        while let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
            let key = String(decoding: rest[..<equals].drop { $0 == 32 || $0 == UInt8(ascii: ",") }, as: UTF8.self)
            rest = rest[(equals + 1)...]
            let value: ArraySlice<UInt8>
            if let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""), let end = closing(quote, rest) {
                value = rest[(rest.startIndex + 1)..<end]
                rest = rest[(end + 1)...]
            } else {
                let end = separator(rest) ?? rest.endIndex
                value = rest[..<end]
                rest = rest[end...]
            }
            if let path = KeycloakFields.paths[key] { fields.set(path, String(decoding: value, as: UTF8.self)) }
            rest = rest.drop { $0 == 32 || $0 == UInt8(ascii: ",") }
        }
    }

    /// The quote that is followed by a comma or the end: a value may hold quotes itself.
    private static func closing(_ quote: UInt8, _ rest: ArraySlice<UInt8>) -> Int? {
        var i = rest.startIndex + 1
        while i < rest.endIndex {
            if rest[i] == quote, i + 1 == rest.endIndex || rest[i + 1] == UInt8(ascii: ",") { return i }
            i += 1
        }
        return nil
    }

    private static func separator(_ rest: ArraySlice<UInt8>) -> Int? {
        var i = rest.startIndex
        while i + 1 < rest.endIndex {
            if rest[i] == UInt8(ascii: ","), rest[i + 1] == 32 { return i }
            i += 1
        }
        return nil
    }
}
