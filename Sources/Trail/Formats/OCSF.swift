import Model
import Scan

/// Events of the Open Cybersecurity Schema Framework (schema.ocsf.io): Authentication (3002), Web Resources Activity (6001), API
/// Activity (6003) and Datastore Activity (6005), one a line or in an array. Other classes are refused by their number: what
/// they would have told is not judged.
package struct OCSFFormat: TrailFormat {
    package let name = "ocsf"
    package let summary = "OCSF events of the classes 3002, 6001, 6003 and 6005: JSON lines or an array"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        let found = JSONHead(head, containers: [])
        let isOCSF = found.contains { $0["class_uid"] != nil && ($0["metadata"] != nil || $0["activity_id"] != nil || $0["type_uid"] != nil) }
        return isOCSF ? 95 : 0
    }

    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? { JSONUnits.linePrefix(head, containers: []) }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = OCSFReader(file: file)
        defer { reader.times.tell(sink) }
        try JSONUnits(containers: []).forEach(in: text, of: file, to: sink) { (record, place) throws(FieldProblem) in
            reader.take(record, at: place, to: sink)
        }
    }
}

/// Reads single events.
struct OCSFReader: ~Copyable {
    var times: ReaderTimes
    private var json = JSONScanner()
    private var strings = JSONStrings()
    private var addresses = JSONMemo()
    private var facts = Facts()

    init(file: FileInHand) { times = ReaderTimes(file) }

    private struct User {
        var name = JSONText.nothing, uid = JSONText.nothing, mail = JSONText.nothing, type = JSONText.nothing
        var isGiven: Bool { !name.isEmpty || !uid.isEmpty || !mail.isEmpty }
    }
    private struct Object {
        var name = JSONText.nothing, uid = JSONText.nothing, type = JSONText.nothing
    }
    private struct Facts {
        var classUID = JSONText.nothing, activity = JSONText.nothing, time = JSONText.nothing
        var statusID = JSONText.nothing, status = JSONText.nothing
        var uid = JSONText.nothing, correlation = JSONText.nothing, product = JSONText.nothing
        var sequence: Int64?
        var user = User(), actor = User()
        var session = JSONText.nothing, actorSession = JSONText.nothing
        var address = JSONText.nothing, host = JSONText.nothing, device = JSONText.nothing
        var service = JSONText.nothing, apiService = JSONText.nothing, destination = JSONText.nothing
        var operation = JSONText.nothing, request = JSONText.nothing, apiRequest = JSONText.nothing
        var agent = JSONText.nothing, method = JSONText.nothing, path = JSONText.nothing, urlQuery = JSONText.nothing
        var code = JSONText.nothing, query = JSONText.nothing
        var hasError = false, isMFA = false
        var protocolName = JSONText.nothing, logonType = JSONText.nothing
        var objects: [Object] = []
        var store = Object()
    }

    mutating func take(_ record: UnsafeRawBufferPointer, at place: Place, to sink: any EventSink) {
        facts = Facts()
        do throws(JSONFault) {
            try json.begin(record)
            try read()
            try json.finish()
        } catch {
            return sink.refuse(JSONScanner.problem(error, in: record), at: place, units: 1)
        }
        do throws(FieldProblem) {
            var event = try event()
            if !event.hasOwnID { event.id = place.description }
            sink.keep(event, at: place, units: 1)
        } catch {
            sink.refuse(error, at: place, units: 1)
        }
    }

    // MARK: Meaning

    private mutating func event() throws(FieldProblem) -> AccessEvent {
        guard let kind = Class(facts.classUID) else {
            throw FieldProblem(
                field: "class_uid", found: facts.classUID.isEmpty ? "missing" : "another class of OCSF", expected: "3002, 6001, 6003 or 6005",
                remedy: "export the classes Authentication, Web Resources Activity, API Activity and Datastore Activity")
        }
        guard !facts.time.isEmpty else { throw FieldProblem(field: "time", found: "missing", expected: "milliseconds since 1970", remedy: "export the attribute; OCSF requires it") }
        var event = AccessEvent()
        event.time = try times.parse(facts.time, field: "time").get()
        event.id = facts.uid.string
        event.hasOwnID = !event.id.isEmpty
        event.sequence = facts.sequence
        event.request = first(facts.request, facts.apiRequest, facts.correlation)
        event.source = first(facts.product, facts.device)
        event.service = first(facts.apiService, facts.service, facts.destination, facts.product)

        let user = kind == .authentication && facts.user.isGiven ? facts.user : facts.actor.isGiven ? facts.actor : facts.user
        event.account = first(user.name, user.mail, user.uid)
        event.subject = strings.string(user.uid)
        if event.subject == event.account { event.subject = "" }
        for text in [user.uid, user.name] where event.professional.isEmpty { event.professional = OCSFReader.professional(text) }
        event.session = first(facts.session, facts.actorSession)
        event.authentication = kind != .authentication ? "" : !facts.protocolName.isEmpty && !(facts.protocolName == "Unknown") ? strings.string(facts.protocolName) : facts.isMFA ? "mfa" : strings.string(facts.logonType)
        // `-` stands for "not known" in what comes from Windows.
        let address = facts.address.isEmpty || facts.address == "-" ? facts.host : facts.address
        if !address.isEmpty, !(address == "-") { event.address = addresses.value(address) { ClientAddress($0)?.description ?? $0 } }
        event.agent = strings.string(facts.agent)
        event.action = kind.action(facts.activity)
        if event.action == .other, !facts.method.isEmpty { event.action = WebLogRequest.action(of: facts.method.string) }
        event.outcome = outcome
        event.path = facts.path.string
        takeQuery(&event)
        takeObjects(&event, kind)
        return event
    }

    private func first(_ texts: JSONText...) -> String { texts.first { !$0.isEmpty }?.string ?? "" }

    /// 8 and an RPPS, as national identity providers give it.
    private static func professional(_ text: JSONText) -> String {
        guard text.count == 12, text.hasPrefix("8") else { return "" }
        return AuditUser.professional(text.string)
    }

    private var outcome: Outcome {
        switch facts.statusID {
        case "1": return .success
        case "2": return .failure
        default: break
        }
        if facts.status.equalsIgnoringCase("success") { return .success }
        if facts.status.equalsIgnoringCase("failure") { return .failure }
        if facts.hasError { return .failure }
        return Int(facts.code.string).map { WebLogRequest.outcome(of: $0) } ?? .unknown
    }

    private func takeQuery(_ event: inout AccessEvent) {
        var query = facts.query.isEmpty ? facts.urlQuery.string : facts.query.string
        if facts.query.isEmpty, query.hasPrefix("?") { query.removeFirst() }
        event.query = query
        if !query.isEmpty { event.page = FHIRQuery.page(query) }
    }

    /// A resource of type Patient is a person; the first type names the kind of object.
    private func takeObjects(_ event: inout AccessEvent, _ kind: Class) {
        for object in facts.objects {
            let parts = FHIRText.split(object.uid)
            if object.type.equalsIgnoringCase("patient") || parts.map({ $0.type == "Patient" }) == true {
                let reference = parts?.id ?? (object.uid.isEmpty ? object.name : object.uid)
                guard !reference.isEmpty else { continue }
                let identifier = FHIRText.identifier(system: "", value: reference.string)
                let person = identifier.system.isEmpty ? PersonReference(reference: reference.string) : PersonReference(reference: "", identifiers: [identifier])
                if !event.persons.contains(person) { event.persons.append(person) }
                if event.resource.isEmpty { event.resource = "Patient" }
            } else if event.resource.isEmpty || event.resource == "Patient" {
                let type = !object.type.isEmpty ? object.type : parts?.type ?? .nothing
                if !type.isEmpty { event.resource = type.string }
            }
        }
        if event.resource.isEmpty { event.resource = facts.store.name.string }
        if event.resource.isEmpty, kind != .authentication { event.resource = facts.operation.string }
    }

    /// Classes and what their activities are (schema.ocsf.io, 1.5.0).
    private enum Class {
        case authentication, web, api, datastore

        init?(_ uid: JSONText) {
            switch uid {
            case "3002": self = .authentication
            case "6001": self = .web
            case "6003": self = .api
            case "6005": self = .datastore
            default: return nil
            }
        }

        func action(_ activity: JSONText) -> Action {
            let number = Int(activity.string) ?? 0
            switch self {
            case .authentication: return [1: .login, 2: .logout, 3: .login][number] ?? .other
            case .api: return [1: .create, 2: .read, 3: .update, 4: .delete][number] ?? .other
            case .web: return [1: .create, 2: .read, 3: .update, 4: .delete, 5: .search, 6: .create, 7: .export, 8: .export][number] ?? .other
            case .datastore: return [1: .read, 2: .update, 4: .search, 5: .update, 6: .create, 7: .delete, 8: .search][number] ?? .other
            }
        }
    }

    // MARK: Reading

    private mutating func read() throws(JSONFault) {
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "class_uid": facts.classUID = try json.scalar()
            case "activity_id": facts.activity = try json.scalar()
            case "time": facts.time = try json.scalar()
            case "status_id": facts.statusID = try json.scalar()
            case "status": facts.status = try json.scalar()
            case "metadata": try readMetadata()
            case "actor": try readActor()
            case "user": facts.user = try readUser()
            case "session": facts.session = try readObject().uid
            case "is_mfa": facts.isMFA = try json.truth()
            case "auth_protocol": facts.protocolName = try json.scalar()
            case "logon_type": facts.logonType = try json.scalar()
            case "src_endpoint":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "ip": facts.address = try json.scalar()
                    case "hostname": facts.host = try json.scalar()
                    default: try json.skip()
                    }
                }
            case "dst_endpoint":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "svc_name": facts.destination = try json.scalar()
                    default: try json.skip()
                    }
                }
            case "device":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "hostname": facts.device = try json.scalar()
                    default: try json.skip()
                    }
                }
            case "service": facts.service = try readObject().name
            case "api": try readAPI()
            case "http_request": try readRequest()
            case "http_response":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "code": facts.code = try json.scalar()
                    default: try json.skip()
                    }
                }
            case "resources", "web_resources", "web_resource", "resource":
                if json.peek() == .object {
                    facts.objects.append(try readObject())
                } else if try json.entersArray() {
                    while try json.nextElement() { facts.objects.append(try readObject()) }
                }
            case "database", "databucket", "table": facts.store = try readObject()
            case "query_info":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "query_string": facts.query = try json.scalar()
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
    }

    private mutating func readMetadata() throws(JSONFault) {
        guard try json.entersObject() else { return }
        while let key = try json.nextKey() {
            switch key {
            case "uid": facts.uid = try json.scalar()
            case "correlation_uid": facts.correlation = try json.scalar()
            case "sequence": facts.sequence = Int64(try json.scalar().string)
            case "product": facts.product = try readObject().name
            default: try json.skip()
            }
        }
    }

    private mutating func readActor() throws(JSONFault) {
        guard try json.entersObject() else { return }
        while let key = try json.nextKey() {
            switch key {
            case "user": facts.actor = try readUser()
            case "session": facts.actorSession = try readObject().uid
            default: try json.skip()
            }
        }
    }

    private mutating func readUser() throws(JSONFault) -> User {
        var user = User()
        guard try json.entersObject() else { return user }
        while let key = try json.nextKey() {
            switch key {
            case "name": user.name = try json.scalar()
            case "uid": user.uid = try json.scalar()
            case "email_addr": user.mail = try json.scalar()
            default: try json.skip()
            }
        }
        return user
    }

    /// Anything with a name, an id and a type.
    private mutating func readObject() throws(JSONFault) -> Object {
        var object = Object()
        guard try json.entersObject() else { return object }
        while let key = try json.nextKey() {
            switch key {
            case "name": object.name = try json.scalar()
            case "uid": object.uid = try json.scalar()
            case "type": object.type = try json.scalar()
            default: try json.skip()
            }
        }
        return object
    }

    private mutating func readAPI() throws(JSONFault) {
        guard try json.entersObject() else { return }
        while let key = try json.nextKey() {
            switch key {
            case "operation": facts.operation = try json.scalar()
            case "service": facts.apiService = try readObject().name
            case "request": facts.apiRequest = try readObject().uid
            case "response":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "error": facts.hasError = !(try json.scalar().isEmpty)
                    case "code": facts.code = try json.scalar()
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
    }

    private mutating func readRequest() throws(JSONFault) {
        guard try json.entersObject() else { return }
        while let key = try json.nextKey() {
            switch key {
            case "uid": facts.request = try json.scalar()
            case "user_agent": facts.agent = try json.scalar()
            case "http_method": facts.method = try json.scalar()
            case "url":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "path": facts.path = try json.scalar()
                    case "query_string": facts.urlQuery = try json.scalar()
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
    }
}
