import Model
import Scan

/// Reads one JSON record or one log line of Keycloak.
struct KeycloakReader: ~Copyable {
    var times: ReaderTimes
    private var json = JSONScanner()

    init(file: FileInHand) { times = ReaderTimes(file) }

    mutating func take(_ unit: UnsafeRawBufferPointer, at place: Place, to sink: any EventSink) {
        let problem: FieldProblem
        if unit.first == UInt8(ascii: "{") {
            do throws(JSONFault) {
                var fields = KeycloakFields()
                try readRecord(unit, &fields)
                finish(fields, at: place, to: sink)
                return
            } catch {
                problem = JSONScanner.problem(error, in: unit)
            }
        } else {
            switch KeycloakLine(unit) {
            case .event(let time, let fields):
                var fields = fields
                fields.timeText = time
                finish(fields, at: place, to: sink)
                return
            case .other:
                sink.blank(units: 1)
                return
            case .unknown:
                problem = FieldProblem(
                    found: "not a Keycloak log line", expected: "time, level, [category] and message, as Quarkus writes them",
                    remedy: "export the lines of the category org.keycloak.events, or the events by REST")
            }
        }
        sink.refuse(problem, at: place, units: 1)
    }

    /// A message of the category `org.keycloak.events` without its line: the carrier knows the time.
    mutating func takeMessage(_ message: UnsafeRawBufferPointer, at time: CarriedTime, _ place: Place, to sink: any EventSink) {
        var fields = KeycloakFields()
        KeycloakLine.readPairs(KeycloakLine.pairs(of: message), &fields)
        do throws(FieldProblem) {
            fields.time = try time.instant(&times).milliseconds
        } catch {
            return sink.refuse(error, at: place, units: 1)
        }
        finish(fields, at: place, to: sink)
    }

    private mutating func finish(_ fields: KeycloakFields, at place: Place, to sink: any EventSink) {
        if fields.isOtherLogger {
            sink.blank(units: 1)
            return
        }
        switch event(of: fields) {
        case .failure(let problem): sink.refuse(problem, at: place, units: 1)
        case .success(var event):
            if !event.hasOwnID { event.id = place.description }
            sink.keep(event, at: place, units: 1)
        }
    }

    private mutating func event(of fields: KeycloakFields) -> Result<AccessEvent, FieldProblem> {
        var event = AccessEvent()
        if let milliseconds = fields.time {
            event.time = Instant(milliseconds: milliseconds)
        } else if fields.timeText.isEmpty {
            return .failure(FieldProblem(field: "time", found: "missing", expected: "milliseconds since 1970", remedy: "export the event with its time"))
        } else {
            let text = Array(fields.timeText.utf8)
            switch text.withUnsafeBytes({ times.parse(bytes: $0, field: "time") }) {
            case .success(let time): event.time = time
            case .failure(let problem): return .failure(problem)
            }
        }
        guard !fields.type.isEmpty || !fields.operation.isEmpty else {
            return .failure(FieldProblem(
                field: "type", found: "missing", expected: "a Keycloak event type or operation", remedy: "export events or admin events unchanged"))
        }
        event.id = fields.id
        event.hasOwnID = !fields.id.isEmpty
        event.source = !fields.realmName.isEmpty ? fields.realmName : fields.realmID
        event.service = "keycloak"
        event.account = !fields.username.isEmpty ? fields.username : fields.userID
        event.subject = fields.userID == event.account ? "" : fields.userID
        event.session = !fields.sessionID.isEmpty ? fields.sessionID : fields.codeID
        event.address = ClientAddress(fields.address)?.description ?? fields.address
        event.agent = fields.agent
        event.authentication = !fields.acr.isEmpty ? fields.acr : fields.method
        let isError = fields.type.hasSuffix("_ERROR") || !fields.error.isEmpty
        event.outcome = isError ? .failure : .success
        switch fields.type {
        case "LOGIN", "LOGIN_ERROR": event.action = .login
        case "LOGOUT", "LOGOUT_ERROR": event.action = .logout
        default:
            event.action = .other
            event.resource = fields.type.isEmpty ? fields.resourceType : fields.type
            event.path = fields.resourcePath
        }
        return .success(event)
    }

    // MARK: JSON

    private mutating func readRecord(_ record: UnsafeRawBufferPointer, _ fields: inout KeycloakFields) throws(JSONFault) {
        try json.begin(record)
        try json.enterObject()
        var message = "", logger = ""
        var isLog = false
        var inner = KeycloakFields()
        while let key = try json.nextKey() {
            switch key {
            case "time": fields.time = json.peek() == .number ? try json.integer() : try skipped()
            case "loggerName":
                logger = try text()
                isLog = true
            case "message": message = try text()
            case "timestamp": fields.timeText = try text()
            case "details", "authDetails": try readDetails(&inner)
            default: try readField(key, &fields)
            }
        }
        try json.finish()
        // An own member wins over one of the same name in the details.
        for path in KeycloakFields.paths.values { fields.set(path, inner[keyPath: path]) }
        guard isLog else { return }
        if KeycloakLine.isEventCategory(logger) {
            KeycloakLine.readPairs(Array(message.utf8)[...], &fields)
        } else {
            fields.isOtherLogger = true
        }
    }

    private mutating func readDetails(_ fields: inout KeycloakFields) throws(JSONFault) {
        guard json.peek() == .object else { return try json.skip() }
        try json.enterObject()
        while let key = try json.nextKey() { try readField(key, &fields) }
    }

    private mutating func readField(_ key: JSONText, _ fields: inout KeycloakFields) throws(JSONFault) {
        guard json.peek() == .string else { return try json.skip() }
        let value = try json.string()
        if let path = KeycloakFields.path(key) { fields.set(path, value.string) }
    }

    private mutating func text() throws(JSONFault) -> String {
        guard json.peek() == .string else {
            try json.skip()
            return ""
        }
        return try json.string().string
    }

    private mutating func skipped() throws(JSONFault) -> Int64? {
        try json.skip()
        return nil
    }
}

/// What an event says, whichever way it came.
struct KeycloakFields {
    var time: Int64?
    var timeText = ""
    var isOtherLogger = false
    var id = "", type = "", operation = "", realmID = "", realmName = "", userID = "", username = "", sessionID = "", codeID = ""
    var address = "", error = "", agent = "", acr = "", method = "", resourceType = "", resourcePath = ""

    typealias Path = WritableKeyPath<KeycloakFields, String> & Sendable

    static func path(_ key: JSONText) -> Path? { key.isPlain ? paths[key.string] : nil }

    /// The first that says something counts; `null` is nothing.
    mutating func set(_ path: Path, _ value: String) {
        if self[keyPath: path].isEmpty, value != "null" { self[keyPath: path] = value }
    }

    static let paths: [String: Path] = [
        "id": \.id, "type": \.type, "operationType": \.operation, "realmId": \.realmID, "realmName": \.realmName, "userId": \.userID,
        "username": \.username, "sessionId": \.sessionID, "code_id": \.codeID, "ipAddress": \.address, "error": \.error,
        "user_agent": \.agent, "userAgent": \.agent, "acr": \.acr, "auth_method": \.method, "resourceType": \.resourceType,
        "resourcePath": \.resourcePath,
    ]
}
