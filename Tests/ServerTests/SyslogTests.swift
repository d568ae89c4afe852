import Foundation
import Glibc
import Server
import Testing

@Suite struct `cordond over syslog` {
    private let home: TemporaryFolder

    init() throws { home = try TemporaryFolder() }

    private func message(_ text: String) -> String { "<85>1 2026-01-05T08:00:00.000Z dpi app 1 IHE+RFC-3881 - \(text)" }

    /// The messages of all deliveries, out of their octet-counted frames.
    private func messages(_ server: Cordond, count: Int) throws -> [String] {
        var all: [String] = []
        for _ in 0..<300 {
            all = []
            try server.inbox().records { record in
                var rest = record.bytes[...]
                while let space = rest.firstIndex(of: 0x20), let length = Int(String(decoding: rest[..<space], as: UTF8.self)) {
                    all.append(String(decoding: rest[(space + 1)...].prefix(length), as: UTF8.self))
                    rest = rest[(space + 1)...].dropFirst(length)
                }
                return true
            }
            if all.count >= count { break }
            usleep(10_000)
        }
        return all
    }

    private static let yaml = """
        sources: [{name: atna, kind: syslog}]
        syslog:
          - {listen: "127.0.0.1:0", transport: tcp, source: atna}
          - {listen: "127.0.0.1:0", transport: udp, source: atna}
        limits: {syslog_message_max: 64KiB}
        """

    @Test func `takes both framings on one connection, in any cut, and goes on after a bad frame`() throws {
        let server = try Cordond(Self.yaml, in: home)
        let (a, b, c, d) = (message("counted"), message("with\na newline inside"), message("a line"), message(String(repeating: "é", count: 10_000)))
        let oversized = message(String(repeating: "x", count: 70_000)), after = message("after")
        let stream = "\(a.utf8.count) \(a)" + "\(b.utf8.count) \(b)" + c + "\n" + "\(d.utf8.count) \(d)" + oversized + "\n" + after + "\n"
        let socket = try Socket(port: server.port("tcp"))
        var rest = Array(stream.utf8)[...], step = 1
        while !rest.isEmpty {
            socket.write(Array(rest.prefix(step)))
            rest = rest.dropFirst(step)
            step = step % 8_191 * 3 + 1
        }
        socket.close()
        #expect(try messages(server, count: 5) == [a, b, c, d, after])
        #expect(server.stop() == 0)
    }

    @Test func `takes datagrams, equal ones too, and a last line without an end`() throws {
        let server = try Cordond(Self.yaml, in: home)
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(server.port("udp")).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        for text in [message("one"), message("twin"), message("twin")] {
            _ = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { sendto(descriptor, text, text.utf8.count, 0, $0, size) } }
        }
        #expect(try messages(server, count: 3) == [message("one"), message("twin"), message("twin")])
        let tcp = try Socket(port: server.port("tcp"))
        tcp.write(message("no end"))
        tcp.close()
        #expect(try messages(server, count: 4).last == message("no end"))
    }

    static let rsyslogd = "/usr/sbin/rsyslogd"
    static let hasRsyslog = FileManager.default.isExecutableFile(atPath: rsyslogd) && FileManager.default.fileExists(atPath: "/usr/lib/x86_64-linux-gnu/rsyslog/lmnsd_gtls.so")
    static let audits = getenv("CORDON_VECTORS").map { String(cString: $0) }

    // A real rsyslog over mutual TLS. Its source is known by the client certificate alone.
    @Test(.enabled(if: hasRsyslog, "rsyslog with GnuTLS is not installed (apt: rsyslog-gnutls)"), .timeLimit(.minutes(1)))
    func `takes what rsyslog sends over mutual TLS, byte for byte`() throws {
        let authority = try Authority(), own = try authority.issue("localhost"), sender = try authority.issue("dpi.chu.example")
        try home.write(authority.pem, to: "ca.pem")
        for (name, made) in [("server", own), ("sender", sender)] {
            try home.write(made.certificate, to: name + ".pem")
            try home.write(made.key, to: name + ".key")
        }
        let server = try Cordond("""
            sources:
              - {name: atna, kind: syslog, credential: {certificate_sha256: "\(sender.sha256)"}}
            syslog: [{listen: "127.0.0.1:0", transport: tls, tls: {certificate: server.pem, key: server.key, client_ca: ca.pem, client_certificate_required: true}}]
            """, in: home)
        try home.write("""
            global(workDirectory="\(home.path)" maxMessageSize="64k" defaultNetstreamDriver="gtls" defaultNetstreamDriverCAFile="\(home / "ca.pem")"
                   defaultNetstreamDriverCertFile="\(home / "sender.pem")" defaultNetstreamDriverKeyFile="\(home / "sender.key")")
            module(load="imfile" PollingInterval="1")
            template(name="raw" type="string" string="%msg%")
            input(type="imfile" File="\(home / "audit.log")" Tag="t" ruleset="out")
            ruleset(name="out") {
              action(type="omfwd" target="localhost" port="\(server.port("tls"))" protocol="tcp" template="raw" TCP_Framing="octet-counted"
                     StreamDriver="gtls" StreamDriverMode="1" StreamDriverAuthMode="x509/name" StreamDriverPermittedPeers="localhost")
            }

            """, to: "rsyslog.conf")
        // Every audit message of the IPF project where the vectors are there, else two of our own, one of them over 16 KiB.
        var sent = [message("<AuditMessage/>"), message("<AuditMessage>" + String(repeating: "é", count: 9_000) + "</AuditMessage>")]
        if let folder = Self.audits {
            let walk = FileManager.default.enumerator(atPath: folder)
            while let file = walk?.nextObject() as? String {
                guard file.hasSuffix(".xml"), let text = try? String(contentsOfFile: folder + "/" + file, encoding: .utf8), text.contains("<AuditMessage") else { continue }
                sent.append(message(text.replacingOccurrences(of: "\r", with: "").replacingOccurrences(of: "\n", with: "#012")))
            }
        }
        try home.write(sent.map { $0 + "\n" }.joined(), to: "audit.log")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.rsyslogd)
        process.arguments = ["-n", "-f", home / "rsyslog.conf", "-i", home / "rsyslog.pid"]
        (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        try process.run()
        // It inherits the blocked signals of the tests' threads: only this one gets through.
        defer { kill(process.processIdentifier, SIGKILL) }
        for _ in 0..<100 where (try? messages(server, count: 0).count) ?? 0 < sent.count { usleep(100_000) }
        #expect(try messages(server, count: sent.count) == sent)
        var source: String?
        try server.inbox().records { source = $0.source; return false }
        #expect(source == "atna")
    }
}
