import Glibc
import Model
import Server
import Testing

@Suite struct `the configuration` {
    private let home: TemporaryFolder

    init() throws {
        home = try TemporaryFolder()
        try home.write("a-token-that-is-long-enough\n", to: "dpi.token")
        try home.write("another-token-that-is-long\n", to: "b.token")
    }

    private func read(_ text: String) throws -> ServerConfiguration { try ConfigurationReader.read(text, file: "c.yaml", folder: home.path) }

    private func faults(_ text: String) -> [ConfigurationFaults.Fault] {
        do { _ = try read(text) } catch { return (error as? ConfigurationFaults)?.all ?? [] }
        return []
    }

    @Test func `is read into one value`() throws {
        let read = try read("""
            data: /var/lib/cordon
            tenants: [hdf, normandie]
            sources:
              - name: dpi
                tenant: hdf
                profile: placement
                format: fhir-r4
                credential: {token_file: dpi.token}
                networks: 10.0.0.0/8
                quota: {requests_per_second: 5, bytes_per_second: 2 MiB}
                body_max: 1MiB
              - {name: atna, kind: syslog, tenant: normandie}
            http: [{listen: "[::1]:8080"}]
            syslog: [{listen: "0.0.0.0:514", transport: udp, source: atna}]
            limits: {body_time: 2m, stop_time: 5s}
            """)
        #expect(read.tenants == ["hdf", "normandie"])
        let dpi = try #require(read.source(named: "dpi"))
        #expect(dpi.quota.bytesPerSecond == 2 << 20 && dpi.bodyBytesMax == 1 << 20 && dpi.networks.count == 1 && dpi.tokenHash?.count == 32)
        #expect(read.http[0].address.description == "[::1]:8080")
        #expect(read.limits.bodySecondsMax == 120 && read.limits.stopSecondsMax == 5)
    }

    @Test func `names every fault at once, with line, key and a right example`() {
        let all = faults("""
            dat: /var/lib/cordon
            tenants: [hdf, hdf]
            sources:
              - name: "d p i"
                tenant: paris
                credential: {token_file: missing.token}
                format: fhir-r5
                qouta: {requests_per_second: 5}
              - name: open
                tenant: hdf
            http:
              - {listen: "0.0.0.0:80"}
              - {listen: nowhere}
            syslog:
              - {listen: "0.0.0.0:514", transport: carrier-pigeon, source: dpi}
            limits: {body_max: lots}
            """)
        let keys = all.map { "\($0.line) \($0.key)" }
        for expected in [
            "1 data", "1 dat", "2 tenants", "4 sources[1].name", "5 sources[1].tenant", "6 sources[1].credential.token_file", "7 sources[1].format", "8 sources[1].qouta",
            "9 sources[2].credential", "12 http[1].tls", "13 http[2].listen", "15 syslog[1].transport", "15 syslog[1].source", "16 limits.body_max",
        ] { #expect(keys.contains(expected), "\(expected) is not among \(keys)") }
        #expect(all.allSatisfy { !$0.example.isEmpty && !$0.found.isEmpty })
        #expect(all.map(\.line) == all.map(\.line).sorted())
        #expect(all.first { $0.key == "sources[1].qouta" }?.found.contains("quota") == true)
    }

    @Test func `takes a secret only from a file that others cannot read`() throws {
        let text = "data: /d\nsources: [{name: dpi, credential: {token_file: dpi.token}}]"
        _ = try read(text)
        chmod(home / "dpi.token", 0o640)
        #expect(faults(text).map(\.key) == ["sources[1].credential.token_file"])
        #expect(faults(text)[0].found.contains("0640"))
        // systemd's folder is private by itself, and comes first.
        try home.write("", to: "dpi.token")
        let credentials = try TemporaryFolder()
        try credentials.write("a-token-that-is-long-enough", to: "dpi.token", mode: 0o440)
        _ = try ConfigurationReader.read(text, file: "c.yaml", folder: home.path, credentialFolder: credentials.path)
    }

    @Test func `refuses a short secret and the same one twice`() throws {
        try home.write("short", to: "short.token")
        #expect(faults("data: /d\nsources: [{name: dpi, credential: {token_file: short.token}}]").first?.found.contains("5 bytes") == true)
        let twice = faults("data: /d\nsources: [{name: a, credential: {token_file: dpi.token}}, {name: b, credential: {token_file: dpi.token}}]")
        #expect(twice.map(\.key) == ["sources"])
    }

    @Test(arguments: ["", "- a\n- b", "data: [", "data: /d\ndata: /e\nsources: []", "\u{1}"])
    func `survives what is no configuration`(text: String) {
        #expect(!faults(text).isEmpty)
    }

    @Test func `never prints a secret`() throws {
        let secret = Secret(Array("geheim".utf8))
        #expect("\(secret)" == "(secret)" && String(reflecting: secret) == "(secret)")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("103"))
    }
}
