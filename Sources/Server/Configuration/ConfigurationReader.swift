import Glibc
import Ledger
import Model
import Scan
import Trail
import Yams

/// Reads the one file of `cordond`. All faults are reported together, each with its line, its key, what stands there and a
/// right example. Secrets are files; relative names are looked for in systemd's credential folder first, then beside the
/// configuration file.
package struct ConfigurationReader {
    private typealias Section = ConfigurationSection
    private let folder: String
    private let credentialFolder: String?
    private let faults = FaultList()

    /// - Parameters:
    ///   - path: of the file.
    ///   - credentialFolder: systemd's `CREDENTIALS_DIRECTORY`, handed in by whoever knows the environment.
    package static func read(_ path: String, credentialFolder: String? = nil) throws -> ServerConfiguration {
        let text = String(decoding: try DiskFile.read(path, max: 4 << 20), as: UTF8.self)
        let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
        return try read(text, file: DiskFile.baseName(path), folder: folder.isEmpty ? "/" : folder, credentialFolder: credentialFolder)
    }

    package static func read(_ text: String, file: String, folder: String, credentialFolder: String? = nil) throws(ConfigurationFaults) -> ServerConfiguration {
        let reader = ConfigurationReader(folder: folder, credentialFolder: credentialFolder)
        var configuration: ServerConfiguration?
        do {
            guard let root = try Yams.compose(yaml: text) else { throw Empty() }
            configuration = reader.configuration(root)
        } catch let error as YamlError {
            let line: Int? = switch error {
            case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _): mark.line
            case .duplicatedKeysInMapping(_, let context): context.mark.line
            default: nil
            }
            let isTwice = if case .duplicatedKeysInMapping = error { true } else { false }
            reader.faults.add(line ?? 1, "", isTwice ? "a key that is given twice" : "text that is not YAML", example: "data: /var/lib/cordon")
        } catch {
            reader.faults.add(1, "", "an empty file", example: "data: /var/lib/cordon")
        }
        guard reader.faults.all.isEmpty, let configuration else {
            throw ConfigurationFaults(file: file, all: reader.faults.all.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element))
        }
        return configuration
    }

    private struct Empty: Error {}

    private init(folder: String, credentialFolder: String?) { (self.folder, self.credentialFolder) = (folder, credentialFolder) }

    private func configuration(_ root: Node) -> ServerConfiguration? {
        guard var top = Section(root, at: "", faults: faults, example: "data: /var/lib/cordon") else { return nil }
        let data = top.requiredText("data", example: "data: /var/lib/cordon")
        if let data, !data.hasPrefix("/") { top.fault("data", "not an absolute path", example: "data: /var/lib/cordon") }
        let tenants = tenants(&top)
        let ledgerOrigin = ledgerOrigin(&top)
        var sources: [ServerConfiguration.Source] = []
        for section in top.sections("sources", example: "sources: [{name: dpi, credential: {token_file: dpi.token}}]") {
            if let source = source(section, tenants: tenants) { sources.append(source) }
        }
        if !top.has("sources") { top.fault("sources", "missing", example: "sources: [{name: dpi, credential: {token_file: dpi.token}}]") }
        twice(sources.map(\.name), in: top, "sources", "name")
        twice(sources.compactMap { $0.tokenHash.map { Hex.encode($0) } }, in: top, "sources", "token")
        let readers = top.sections("readers", example: "readers: [{name: auditor, token_file: auditor.token}]").compactMap { reader($0, tenants: tenants) }
        let http = top.sections("http", example: "http: [{listen: \"127.0.0.1:8080\"}]").compactMap(httpListener)
        let syslog = top.sections("syslog", example: "syslog: [{listen: \"0.0.0.0:6514\", transport: tls, source: dpi-atna, tls: {certificate: server.pem, key: server.key}}]").compactMap { syslogListener($0, sources: sources) }
        let limits = limits(&top)
        enum Level: String, CaseIterable { case debug, info, notice, warning, error }
        let level = top.choice("log_level", of: Level.self, example: "log_level: info") ?? .info
        top.finish()
        guard let data else { return nil }
        return ServerConfiguration(dataFolder: data, tenants: tenants, ledgerOrigin: ledgerOrigin, sources: sources, readers: readers, http: http, syslog: syslog, limits: limits, logLevel: level.rawValue)
    }

    private func tenants(_ top: inout Section) -> [String] {
        let example = "tenants: [hauts-de-france, normandie]"
        let names = top.texts("tenants", example: example)
        for name in names where !isName(name) { top.fault("tenants", "not a name of letters, digits, dots, dashes and underscores, up to 64", example: example) }
        twice(names, in: top, "tenants", "name")
        return names.isEmpty ? ["main"] : names
    }

    private func ledgerOrigin(_ top: inout Section) -> String? {
        let example = "ledger: {origin: cordon.ars.example}"
        guard var section = top.section("ledger", example: example) else { return nil }
        defer { section.finish() }
        guard let origin = section.requiredText("origin", example: example) else { return nil }
        // A key name of c2sp.org/signed-note, and a URL without its scheme by custom.
        let isName = !origin.isEmpty && origin.utf8.count <= 200 && origin.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "+") }
        if !isName || origin.hasSuffix("/") { section.fault("origin", "not a name of up to 200 printable characters without spaces, plus signs and a slash at its end", example: example) }
        return origin
    }

    private func twice(_ names: [String], in section: Section, _ key: String, _ what: String) {
        if Set(names).count < names.count { section.fault(key, "the same \(what) twice", example: "one \(what) for each") }
    }

    private func tenant(_ section: inout Section, _ tenants: [String]) -> String {
        guard section.has("tenant") || tenants.count > 1 else { return tenants[0] }
        let example = "tenant: \(tenants[0])"
        guard let name = section.requiredText("tenant", example: example) else { return tenants[0] }
        if !tenants.contains(name) { section.fault("tenant", "a tenant that is not listed under tenants", example: example) }
        return name
    }

    // MARK: Sources

    private func source(_ given: Section, tenants: [String]) -> ServerConfiguration.Source? {
        var section = given
        defer { section.finish() }
        let name = section.name("name", example: "name: dpi")
        let tenant = tenant(&section, tenants)
        let profile = section.text("profile", example: "profile: placement")
        let format = section.text("format", example: "format: fhir-r4")
        if let format, !TrailFormats.all.contains(where: { $0.name == format }) {
            section.fault("format", "a format that Cordon does not read", example: "one of " + TrailFormats.all.map(\.name).joined(separator: ", "))
        }
        let kind = kind(&section)
        var tokenHash: [UInt8]?, certificates: [ServerConfiguration.CertificateRule] = []
        if var credential = section.section("credential", example: "credential: {token_file: dpi.token}") {
            tokenHash = token(&credential, "token_file")
            certificates = certificateRules(&credential)
            if tokenHash == nil, certificates.isEmpty, !credential.has("token_file"), !credential.has("certificate_sha256"), !credential.has("certificate_subject") {
                section.fault("credential", "no credential", example: "credential: {token_file: dpi.token}")
            }
            credential.finish()
        } else if case .http = kind, !section.has("credential") {
            section.fault("credential", "missing", example: "credential: {token_file: dpi.token}")
        }
        let networks = section.networks("networks")
        var quota = ServerConfiguration.Quota(requestsPerSecond: 1_000, bytesPerSecond: 64 << 20)
        if var given = section.section("quota", example: "quota: {requests_per_second: 100, bytes_per_second: 8MiB}") {
            quota.requestsPerSecond = given.number("requests_per_second", in: 1...1_000_000, example: "requests_per_second: 100") ?? quota.requestsPerSecond
            quota.bytesPerSecond = given.bytes("bytes_per_second", in: 1_024...4 << 30, example: "bytes_per_second: 8MiB") ?? quota.bytesPerSecond
            given.finish()
        }
        let bodyMax = section.bytes("body_max", in: 1_024...256 << 20, example: "body_max: 16MiB") ?? 16 << 20
        guard let name else { return nil }
        return .init(name: name, tenant: tenant, profile: profile, format: format, kind: kind, tokenHash: tokenHash, certificates: certificates, networks: networks, quota: quota, bodyBytesMax: bodyMax)
    }

    private enum KindName: String, CaseIterable { case http, syslog, file, issuer }

    private func kind(_ section: inout Section) -> ServerConfiguration.Kind {
        let name = section.choice("kind", of: KindName.self, example: "kind: http") ?? .http
        switch name {
        case .http: return .http
        case .syslog: return .syslog
        case .file:
            let path = section.requiredText("path", example: "path: /var/log/app/access.log")
            if let path, !path.hasPrefix("/") { section.fault("path", "not an absolute path", example: "path: /var/log/app/access.log") }
            return .file(path: path ?? "")
        case .issuer:
            let keys = section.requiredText("keys_file", example: "keys_file: sso.jwks.json").map { path($0).path }
            if let keys, access(keys, R_OK) != 0 { section.fault("keys_file", "a file that cannot be read (\(String(cString: strerror(errno))))", example: "keys_file: sso.jwks.json") }
            return .issuer(.init(
                issuer: section.requiredText("issuer", example: "issuer: https://sso.example/realms/chu") ?? "",
                audience: section.requiredText("audience", example: "audience: cordon") ?? "",
                keysFile: keys ?? ""))
        }
    }

    private func certificateRules(_ section: inout Section) -> [ServerConfiguration.CertificateRule] {
        let example = "certificate_sha256: 5f3c… (64 hexadecimal digits; openssl x509 -noout -fingerprint -sha256)"
        var rules: [ServerConfiguration.CertificateRule] = section.texts("certificate_sha256", example: example).compactMap { text in
            let digits = text.lowercased().filter { $0 != ":" }
            if digits.utf8.count == 64, digits.utf8.allSatisfy({ $0 &- 0x30 < 10 || $0 &- 0x61 < 6 }) { return .fingerprint(digits) }
            section.fault("certificate_sha256", "not a SHA-256 fingerprint", example: example)
            return nil
        }
        rules += section.texts("certificate_subject", example: "certificate_subject: CN=dpi.chu.example,O=CHU").map { .subject($0) }
        return rules
    }

    private func reader(_ given: Section, tenants: [String]) -> ServerConfiguration.Reader? {
        var section = given
        defer { section.finish() }
        let name = section.name("name", example: "name: auditor")
        let tenant = tenant(&section, tenants)
        if !section.has("token_file") { section.fault("token_file", "missing", example: "token_file: auditor.token") }
        guard let name, let hash = token(&section, "token_file") else { return nil }
        return .init(name: name, tenant: tenant, tokenHash: hash)
    }

    // MARK: Listeners

    private func httpListener(_ given: Section) -> ServerConfiguration.HTTPListener? {
        var section = given
        defer { section.finish() }
        let address = section.address("listen", example: "listen: \"127.0.0.1:8080\"")
        let tls = tls(&section)
        if let address, tls == nil, !section.has("tls"), !isLoopback(address.host) {
            section.fault("tls", "missing: tokens and health data would cross the network in clear", example: "tls: {certificate: server.pem, key: server.key}, or listen on 127.0.0.1 behind a proxy")
        }
        return address.map { .init(address: $0, tls: tls) }
    }

    private func syslogListener(_ given: Section, sources: [ServerConfiguration.Source]) -> ServerConfiguration.SyslogListener? {
        var section = given
        defer { section.finish() }
        let example = "listen: \"0.0.0.0:6514\""
        let address = section.address("listen", example: example)
        let isGiven = section.has("transport")
        let transport = section.choice("transport", of: ServerConfiguration.SyslogListener.Transport.self, example: "transport: tls")
        if !isGiven { section.fault("transport", "missing", example: "transport: tls") }
        let tls = tls(&section)
        if transport == .tls, tls == nil, !section.has("tls") { section.fault("tls", "missing", example: "tls: {certificate: server.pem, key: server.key}") }
        if let transport, transport != .tls, section.has("tls") { section.fault("tls", "not for transport \(transport.rawValue)", example: "transport: tls") }
        let source = section.text("source", example: "source: dpi-atna")
        if let source, !sources.contains(where: { if case .syslog = $0.kind { $0.name == source } else { false } }) {
            section.fault("source", "not the name of a source of kind syslog", example: "sources: [{name: dpi-atna, kind: syslog}]")
        }
        if source == nil, !section.has("source"), tls?.clientRoots == nil, !sources.contains(where: { !$0.networks.isEmpty }) {
            section.fault("source", "missing: nothing says who speaks here", example: "source: dpi-atna")
        }
        guard let address, let transport else { return nil }
        return .init(address: address, transport: transport, tls: tls, source: source)
    }

    private func isLoopback(_ host: String) -> Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }

    private func tls(_ parent: inout Section) -> ServerConfiguration.TLS? {
        guard var section = parent.section("tls", example: "tls: {certificate: server.pem, key: server.key}") else { return nil }
        defer { section.finish() }
        let certificate = section.requiredText("certificate", example: "certificate: server.pem").map { path($0).path }
        let key = section.requiredText("key", example: "key: server.key")
        let roots = section.text("client_ca", example: "client_ca: clients.pem").map { path($0).path }
        let isNeeded = section.bool("client_certificate_required") ?? false
        if isNeeded, roots == nil { section.fault("client_certificate_required", "no roots to verify clients against", example: "client_ca: clients.pem") }
        for (name, file) in [("certificate", certificate), ("client_ca", roots)] {
            if let file, access(file, R_OK) != 0 { section.fault(name, "a file that cannot be read (\(String(cString: strerror(errno))))", example: "\(name): server.pem") }
        }
        var keyPath: String?
        if let key {
            let (file, isPrivate) = path(key)
            keyPath = file
            do throws(SecretFile.Problem) { _ = try SecretFile.read(file, bytesMin: 32, isPrivateFolder: isPrivate) } catch { say(error, section, "key") }
        }
        guard let certificate, let keyPath else { return nil }
        return .init(certificate: certificate, key: keyPath, clientRoots: roots, needsClientCertificate: isNeeded)
    }

    private func limits(_ top: inout Section) -> ServerConfiguration.Limits {
        var limits = ServerConfiguration.Limits()
        guard var section = top.section("limits", example: "limits: {body_max: 16MiB}") else { return limits }
        defer { section.finish() }
        limits.bodyBytesMax = section.bytes("body_max", in: 1_024...256 << 20, example: "body_max: 16MiB") ?? limits.bodyBytesMax
        limits.inFlightBytesMax = section.bytes("in_flight_max", in: 1 << 20...16 << 30, example: "in_flight_max: 256MiB") ?? limits.inFlightBytesMax
        limits.bodySecondsMax = section.seconds("body_time", in: 1...3_600, example: "body_time: 60s") ?? limits.bodySecondsMax
        limits.idleSecondsMax = section.seconds("idle_time", in: 1...3_600, example: "idle_time: 75s") ?? limits.idleSecondsMax
        limits.connectionsMax = section.number("connections_max", in: 1...1_000_000, example: "connections_max: 4096") ?? limits.connectionsMax
        limits.syslogMessageMax = section.bytes("syslog_message_max", in: 2_048...16 << 20, example: "syslog_message_max: 64KiB") ?? limits.syslogMessageMax
        limits.stopSecondsMax = section.seconds("stop_time", in: 1...600, example: "stop_time: 30s") ?? limits.stopSecondsMax
        return limits
    }

    // MARK: Files

    /// A relative name is looked for in systemd's credential folder first, then beside the configuration file.
    private func path(_ name: String) -> (path: String, isPrivateFolder: Bool) {
        if name.hasPrefix("/") { return (name, credentialFolder.map { name.hasPrefix($0 + "/") } ?? false) }
        // `LoadCredential=credentials:FOLDER` puts the folder's files there under names that begin so (systemd.exec(5)).
        for file in credentialFolder.map({ [$0 + "/" + name, $0 + "/credentials_" + name] }) ?? [] where access(file, F_OK) == 0 { return (file, true) }
        return (folder + "/" + name, false)
    }

    private func token(_ section: inout Section, _ key: String) -> [UInt8]? {
        secret(&section, key, bytesMin: 20)?.withBytes(digest(of:))
    }

    private func secret(_ section: inout Section, _ key: String, bytesMin: Int) -> Secret? {
        guard let name = section.text(key, example: "\(key): dpi.token") else { return nil }
        let (file, isPrivate) = path(name)
        do throws(SecretFile.Problem) {
            return try SecretFile.read(file, bytesMin: bytesMin, isPrivateFolder: isPrivate)
        } catch {
            say(error, section, key)
            return nil
        }
    }

    private func say(_ problem: SecretFile.Problem, _ section: Section, _ key: String) {
        switch problem {
        case .cannotRead(let reason): section.fault(key, "a file that cannot be read (\(reason))", example: "a file of this user, mode 0600")
        case .readableByOthers(let mode): section.fault(key, "a file that others may read (mode \(mode))", example: "chmod 600 on it")
        case .tooShort(let count): section.fault(key, "a secret of \(count) bytes", example: "cordond token FILE makes a good one")
        case .tooLong: section.fault(key, "a file of more than 64 KiB", example: "one secret in one file")
        }
    }
}
