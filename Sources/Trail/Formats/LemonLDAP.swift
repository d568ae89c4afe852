import Model
import Scan

/// LemonLDAP::NG: lines of its user log, and sessions as its REST server, `lemonldap-ng-sessions` or a dump gives them.
///
/// Most log lines name no client address. Sessions do (`ipAddr`, `UA`): both given together, a login stands there with its
/// place. A persistent session holds a history of logins; each is an event.
package struct LemonLDAPFormat: TrailFormat {
    package let name = "lemonldap-ng"
    package let summary = "LemonLDAP::NG: user log lines, and sessions as JSON (REST, lemonldap-ng-sessions, a dump)"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        let found = JSONHead(head, containers: [])
        if found.contains(where: LemonLDAPFormat.isSession) { return 95 }
        guard found.records.isEmpty else { return 0 }
        var (lines, known) = (0, false)
        WebLogLines.forEach(in: head) { line, _, _ in
            lines += 1
            if let split = LemonLine.timed(line), split.message.contains("[LLNG:") { known = true }
            return lines < 500 && !known
        }
        return known ? 96 : 0
    }

    private static func isSession(_ members: [String: String]) -> Bool {
        guard members["_session_kind"] != nil || members["_session_id"] != nil else { return false }
        return members["_utime"] != nil || members["_loginHistory"] != nil || members["_startTime"] != nil
    }

    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? { JSONUnits.linePrefix(head, containers: []) }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = LemonLDAPReader(file: file)
        defer { reader.times.tell(sink) }
        let isJSON = !JSONHead(text.part(0, 64 << 10), containers: []).records.isEmpty
        let units = JSONUnits(containers: [])
        if isJSON {
            try units.forEach(in: text, of: file, to: sink) { (record, place) throws(FieldProblem) in reader.takeSession(record, at: place, to: sink) }
        } else {
            try units.forEachLine(in: text, of: file, to: sink) { (line, place) throws(FieldProblem) in
                guard let (time, message) = LemonLine.timed(line) else {
                    sink.refuse(LemonLine.unknown, at: place, units: 1)
                    return
                }
                reader.takeLine(message, at: .text(time), host: "", place, to: sink)
            }
        }
    }
}

/// What a line of the user log says of a user. The texts are those of LemonLDAP::NG 2.0 to 2.19.
struct LemonLine {
    var action = Action.other
    var outcome = Outcome.success
    var user = UnsafeRawBufferPointer(start: nil, count: 0)
    /// A service or a URL that was asked for.
    var target = UnsafeRawBufferPointer(start: nil, count: 0)
    var level = UnsafeRawBufferPointer(start: nil, count: 0)
    var address = UnsafeRawBufferPointer(start: nil, count: 0)
    var resource: StaticString = ""

    /// Nil for messages that tell nothing of a user's access.
    init?(_ message: UnsafeRawBufferPointer) {
        var text = LemonLine.withoutBrackets(message, &address)
        if text.starts(with: "Lemonldap::NG : ") { text = text.part(16) }
        if let (client, rest) = LemonLine.address(atEndOf: text) { (address, text) = (client, rest) }
        if text.starts(with: "User "), readUser(text.part(5)) { return }
        if let user = LemonLine.after("Bad password for ", text) ?? LemonLine.after("Authentication failed for ", text) ?? LemonLine.after("Unable to authenticate ", text) {
            (action, outcome, self.user) = (.login, .failure, user.last == UInt8(ascii: "!") ? user.part(0, user.count - 1) : user)
            return
        }
        if let user = LemonLine.before(" was not found in LDAP directory", text) {
            (action, outcome, self.user) = (.login, .failure, user)
            return
        }
        if let user = LemonLine.after("Password changed for ", text) {
            (action, resource, self.user) = (.update, "password", user)
            return
        }
        return nil
    }

    private mutating func readUser(_ text: UnsafeRawBufferPointer) -> Bool {
        if let at = text.firstIndex(of: " successfully authenticated at level ") {
            (action, user, level) = (.login, text.part(0, at), text.part(at + 37))
        } else if let at = text.firstIndex(of: " has been disconnected") {
            (action, user) = (.logout, text.part(0, at))
        } else if let at = text.firstIndex(of: " is authorized to access to ") {
            (user, target, resource) = (text.part(0, at), text.part(at + 28), "service")
        } else if let at = text.firstIndex(of: " is not authorized to access to ") {
            (user, target, resource, outcome) = (text.part(0, at), text.part(at + 32), "service", .failure)
        } else if let at = text.firstIndex(of: " was forbidden to access to ") {
            (user, target, resource, outcome) = (text.part(0, at), text.part(at + 28), "service", .failure)
        } else if let user = LemonLine.before(" not found", text) {
            (action, outcome, self.user) = (.login, .failure, user)
        } else {
            return false
        }
        return !user.isEmpty
    }

    private static func after(_ word: StaticString, _ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        text.starts(with: word) && text.count > word.utf8CodeUnitCount ? text.part(word.utf8CodeUnitCount) : nil
    }

    private static func before(_ word: StaticString, _ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        text.ends(with: word) && text.count > word.utf8CodeUnitCount ? text.part(0, text.count - word.utf8CodeUnitCount) : nil
    }

    /// `… (203.0.113.9)` at the end.
    private static func address(atEndOf text: UnsafeRawBufferPointer) -> (UnsafeRawBufferPointer, UnsafeRawBufferPointer)? {
        guard text.last == UInt8(ascii: ")"), let open = text.lastIndex(of: UInt8(ascii: "(")), open > 1, text.count - open < 64 else { return nil }
        let inside = text.part(open + 1, text.count - 1)
        return ClientAddress(inside) == nil ? nil : (inside, JSONUnits.trimmed(text, 0, open))
    }

    /// The groups before the message: `[LLNG:4711] [notice]`, Apache's `[pid 3] [client 203.0.113.9:4711]`.
    private static func withoutBrackets(_ text: UnsafeRawBufferPointer, _ client: inout UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var rest = text
        while rest.first == UInt8(ascii: "["), let close = rest.prefix(128).firstIndex(of: UInt8(ascii: "]")) {
            let group = rest.part(1, close)
            if group.starts(with: "client ") { client = group.part(7) }
            rest = JSONUnits.trimmed(rest, close + 1, rest.count)
        }
        return rest
    }

    /// `[Mon Jan  5 08:00:00 2026] [LLNG:4711] …`: the time that the standard logger or Apache writes, and the rest.
    static func timed(_ line: UnsafeRawBufferPointer) -> (time: UnsafeRawBufferPointer, message: UnsafeRawBufferPointer)? {
        guard line.first == UInt8(ascii: "["), let close = line.prefix(48).firstIndex(of: UInt8(ascii: "]")), close > 16 else { return nil }
        let time = line.part(1, close)
        guard time.last.map({ $0 &- 0x30 <= 9 || $0 | 0x20 == UInt8(ascii: "z") }) == true else { return nil }
        return (time, JSONUnits.trimmed(line, close + 1, line.count))
    }

    static let unknown = FieldProblem(
        found: "not a line of LemonLDAP::NG", expected: "[time] [LLNG:process] [level] message", remedy: "export the user log unchanged, or as the syslog lines that carried it")
}

/// Reads lines and sessions.
struct LemonLDAPReader: ~Copyable {
    var times: ReaderTimes
    private var json = JSONScanner()
    private var texts = TableTexts()
    private var addresses = TableTexts.Answers<String>()

    init(file: FileInHand) { times = ReaderTimes(file) }

    /// A message without its time. What tells nothing of users counts as blank.
    mutating func takeLine(_ message: UnsafeRawBufferPointer, at time: CarriedTime, host: String, _ place: Place, to sink: any EventSink) {
        guard let line = LemonLine(message) else { return sink.blank(units: 1) }
        var event = AccessEvent()
        do throws(FieldProblem) {
            event.time = try time.instant(&times)
        } catch {
            return sink.refuse(error, at: place, units: 1)
        }
        event.id = place.description
        event.source = host
        event.service = "lemonldap-ng"
        event.account = texts.text(line.user)
        event.action = line.action
        event.outcome = line.outcome
        event.authentication = texts.text(line.level)
        event.address = address(line.address)
        event.resource = "\(line.resource)"
        event.path = texts.text(line.target)
        sink.keep(event, at: place, units: 1)
    }

    private mutating func address(_ bytes: UnsafeRawBufferPointer) -> String {
        bytes.isEmpty ? "" : addresses.answer(bytes) { ClientAddress($0)?.description ?? $0 }
    }

    // MARK: Sessions

    private struct Session {
        var id = "", kind = "", user = "", name = "", trace = "", agent = "", address = "", level = ""
        var moment = "", start = ""
        var history: [Login] = []
        /// Something of LemonLDAP::NG is in it.
        var isSession = false
    }
    private struct Login {
        var moment = "", address = "", agent = "", isFailure = false
    }

    mutating func takeSession(_ record: UnsafeRawBufferPointer, at place: Place, to sink: any EventSink) {
        var session = Session()
        do throws(JSONFault) {
            try json.begin(record)
            try read(&session)
            try json.finish()
        } catch {
            return sink.refuse(JSONScanner.problem(error, in: record), at: place, units: 1)
        }
        guard session.isSession else {
            return sink.refuse(
                FieldProblem(found: "a JSON object of another kind", expected: "a session of LemonLDAP::NG", remedy: "export sessions with all their fields"), at: place, units: 1)
        }
        let account = !session.trace.isEmpty ? session.trace : !session.user.isEmpty ? session.user : session.name
        do throws(FieldProblem) {
            var events: [AccessEvent] = []
            if session.history.isEmpty {
                guard session.kind.isEmpty || session.kind == "SSO" else { return sink.blank(units: 1) }
                var event = login(account, session.address, session.agent)
                event.time = try time(session.moment.isEmpty ? session.start : session.moment, field: session.moment.isEmpty ? "_startTime" : "_utime")
                event.session = session.id
                event.authentication = session.level
                event.id = session.id.isEmpty ? place.description : session.id
                event.hasOwnID = !session.id.isEmpty
                events.append(event)
            }
            for (number, one) in session.history.enumerated() {
                var event = login(account, one.address, one.agent)
                event.time = try time(one.moment, field: "_loginHistory._utime")
                event.outcome = one.isFailure ? .failure : .success
                // One session, many logins: each has an id of its own.
                event.id = "\(session.id.isEmpty ? place.description : session.id)/\(one.isFailure ? "failedLogin" : "successLogin")/\(one.moment)/\(number)"
                event.hasOwnID = true
                events.append(event)
            }
            for (number, event) in events.enumerated() { sink.keep(event, at: place, units: number == 0 ? 1 : 0) }
        } catch {
            sink.refuse(error, at: place, units: 1)
        }
    }

    private mutating func login(_ account: String, _ address: String, _ agent: String) -> AccessEvent {
        var event = AccessEvent()
        event.source = "lemonldap-ng"
        event.service = "lemonldap-ng"
        event.action = .login
        event.account = account
        event.agent = agent
        event.address = ClientAddress(address)?.description ?? address
        return event
    }

    private mutating func time(_ text: String, field: String) throws(FieldProblem) -> Instant {
        guard !text.isEmpty else { throw FieldProblem(field: field, found: "missing", expected: "the time of the login", remedy: "export the session with all its fields") }
        var text = text
        return try text.withUTF8 { times.parse(bytes: UnsafeRawBufferPointer($0), field: field) }.get()
    }

    private mutating func read(_ session: inout Session) throws(JSONFault) {
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "_session_id": session.id = try json.scalar().string
            case "_session_kind": (session.kind, session.isSession) = (try json.scalar().string, true)
            case "_utime": (session.moment, session.isSession) = (try json.scalar().string, true)
            case "_startTime": (session.start, session.isSession) = (try json.scalar().string, true)
            case "_whatToTrace": session.trace = try json.scalar().string
            case "_user": session.user = try json.scalar().string
            case "uid", "_session_uid": session.name = try json.scalar().string
            case "ipAddr": session.address = try json.scalar().string
            case "UA": session.agent = try json.scalar().string
            case "authenticationLevel": session.level = try json.scalar().string
            case "_loginHistory":
                session.isSession = true
                guard try json.entersObject() else { continue }
                while let key = try json.nextKey() {
                    switch key {
                    case "successLogin": try readHistory(&session, isFailure: false)
                    case "failedLogin": try readHistory(&session, isFailure: true)
                    default: try json.skip()
                    }
                }
            default: try json.skip()
            }
        }
    }

    private mutating func readHistory(_ session: inout Session, isFailure: Bool) throws(JSONFault) {
        guard try json.entersArray() else { return }
        while try json.nextElement() {
            guard try json.entersObject() else { continue }
            var login = Login(isFailure: isFailure)
            while let key = try json.nextKey() {
                switch key {
                case "_utime": login.moment = try json.scalar().string
                case "ipAddr": login.address = try json.scalar().string
                case "UA": login.agent = try json.scalar().string
                default: try json.skip()
                }
            }
            session.history.append(login)
        }
    }
}
