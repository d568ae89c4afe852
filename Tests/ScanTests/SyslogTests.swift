import Model
import Scan
import Testing

@Suite struct SyslogTests {
    /// Frames of a stream that has ended.
    private func frames(_ text: String, max: Int = 1 << 20) -> [String] {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBytes { text in
            var found: [String] = []
            var at = 0
            while at < text.count {
                switch SyslogFrames(messageMax: max).next(in: text, at: at, isEnd: true) {
                case .message(let range, let framing, let next):
                    found.append((framing == .octetCounted ? "#" : "") + String(decoding: text[range], as: UTF8.self))
                    at = next
                case .bad(let fault, _, let next):
                    found.append("!\(fault)")
                    at = next
                case .incomplete: return found + ["?"]
                }
            }
            return found
        }
    }

    @Test func `each frame says by its first byte how it is framed`() {
        #expect(frames("5 <1>ab<2>cd\n7 <3>efgh\n<4>ij\r\n6 <5>k\nl") == ["#<1>ab", "<2>cd", "#<3>efgh", "<4>ij", "#<5>k\nl"])
    }

    @Test func `octets are counted, not characters`() {
        #expect(frames("7 <1>é…<2>x") == ["!wrongCount"])
        #expect(frames("8 <1>é…<2>x") == ["#<1>é…", "<2>x"])
    }

    @Test func `a line that begins with a digit is no count`() {
        #expect(frames("2026-01-05T08:00:00Z a b: c\n12 monkeys\n") == ["2026-01-05T08:00:00Z a b: c", "12 monkeys"])
        #expect(frames("05 <1>ab\n1234567890 <1>x") == ["05 <1>ab", "1234567890 <1>x"])
    }

    @Test func `a wrong or huge count costs its own line only`() {
        #expect(frames("99 <1>ab\n<2>cd\n") == ["!wrongCount", "<2>cd"])
        #expect(frames("4 <1>ab\n<2>cd\n") == ["!wrongCount", "<2>cd"])
        #expect(frames("999999999 <1>ab\n<2>cd\n", max: 100) == ["!tooLong", "<2>cd"])
    }

    @Test func `half a stream asks for more, wherever it is cut`() {
        let stream = Array("5 <1>ab12 <2>cdefgh\nij<3>kl\n".utf8)
        for cut in 0...stream.count {
            stream.withUnsafeBytes { all in
                let text = UnsafeRawBufferPointer(rebasing: all[..<cut])
                var (at, count) = (0, 0)
                while case .message(_, _, let next) = SyslogFrames().next(in: text, at: at, isEnd: false) { (at, count) = (next, count + 1) }
                #expect(SyslogFrames().next(in: text, at: at, isEnd: false) == .incomplete)
                #expect(count == (cut == stream.count ? 3 : cut >= 22 ? 2 : cut >= 7 ? 1 : 0), "cut at \(cut)")
            }
        }
    }

    private struct Read: Equatable {
        var priority: Int?, time: String, host: String, app: String, process: String, id: String, data: String, message: String
    }
    private func header(_ text: String) throws(FieldProblem) -> Read {
        let bytes = Array(text.utf8)
        return try bytes.withUnsafeBytes { bytes in
            Result { () throws(FieldProblem) in
                let header = try SyslogHeader(bytes)
                func text(_ part: UnsafeRawBufferPointer) -> String { String(decoding: part, as: UTF8.self) }
                return Read(
                    priority: header.priority, time: text(header.time), host: text(header.host), app: text(header.app), process: text(header.process), id: text(header.messageID),
                    data: text(header.data), message: text(header.message))
            }
        }.get()
    }

    @Test func `the examples of RFC 5424 section 6_5`() throws {
        #expect(try header("<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - \u{FEFF}'su root' failed for lonvick on /dev/pts/8")
            == Read(priority: 34, time: "2003-10-11T22:14:15.003Z", host: "mymachine.example.com", app: "su", process: "", id: "ID47", data: "", message: "'su root' failed for lonvick on /dev/pts/8"))
        #expect(try header("<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - %% It's time to make the do-nuts.")
            == Read(priority: 165, time: "2003-08-24T05:14:15.000003-07:00", host: "192.0.2.1", app: "myproc", process: "8710", id: "", data: "", message: "%% It's time to make the do-nuts."))
        let data = #"[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]"#
        #expect(try header("<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 \(data)")
            == Read(priority: 165, time: "2003-10-11T22:14:15.003Z", host: "mymachine.example.com", app: "evntslog", process: "", id: "ID47", data: data, message: ""))
    }

    @Test func `brackets and quotes inside structured data end nothing`() throws {
        let data = #"[a@1 b="]\"\\\]"]"#
        #expect(try header("<1>1 - - - - - \(data) m").data == data)
        #expect(throws: FieldProblem.self) { try header("<1>1 - - - - - [a b=\"c] m") }
    }

    @Test func `the examples of RFC 3164 section 5_4`() throws {
        #expect(try header("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")
            == Read(priority: 34, time: "Oct 11 22:14:15", host: "mymachine", app: "su", process: "", id: "", data: "", message: "'su root' failed for lonvick on /dev/pts/8"))
        #expect(try header("<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!").message == "Use the BFG!")
    }

    @Test func `files leave the priority out`() throws {
        #expect(try header("Mar  1 04:07:11 proxyin LLNG[73088]: [warn] Bad password")
            == Read(priority: nil, time: "Mar  1 04:07:11", host: "proxyin", app: "LLNG", process: "73088", id: "", data: "", message: "[warn] Bad password"))
        #expect(try header("2026-01-05T08:00:00.123456+01:00 web1 nginx: x").host == "web1")
        #expect(try header("2026-01-05T08:00:00.123456+01:00 2001:db8::1 smbd[1]: x").app == "smbd")
        // Of a message that came as RFC 5424, rsyslog writes no colon.
        #expect(try header("2026-01-05T08:00:00.000Z dpi.chu.example dpi[4711] \u{FEFF}<x>")
            == Read(priority: nil, time: "2026-01-05T08:00:00.000Z", host: "dpi.chu.example", app: "dpi", process: "4711", id: "", data: "", message: "<x>"))
        #expect(try header("Jan  5 08:00:00 dpi fhir {}").message == "{}")
        // Without a program it is some other log.
        #expect(throws: FieldProblem.self) { try header("2026-01-05T08:00:00Z INFO [org.example] something happened") }
    }

    @Test func `what is no header is refused by its field`() {
        func field(_ text: String) -> String? {
            do throws(FieldProblem) { _ = try header(text); return nil } catch { return error.field }
        }
        #expect(field("<192>1 - - - - - - x") == "PRI" && field("<>x") == "PRI" && field("<1234>x") == "PRI")
        #expect(field("<34>2 - - - - - - x") == "VERSION")
        #expect(field("<34>1 2003-10-11T22:14:15.003Z host app") == "APP-NAME")
        #expect(field("<34>1 - - - - - nothing") == "STRUCTURED-DATA")
        #expect(field("hello") == "TIMESTAMP" && field("") == "TIMESTAMP")
    }

    @Test func `fuzzed bytes keep their order`() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            let alphabet = Array("<>12345 \n\r-:ab[]\"\\T\u{FEFF}".utf8)
            SyslogFuzz.check((0..<Int.random(in: 0..<200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 })
        }
    }
}
