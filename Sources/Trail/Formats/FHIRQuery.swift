import Model
import Scan

/// The request behind a search, taken apart: BALP writes it raw (`GET host/Patient?name=a` with headers, or a POST with its
/// body), others write a URL, others the message of another standard.
struct FHIRQuery {
    /// Parameters as written, without the `?`; the whole text where it is no request.
    var parameters = ""
    /// Without host and query.
    var path = ""
    var request = ""
    /// The type searched for: the last capitalised segment of the path.
    var resource = ""
    var page: Int?

    init() {}

    init(_ bytes: [UInt8]) {
        let (head, body) = FHIRQuery.headAndBody(bytes)
        let lines = head.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first, let target = FHIRQuery.target(of: first) else {
            parameters = String(decoding: bytes, as: UTF8.self)
            return
        }
        let mark = target.firstIndex(of: UInt8(ascii: "?"))
        let sent = mark.map { target[($0 + 1)...] } ?? []
        path = FHIRQuery.path(target[..<(mark ?? target.endIndex)])
        let posted = FHIRQuery.trimmed(body)
        parameters = String(decoding: sent.isEmpty ? posted : posted.isEmpty ? sent : sent + [UInt8(ascii: "&")] + posted, as: UTF8.self)
        resource = FHIRQuery.resource(path)
        page = FHIRQuery.page(parameters)
        for line in lines.dropFirst() { takeHeader(line) }
    }

    private mutating func takeHeader(_ line: ArraySlice<UInt8>) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return }
        let name = line[..<colon].map { $0 &- 65 < 26 ? $0 | 32 : $0 }
        if name.elementsEqual("x-request-id".utf8) { request = String(decoding: FHIRQuery.trimmed(line[(colon + 1)...]), as: UTF8.self) }
    }

    /// Headers end at an empty line.
    private static func headAndBody(_ bytes: [UInt8]) -> (ArraySlice<UInt8>, ArraySlice<UInt8>) {
        var i = 0
        while i < bytes.count {
            if bytes[i] == UInt8(ascii: "\n") {
                var next = i + 1
                if next < bytes.count, bytes[next] == UInt8(ascii: "\r") { next += 1 }
                if next < bytes.count, bytes[next] == UInt8(ascii: "\n") { return (bytes[..<i], bytes[(next + 1)...]) }
            }
            i += 1
        }
        return (bytes[...], [])
    }

    /// The target of a request line, or a URL alone. Nil if it is neither.
    private static func target(of line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let words = trimmed(line).split(separator: UInt8(ascii: " "))
        guard let first = words.first, let letter = first.first, letter != UInt8(ascii: "<"), letter != UInt8(ascii: "{") else { return nil }
        let isMethod = first.count <= 8 && first.allSatisfy { $0 &- 65 < 26 }
        if isMethod { return words.count >= 2 ? words[1] : nil }
        guard words.count == 1, first.contains(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "=") }) else { return nil }
        // Parameters alone.
        if !first.contains(UInt8(ascii: "?")), !first.contains(UInt8(ascii: "/")) { return ArraySlice([UInt8(ascii: "?")] + first) }
        return first
    }

    private static func path(_ target: ArraySlice<UInt8>) -> String {
        var rest = target
        if let scheme = firstRange(of: "://", in: rest) {
            rest = rest[scheme...].drop { $0 != UInt8(ascii: "/") }
        } else if let first = rest.first, first != UInt8(ascii: "/") {
            let segment = rest.prefix { $0 != UInt8(ascii: "/") }
            let isHost = segment.contains(UInt8(ascii: ".")) || segment.contains(UInt8(ascii: ":")) || segment.elementsEqual("localhost".utf8)
            rest = isHost ? rest.dropFirst(segment.count) : [UInt8(ascii: "/")] + rest
        }
        return String(decoding: rest, as: UTF8.self)
    }

    /// Offset after the pattern.
    private static func firstRange(of pattern: StaticString, in bytes: ArraySlice<UInt8>) -> Int? {
        let n = pattern.utf8CodeUnitCount
        guard bytes.count >= n else { return nil }
        for i in bytes.startIndex...(bytes.endIndex - n) where (0..<n).allSatisfy({ bytes[i + $0] == pattern.utf8Start[$0] }) { return i + n }
        return nil
    }

    static func resource(_ path: String) -> String {
        let segments = path.utf8.split(separator: UInt8(ascii: "/"))
        let found = segments.last { segment in
            (segment.first ?? 0) &- 65 < 26 && segment.count <= 40 && segment.allSatisfy { ($0 | 32) &- 97 < 26 }
        }
        return found.map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Page from 1: `page=`, or an offset divided by the page size.
    static func page(_ parameters: String) -> Int? {
        var page: Int?, offset: Int?, size: Int?
        for parameter in parameters.utf8.split(separator: UInt8(ascii: "&")) {
            guard let equals = parameter.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = parameter[..<equals]
            guard let value = Int(String(decoding: parameter[parameter.index(after: equals)...], as: UTF8.self)), value >= 0 else { continue }
            func isOne(of names: StaticString...) -> Bool {
                names.contains { name.elementsEqual(UnsafeBufferPointer(start: $0.utf8Start, count: $0.utf8CodeUnitCount)) }
            }
            if isOne(of: "page", "_page", "pageNumber") { page = value }
            if isOne(of: "_offset", "offset", "_getpagesoffset", "startIndex", "_skip", "skip") { offset = value }
            if isOne(of: "_count", "count", "limit", "pageSize", "size") { size = value }
        }
        if let page { return max(page, 1) }
        if let offset {
            if offset == 0 { return 1 }
            if let size, size > 0 { return min(offset / size, 1_000_000) + 1 }
        }
        return nil
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes.drop { $0 <= 32 }
        while let last = rest.last, last <= 32 { rest = rest.dropLast() }
        return rest
    }
}

/// Searches taken apart, each once: a list of fifty persons is fifty events with one query.
struct FHIRQueries {
    private var keys: [[UInt8]]
    private var values: [(query: FHIRQuery, isBase64: Bool)]

    init() {
        keys = Array(repeating: [], count: 256)
        values = Array(repeating: (FHIRQuery(), true), count: 256)
    }

    subscript(slot: Int) -> (query: FHIRQuery, isBase64: Bool) { values[slot] }

    /// Where the search stands until another one takes its place.
    mutating func slot(of text: JSONText) -> Int {
        let raw = text.raw
        var hash = UInt64(raw.count)
        // Searches of one service begin alike, so the end tells them apart best.
        for byte in raw.suffix(24) { hash = (hash ^ UInt64(byte)) &* 0x9E37_79B9_7F4A_7C15 }
        let slot = Int(truncatingIfNeeded: hash >> 56)
        if text.hasBytes(keys[slot]), !raw.isEmpty { return slot }
        let decoded = text.withBytes { Base64.decode($0) }
        keys[slot] = Array(raw)
        values[slot] = (FHIRQuery(decoded ?? text.bytes), decoded != nil)
        return slot
    }
}
