import Model
import Scan

/// Turns lines of web access logs into events.
struct WebLogEvents {
    private var times: TimeParser
    private var texts = TableTexts()
    private var addresses = TableTexts.Answers<String>()
    private let proxies: WebLogProxies
    private let fileName: String
    private var said: Set<TimeParser.Assumption> = []

    init(_ file: FileInHand) {
        times = TimeParser(zone: file.zone, zoneIsStated: file.zoneIsStated, assumedYear: file.assumedYear)
        proxies = WebLogProxies(file.trustedProxies)
        fileName = file.name
    }

    mutating func event(_ line: WebLogLine, at place: Place, _ sink: any EventSink) throws(FieldProblem) -> AccessEvent {
        var event = AccessEvent()
        event.id = fileName + ":" + String(place.line)
        do throws(FieldProblem) {
            event.time = try times.parse(line.time)
        } catch {
            var problem = error
            problem.field = "time"
            throw problem
        }
        if times.assumptionCount != said.count {
            for assumption in times.assumptionList where said.insert(assumption).inserted { sink.assume(assumption, field: "time", at: place) }
        }
        event.service = "web"
        if !line.virtualHost.isEmpty { event.source = texts.text(line.virtualHost) }
        event.account = WebLogText.value(line.user, &texts)
        event.agent = WebLogText.value(line.agent, &texts)
        WebLogRequest.fill(&event, request: WebLogText.unescaped(line.request), status: line.status)
        let extra = WebLogExtra(line.extra)
        event.request = extra.request
        event.session = extra.session
        event.address = proxies.client(of: line.host, forwarded: extra.forwarded, &addresses)
        return event
    }
}

/// What a request and its answer say.
enum WebLogRequest {
    /// - Parameter request: `GET /path?query HTTP/1.1`. Anything else, such as the first bytes of TLS on a plain port, names no path.
    static func fill(_ event: inout AccessEvent, request: String, status: Int) {
        let words = request.utf8.split(separator: 0x20, maxSplits: 2)
        event.outcome = outcome(of: status)
        guard words.count >= 2, words[0].allSatisfy({ $0 &- 0x41 < 26 || $0 == 0x5F || $0 == 0x2D }) else { return }
        fill(&event, method: String(words[0]) ?? "", target: String(words[1]) ?? "")
    }

    static func fill(_ event: inout AccessEvent, method: String, target: String) {
        event.action = action(of: method)
        var path = target[...]
        // A proxy's request names the server, too.
        if let scheme = path.firstRange(of: "://"), path[..<scheme.lowerBound].utf8.allSatisfy({ $0 | 0x20 &- 0x61 < 26 }) {
            path = path[scheme.upperBound...].drop { $0 != "/" && $0 != "?" }
        }
        let mark = path.firstIndex(of: "?")
        event.path = String(path[..<(mark ?? path.endIndex)])
        if let mark { setQuery(&event, String(path[path.index(after: mark)...])) }
    }

    static func setQuery(_ event: inout AccessEvent, _ query: String) {
        event.query = query
        if !query.isEmpty { event.page = FHIRQuery.page(query) }
    }

    /// What a method does by RFC 9110; a profile's rules know better what a path does.
    static func action(of method: String) -> Action {
        switch method {
        case "GET": .read
        case "PUT", "PATCH", "PROPPATCH": .update
        case "DELETE": .delete
        case "SEARCH", "QUERY", "REPORT", "PROPFIND": .search
        default: .other
        }
    }

    static func outcome(of status: Int) -> Outcome {
        switch status {
        case 200..<400: .success
        case 400..<600: .failure
        default: .unknown
        }
    }
}

/// The fields that operators put after the agent.
struct WebLogExtra {
    var request = ""
    var session = ""
    /// As in X-Forwarded-For.
    var forwarded = ""

    /// A request id is known by its name (`request_id=…`, `rid=…`) or by its shape (a UUID, 16 hexadecimal digits or more);
    /// forwarding addresses by their name or by being addresses. Numbers (duration, port) say nothing.
    init(_ text: UnsafeRawBufferPointer) {
        var at = 0
        while at < text.count {
            guard let field = WebLogLine.quoted(text, &at) ?? WebLogLine.word(text, &at) else {
                at += 1
                continue
            }
            take(WebLogText.unescaped(field))
        }
    }

    private mutating func take(_ field: String) {
        guard !field.isEmpty, field != "-" else { return }
        if let equals = field.firstIndex(of: "=") {
            let name = field[..<equals].lowercased().filter { $0 != "_" && $0 != "-" }
            let value = field[field.index(after: equals)...].filter { $0 != "\"" }
            guard !value.isEmpty, value != "-" else { return }
            switch name {
            case "requestid", "xrequestid", "rid", "reqid": request = value
            case "xff", "xforwardedfor", "forwardedfor": forwarded = value
            case "session", "sessionid", "sid": session = value
            default: break
            }
        } else if WebLogProxies.isList(field) {
            if forwarded.isEmpty { forwarded = field }
        } else if request.isEmpty, WebLogExtra.isRequestID(field) {
            request = field
        }
    }

    private static func isRequestID(_ field: String) -> Bool {
        let hex = field.utf8.count { $0 &- 0x30 <= 9 || ($0 | 0x20) &- 0x61 < 6 }
        let dashes = field.utf8.count { $0 == 0x2D }
        return hex >= 16 && hex + dashes == field.utf8.count && field.utf8.contains { ($0 | 0x20) &- 0x61 < 6 || $0 == 0x2D }
    }
}

/// Which forwarding addresses are believed.
struct WebLogProxies {
    private let trusted: [AddressRange]

    init(_ names: [String]) { trusted = names.compactMap { AddressRange($0) } }

    /// The client: the peer itself, unless it is a trusted proxy; then the last address of X-Forwarded-For that is not one.
    /// Each proxy appends whom it saw, so what stands before the first untrusted hop from the right may be invented.
    func client(of peer: UnsafeRawBufferPointer, forwarded: String, _ answers: inout TableTexts.Answers<String>) -> String {
        let peerText = answers.answer(peer) { ClientAddress($0)?.description ?? ($0 == "-" ? "" : $0) }
        guard !trusted.isEmpty, !forwarded.isEmpty, let address = ClientAddress(peerText), isTrusted(address) else { return peerText }
        var client = address
        for hop in forwarded.split(separator: ",").reversed() {
            guard let address = ClientAddress(String(hop).filter { $0 != "\"" }) else { break }
            client = address
            if !isTrusted(address) { break }
        }
        return client.description
    }

    private func isTrusted(_ address: ClientAddress) -> Bool { trusted.contains { $0.contains(address) } }

    /// Addresses, separated by commas. A bare number is none.
    static func isList(_ field: String) -> Bool {
        let parts = field.split(separator: ",", omittingEmptySubsequences: false)
        return parts.allSatisfy { part in ClientAddress(String(part)) != nil || part.allSatisfy(\.isWhitespace) == false && part.hasSuffix("unknown") } && ClientAddress(String(parts.last ?? "")) != nil
    }
}

/// Escapes of access logs.
enum WebLogText {
    /// A quoted or bare value; `-` is nothing.
    static func value(_ bytes: UnsafeRawBufferPointer, _ texts: inout TableTexts) -> String {
        if bytes.count == 1, bytes[0] == 0x2D { return "" }
        if bytes.count == 2, bytes[0] == 0x22, bytes[1] == 0x22 { return "" }
        return bytes.contains(0x5C) ? unescaped(bytes) : texts.text(bytes)
    }

    /// `\"`, `\\`, `\xHH`, and the letters of C. A backslash before anything else stands for itself (`DOMAIN\user`).
    static func unescaped(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.contains(0x5C) else { return TableTexts.once(bytes) }
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var at = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            guard byte == 0x5C, at < bytes.count else {
                out.append(byte)
                continue
            }
            switch bytes[at] {
            case 0x22, 0x5C:
                out.append(bytes[at])
                at += 1
            case 0x78 where at + 2 < bytes.count && hex(bytes[at + 1]) != nil && hex(bytes[at + 2]) != nil:
                out.append((hex(bytes[at + 1]) ?? 0) << 4 | (hex(bytes[at + 2]) ?? 0))
                at += 3
            default: out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
