import HTTPTypes
import Hummingbird
import Model

/// One address that the server answers. The table of all of them is `Routes.all`; `/openapi.json` says the same, and a test
/// holds one against the other.
struct Route: Sendable {
    var method: HTTPRequest.Method
    /// `/tenants/{tenant}/log/tile/**`. Also the label in metrics and logs: a raw path is in neither.
    var pattern: String
    var access: Access
    var style: Refusal.Style
    var takesBody: Bool
    var handle: @Sendable (Call) async throws -> Answer

    enum Access: Sendable {
        /// Health and what is public by nature.
        case anybody
        /// A source of kind http.
        case source
        /// A reader of the tenant that the path names.
        case reader
        case administrator
    }

    private let segments: [Substring]

    init(_ method: HTTPRequest.Method, _ pattern: String, _ access: Access, style: Refusal.Style = .problem, handle: @escaping @Sendable (Call) async throws -> Answer) {
        (self.method, self.pattern, self.access, self.style, self.handle) = (method, pattern, access, style, handle)
        takesBody = method == .post
        segments = pattern.split(separator: "/")
    }

    /// The parameters where the path fits, else nil. `**` takes the rest.
    func match(_ path: [Substring]) -> [String: String]? {
        var parameters: [String: String] = [:]
        for (position, segment) in segments.enumerated() {
            if segment == "**" {
                parameters["**"] = path[min(position, path.count)...].joined(separator: "/")
                return parameters
            }
            guard position < path.count else { return nil }
            if segment.hasPrefix("{") { parameters[String(segment.dropFirst().dropLast())] = String(path[position]) } else if segment != path[position] { return nil }
        }
        return path.count == segments.count ? parameters : nil
    }
}

/// One request that was let in: who asks, what they sent.
struct Call: Sendable {
    var parameters: [String: String]
    var query: [String: String]
    var headers: HTTPFields
    var identity: Identity
    var body: [UInt8]
    var received: Instant
    var peer: String?

    /// Nil on routes for anybody and for readers.
    var source: ServerConfiguration.Source? { if case .source(let source) = identity { source } else { nil } }
}
