import Model

/// The header of one syslog message and the message behind it, as places in the text.
///
/// Read are RFC 5424 (`<85>1 2026-01-05T08:00:00.000Z host app 4711 ID - msg`), RFC 3164 (`<85>Jan  5 08:00:00 host app[4711]:
/// msg`), and both forms that daemons write into files, where the priority is missing (`Jan  5 08:00:00 host app[4711]: msg`,
/// `2026-01-05T08:00:00.000+01:00 host app[4711]: msg`). The byte-order mark that may begin a message in UTF-8 is no part of it.
package struct SyslogHeader {
    package enum Version: Sendable, Equatable { case rfc5424, rfc3164, file }

    package let version: Version
    /// Facility times 8 plus severity, 0 to 191; nil in files.
    package let priority: Int?
    /// Nothing where the header has the nil value `-`.
    package private(set) var time = UnsafeRawBufferPointer(start: nil, count: 0)
    package private(set) var host = UnsafeRawBufferPointer(start: nil, count: 0)
    /// APP-NAME, or the tag without its process.
    package private(set) var app = UnsafeRawBufferPointer(start: nil, count: 0)
    package private(set) var process = UnsafeRawBufferPointer(start: nil, count: 0)
    package private(set) var messageID = UnsafeRawBufferPointer(start: nil, count: 0)
    /// STRUCTURED-DATA with its brackets.
    package private(set) var data = UnsafeRawBufferPointer(start: nil, count: 0)
    package private(set) var message = UnsafeRawBufferPointer(start: nil, count: 0)

    package var facility: Int? { priority.map { $0 / 8 } }
    package var severity: Int? { priority.map { $0 % 8 } }

    /// - Parameter frame: one message without its framing, valid as long as this value is used.
    package init(_ frame: UnsafeRawBufferPointer) throws(FieldProblem) {
        var at = 0
        if frame.first == 0x3C {
            guard let (value, end) = SyslogHeader.priority(frame) else {
                throw FieldProblem(field: "PRI", found: "malformed", expected: "a number from 0 to 191 in angle brackets (RFC 5424 section 6.2.1)", remedy: "check that the sender speaks syslog")
            }
            priority = value
            at = end
            // VERSION is a number without zeros in front; 1 is the only one.
            if at + 1 < frame.count, frame[at] &- 0x31 < 9, frame[at + 1] == 0x20 {
                guard frame[at] == 0x31 else {
                    throw FieldProblem(field: "VERSION", found: "another version of syslog", expected: "version 1 (RFC 5424)", remedy: "let the sender write RFC 5424")
                }
                version = .rfc5424
                try readFields(frame, from: at + 2)
                return
            }
            version = .rfc3164
        } else {
            priority = nil
            version = .file
        }
        guard let timeEnd = SyslogHeader.clockEnd(frame, at) ?? SyslogHeader.dateEnd(frame, at) else {
            throw FieldProblem(field: "TIMESTAMP", found: "malformed", expected: "a time of RFC 5424 or RFC 3164", remedy: "check that the sender speaks syslog")
        }
        time = SyslogHeader.part(frame, at, timeEnd)
        try readTag(frame, from: timeEnd)
    }

    // MARK: RFC 5424

    private mutating func readFields(_ frame: UnsafeRawBufferPointer, from start: Int) throws(FieldProblem) {
        var at = start
        time = try SyslogHeader.word(frame, &at, "TIMESTAMP")
        host = try SyslogHeader.word(frame, &at, "HOSTNAME")
        app = try SyslogHeader.word(frame, &at, "APP-NAME")
        process = try SyslogHeader.word(frame, &at, "PROCID")
        messageID = try SyslogHeader.word(frame, &at, "MSGID")
        guard let end = SyslogHeader.dataEnd(frame, at) else {
            throw FieldProblem(field: "STRUCTURED-DATA", found: "malformed", expected: "`-` or elements in brackets (RFC 5424 section 6.3)", remedy: "check the sender's template")
        }
        if frame[at] == 0x5B { data = SyslogHeader.part(frame, at, end) }
        guard end < frame.count else { return }
        guard frame[end] == 0x20 else {
            throw FieldProblem(field: "STRUCTURED-DATA", found: "text without a blank before it", expected: "a blank before the message", remedy: "check the sender's template")
        }
        message = SyslogHeader.afterMark(frame, end + 1)
    }

    /// A field up to a blank; the nil value is nothing.
    private static func word(_ frame: UnsafeRawBufferPointer, _ at: inout Int, _ name: String) throws(FieldProblem) -> UnsafeRawBufferPointer {
        var end = at
        while end < frame.count, frame[end] > 0x20 { end += 1 }
        guard end > at, end < frame.count, frame[end] == 0x20 else {
            throw FieldProblem(field: name, found: "missing", expected: "the fields of an RFC 5424 header", remedy: "check that the message arrived whole")
        }
        defer { at = end + 1 }
        return end - at == 1 && frame[at] == 0x2D ? part(frame, 0, 0) : part(frame, at, end)
    }

    /// After `-`, or after one or more `[…]`, in whose quoted values `\"`, `\\` and `\]` are escaped.
    private static func dataEnd(_ frame: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        guard start < frame.count else { return nil }
        if frame[start] == 0x2D { return start + 1 }
        var at = start
        while at < frame.count, frame[at] == 0x5B {
            var isQuoted = false
            at += 1
            while at < frame.count, isQuoted || frame[at] != 0x5D {
                if isQuoted, frame[at] == 0x5C { at += 1 } else if frame[at] == 0x22 { isQuoted.toggle() }
                at += 1
            }
            guard at < frame.count else { return nil }
            at += 1
        }
        return at > start ? at : nil
    }

    // MARK: RFC 3164 and files

    /// ` HOST TAG[PID]: MSG`. Relays leave the host out at times: then the tag comes at once.
    private mutating func readTag(_ frame: UnsafeRawBufferPointer, from start: Int) throws(FieldProblem) {
        var at = start
        guard at < frame.count, frame[at] == 0x20 else {
            throw FieldProblem(field: "HOSTNAME", found: "missing", expected: "host and tag after the time", remedy: "check that the message arrived whole")
        }
        at += 1
        for isHost in [true, false] {
            var end = at
            while end < frame.count, frame[end] > 0x20, frame[end] != 0x5B, isHost || frame[end] != 0x3A { end += 1 }
            // An address of version 6 holds colons; a tag ends with one.
            let endsInColon = end > at && frame[end - 1] == 0x3A
            if isHost, end < frame.count, frame[end] == 0x20, !endsInColon, end > at {
                host = SyslogHeader.part(frame, at, end)
                at = end + 1
                continue
            }
            if isHost, endsInColon { end -= 1 }
            if let after = tag(frame, at, end) {
                message = SyslogHeader.afterMark(frame, after)
                return
            }
            break
        }
        guard priority != nil else { return try readBareTag(frame, from: at) }
        // No tag: whatever follows is the message (RFC 3164 section 4.3.2).
        message = SyslogHeader.afterMark(frame, at)
    }

    /// ` HOST APP[PID] MSG`: what rsyslog writes into files of a message that came as RFC 5424, where tags have no colon.
    private mutating func readBareTag(_ frame: UnsafeRawBufferPointer, from at: Int) throws(FieldProblem) {
        var end = at
        while end < frame.count, SyslogHeader.isName(frame[end]) { end += 1 }
        var after = end
        if after < frame.count, frame[after] == 0x5B, let close = frame[after...].prefix(64).firstIndex(of: 0x5D) { after = close + 1 }
        guard !host.isEmpty, end > at, after < frame.count, frame[after] == 0x20 else {
            throw FieldProblem(field: "TAG", found: "missing", expected: "a program after the host", remedy: "check that this is a syslog file")
        }
        app = SyslogHeader.part(frame, at, end)
        if after > end { process = SyslogHeader.part(frame, end + 1, after - 1) }
        message = SyslogHeader.afterMark(frame, after + 1)
    }

    private static func isName(_ byte: UInt8) -> Bool {
        isLetter(byte) || byte &- 0x30 <= 9 || byte == 0x2D || byte == 0x5F || byte == 0x2E || byte == 0x2F
    }

    /// Where the message begins if a tag stands from `at` to `end`, with `[process]` and the colon after it.
    private mutating func tag(_ frame: UnsafeRawBufferPointer, _ at: Int, _ end: Int) -> Int? {
        guard end > at, end - at <= 64, end < frame.count else { return nil }
        var after = end
        var number = SyslogHeader.part(frame, 0, 0)
        if frame[after] == 0x5B {
            guard let close = frame[after...].prefix(64).firstIndex(of: 0x5D) else { return nil }
            number = SyslogHeader.part(frame, after + 1, close)
            after = close + 1
        }
        guard after < frame.count, frame[after] == 0x3A else { return nil }
        after += 1
        if after < frame.count, frame[after] == 0x20 { after += 1 }
        app = SyslogHeader.part(frame, at, end)
        process = number
        return after
    }

    /// `Mmm dd hh:mm:ss`, perhaps with a year or milliseconds as some devices write.
    private static func clockEnd(_ frame: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        guard start + 15 <= frame.count, isLetter(frame[start]), isLetter(frame[start + 1]), isLetter(frame[start + 2]), frame[start + 3] == 0x20 else { return nil }
        var at = start + 4
        if frame[at] == 0x20 { at += 1 }
        guard digits(frame, &at, 1...2), take(frame, &at, 0x20) else { return nil }
        let afterDay = at
        if digits(frame, &at, 4...4) { guard take(frame, &at, 0x20) else { return nil } } else { at = afterDay }
        guard digits(frame, &at, 2...2), take(frame, &at, 0x3A), digits(frame, &at, 2...2), take(frame, &at, 0x3A), digits(frame, &at, 2...2) else { return nil }
        let end = at
        if take(frame, &at, 0x2E), digits(frame, &at, 1...9) { return at }
        return end
    }

    /// RFC 3339, as rsyslog and systemd write it into files.
    private static func dateEnd(_ frame: UnsafeRawBufferPointer, _ start: Int) -> Int? {
        var at = start
        guard digits(frame, &at, 4...4), take(frame, &at, 0x2D), digits(frame, &at, 2...2), take(frame, &at, 0x2D), digits(frame, &at, 2...2), take(frame, &at, 0x54),
            digits(frame, &at, 2...2), take(frame, &at, 0x3A)
        else { return nil }
        while at < frame.count, frame[at] > 0x20, at - start < 40 { at += 1 }
        return at < frame.count && frame[at] == 0x20 ? at : nil
    }

    // MARK: Parts

    private static func priority(_ frame: UnsafeRawBufferPointer) -> (Int, Int)? {
        var (value, at) = (0, 1)
        while at < frame.count, at <= 4, frame[at] &- 0x30 <= 9 {
            value = value * 10 + Int(frame[at] - 0x30)
            at += 1
        }
        guard at > 1, at < frame.count, frame[at] == 0x3E, value <= 191 else { return nil }
        return (value, at + 1)
    }

    private static func part(_ frame: UnsafeRawBufferPointer, _ begin: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: frame[begin..<end])
    }

    private static func afterMark(_ frame: UnsafeRawBufferPointer, _ at: Int) -> UnsafeRawBufferPointer {
        let rest = part(frame, min(at, frame.count), frame.count)
        return rest.count >= 3 && rest[0] == 0xEF && rest[1] == 0xBB && rest[2] == 0xBF ? part(rest, 3, rest.count) : rest
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 }

    private static func digits(_ frame: UnsafeRawBufferPointer, _ at: inout Int, _ count: ClosedRange<Int>) -> Bool {
        var end = at
        while end < frame.count, end - at < count.upperBound, frame[end] &- 0x30 <= 9 { end += 1 }
        guard end - at >= count.lowerBound else { return false }
        at = end
        return true
    }

    private static func take(_ frame: UnsafeRawBufferPointer, _ at: inout Int, _ byte: UInt8) -> Bool {
        guard at < frame.count, frame[at] == byte else { return false }
        at += 1
        return true
    }
}
