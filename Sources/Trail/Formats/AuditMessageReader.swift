import Model
import Scan

/// Turns audit messages into events.
struct AuditMessageReader: ~Copyable {
    var times: ReaderTimes
    private let xml = AuditMessageXML()
    private var addresses = TableTexts.Answers<String>()
    private var users = TableTexts.Answers<AuditUser>()

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
        // Mobile queries read a single patient under the same codes: a path to the person, and nothing searched for.
        if event.action == .search, event.query.isEmpty, let person = event.persons.first?.reference, !person.isEmpty, event.path.hasSuffix("/" + person) { event.action = .read }
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
        var person: Int?, asker: Int?, client: Int?, sender: Int?
        for i in all.indices {
            let isMachine = all[i].hasOnlyMachineRoles && all[i].userName.isEmpty && !user(all[i].userID).isPerson
            if all[i].isRequestor {
                if asker == nil { asker = i }
                if person == nil, !isMachine { person = i }
            }
            guard !all[i].address.isEmpty else { continue }
            if client == nil, isMachine, all[i].isRequestor { client = i }
            if sender == nil, all[i].roles.contains(where: { $0.code == "110153" }) { sender = i }
        }
        if let client = client ?? sender { event.address = canonical(all[client].address) }
        guard let number = person ?? asker else { return }
        let participant = all[number], who = user(participant.userID)
        if !participant.address.isEmpty { event.address = canonical(participant.address) }
        event.account = !participant.userName.isEmpty ? participant.userName : who.account
        event.subject = who.account == event.account ? "" : who.account
        event.professional = who.professional
        if event.professional.isEmpty, !participant.alternativeID.isEmpty { event.professional = user(participant.alternativeID).professional }
        if event.account.isEmpty { event.account = event.professional }
        if let role = participant.roles.first(where: { !AuditMessageParts.isMachine($0.code) }) { event.role = role.display.isEmpty ? role.code : role.display }
    }

    private mutating func user(_ text: String) -> AuditUser {
        var text = text
        return text.withUTF8 { bytes in users.answer(UnsafeRawBufferPointer(bytes)) { AuditUser($0) } }
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
        // A writer that has no parameters writes their text all the same.
        event.query = query.parameters == "null" ? "" : query.parameters
        event.path = query.path
        event.page = query.page
        searched = query.resource
        if event.request.isEmpty { event.request = query.request }
    }
}

extension AuditMessageParts {
    /// Roles of processes and media (DICOM CID 402): Application, Application Launcher, Destination, Source, media.
    static func isMachine(_ role: String) -> Bool {
        switch role {
        case "110150", "110151", "110152", "110153", "110154", "110155": true
        default: false
        }
    }
}

extension AuditMessageParts.Participant {
    var hasOnlyMachineRoles: Bool { !roles.isEmpty && roles.allSatisfy { AuditMessageParts.isMachine($0.code) } }
    /// Of type 1 (name) or 2 (address); 5 is the URI of a service.
    var address: String { accessPointType == "5" ? "" : accessPoint }
}

/// What a UserID of ATNA says.
struct AuditUser {
    /// Empty for an endpoint, which nobody signs in to, and for "unknown".
    let account: String
    /// The national number: 8 and an RPPS, or what stands under the national register's OID.
    let professional: String
    /// It can only be a person, whatever the role: writers put the user into the Source of a query.
    let isPerson: Bool

    /// `alias<user@issuer>` is a user by SAML assertion [ITI-40]; `ID^^^…` an identifier of HL7.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        var account = bytes[...]
        var isAssertion = false
        let isEndpoint = bytes.first == UInt8(ascii: "/") || bytes.indices.contains { bytes[$0...].starts(with: "://".utf8) }
        // First what holds an issuer, which is a URI itself.
        if let open = bytes.firstIndex(of: UInt8(ascii: "<")), bytes.last == UInt8(ascii: ">") {
            let inside = bytes[(open + 1)..<(bytes.count - 1)]
            let user = inside.lastIndex(of: UInt8(ascii: "@")).map { inside[..<$0] } ?? inside
            account = user.isEmpty ? bytes[..<open] : user
            isAssertion = true
        } else if isEndpoint || text == "unknown" {
            account = []
        } else if let caret = bytes.firstIndex(of: UInt8(ascii: "^")) {
            account = bytes[..<caret]
        }
        self.account = String(decoding: account, as: UTF8.self)
        let isNational = bytes.indices.contains { bytes[$0...].starts(with: "1.2.250.1.71.4.2.1".utf8) }
        professional = AuditUser.professional(self.account, isNational: isNational)
        isPerson = isAssertion || !professional.isEmpty
    }

    /// - Parameter isNational: it stands under the national register: an RPPS need not have the 8 before it.
    static func professional(_ account: String, isNational: Bool = false) -> String {
        guard isNational || account.utf8.count == 12 && account.utf8.first == UInt8(ascii: "8") else { return "" }
        guard let id = try? ProfessionalID(parsing: account), isNational || id.kind == .rpps else { return "" }
        return id.value
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
