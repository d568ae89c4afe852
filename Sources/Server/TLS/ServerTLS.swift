import Logging
import NIOCertificateReloading
import NIOCore
import NIOSSL
import ServiceLifecycle

/// One listener's certificate and key. Both are read again when their files change (looked at every ten seconds) and on
/// SIGHUP; what cannot be read leaves the ones in use alone. Connections that are open keep theirs.
final class ServerTLS: Service, Sendable {
    private let reloader: TimedCertificateReloader
    private let settings: ServerConfiguration.TLS
    private let log: ServerLog
    private let metrics: MetricRegistry

    init(_ settings: ServerConfiguration.TLS, log: ServerLog, metrics: MetricRegistry) throws {
        (self.settings, self.log, self.metrics) = (settings, log, metrics)
        let configuration = TimedCertificateReloader.Configuration(
            refreshInterval: .seconds(10),
            certificateSource: .init(location: .file(path: settings.certificate), format: .pem),
            privateKeySource: .init(location: .file(path: settings.key), format: .pem)
        ) {
            $0.onCertificateLoadFailed = { _ in
                metrics.add(.certificateReloads, "failed")
                log(.error, "a certificate or key cannot be read; the one in use stays")
            }
        }
        do {
            reloader = try TimedCertificateReloader.makeReloaderValidatingSources(configuration: configuration)
        } catch {
            throw InboxError("cannot use the certificate \(DiskFile.baseName(settings.certificate))", "it and its key must be PEM and belong together")
        }
    }

    func run() async throws { try await reloader.run() }

    /// Reads certificate and key again now.
    func reload() {
        do {
            try reloader.reload()
            metrics.add(.certificateReloads, "read")
            log(.notice, "certificate read again")
        } catch {
            metrics.add(.certificateReloads, "failed")
            log(.error, "a certificate or key cannot be read; the one in use stays")
        }
    }

    /// TLS 1.2 at least (RFC 5425 §4.2.1, RFC 9325).
    func configuration() throws -> TLSConfiguration {
        var tls = try TLSConfiguration.makeServerConfiguration(certificateReloader: reloader)
        tls.minimumTLSVersion = .tlsv12
        guard let roots = settings.clientRoots else { return tls }
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(roots))
        tls.certificateVerification = settings.needsClientCertificate ? .noHostnameVerification : .optionalVerification
        return tls
    }
}
