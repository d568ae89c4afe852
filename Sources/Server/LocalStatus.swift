import Glibc
import Model
import Scan

/// What a running server says of itself over the socket in its data folder.
package struct LocalStatus: Sendable {
    private let value: JSONValue

    package var json: String { String(decoding: value.serialized, as: UTF8.self) }
    package var isWell: Bool { value["state"]?.text == "running" }

    /// Nil: no server runs there.
    package static func ask(_ folder: DataFolder) throws -> LocalStatus? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw InboxError("cannot ask the server") }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array(folder.socket.utf8)
        guard path.count < MemoryLayout.size(ofValue: address.sun_path) else { throw InboxError("cannot ask the server", "the data folder's path is too long for a socket") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let connected = withUnsafePointer(to: &address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) } }
        guard connected == 0 else {
            if errno == ENOENT || errno == ECONNREFUSED { return nil }
            throw InboxError("cannot ask the server")
        }
        let request = Array("GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
        guard write(descriptor, request, request.count) == request.count else { throw InboxError("cannot ask the server") }
        var answer: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 65_536)
        while answer.count < 16 << 20 {
            let n = read(descriptor, &chunk, chunk.count)
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { break }
            answer += chunk[0..<n]
        }
        let end = Array("\r\n\r\n".utf8)
        guard let head = (0..<max(0, answer.count - 3)).first(where: { answer[$0..<$0 + 4].elementsEqual(end) }) else { throw InboxError("cannot ask the server", "it did not answer") }
        let body = Array(answer[(head + 4)...])
        do { return LocalStatus(value: try body.withUnsafeBytes { raw throws(JSONFault) in try JSONValue(parsing: raw) }) } catch { throw InboxError("cannot ask the server", "its answer is not JSON") }
    }

    /// For a terminal.
    package var text: String {
        var lines = ["\(value["state"]?.text ?? "unknown") since \(value["since"]?.text ?? "?")"]
        if let trouble = value["trouble"]?.text { lines.append("trouble: " + trouble) }
        for tenant in value["tenants"]?.elements ?? [] {
            lines.append("tenant \(tenant["name"]?.text ?? "?"): \(tenant["deliveries"]?.number ?? "?") deliveries, \(tenant["inbox_bytes"]?.number ?? "?") bytes")
        }
        for source in value["sources"]?.elements ?? [] {
            lines.append("source \(source["name"]?.text ?? "?"): \(source["events"]?.number ?? "0") events, \(source["refused"]?.number ?? "0") refused, last \(source["last_delivery"]?.text ?? "never")")
        }
        return lines.joined(separator: "\n")
    }
}

extension JSONValue {
    var number: String? { if case .number(let text) = self { text } else { nil } }
}
