import Model
import Scan

/// Codes of AuditEvent.type and subtype that decide the action.
enum FHIREventCode: UInt8 {
    case rest, read, search, create, update, delete, operation
    /// DCM 110114, 110122, 110123.
    case authentication, login, logout
    /// DCM 110106 and ISO 21089 `disclose`; 110107.
    case export, importing
    /// DCM 110112.
    case query
    /// DCM 110127.
    case emergency
    case other

    init(_ code: JSONText) {
        switch code {
        case "rest": self = .rest
        case "read", "vread", "history", "history-instance", "history-type", "history-system": self = .read
        case "search", "search-type", "search-system": self = .search
        case "create": self = .create
        case "update", "patch": self = .update
        case "delete": self = .delete
        case "operation": self = .operation
        case "110114": self = .authentication
        case "110122": self = .login
        case "110123": self = .logout
        case "110106", "disclose", "Disclosure": self = .export
        case "110107": self = .importing
        case "110112": self = .query
        case "110127": self = .emergency
        default: self = .other
        }
    }
}

/// Several codes as bits.
struct FHIREventCodes: OptionSet {
    let rawValue: UInt32
    mutating func insert(_ code: FHIREventCode) { self = FHIREventCodes(rawValue: rawValue | 1 << UInt32(code.rawValue)) }
    func contains(_ code: FHIREventCode) -> Bool { rawValue & 1 << UInt32(code.rawValue) != 0 }
}

extension FHIREventReader {
    /// Puts together what the record said.
    mutating func settle() {
        guard facts.isAuditEvent else {
            problem = FieldProblem(
                field: "resourceType", found: facts.kind ?? "a JSON object without a resource type", expected: "a FHIR R4 AuditEvent",
                remedy: "export AuditEvents; other resources are no trail")
            return
        }
        if let version = facts.version {
            isOtherVersion = true
            problem = FieldProblem(
                found: "\(version)", expected: "a FHIR R4 AuditEvent", remedy: "export from the server with fhirVersion=4.0, or convert to R4")
            return
        }
        guard let recorded = facts.recorded else {
            problem = FieldProblem(field: "recorded", found: "missing", expected: "a FHIR instant", remedy: "export the field; FHIR R4 requires it")
            return
        }
        switch times.parse(recorded, field: "recorded") {
        case .success(let time): event.time = time
        case .failure(let why):
            problem = why
            return
        }
        if !event.hasOwnID, let url = facts.fullURL, !url.isEmpty {
            event.id = url.string
            event.hasOwnID = true
        }
        settleAgents()
        settleOutcome()
        event.breakGlass = facts.emergency || facts.codes.contains(.emergency)
        event.action = action()
        var searched = ""
        if let slot = facts.query {
            event.query = queries[slot].query.parameters
            event.path = queries[slot].query.path
            event.page = queries[slot].query.page
            searched = queries[slot].query.resource
            if event.request.isEmpty { event.request = queries[slot].query.request }
        }
        event.resource = event.action == .search && !searched.isEmpty
            ? searched : (facts.domainResource ?? facts.otherResource ?? facts.personResource).map { strings.string($0) } ?? searched
    }

    private mutating func settleOutcome() {
        guard let outcome = facts.outcome else {
            event.outcome = .unknown
            return
        }
        switch outcome {
        case "0": event.outcome = .success
        case "4", "8", "12": event.outcome = .failure
        default:
            event.outcome = .unknown
            warnings.append(FieldProblem(
                field: "outcome", found: "a code that FHIR R4 does not know", expected: "0, 4, 8 or 12",
                remedy: "check what the source means; the record was kept with an unknown outcome"))
        }
    }

    /// Type and subtypes decide; the action code only where they say nothing.
    private func action() -> Action {
        let codes = facts.codes
        func has(_ code: FHIREventCode) -> Bool { codes.contains(code) }
        if facts.typeCode == .authentication || has(.login) || has(.logout) {
            return has(.login) ? .login : has(.logout) ? .logout : .other
        }
        if has(.emergency) { return .breakGlass }
        if has(.export) { return facts.typeCode == .importing ? .create : .export }
        if has(.importing) { return .create }
        if has(.search) || has(.query) { return .search }
        if has(.operation), let slot = facts.query, FHIRSettle.isExport(queries[slot].query.path) { return .export }
        if has(.read) { return .read }
        if has(.create) { return .create }
        if has(.update) { return .update }
        if has(.delete) { return .delete }
        return byCode()
    }

    private func byCode() -> Action {
        switch facts.action {
        case UInt8(ascii: "C"): .create
        case UInt8(ascii: "R"): .read
        case UInt8(ascii: "U"): .update
        case UInt8(ascii: "D"): .delete
        case UInt8(ascii: "E"): facts.query != nil ? .search : .other
        default: .other
        }
    }
}

enum FHIRSettle {
    /// FHIR Bulk Data: `/Group/1/$export`.
    static func isExport(_ path: String) -> Bool { path.utf8.suffix(7).elementsEqual("$export".utf8) }
}
