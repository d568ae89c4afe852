import Model
import Scan

/// Attributes under the names of the semantic conventions (opentelemetry.io/docs/specs/semconv), older names included.
struct OpenTelemetryAttributes {
    enum Name: Int, CaseIterable {
        case service, instance, host, user, userName, session, client, peer, agent, method, path, target, url, query, status, event, eventID, request, outcome, error, action
    }
    private var values = [String](repeating: "", count: Name.allCases.count)
    /// Values that may be a record of another format.
    var carried: [OpenTelemetryValue] = []

    subscript(name: Name) -> String { values[name.rawValue] }
    var instance: String { self[.instance].isEmpty ? self[.host] : self[.instance] }

    private static func name(_ key: JSONText) -> Name? {
        switch key {
        case "service.name": .service
        case "service.instance.id": .instance
        case "host.name": .host
        case "user.id", "enduser.id": .user
        case "user.name", "user.email": .userName
        case "session.id": .session
        case "client.address", "http.client_ip", "client.ip": .client
        case "source.address", "source.ip", "network.peer.address", "net.sock.peer.addr", "net.peer.ip": .peer
        case "user_agent.original", "http.user_agent": .agent
        case "http.request.method", "http.method": .method
        case "url.path": .path
        case "http.target": .target
        case "url.full", "http.url": .url
        case "url.query": .query
        case "http.response.status_code", "http.status_code": .status
        case "event.name": .event
        case "event.id", "log.record.uid": .eventID
        case "http.request.header.x-request-id", "http.request.header.x_request_id", "request.id", "http.request.id": .request
        case "event.outcome": .outcome
        case "error.type", "exception.type": .error
        case "event.action": .action
        default: nil
        }
    }

    /// `[{"key":…,"value":{"stringValue":…}}]`
    mutating func read(_ json: inout JSONScanner) throws(JSONFault) {
        guard try json.entersArray() else { return }
        while try json.nextElement() {
            guard try json.entersObject() else { continue }
            var key = JSONText.nothing
            var value = OpenTelemetryValue()
            while let member = try json.nextKey() {
                switch member {
                case "key": key = try json.scalar()
                case "value": try value.read(&json)
                default: try json.skip()
                }
            }
            let name = OpenTelemetryAttributes.name(key)
            if let name {
                if values[name.rawValue].isEmpty { values[name.rawValue] = value.text.string }
            } else if value.mayBeRecord {
                carried.append(value)
            }
        }
    }
}

/// An AnyValue: its text, or what may be a record inside it.
struct OpenTelemetryValue {
    /// Of a string, a number, or the first of an array (headers are arrays).
    var text = JSONText.nothing
    /// A key-value list, written as the JSON object that it stands for.
    var object: [UInt8] = []

    private static let depthMax = 16

    /// An object, or a string that looks like JSON or XML.
    var mayBeRecord: Bool { !object.isEmpty || text.count >= 2 && (text.raw[0] == UInt8(ascii: "{") || text.raw[0] == UInt8(ascii: "<")) }

    /// Its bytes. A text lies in the record that is being read.
    func withBytes(_ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        if !object.isEmpty { return object.withUnsafeBytes(body) }
        return text.isEmpty ? false : text.withBytes(body)
    }

    mutating func read(_ json: inout JSONScanner) throws(JSONFault) {
        guard try json.entersObject() else { return }
        while let key = try json.nextKey() {
            switch key {
            case "stringValue", "string_value", "intValue", "int_value", "doubleValue": text = try json.scalar()
            case "arrayValue", "array_value":
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    guard try json.entersValues(key) else { continue }
                    while try json.nextElement() {
                        var one = OpenTelemetryValue()
                        try one.read(&json)
                        if text.isEmpty { text = one.text }
                    }
                }
            case "kvlistValue", "kvlist_value": try OpenTelemetryValue.writeObject(&json, &object, depth: 0)
            default: try json.skip()
            }
        }
    }

    /// `{"values":[{"key":…,"value":…}]}` → `{"key":value,…}`
    private static func writeObject(_ json: inout JSONScanner, _ out: inout [UInt8], depth: Int) throws(JSONFault) {
        out.append(UInt8(ascii: "{"))
        var isFirst = true
        if try json.entersObject() {
            while let member = try json.nextKey() {
                guard try json.entersValues(member) else { continue }
                while try json.nextElement() {
                    guard try json.entersObject() else { continue }
                    if !isFirst { out.append(UInt8(ascii: ",")) }
                    isFirst = false
                    var key: [UInt8] = Array("\"\"".utf8), value: [UInt8] = Array("null".utf8)
                    while let member = try json.nextKey() {
                        switch member {
                        case "key": key = try quoted(&json)
                        case "value":
                            value.removeAll()
                            try write(&json, &value, depth: depth + 1)
                        default: try json.skip()
                        }
                    }
                    out += key
                    out.append(UInt8(ascii: ":"))
                    out += value
                }
            }
        }
        out.append(UInt8(ascii: "}"))
    }

    private static func write(_ json: inout JSONScanner, _ out: inout [UInt8], depth: Int) throws(JSONFault) {
        let start = out.count
        guard depth < depthMax, json.peek() == .object else {
            try json.skip()
            out += "null".utf8
            return
        }
        try json.enterObject()
        while let key = try json.nextKey() {
            guard out.count == start else {
                try json.skip()
                continue
            }
            switch key {
            case "stringValue", "string_value", "bytesValue": out += try quoted(&json)
            // 64-bit numbers are strings in the JSON encoding of protobuf.
            case "intValue", "int_value", "doubleValue": out += (Int64(try json.scalar().string).map { String($0) } ?? "null").utf8
            case "boolValue", "bool_value": out += try json.truth() ? "true".utf8 : "false".utf8
            case "kvlistValue", "kvlist_value": try writeObject(&json, &out, depth: depth)
            case "arrayValue", "array_value":
                out.append(UInt8(ascii: "["))
                if try json.entersObject() {
                    while let member = try json.nextKey() {
                        guard try json.entersValues(member) else { continue }
                        var isFirst = true
                        while try json.nextElement() {
                            if !isFirst { out.append(UInt8(ascii: ",")) }
                            isFirst = false
                            try write(&json, &out, depth: depth + 1)
                        }
                    }
                }
                out.append(UInt8(ascii: "]"))
            default: try json.skip()
            }
        }
        if out.count == start { out += "null".utf8 }
    }

    /// A string as it stands in the text, escapes and all.
    private static func quoted(_ json: inout JSONScanner) throws(JSONFault) -> [UInt8] {
        guard json.peek() == .string else {
            try json.skip()
            return Array("\"\"".utf8)
        }
        return [UInt8(ascii: "\"")] + Array(try json.string().raw) + [UInt8(ascii: "\"")]
    }
}

/// One log record.
struct OpenTelemetryRecord {
    var attributes = OpenTelemetryAttributes()
    private var time = JSONText.nothing, observed = JSONText.nothing
    private var body = OpenTelemetryValue()
    private(set) var trace = "", event = ""
    private(set) var severity = 0

    /// The body, then attributes that may be a record.
    var carried: [OpenTelemetryValue] { [body] + attributes.carried }

    /// When it happened, else when it was seen: nanoseconds since 1970 as a string or a number; 0 is not known.
    var moment: Instant? {
        for text in [time, observed] where !text.isEmpty && !(text == "0") {
            guard let nanoseconds = UInt64(text.string) else { continue }
            return Instant(milliseconds: Int64(nanoseconds / 1_000_000))
        }
        return nil
    }

    mutating func read(_ json: inout JSONScanner) throws(JSONFault) {
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "timeUnixNano", "time_unix_nano": time = try json.scalar()
            case "observedTimeUnixNano", "observed_time_unix_nano": observed = try json.scalar()
            case "severityNumber", "severity_number": severity = Int(try json.scalar().string) ?? 0
            case "body": try body.read(&json)
            case "attributes": try attributes.read(&json)
            case "traceId", "trace_id": trace = try json.scalar().string
            case "eventName", "event_name": event = try json.scalar().string
            default: try json.skip()
            }
        }
    }
}

/// Turns records with semantic conventions into events.
struct OpenTelemetryEvents {
    private let proxies: WebLogProxies
    private var addresses = TableTexts.Answers<String>()

    init(_ file: FileInHand) { proxies = WebLogProxies(file.trustedProxies) }

    /// Nil for a record that names neither user nor request.
    mutating func event(of record: OpenTelemetryRecord, _ resource: OpenTelemetryAttributes, at place: Place) throws(FieldProblem) -> AccessEvent? {
        let own = record.attributes
        func value(_ name: OpenTelemetryAttributes.Name) -> String { own[name].isEmpty ? resource[name] : own[name] }
        let hasUser = !own[.user].isEmpty || !own[.userName].isEmpty
        let hasRequest = !own[.path].isEmpty || !own[.target].isEmpty || !own[.url].isEmpty
        guard hasUser || hasRequest else { return nil }
        guard let time = record.moment else {
            throw FieldProblem(field: "timeUnixNano", found: "missing", expected: "nanoseconds since 1970", remedy: "let the exporter write the time of the record")
        }
        var event = AccessEvent()
        event.time = time
        event.id = own[.eventID]
        event.hasOwnID = !event.id.isEmpty
        if !event.hasOwnID { event.id = place.description }
        event.service = value(.service)
        event.source = resource.instance.isEmpty ? event.service : resource.instance
        event.request = own[.request].isEmpty ? record.trace : own[.request]
        event.account = own[.userName].isEmpty ? own[.user] : own[.userName]
        event.subject = own[.user] == event.account ? "" : own[.user]
        event.professional = AuditUser.professional(own[.user])
        event.session = own[.session]
        event.agent = own[.agent]
        var client = own[.client].isEmpty ? own[.peer] : own[.client]
        event.address = client.withUTF8 { proxies.client(of: UnsafeRawBufferPointer($0), forwarded: "", &addresses) }
        takeRequest(own, &event)
        let name = [record.event, own[.event], own[.action]].first { !$0.isEmpty } ?? ""
        if let action = OpenTelemetryEvents.action(named: name) { event.action = action }
        if event.path.isEmpty, event.action == .other { event.resource = name }
        event.outcome = outcome(own, record)
        return event
    }

    private func takeRequest(_ own: OpenTelemetryAttributes, _ event: inout AccessEvent) {
        let target = [own[.path], own[.target], own[.url]].first { !$0.isEmpty } ?? ""
        if target.isEmpty {
            if !own[.method].isEmpty { event.action = WebLogRequest.action(of: own[.method]) }
        } else {
            WebLogRequest.fill(&event, method: own[.method], target: target)
        }
        var query = own[.query]
        if query.hasPrefix("?") { query.removeFirst() }
        if !query.isEmpty { WebLogRequest.setQuery(&event, query) }
    }

    private func outcome(_ own: OpenTelemetryAttributes, _ record: OpenTelemetryRecord) -> Outcome {
        if let status = Int(own[.status]) { return WebLogRequest.outcome(of: status) }
        switch own[.outcome] {
        case "success": return .success
        case "failure": return .failure
        default: break
        }
        // Severity 17 and above is ERROR (opentelemetry.io/docs/specs/otel/logs/data-model).
        return !own[.error].isEmpty || record.severity >= 17 ? .failure : .unknown
    }

    /// `user.login`, `patient.read`, `session.end`: what the last word says.
    private static func action(named name: String) -> Action? {
        guard let last = name.split(whereSeparator: { $0 == "." || $0 == "_" || $0 == "-" }).last else { return nil }
        switch last.lowercased() {
        case "login", "logon", "signin": return .login
        case "logout", "logoff", "signout": return .logout
        default: return Action(name: last.lowercased())
        }
    }
}
