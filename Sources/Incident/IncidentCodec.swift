import FoundationEssentials

/// `incident.json` as bytes: keys sorted, two spaces, one newline at the end; the same value always gives the same bytes.
extension IncidentDocument {
    package func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .custom { CodedName(snakeCased($0.last?.stringValue ?? "")) }
        return Array(try encoder.encode(self)) + [0x0A]
    }

    /// Reads what `json()` wrote, by this version or a later one that added fields.
    package init(json bytes: [UInt8]) throws(FolderProblem) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .custom { CodedName(camelCased($0.last?.stringValue ?? "")) }
        do {
            self = try decoder.decode(IncidentDocument.self, from: Data(bytes))
        } catch {
            throw FolderProblem(file: "incident.json", problem: "not an incident of schema \(IncidentDocument.schemaName)\(IncidentDocument.place(of: error))")
        }
        guard schema == IncidentDocument.schemaName else {
            throw FolderProblem(file: "incident.json", problem: "schema is not \(IncidentDocument.schemaName)")
        }
    }
}

extension IncidentDocument {
    /// Where a decoder stumbled, as a path of field names; never a value.
    private static func place(of error: any Error) -> String {
        let path: [any CodingKey]
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context): path = context.codingPath
        default: return ""
        }
        return path.isEmpty ? "" : ": see " + path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}

private struct CodedName: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.init(stringValue) }
    init?(intValue: Int) { nil }
}

/// `professionalId` → `professional_id`. Names that are snake-cased already stay.
private func snakeCased(_ name: String) -> String {
    var out = ""
    for character in name {
        if character.isUppercase { out += "_" + character.lowercased() } else { out.append(character) }
    }
    return out
}

/// The way back. Names with a number in them are spelt out in `CodingKeys` and stay as they are.
private func camelCased(_ name: String) -> String {
    if name.contains("_per_1000") { return name }
    var out = "", raise = false
    for character in name {
        if character == "_" { raise = true } else { out += raise ? character.uppercased() : String(character); raise = false }
    }
    return out
}

// The contract shows fields that may be null; `Encodable` as synthesised would leave them out.

extension IncidentDocument.Account {
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(account, forKey: .account)
        try fields.encode(professionalId, forKey: .professionalId)
        try fields.encode(organisation, forKey: .organisation)
        try fields.encode(onset, forKey: .onset)
        try fields.encode(containedAt, forKey: .containedAt)
        try fields.encode(last, forKey: .last)
        try fields.encode(sessions, forKey: .sessions)
        try fields.encode(evidence, forKey: .evidence)
        try fields.encode(personsBeforeCut, forKey: .personsBeforeCut)
        try fields.encode(pseudonym, forKey: .pseudonym)
        try fields.encode(scope, forKey: .scope)
        try fields.encode(picture, forKey: .picture)
    }
}

extension IncidentDocument.TrailSummary {
    package func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(files, forKey: .files)
        try fields.encode(events, forKey: .events)
        try fields.encode(acts, forKey: .acts)
        try fields.encode(accounts, forKey: .accounts)
        try fields.encode(persons, forKey: .persons)
        try fields.encode(references, forKey: .references)
        try fields.encode(first, forKey: .first)
        try fields.encode(last, forKey: .last)
        try fields.encode(blindUntil, forKey: .blindUntil)
        try fields.encode(assumptions, forKey: .assumptions)
        try fields.encode(coverage, forKey: .coverage)
    }
}
