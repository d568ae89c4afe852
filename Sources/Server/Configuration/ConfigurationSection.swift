import Scan
import Yams

/// One mapping of the file while it is read. It knows its place, takes values by key, and in the end names the keys that
/// nobody asked for, with the nearest one that exists.
struct ConfigurationSection {
    let path: String
    let line: Int
    private let entries: [(key: String, line: Int, value: Node)]
    private var asked: Set<String> = []
    let faults: FaultList

    /// Nil, with a fault, where the node is no mapping.
    init?(_ node: Node, at path: String, faults: FaultList, example: String) {
        guard let mapping = node.mapping else {
            faults.add(node.mark?.line ?? 1, path, "not a mapping", example: example)
            return nil
        }
        (self.path, self.faults, line) = (path, faults, node.mark?.line ?? 1)
        entries = mapping.map { ($0.key.string ?? "", $0.key.mark?.line ?? 1, $0.value) }
    }

    func place(_ key: String) -> String { path.isEmpty ? key : path + "." + key }

    func has(_ key: String) -> Bool { entries.contains { $0.key == key } }

    mutating func node(_ key: String) -> (node: Node, line: Int)? {
        asked.insert(key)
        return entries.first { $0.key == key }.map { ($0.value, $0.line) }
    }

    func fault(_ key: String, _ found: String, example: String) {
        faults.add(entries.first { $0.key == key }?.line ?? line, place(key), found, example: example)
    }

    /// Names what nobody asked for.
    func finish() {
        for entry in entries where !asked.contains(entry.key) {
            let known = asked.sorted()
            let nearest = known.min { editDistance(entry.key, $0) < editDistance(entry.key, $1) }
            let found = nearest.map { editDistance(entry.key, $0) <= 3 ? "a key that is not known; \($0) is meant?" : "a key that is not known" } ?? "a key that is not known"
            faults.add(entry.line, place(entry.key), found, example: "one of " + known.joined(separator: ", "))
        }
    }

    // MARK: Values

    mutating func text(_ key: String, example: String) -> String? {
        guard let (node, line) = node(key) else { return nil }
        if let text = node.scalar?.string, !text.isEmpty { return text }
        faults.add(line, place(key), "not a text", example: example)
        return nil
    }

    mutating func requiredText(_ key: String, example: String) -> String? {
        let isThere = has(key)
        let text = text(key, example: example)
        if !isThere { faults.add(line, place(key), "missing", example: example) }
        return text
    }

    /// A name that may stand in paths, metrics and logs: letters, digits, `-`, `_`, `.`, at most 64, beginning with a letter or digit.
    mutating func name(_ key: String, example: String) -> String? {
        guard let text = requiredText(key, example: example) else { return nil }
        if isName(text) { return text }
        fault(key, "not a name of letters, digits, dots, dashes and underscores, up to 64", example: example)
        return nil
    }

    mutating func texts(_ key: String, example: String) -> [String] {
        guard let (node, line) = node(key) else { return [] }
        if let one = node.scalar?.string { return [one] }
        guard let sequence = node.sequence else {
            faults.add(line, place(key), "neither a text nor a list of texts", example: example)
            return []
        }
        return sequence.enumerated().compactMap { position, item in
            if let text = item.scalar?.string, !text.isEmpty { return text }
            faults.add(item.mark?.line ?? line, place(key) + "[\(position + 1)]", "not a text", example: example)
            return nil
        }
    }

    mutating func bool(_ key: String) -> Bool? {
        guard let (node, line) = node(key) else { return nil }
        switch node.scalar?.string {
        case "true", "yes": return true
        case "false", "no": return false
        default:
            faults.add(line, place(key), "neither true nor false", example: "\(key): true")
            return nil
        }
    }

    mutating func number(_ key: String, in range: ClosedRange<Int>, example: String) -> Int? {
        guard let (node, line) = node(key) else { return nil }
        if let text = node.scalar?.string, let number = Int(text), range.contains(number) { return number }
        faults.add(line, place(key), "not a whole number from \(range.lowerBound) to \(range.upperBound)", example: example)
        return nil
    }

    /// `500`, `64 KiB`, `8MiB`, `2 GiB`.
    mutating func bytes(_ key: String, in range: ClosedRange<Int>, example: String) -> Int? {
        guard let (node, line) = node(key) else { return nil }
        if let text = node.scalar?.string, let number = byteCount(text), range.contains(number) { return number }
        faults.add(line, place(key), "not a size from \(range.lowerBound) bytes to \(range.upperBound >> 20) MiB", example: example)
        return nil
    }

    /// `30s`, `5m`, `2h`, in seconds.
    mutating func seconds(_ key: String, in range: ClosedRange<Int>, example: String) -> Int? {
        guard let (node, line) = node(key) else { return nil }
        if let text = node.scalar?.string, let number = secondCount(text), range.contains(number) { return number }
        faults.add(line, place(key), "not a duration from \(range.lowerBound)s to \(range.upperBound)s", example: example)
        return nil
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, of: Choice.Type, example: String) -> Choice? where Choice.RawValue == String {
        guard let text = text(key, example: example) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        fault(key, "none of " + Choice.allCases.map(\.rawValue).joined(separator: ", "), example: example)
        return nil
    }

    mutating func networks(_ key: String) -> [AddressRange] {
        let example = "\(key): [10.20.0.0/16, 192.0.2.7]"
        return texts(key, example: example).compactMap { text in
            if let range = AddressRange(text) { return range }
            fault(key, "not an address or a network", example: example)
            return nil
        }
    }

    /// `127.0.0.1:8080`, `[::1]:8080`.
    mutating func address(_ key: String, example: String) -> ServerConfiguration.ListenAddress? {
        guard let text = requiredText(key, example: example) else { return nil }
        if let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]), (0...65_535).contains(port) {
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            if ClientAddress(host) != nil || host == "localhost" { return .init(host: host, port: port) }
        }
        fault(key, "not an address and a port", example: example)
        return nil
    }

    /// Each item of a list as a section of its own.
    mutating func sections(_ key: String, example: String) -> [ConfigurationSection] {
        guard let (node, line) = node(key) else { return [] }
        guard let sequence = node.sequence else {
            faults.add(line, place(key), "not a list", example: example)
            return []
        }
        return sequence.enumerated().compactMap { ConfigurationSection($1, at: place(key) + "[\($0 + 1)]", faults: faults, example: example) }
    }

    mutating func section(_ key: String, example: String) -> ConfigurationSection? {
        guard let (node, _) = node(key) else { return nil }
        return ConfigurationSection(node, at: place(key), faults: faults, example: example)
    }
}

func isName(_ text: String) -> Bool {
    func isWord(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 }
    guard let first = text.utf8.first, isWord(first), text.utf8.count <= 64 else { return false }
    return text.utf8.allSatisfy { isWord($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
}

func byteCount(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits) else { return nil }
    let shift: Int? = switch text.dropFirst(digits.count).drop(while: { $0 == " " }).lowercased() {
    case "", "b": 0
    case "kib", "k": 10
    case "mib", "m": 20
    case "gib", "g": 30
    default: nil
    }
    guard let shift, number <= Int.max >> shift else { return nil }
    return number << shift
}

func secondCount(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    guard let number = Int(digits), number <= 1 << 40 else { return nil }
    return switch text.dropFirst(digits.count).drop(while: { $0 == " " }).lowercased() {
    case "s", "": number
    case "m", "min": number * 60
    case "h": number * 3_600
    case "d": number * 86_400
    default: nil
    }
}
