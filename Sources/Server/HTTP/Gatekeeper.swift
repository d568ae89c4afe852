import Crypto
import HTTPTypes
import Ledger
import Model
import NIOSSL
import Scan
import Synchronization
import X509

/// Who asks.
enum Identity: Sendable {
    case anybody
    case source(ServerConfiguration.Source)
    case reader(ServerConfiguration.Reader)
    case administrator
}

/// Knows who may do what, and how much. Tokens are compared by their hash, all of them, in constant time.
final class Gatekeeper: Sendable {
    private let sources: [ServerConfiguration.Source]
    private let readers: [ServerConfiguration.Reader]
    private let administrator: AdministratorKeys
    private let buckets: Mutex<[String: Bucket]>

    init(_ configuration: ServerConfiguration, administrator: AdministratorKeys) {
        (sources, readers, self.administrator) = (configuration.sources, configuration.readers, administrator)
        buckets = Mutex([:])
    }

    // MARK: Who

    /// Who sends this token; nil where nobody has it.
    func identity(bearer token: String) -> Identity? {
        let hash = digest(of: Array(token.utf8))
        var found: Identity?
        for source in sources { if let known = source.tokenHash, equalInConstantTime(known, hash) { found = .source(source) } }
        for reader in readers where equalInConstantTime(reader.tokenHash, hash) { found = .reader(reader) }
        if found == nil, administrator.isToken(hash) { found = .administrator }
        return found
    }

    /// The source that a verified client certificate stands for.
    func source(certificate: NIOSSLCertificate, kind isOfKind: (ServerConfiguration.Kind) -> Bool) -> ServerConfiguration.Source? {
        guard let der = try? certificate.toDERBytes() else { return nil }
        let fingerprint = Hex.encode(digest(of: der))
        let subject = (try? Certificate(derEncoded: der)).map { "\($0.subject)" }
        return sources.first { source in
            isOfKind(source.kind) && source.certificates.contains { rule in
                switch rule {
                case .fingerprint(let known): known == fingerprint
                case .subject(let known): known == subject
                }
            }
        }
    }

    // MARK: How much

    private struct Bucket { var requests: Double, bytes: Double, at: Instant }

    /// Takes from the source's quota; where it is used up, the seconds to wait. A second's worth may come at once, and a
    /// larger body goes through when the bucket is full: its debt is paid before the next.
    func take(from source: ServerConfiguration.Source, bytes: Int, now: Instant) -> Int? {
        let (requestRate, byteRate) = (Double(source.quota.requestsPerSecond), Double(source.quota.bytesPerSecond))
        return buckets.withLock { buckets in
            var bucket = buckets[source.name] ?? Bucket(requests: requestRate, bytes: byteRate, at: now)
            let seconds = Double(max(0, now - bucket.at)) / 1_000
            bucket.requests = min(requestRate, bucket.requests + seconds * requestRate)
            bucket.bytes = min(byteRate, bucket.bytes + seconds * byteRate)
            bucket.at = now
            defer { buckets[source.name] = bucket }
            guard bucket.requests >= 1, bucket.bytes > 0 else {
                let wait = max((1 - bucket.requests) / requestRate, -bucket.bytes / byteRate)
                return max(1, Int(wait.rounded(.up)))
            }
            bucket.requests -= 1
            bucket.bytes -= Double(bytes)
            return nil
        }
    }
}

/// Bytes of bodies that are in memory at once, all connections together.
final class ByteBudget: Sendable {
    private let max: Int
    private let used = Mutex(0)

    init(max: Int) { self.max = max }

    var now: Int { used.withLock { $0 } }

    func take(_ bytes: Int) -> Bool {
        used.withLock { used in
            guard used + bytes <= max else { return false }
            used += bytes
            return true
        }
    }

    func give(_ bytes: Int) { used.withLock { $0 -= bytes } }
}
