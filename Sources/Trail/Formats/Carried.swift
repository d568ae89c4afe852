import Model
import Scan

/// When a carried record happened where it does not say itself: as the carrier wrote it, or as it knows it.
enum CarriedTime {
    case text(UnsafeRawBufferPointer)
    case instant(Instant)
    case none

    func instant(_ times: inout ReaderTimes) throws(FieldProblem) -> Instant {
        switch self {
        case .instant(let time): return time
        case .text(let text): return try times.parse(bytes: text, field: "time").get()
        case .none: throw FieldProblem(field: "time", found: "missing", expected: "the time of the access", remedy: "export the log with the time before each line")
        }
    }
}

/// What carries a record: a syslog header, an OpenTelemetry log record.
struct Carrier {
    var time = CarriedTime.none
    /// The machine or instance that sent it.
    var host = ""
    /// The program: APP-NAME, the tag, `service.name`.
    var app = UnsafeRawBufferPointer(start: nil, count: 0)
}

/// Records of Trail's formats that stand inside another record. What a message is follows from its first bytes and, for the
/// lines that daemons write, from the program that sent it; each kind has one reader for the whole file.
struct CarriedRecords: ~Copyable {
    private var fhir: FHIREventReader
    private var audit: AuditMessageReader
    private var keycloak: KeycloakReader
    private var m365: M365Reader
    private var lemon: LemonLDAPReader
    private var samba: SambaReader
    private var ocsf: OCSFReader
    private var web: WebLogEvents

    init(file: FileInHand) {
        fhir = FHIREventReader(file: file)
        audit = AuditMessageReader(file: file)
        keycloak = KeycloakReader(file: file)
        m365 = M365Reader(file: file)
        lemon = LemonLDAPReader(file: file)
        samba = SambaReader(file: file)
        ocsf = OCSFReader(file: file)
        web = WebLogEvents(file)
    }

    enum Kind { case fhir, audit, keycloak, keycloakMessage, m365, lemonLine, lemonSession, sambaRecord, sambaLine, ocsf, web(WebLogLine?) }

    /// Reads a message and tells the sink of one unit. False when it is of no format: the sink was told nothing.
    mutating func take(_ message: UnsafeRawBufferPointer, from carrier: Carrier, at place: Place, to sink: any EventSink) -> Bool {
        let message = CarriedRecords.bare(message)
        guard let kind = CarriedRecords.kind(of: message, from: carrier.app) else { return false }
        switch kind {
        case .fhir:
            if let otherVersion = fhir.take(message, at: place, to: sink) { sink.refuse(otherVersion, at: place, units: 1) }
        case .audit: CarriedRecords.withoutEscapes(message) { audit.take($0, from: carrier.host, at: place, to: sink) }
        case .keycloak: keycloak.take(message, at: place, to: sink)
        case .keycloakMessage: keycloak.takeMessage(message, at: carrier.time, place, to: sink)
        case .m365:
            do throws(FieldProblem) {
                sink.keep(try m365.readAuditData(message, at: place, to: sink), at: place, units: 1)
            } catch {
                sink.refuse(error, at: place, units: 1)
            }
        case .lemonLine: lemon.takeLine(message, at: carrier.time, host: carrier.host, place, to: sink)
        case .lemonSession: lemon.takeSession(message, at: place, to: sink)
        case .sambaRecord, .sambaLine: if !samba.take(message, host: carrier.host, at: place, to: sink) { sink.refuse(SambaLine.unknown, at: place, units: 1) }
        case .ocsf: ocsf.take(message, at: place, to: sink)
        case .web(let line):
            do throws(FieldProblem) {
                try WebLogLines.check(message)
                guard let line, !line.isOpen else { throw WebLogLine.problem(of: message, isLast: false) }
                var event = try web.event(line, at: place, sink)
                if event.source.isEmpty { event.source = carrier.host }
                sink.keep(event, at: place, units: 1)
            } catch {
                sink.refuse(error, at: place, units: 1)
            }
        }
        return true
    }

    /// Says what the readers took for granted.
    consuming func finish(_ sink: any EventSink) {
        fhir.times.tell(sink)
        audit.times.tell(sink)
        keycloak.times.tell(sink)
        lemon.times.tell(sink)
        samba.times.tell(sink)
        ocsf.times.tell(sink)
        m365.finish(sink)
    }

    // MARK: What a message is

    /// Nil: no format of ours.
    static func kind(of message: UnsafeRawBufferPointer, from app: UnsafeRawBufferPointer) -> Kind? {
        switch message.first {
        case nil: return nil
        case UInt8(ascii: "<"): return message.part(0, 1_024).contains("AuditMessage") ? .audit : nil
        case UInt8(ascii: "{"): return kind(ofJSON: message)
        default: return kind(ofLine: message, from: app)
        }
    }

    private static func kind(ofJSON record: UnsafeRawBufferPointer) -> Kind? {
        var lax = LaxObject(record, at: 0)
        var seen = Seen()
        while let member = lax.next() {
            // Names that decide by themselves end the search; the others do in pairs.
            if lax.isName(member.name, "resourceType") {
                // Other resources are refused by their names.
                return .fhir
            } else if lax.isName(member.name, "class_uid") {
                return .ocsf
            } else if lax.isName(member.name, "realmId") {
                seen.realm = true
            } else if lax.isName(member.name, "loggerName") {
                seen.logger = lax.string(at: member.value).map(KeycloakLine.isEventCategory) ?? false
            } else if lax.isName(member.name, "time") {
                seen.time = true
            } else if lax.isName(member.name, "type") {
                seen.type = true
                if let type = lax.string(at: member.value), SambaRecord.types.contains(type) { seen.samba = true }
            } else if lax.isName(member.name, "operationType") {
                seen.type = true
            } else if lax.isName(member.name, "timestamp") {
                seen.timestamp = true
            } else if lax.isName(member.name, "_session_kind") || lax.isName(member.name, "_session_id") {
                return .lemonSession
            } else if lax.isName(member.name, "Operation") {
                seen.operation = true
            } else if lax.isName(member.name, "CreationTime") {
                seen.creation = true
            }
            if let kind = seen.kind { return kind }
        }
        return nil
    }

    private struct Seen {
        var realm = false, logger = false, time = false, type = false, samba = false, timestamp = false, operation = false, creation = false
        var kind: Kind? {
            if samba, timestamp { return .sambaRecord }
            if realm, time, type { return .keycloak }
            if logger { return .keycloak }
            if operation, creation { return .m365 }
            return nil
        }
    }

    private static func kind(ofLine line: UnsafeRawBufferPointer, from app: UnsafeRawBufferPointer) -> Kind? {
        if app.equalsIgnoringCase("llng") || app.starts(with: "lemonldap") || line.starts(with: "[LLNG:") { return .lemonLine }
        if line.starts(with: "Auth: [") { return .sambaLine }
        if let record = SambaLine.json(line), SambaRecord.isOne(record) { return .sambaRecord }
        if line.contains("realmId=") {
            if case .event = KeycloakLine(line) { return .keycloak }
            if line.contains("type=") || line.contains("operationType=") { return .keycloakMessage }
        }
        if let parts = WebLogLine(line) { return .web(parts) }
        // A server that sends its access log sends its error log under the same name; what begins like neither is damage.
        return isWebServer(app) && line.contains("HTTP/") && line.first.map { $0 &- 0x30 <= 9 || $0 | 0x20 &- 0x61 < 6 } == true && !isErrorLog(line) ? .web(nil) : nil
    }

    private static func isWebServer(_ app: UnsafeRawBufferPointer) -> Bool {
        app.equals("nginx") || app.starts(with: "apache") || app.equals("httpd")
    }

    /// `2026/01/05 08:00:00 [error] 4711#0: …`
    private static func isErrorLog(_ line: UnsafeRawBufferPointer) -> Bool { line.count > 20 && line[4] == 0x2F && line[7] == 0x2F }

    /// Without white space around it (rsyslog counts the line end of its template among the octets) and without the cookie that
    /// says that JSON follows (`@cee:`, Lumberjack).
    static func bare(_ message: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let text = trimmed(message)
        return text.starts(with: "@cee:") ? trimmed(text.part(5)) : text
    }

    private static func trimmed(_ text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var (begin, end) = (0, text.count)
        while begin < end, text[begin] == 0x20 || text[begin] &- 0x09 < 5 { begin += 1 }
        while end > begin, text[end - 1] == 0x20 || text[end - 1] &- 0x09 < 5 { end -= 1 }
        return text.part(begin, end)
    }

    /// rsyslog writes control characters inside a message as `#012` (octal). In XML they can only have been white space between
    /// tags and attributes; a character reference (`&#012;`) is something else.
    private static func withoutEscapes(_ message: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        guard message.contains("#01") else { return body(message) }
        var out: [UInt8] = []
        out.reserveCapacity(message.count)
        var i = 0
        while i < message.count {
            if message[i] == UInt8(ascii: "#"), i == 0 || message[i - 1] != UInt8(ascii: "&"),
                message.starts(with: "#012", at: i) || message.starts(with: "#015", at: i) || message.starts(with: "#011", at: i) {
                out.append(UInt8(ascii: " "))
                i += 4
            } else {
                out.append(message[i])
                i += 1
            }
        }
        out.withUnsafeBytes { body(JSONUnits.trimmed($0, 0, $0.count)) }
    }
}
