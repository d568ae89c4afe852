import Scan

/// What `cordond` was told: read once at start into this one value. Rooms receive what they need of it, never the whole.
package struct ServerConfiguration: Sendable {
    /// Everything that the server keeps lies below.
    package var dataFolder: String
    package var tenants: [String]
    /// Where each tenant's log is known by: its origin is this, a slash and the tenant's name. Nil: deliveries are only kept
    /// in the raw inbox.
    package var ledgerOrigin: String?
    package var sources: [Source]
    /// Who may read a tenant's log: auditors, witnesses.
    package var readers: [Reader]
    package var http: [HTTPListener]
    package var syslog: [SyslogListener]
    package var limits: Limits
    package var logLevel: String

    /// One service that tells Cordon of accesses.
    package struct Source: Sendable {
        package var name: String
        package var tenant: String
        package var profile: String?
        package var format: String?
        package var kind: Kind
        /// SHA-256 of the bearer token.
        package var tokenHash: [UInt8]?
        package var certificates: [CertificateRule]
        /// Where it may speak from; empty: anywhere.
        package var networks: [AddressRange]
        package var quota: Quota
        package var bodyBytesMax: Int
    }

    package enum Kind: Sendable {
        case http
        case syslog
        case file(path: String)
        /// Tokens signed by an identity provider: back-channel logout and security events.
        case issuer(Issuer)
    }

    package struct Issuer: Sendable {
        package var issuer: String
        package var audience: String
        /// The provider's public keys (RFC 7517), from a file.
        package var keysFile: String
    }

    /// A client certificate that stands for a source.
    package enum CertificateRule: Sendable, Hashable {
        /// SHA-256 of its DER, lower-case hexadecimal.
        case fingerprint(String)
        /// Its subject as in RFC 4514; the chain was verified against the listener's `client_ca`.
        case subject(String)
    }

    package struct Quota: Sendable {
        package var requestsPerSecond: Int
        package var bytesPerSecond: Int
    }

    package struct Reader: Sendable {
        package var name: String
        package var tenant: String
        package var tokenHash: [UInt8]
    }

    package struct HTTPListener: Sendable {
        package var address: ListenAddress
        package var tls: TLS?
    }

    package struct SyslogListener: Sendable {
        package enum Transport: String, Sendable, CaseIterable { case tls, tcp, udp }
        package var address: ListenAddress
        package var transport: Transport
        package var tls: TLS?
        /// Who speaks here, unless a client certificate or a network says otherwise.
        package var source: String?
    }

    package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
        package var host: String
        package var port: Int
        package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
    }

    package struct TLS: Sendable {
        package var certificate: String
        package var key: String
        /// Certificates are asked for, and verified against these roots.
        package var clientRoots: String?
        /// Nobody gets in without one.
        package var needsClientCertificate: Bool
    }

    package struct Limits: Sendable {
        package var bodyBytesMax = 16 << 20
        /// Bodies that are in memory at once, all connections together.
        package var inFlightBytesMax = 256 << 20
        package var bodySecondsMax = 60
        package var idleSecondsMax = 75
        package var connectionsMax = 4_096
        package var syslogMessageMax = 64 << 10
        package var stopSecondsMax = 30
    }

    package func source(named name: String) -> Source? { sources.first { $0.name == name } }
}
