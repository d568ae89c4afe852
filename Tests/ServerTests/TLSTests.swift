import AsyncHTTPClient
import Foundation
import Glibc
import NIOCore
import NIOSSL
import Server
import Testing

@Suite struct `cordond over TLS` {
    private let home: TemporaryFolder
    private let authority: Authority

    init() throws {
        home = try TemporaryFolder()
        authority = try Authority()
        try home.write(authority.pem, to: "ca.pem")
        try install("localhost")
    }

    private func install(_ name: String) throws {
        let made = try authority.issue(name)
        try home.write(made.key, to: "server.key")
        try home.write(made.certificate, to: "server.pem")
    }

    private func server(_ sources: String, tls more: String = "") throws -> Cordond {
        try Cordond("""
            sources:
            \(sources)
            http: [{listen: "127.0.0.1:0", tls: {certificate: server.pem, key: server.key\(more)}}]
            """, in: home)
    }

    private func client(_ server: Cordond, certificate: (certificate: String, key: String, sha256: String)? = nil, version: HTTPClient.Configuration.HTTPVersion = .automatic) throws -> Client {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(home / "ca.pem")
        if let certificate {
            tls.certificateChain = [.certificate(try NIOSSLCertificate(bytes: Array(certificate.certificate.utf8), format: .pem))]
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem))
        }
        var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
        configuration.httpVersion = version
        return Client(base: "https://localhost:\(server.port("https"))", http: HTTPClient(configuration: configuration), token: certificate == nil ? Cordond.token : nil)
    }

    @Test func `speaks HTTP/2 and HTTP/1.1`() async throws {
        let server = try server("  - {name: dpi, credential: {token_file: dpi.token}}")
        for (version, expected) in [(HTTPClient.Configuration.HTTPVersion.automatic, "HTTP/2.0"), (.http1Only, "HTTP/1.1")] {
            let client = try client(server, version: version)
            let answer = try await client.post("/v1/events", auditEvent("a-\(expected)"))
            #expect(answer.status == 200 && answer.version == expected, "\(answer)")
            try await client.http.shutdown()
        }
        #expect(server.stop() == 0)
    }

    @Test func `knows a source by its client certificate: fingerprint or subject`() async throws {
        let (known, named, stranger) = (try authority.issue("dpi.chu.example"), try authority.issue("sso.chu.example"), try authority.issue("who.example"))
        let server = try server("""
              - {name: dpi, credential: {certificate_sha256: "\(known.sha256)"}}
              - {name: sso, credential: {certificate_subject: "CN=sso.chu.example,O=CHU"}}
              - {name: bearer, credential: {token_file: dpi.token}}
            """, tls: ", client_ca: ca.pem")
        for (certificate, status, version) in [(known, 200, HTTPClient.Configuration.HTTPVersion.automatic), (named, 200, .http1Only), (stranger, 403, .automatic)] {
            let client = try client(server, certificate: certificate, version: version)
            let answer = try await client.post("/v1/events", auditEvent(certificate.sha256))
            #expect(answer.status == status, "\(answer.body)")
            try await client.http.shutdown()
        }
        var sources: [String] = []
        try server.inbox().records { sources.append($0.source); return true }
        #expect(sources == ["dpi", "sso"])
        // Without a certificate the token still counts; a certificate of another authority ends the handshake.
        let bearer = try client(server)
        #expect(try await bearer.post("/v1/events", auditEvent("c")).status == 200)
        try await bearer.http.shutdown()
        let false_ = try client(server, certificate: Authority("Other CA").issue("dpi.chu.example"))
        await #expect(throws: (any Error).self) { _ = try await false_.post("/v1/events", auditEvent("d")) }
        try await false_.http.shutdown()
    }

    @Test func `reads its certificate again on SIGHUP, and keeps the old one when the new one is bad`() async throws {
        let server = try server("  - {name: dpi, credential: {token_file: dpi.token}}")
        func reloads() -> Int { server.log.filter { $0["message"] as? String == "certificate read again" }.count }
        let first = try client(server)
        #expect(try await first.get("/healthz").status == 200)
        let other = try Authority("New CA")
        let made = try other.issue("localhost")
        try home.write(made.key, to: "server.key")
        try home.write(made.certificate, to: "server.pem")
        server.signal(SIGHUP)
        for _ in 0..<200 where reloads() == 0 { usleep(10_000) }
        let old = try client(server)
        await #expect(throws: (any Error).self) { _ = try await old.get("/healthz") }
        try home.write(other.pem, to: "ca.pem")
        let new = try client(server)
        #expect(try await new.get("/healthz").status == 200)
        try home.write("no certificate", to: "server.pem")
        server.signal(SIGHUP)
        usleep(300_000)
        let still = try client(server)
        #expect(try await still.get("/healthz").status == 200)
        #expect(server.log.contains { ($0["message"] as? String)?.contains("the one in use stays") == true })
        for client in [first, old, new, still] { try await client.http.shutdown() }
    }

    static let h2load = "/usr/bin/h2load"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: h2load), "h2load is not installed (apt: nghttp2-client)"))
    func `answers h2load on many streams`() throws {
        let server = try server("  - {name: dpi, credential: {token_file: dpi.token}, quota: {requests_per_second: 100000}}")
        let said = try run(Self.h2load, ["-n2000", "-c8", "-m20", "https://127.0.0.1:\(server.port("https"))/healthz"])
        #expect(said.contains("2000 succeeded, 0 failed"), "\(said)")
    }
}

/// Runs a program that is not ours and gives all that it said.
func run(_ tool: String, _ arguments: [String], input: String = "") throws -> String {
    let process = Process(), output = Pipe(), stdin = Pipe()
    process.executableURL = URL(fileURLWithPath: tool)
    process.arguments = arguments
    (process.standardOutput, process.standardError, process.standardInput) = (output, output, stdin)
    try process.run()
    stdin.fileHandleForWriting.write(Data(input.utf8))
    try stdin.fileHandleForWriting.close()
    let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return said
}
