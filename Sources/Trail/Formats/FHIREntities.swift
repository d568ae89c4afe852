import Model
import Scan

/// One entity of an AuditEvent as it stands in the text.
struct FHIREntity {
    var what = FHIRReference()
    /// Code of audit-entity-type (1 person, 2 system object) or BALP's BasicAuditEntityType, and of object-role.
    var type = JSONText.nothing, role = JSONText.nothing
    var query = JSONText.nothing
}

extension FHIREventReader {
    mutating func take(_ entity: FHIREntity) {
        if entity.type == "XrequestId" {
            event.request = strings.string(entity.what.value)
            return
        }
        if !entity.query.isEmpty { takeQuery(entity.query) }
        let parts = FHIRText.split(entity.what.reference)
        let kind = !entity.what.type.isEmpty ? entity.what.type : parts?.type ?? .nothing
        let isPatient = entity.role == "1" || entity.type == "1" && entity.role.isEmpty
        if isPatient {
            addPerson(entity.what, kind: kind, parts: parts)
            if facts.personResource == nil, !kind.isEmpty { facts.personResource = kind }
            return
        }
        guard !kind.isEmpty else { return }
        // A Patient named as an object is a person, too: plain R4 writers often give no other entity.
        if kind == "Patient" { addPerson(entity.what, kind: kind, parts: parts) }
        if entity.role == "4" {
            if facts.domainResource == nil { facts.domainResource = kind }
        } else if facts.otherResource == nil {
            facts.otherResource = kind
        }
    }

    private mutating func takeQuery(_ text: JSONText) {
        let slot = queries.slot(of: text)
        facts.query = slot
        guard !queries[slot].isBase64 else { return }
        warnings.append(FieldProblem(
            field: "entity.query", found: "text that is not base64", expected: "base64Binary (FHIR R4, AuditEvent.entity.query)",
            remedy: "nothing to do: it was read as it stands"))
    }

    private mutating func addPerson(_ what: FHIRReference, kind: JSONText, parts: FHIRText.Parts?) {
        var reference = ""
        if !what.reference.isEmpty, !what.reference.hasPrefix("#") {
            let isPatient = kind.isEmpty || kind == "Patient"
            reference = (parts.map { isPatient ? $0.id : $0.type.through($0.id) } ?? what.reference).string
        }
        let identifier = what.value.isEmpty ? nil : checked(FHIRText.identifier(system: strings.string(what.system), value: what.value.string))
        guard !reference.isEmpty || identifier != nil else {
            unnamedPersons += 1
            return
        }
        if let same = event.persons.firstIndex(where: { $0.reference == reference && (!reference.isEmpty || $0.identifiers == [identifier].compactMap(\.self)) }) {
            if let identifier, !event.persons[same].identifiers.contains(identifier) { event.persons[same].identifiers.append(identifier) }
            return
        }
        event.persons.append(PersonReference(reference: reference, identifiers: identifier.map { [$0] } ?? []))
    }
}

extension FHIREventReader {
    /// A national number in its full form; a wrong key warns and keeps the value.
    private mutating func checked(_ identifier: Identifier) -> Identifier {
        let (checked, problem) = identifier.withFullINS(field: "entity.what.identifier")
        if let problem { warnings.append(problem) }
        return checked
    }
}

extension Identifier {
    /// An INS in its full form, and what is wrong with its key; other identifiers as they are.
    func withFullINS(field: String) -> (Identifier, FieldProblem?) {
        guard system == Identifier.insNIR || system == Identifier.insNIA else { return (self, nil) }
        var (value, problem) = INS.canonical(value)
        problem?.field = field
        return (Identifier(system: system, value: value), problem)
    }
}

/// References and identifiers of FHIR as texts.
enum FHIRText {
    typealias Parts = (type: JSONText, id: JSONText)

    /// `Patient/123`, `https://host/fhir/Patient/123/_history/4` → `123`; what has no type stays as it is.
    static func id(of reference: JSONText) -> JSONText { split(reference)?.id ?? reference }

    /// Type and id: the capitalised segment before the last one, without server and version. `RelatedPerson/7` is from the
    /// first of both through the second.
    static func split(_ reference: JSONText) -> Parts? {
        let raw = reference.raw
        var end = raw.count
        // `/_history/4`
        var slash = lastSlash(raw, before: end)
        if let last = slash, let previous = lastSlash(raw, before: last), reference.slice(previous + 1, last) == "_history" {
            end = previous
            slash = lastSlash(raw, before: end)
        }
        guard let last = slash, last + 1 < end else { return nil }
        let begin = (lastSlash(raw, before: last) ?? -1) + 1
        let type = reference.slice(begin, last)
        guard let first = type.raw.first, first &- 65 < 26, type.raw.allSatisfy({ ($0 | 32) &- 97 < 26 }) else { return nil }
        return (type, reference.slice(last + 1, end))
    }

    private static func lastSlash(_ raw: UnsafeBufferPointer<UInt8>, before end: Int) -> Int? {
        var i = end - 1
        while i >= 0 {
            if raw[i] == UInt8(ascii: "/") { return i }
            i -= 1
        }
        return nil
    }

    /// An identifier with its system as a URI. A bare OID gets `urn:oid:`; HL7's `ID^^^&OID&ISO` is taken apart.
    static func identifier(system: String, value: String) -> Identifier {
        if system.isEmpty, let parts = cx(value) { return parts }
        let isBareOID = !system.isEmpty && system.utf8.allSatisfy { $0 &- 48 < 10 || $0 == UInt8(ascii: ".") } && system.utf8.contains(UInt8(ascii: "."))
        return Identifier(system: isBareOID ? "urn:oid:" + system : system, value: value)
    }

    /// HL7 version 2 CX: `ID^check^scheme^namespace&OID&ISO`.
    private static func cx(_ value: String) -> Identifier? {
        let parts = value.utf8.split(separator: UInt8(ascii: "^"), omittingEmptySubsequences: false)
        guard parts.count >= 4, !parts[0].isEmpty else { return nil }
        let authority = parts[3].split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false)
        guard authority.count >= 3, authority[2].elementsEqual("ISO".utf8), !authority[1].isEmpty else { return nil }
        return Identifier(system: "urn:oid:" + String(decoding: authority[1], as: UTF8.self), value: String(decoding: parts[0], as: UTF8.self))
    }

    /// `https://server.example/fhir` → `server.example`.
    static func host(_ url: String) -> String {
        let bytes = Array(url.utf8)
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) else { return "" }
        let rest = bytes[(colon + 3)...].prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        return String(decoding: rest, as: UTF8.self)
    }
}
