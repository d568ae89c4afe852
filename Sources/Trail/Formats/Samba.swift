import Model
import Scan

/// Samba's audit of authentications and of changes in its directory: JSON (`auth_json_audit`, `dsdb_json_audit`,
/// `dsdb_password_json_audit`, `dsdb_group_json_audit`), one record a line, bare or behind the head that Samba's log writes,
/// and the text form of authentications (`Auth: [SMB2,…] user […]`).
package struct SambaFormat: TrailFormat {
    package let name = "samba"
    package let summary = "Samba audit (auth_audit, auth_json_audit, dsdb_json_audit): JSON lines, bare or in Samba's log, and Auth lines"

    package init() {}

    package func recognise(_ head: UnsafeRawBufferPointer) -> Int {
        var (lines, score) = (0, 0)
        WebLogLines.forEach(in: head) { line, _, _ in
            lines += 1
            let text = JSONUnits.trimmed(line, 0, line.count)
            if let record = SambaLine.json(text), SambaRecord.isOne(record) { score = 95 }
            else if text.starts(with: "Auth: ["), SambaAuthLine(text) != nil { score = 95 }
            return lines < 200 && score == 0
        }
        return score
    }

    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? { JSONUnits.linePrefix(head, containers: []) }

    package func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem) {
        var reader = SambaReader(file: file)
        defer { reader.times.tell(sink) }
        try JSONUnits(containers: []).forEachLine(in: text, of: file, to: sink) { (line, place) throws(FieldProblem) in
            // With both audit classes on, a sign-in is said in words and then as JSON: it is one.
            if line.starts(with: "Auth: ["), SambaLine.isSaidAgain(line, in: text, at: place.byte) { return sink.header(units: 1) }
            if reader.take(line, host: "", at: place, to: sink) { return }
            if SambaLine.isHead(line) { return sink.header(units: 1) }
            // A message of another class, set in under its head, tells nothing of users.
            if text[place.byte] == 0x20 { return sink.blank(units: 1) }
            sink.refuse(SambaLine.unknown, at: place, units: 1)
        }
    }
}

enum SambaLine {
    /// The record of a line: bare, or after `JSON Authentication: `, wherever Samba's log or a collector puts that.
    static func json(_ line: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        if line.first == UInt8(ascii: "{") { return line }
        guard let word = line.prefix(256).withRebased({ $0.firstIndex(of: "JSON ") }), let open = line[word...].prefix(64).firstIndex(of: UInt8(ascii: "{")) else { return nil }
        return open >= 2 && line[open - 2] == UInt8(ascii: ":") ? line.part(open) : nil
    }

    /// `[2026/01/05 08:00:00.123456,  3] ../../auth/auth_log.c:653(log_json)`: the next line holds the message.
    static func isHead(_ line: UnsafeRawBufferPointer) -> Bool {
        guard line.first == UInt8(ascii: "["), line.count > 20, line[5] == UInt8(ascii: "/"), line[8] == UInt8(ascii: "/") else { return false }
        return line.last == UInt8(ascii: ")")
    }

    /// Whether the record that follows the Auth line at `start` is of the same connection. A head may stand between them.
    static func isSaidAgain(_ line: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard let remote = SambaAuthLine(line)?.remote, !remote.isEmpty else { return false }
        var at = endOfLine(text, from: start) + 1
        for _ in 0..<2 where at < text.count {
            let newline = endOfLine(text, from: at)
            let next = JSONUnits.trimmed(text, at, newline)
            if let record = json(next) {
                guard let found = record.firstIndex(of: "\"remoteAddress\": \"") ?? record.firstIndex(of: "\"remoteAddress\":\"") else { return false }
                let value = record.part(found).prefix(96)
                return record.contains("\"Authentication\"") && UnsafeRawBufferPointer(rebasing: value).hasBytes(remote)
            }
            guard isHead(next) else { return false }
            at = newline + 1
        }
        return false
    }

    static let unknown = FieldProblem(
        found: "not a record of Samba's audit", expected: "a JSON record of auth_json_audit or dsdb_json_audit, or an Auth line",
        remedy: "give the audit classes a log file of their own: log level = 1 auth_json_audit:3@/var/log/samba/audit.json")
}

extension Slice where Base == UnsafeRawBufferPointer {
    fileprivate func withRebased<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R { body(UnsafeRawBufferPointer(rebasing: self)) }
}

/// `Auth: [SMB2,(null)] user [WORKGROUP]\[root] at [Thu, 14 Oct 2021 15:24:12.023984 UTC] with [NTLMv2] status
/// [NT_STATUS_NO_SUCH_USER] workstation [MANTIS] remote host [ipv4:172.17.0.1:44890] mapped to [WORKGROUP]\[root] …`; of one
/// that succeeded `became [WORKGROUP]\[root] [S-1-5-…]` (auth/auth_log.c).
struct SambaAuthLine {
    let description: UnsafeRawBufferPointer
    let user: UnsafeRawBufferPointer, time: UnsafeRawBufferPointer, method: UnsafeRawBufferPointer, status: UnsafeRawBufferPointer
    private(set) var remote = UnsafeRawBufferPointer(start: nil, count: 0), mapped = UnsafeRawBufferPointer(start: nil, count: 0)
    private(set) var sid = UnsafeRawBufferPointer(start: nil, count: 0)

    init?(_ line: UnsafeRawBufferPointer) {
        func value(_ word: StaticString, _ from: Int) -> (UnsafeRawBufferPointer, Int)? {
            guard let at = line.firstIndex(of: word, from: from) else { return nil }
            let begin = at + word.utf8CodeUnitCount
            guard let close = line[begin...].firstIndex(of: UInt8(ascii: "]")) else { return nil }
            return (line.part(begin, close), close)
        }
        guard let (description, one) = value("Auth: [", 0), let (_, two) = value("user [", one), let (user, three) = value("\\[", two),
            let (time, four) = value(" at [", three), let (method, five) = value(" with [", four), let (status, six) = value(" status [", five)
        else { return nil }
        (self.description, self.user, self.time, self.method, self.status) = (description, user, time, method, status)
        if let (remote, after) = value("remote host [", six) {
            self.remote = remote
            if let (_, domain) = value("mapped to [", after), let (mapped, _) = value("\\[", domain) { self.mapped = mapped }
            if let (_, domain) = value("became [", after), let (account, end) = value("\\[", domain) {
                self.mapped = account
                if let (sid, _) = value("] [", end) { self.sid = sid }
            }
        }
    }
}

/// A JSON record of Samba: `{"timestamp": …, "type": "Authentication", "Authentication": {…}}`.
struct SambaRecord {
    var timestamp = "", type = ""
    var status = "", remote = "", description = "", clientAccount = "", mappedAccount = "", becameAccount = ""
    var account = "", sid = "", session = "", operation = "", dn = "", passwordType = ""
    var isSystem = false

    static func isOne(_ record: UnsafeRawBufferPointer) -> Bool {
        var lax = LaxObject(record, at: 0)
        var (hasTime, type) = (false, "")
        while let member = lax.next() {
            if lax.isName(member.name, "timestamp") { hasTime = true }
            if lax.isName(member.name, "type") { type = lax.string(at: member.value) ?? "" }
            if hasTime, !type.isEmpty { break }
        }
        return hasTime && types.contains(type)
    }
    static let types: Set<String> = ["Authentication", "Authorization", "KDC Authorization", "dsdbChange", "dsdbTransaction", "passwordChange", "groupChange"]
}

struct SambaReader: ~Copyable {
    var times: ReaderTimes
    private var json = JSONScanner()
    private var texts = TableTexts()

    init(file: FileInHand) { times = ReaderTimes(file) }

    /// Reads a line that holds a record. False if it holds none; then the sink was told nothing.
    mutating func take(_ line: UnsafeRawBufferPointer, host: String, at place: Place, to sink: any EventSink) -> Bool {
        if let record = SambaLine.json(line) {
            takeRecord(record, host, at: place, to: sink)
            return true
        }
        guard let start = line.firstIndex(of: "Auth: ["), let auth = SambaAuthLine(line.part(start)) else { return false }
        var event = AccessEvent()
        do throws(FieldProblem) {
            event.time = try times.parse(bytes: auth.time, field: "at").get()
        } catch {
            sink.refuse(error, at: place, units: 1)
            return true
        }
        event.id = place.description
        event.source = host
        event.service = "samba"
        event.action = .login
        event.outcome = auth.status.equals("NT_STATUS_OK") ? .success : .failure
        event.account = texts.text(auth.mapped.isEmpty ? auth.user : auth.mapped)
        event.subject = texts.text(auth.sid)
        event.authentication = texts.text(auth.method)
        event.address = SambaReader.address(texts.text(auth.remote))
        sink.keep(event, at: place, units: 1)
        return true
    }

    private mutating func takeRecord(_ text: UnsafeRawBufferPointer, _ host: String, at place: Place, to sink: any EventSink) {
        var record = SambaRecord()
        do throws(JSONFault) {
            try json.begin(text)
            try read(&record)
            try json.finish()
        } catch {
            return sink.refuse(JSONScanner.problem(error, in: text), at: place, units: 1)
        }
        do throws(FieldProblem) {
            guard let event = try event(of: record, host, place) else { return sink.blank(units: 1) }
            sink.keep(event, at: place, units: 1)
        } catch {
            sink.refuse(error, at: place, units: 1)
        }
    }

    /// Nil for a kind that tells nothing of a user: the end of a transaction, statistics.
    private mutating func event(of record: SambaRecord, _ host: String, _ place: Place) throws(FieldProblem) -> AccessEvent? {
        guard !record.type.isEmpty else {
            throw FieldProblem(field: "type", found: "missing", expected: "a record of Samba's audit", remedy: "export the records unchanged")
        }
        guard SambaRecord.types.contains(record.type), record.type != "dsdbTransaction" else { return nil }
        guard !record.timestamp.isEmpty else { throw FieldProblem(field: "timestamp", found: "missing", expected: "date, time and offset", remedy: "export the records unchanged") }
        var event = AccessEvent()
        var text = record.timestamp
        event.time = try text.withUTF8 { times.parse(bytes: UnsafeRawBufferPointer($0), field: "timestamp") }.get()
        event.id = place.description
        event.source = host
        event.service = "samba"
        event.outcome = record.status.isEmpty ? .unknown : record.status == "NT_STATUS_OK" || record.status == "Success" ? .success : .failure
        event.address = SambaReader.address(record.remote)
        // S-1-0-0 (nobody) stands for an account that was not found; S-1-5-18 is the server itself.
        event.subject = record.sid == "S-1-0-0" || record.sid == "S-1-5-18" ? "" : record.sid
        event.session = record.session
        switch record.type {
        case "Authentication":
            event.action = .login
            event.account = [record.becameAccount, record.mappedAccount, record.clientAccount].first { !$0.isEmpty } ?? ""
            event.authentication = record.description.isEmpty ? record.passwordType : record.description
        case "Authorization", "KDC Authorization":
            event.account = record.account
            event.outcome = record.status.isEmpty ? .success : event.outcome
            event.resource = "Authorization"
            event.authentication = record.description
        default:
            // Whose SID it is, the authentications say.
            event.account = record.isSystem || record.sid == "S-1-5-18" ? "SYSTEM" : ""
            event.action = SambaReader.action(record)
            event.resource = record.type
            event.path = record.dn
        }
        return event
    }

    private static func action(_ record: SambaRecord) -> Action {
        switch record.operation {
        case "Add": .create
        case "Delete": .delete
        default: .update
        }
    }

    /// `ipv4:203.0.113.9:44053`, `ipv6:[2001:db8::1]:389`, `unix:`.
    private static func address(_ text: String) -> String {
        if let address = ClientAddress(text) { return address.description }
        return text.hasPrefix("unix:") || text == "Unknown" ? "" : text
    }

    private mutating func read(_ record: inout SambaRecord) throws(JSONFault) {
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "timestamp": record.timestamp = try json.scalar().string
            case "type": record.type = try json.scalar().string
            default: if json.peek() == .object { try readBody(&record) } else { try json.skip() }
            }
        }
    }

    private mutating func readBody(_ record: inout SambaRecord) throws(JSONFault) {
        try json.enterObject()
        while let key = try json.nextKey() {
            switch key {
            case "status": record.status = try json.scalar().string
            case "remoteAddress": record.remote = try json.scalar().string
            case "authDescription", "authType": record.description = try json.scalar().string
            case "clientAccount": record.clientAccount = try json.scalar().string
            case "mappedAccount": record.mappedAccount = try json.scalar().string
            case "becameAccount": record.becameAccount = try json.scalar().string
            case "account": record.account = try json.scalar().string
            case "becameSid", "sid", "userSid": record.sid = try json.scalar().string
            // Of an authentication, the session comes with the authorization that follows it.
            case "sessionId": record.session = try json.scalar().string
            case "operation", "action": record.operation = try json.scalar().string
            case "dn", "user": if record.dn.isEmpty { record.dn = try json.scalar().string } else { try json.skip() }
            case "passwordType": record.passwordType = try json.scalar().string
            case "performedAsSystem": record.isSystem = try json.truth()
            default: try json.skip()
            }
        }
    }
}
