import Model
import Scan

/// Turns audit messages into events.
struct AuditMessageReader: ~Copyable {
    var times: ReaderTimes
    private let xml = AuditMessageXML()
    private var addresses = TableTexts.Answers<String>()

    init(file: FileInHand) { times = ReaderTimes(file) }

    /// Reads one message and tells the sink.
    /// - Parameter host: who sent it, where the message stands in syslog; for messages that name no source.
    mutating func take(_ text: UnsafeRawBufferPointer, from host: String?, at place: Place, to sink: any EventSink) {
        do throws(FieldProblem) {
            let parts = try xml.read(text)
            var warnings: [FieldProblem] = []
            var unnamed = 0
            var event = try event(of: parts, &warnings, &unnamed)
            if event.source.isEmpty { event.source = host ?? "" }
            if event.service.isEmpty { event.service = event.source }
            event.id = place.description
            for warning in warnings { sink.warn(warning, at: place) }
            if unnamed > 0 { sink.declare(gap: "unrecorded_persons", source: event.source, at: event.time, count: unnamed) }
            sink.keep(event, at: place, units: 1)
        } catch {
            sink.refuse(error, at: place, units: 1)
        }
    }

    private mutating func event(of parts: AuditMessageParts, _ warnings: inout [FieldProblem], _ unnamed: inout Int) throws(FieldProblem) -> AccessEvent {
        var event = AccessEvent()
        guard !parts.time.isEmpty else {
            throw FieldProblem(field: "EventDateTime", found: "missing", expected: "xsd:dateTime", remedy: "export the attribute; DICOM PS3.15 A.5 requires it")
        }
        var time = parts.time
        event.time = try time.withUTF8 { times.parse(bytes: UnsafeRawBufferPointer($0), field: "EventDateTime") }.get()
        event.source = parts.source
        event.service = parts.source
        let codes = AuditMessageCodes(parts)
        event.action = codes.action
        event.breakGlass = codes.isEmergency
        event.outcome = outcome(parts.outcome, &warnings)
        takeParticipants(parts.participants, &event, &warnings)
        var searched = ""
        for object in parts.objects {
            if object.idType.code == "XrequestId" {
                event.request = object.id
            } else if object.type == "1", object.role == "1" || object.role.isEmpty {
                addPerson(object.id, &event, &warnings, &unnamed)
            }
            if !object.query.isEmpty { takeQuery(object.query, &event, &searched, &warnings) }
        }
        event.resource = codes.resource(searched: searched)
        return event
    }

    private func outcome(_ text: String, _ warnings: inout [FieldProblem]) -> Outcome {
        switch text {
        case "0": return .success
        case "4", "8", "12": return .failure
        case "": return .unknown
        default:
            warnings.append(FieldProblem(
                field: "EventOutcomeIndicator", found: "a code that DICOM PS3.15 does not know", expected: "0, 4, 8 or 12",
                remedy: "check what the source means; the record was kept with an unknown outcome"))
            return .unknown
        }
    }

    // MARK: Who

    /// The user is a requestor who is no machine, else a machine that asked by itself. The client is the machine that asked
    /// (Source of a query, Destination of a retrieval); a user's own access point comes first.
    private mutating func takeParticipants(_ all: [AuditMessageParts.Participant], _ event: inout AccessEvent, _ warnings: inout [FieldProblem]) {
        let user = all.firstIndex { $0.isRequestor && !$0.isMachine } ?? all.firstIndex { $0.isRequestor }
        let client = all.firstIndex { $0.isRequestor && $0.isMachine && !$0.address.isEmpty } ?? all.firstIndex { $0.isSource && !$0.address.isEmpty }
        if let client { event.address = canonical(all[client].address) }
        guard let user else { return }
        if !all[user].address.isEmpty { event.address = canonical(all[user].address) }
        let name = AuditUserName(all[user].userID)
        event.account = !all[user].userName.isEmpty ? all[user].userName : name.account
        event.subject = name.account == event.account ? "" : name.account
        for text in [all[user].userID, all[user].alternativeID] where event.professional.isEmpty { event.professional = AuditUserName.professional(text) }
        if event.account.isEmpty { event.account = event.professional }
        if let role = all[user].roles.first(where: { !AuditMessageParts.machines.contains($0.code) }) { event.role = role.display.isEmpty ? role.code : role.display }
    }

    private mutating func canonical(_ address: String) -> String {
        var address = address
        return address.withUTF8 { bytes in addresses.answer(UnsafeRawBufferPointer(bytes)) { ClientAddress($0)?.description ?? $0 } }
    }

    // MARK: Whose data

    private func addPerson(_ id: String, _ event: inout AccessEvent, _ warnings: inout [FieldProblem], _ unnamed: inout Int) {
        var person = PersonReference(reference: "")
        let identifier = FHIRText.identifier(system: "", value: id)
        if !identifier.system.isEmpty {
            let (checked, problem) = identifier.withFullINS(field: "ParticipantObjectID")
            if let problem { warnings.append(problem) }
            person.identifiers = [checked]
        } else if !id.utf8.allSatisfy({ $0 == UInt8(ascii: "^") || $0 == 0x20 }) {
            person.reference = AuditMessageReader.reference(id)
        } else {
            unnamed += 1
            return
        }
        if !event.persons.contains(person) { event.persons.append(person) }
    }

    /// `Patient/123`, `https://host/fhir/Patient/123` → `123`.
    private static func reference(_ id: String) -> String {
        let parts = id.utf8.split(separator: UInt8(ascii: "/"))
        guard parts.count >= 2, parts[parts.count - 2].elementsEqual("Patient".utf8) else { return id }
        return String(decoding: parts[parts.count - 1], as: UTF8.self)
    }

    private func takeQuery(_ text: String, _ event: inout AccessEvent, _ searched: inout String, _ warnings: inout [FieldProblem]) {
        let bytes = Array(text.utf8)
        let decoded = bytes.filter { $0 > 0x20 }.withUnsafeBytes { Base64.decode($0) }
        if decoded == nil {
            warnings.append(FieldProblem(
                field: "ParticipantObjectQuery", found: "text that is not base64", expected: "xsd:base64Binary (DICOM PS3.15 A.5)",
                remedy: "nothing to do: it was read as it stands"))
        }
        let query = FHIRQuery(decoded ?? bytes)
        event.query = query.parameters
        event.path = query.path
        event.page = query.page
        searched = query.resource
        if event.request.isEmpty { event.request = query.request }
    }
}

extension AuditMessageParts {
    /// Roles of processes and media (DICOM CID 402): Application, Application Launcher, Destination, Source, media.
    static let machines: Set<String> = ["110150", "110151", "110152", "110153", "110154", "110155"]
}

extension AuditMessageParts.Participant {
    /// A process or node. A participant who has a role of a person, too, is one.
    var isMachine: Bool { !roles.isEmpty && roles.allSatisfy { AuditMessageParts.machines.contains($0.code) } && !AuditUserName.isPerson(userID) && userName.isEmpty }
    var isSource: Bool { roles.contains { $0.code == "110153" } }
    /// Of type 1 (name) or 2 (address); 5 is the URI of a service.
    var address: String { accessPointType == "5" ? "" : accessPoint }
}

/// A UserID of ATNA.
struct AuditUserName {
    var account: String

    /// `alias<user@issuer>` is a user by SAML assertion [ITI-40]; a URI or a path is an endpoint, which nobody signs in to.
    init(_ text: String) {
        account = text
        if text == "unknown" || text.hasPrefix("/") || text.contains("://") {
            account = ""
        } else if let open = text.firstIndex(of: "<"), text.hasSuffix(">") {
            let inside = text[text.index(after: open)...].dropLast()
            let user = inside.lastIndex(of: "@").map { inside[..<$0] } ?? inside
            account = String(user.isEmpty ? text[..<open] : user)
        } else if let caret = text.firstIndex(of: "^") {
            account = String(text[..<caret])
        }
    }

    /// The national number: 8 and an RPPS, or what stands under the national register's OID.
    static func professional(_ text: String) -> String {
        let account = AuditUserName(text).account
        let isNational = text.contains("1.2.250.1.71.4.2.1")
        let bytes = account.utf8
        guard isNational || bytes.count == 12 && bytes.first == UInt8(ascii: "8") else { return "" }
        guard let id = try? ProfessionalID(parsing: account), isNational || id.kind == .rpps else { return "" }
        return id.value
    }

    /// Writers put the user into the Source of a query.
    static func isPerson(_ text: String) -> Bool {
        text.hasSuffix(">") && text.contains("<") || !professional(text).isEmpty
    }
}

/// What the codes of a message make of it.
struct AuditMessageCodes {
    private let event: String
    private let types: [String]
    let action: Action
    let isEmergency: Bool

    init(_ parts: AuditMessageParts) {
        let (event, types) = (parts.event.code, parts.types.map(\.code))
        (self.event, self.types) = (event, types)
        isEmergency = types.contains("110127") || event == "110127" || parts.purposes.contains { $0.code == "BTG" || $0.code == "ETREAT" }
        action = AuditMessageCodes.action(event, types, parts.action)
    }

    /// EventID and types decide (DICOM CID 400, 401); the action code where they say nothing.
    private static func action(_ event: String, _ types: [String], _ code: String) -> Action {
        if event == "110114" || types.contains("110122") || types.contains("110123") {
            return types.contains("110122") ? .login : types.contains("110123") ? .logout : .other
        }
        if types.contains("110127") || event == "110127" { return .breakGlass }
        switch event {
        case "110106": return .export
        case "110107": return .create
        case "110112": return .search
        case "110105": return .delete
        case "110104": return code == "C" ? .create : .export
        default:
            return switch code {
            case "C": .create
            case "R": .read
            case "U": .update
            case "D": .delete
            default: .other
            }
        }
    }

    /// Kind of object, named as FHIR names it, so that profiles speak of one thing however it was audited.
    func resource(searched: String) -> String {
        for type in types {
            switch type {
            // Demographics and identity: queries, feeds, cross references, their mobile and cross-community forms.
            case "ITI-8", "ITI-9", "ITI-10", "ITI-21", "ITI-22", "ITI-30", "ITI-44", "ITI-45", "ITI-46", "ITI-47", "ITI-55", "ITI-56", "ITI-64", "ITI-78", "ITI-83", "ITI-93", "ITI-104", "ITI-119":
                return "Patient"
            case "ITI-18", "ITI-38", "ITI-39", "ITI-41", "ITI-42", "ITI-43", "ITI-51", "ITI-61", "ITI-65", "ITI-66", "ITI-67", "ITI-68", "ITI-80": return "DocumentReference"
            default: break
            }
        }
        if !searched.isEmpty { return searched }
        switch event {
        case "110103", "110104", "110102", "110105": return "ImagingStudy"
        case "110110": return "Patient"
        case "110109": return "ServiceRequest"
        case "110111": return "Procedure"
        default: return ""
        }
    }
}
