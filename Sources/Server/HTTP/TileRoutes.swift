import Glibc
import HTTPTypes
import Scan

/// A tenant's log for readers, as static files: C2SP tlog-tiles. Tiles never change once full, so they may be cached.
struct TileRoutes: Sendable {
    let door: any EventDoor
    let configuration: ServerConfiguration

    @Sendable func checkpoint(_ call: Call) async throws -> Answer {
        let tenant = try tenant(call)
        if let note = await door.checkpoint(tenant: tenant) { return Answer(bytes: note, type: "text/plain; charset=utf-8") }
        return try file(tenant, "checkpoint", type: "text/plain; charset=utf-8", cache: "no-cache")
    }

    @Sendable func tile(_ call: Call) async throws -> Answer {
        guard let rest = call.parameters["**"], TileRoutes.isTile(rest) else { throw Refusal.notFound() }
        let isPartial = rest.contains(".p/")
        return try file(try tenant(call), "tile/" + rest, type: "application/octet-stream", cache: isPartial ? "no-cache" : "private, max-age=31536000, immutable")
    }

    private func tenant(_ call: Call) throws -> String {
        guard let tenant = call.parameters["tenant"], configuration.tenants.contains(tenant) else { throw Refusal.notFound() }
        return tenant
    }

    private func file(_ tenant: String, _ name: String, type: String, cache: String) throws -> Answer {
        guard let bytes = try? DiskFile.read(DataFolder(configuration.dataFolder).log(tenant) + "/" + name, max: 64 << 20) else { throw Refusal.notFound() }
        var answer = Answer(bytes: bytes, type: type)
        answer.headers[.cacheControl] = cache
        return answer
    }

    /// `<L>/<N>` or `entries/<N>`, N as `x001/x234/067`, perhaps `.p/<W>`: nothing else reaches the file system.
    static func isTile(_ path: String) -> Bool {
        var parts = path.split(separator: "/", omittingEmptySubsequences: false)[...]
        guard let level = parts.popFirst(), level == "entries" || (isNumber(level, digits: 1...2) && (Int(level) ?? 64) < 64) else { return false }
        guard let last = parts.last, !parts.isEmpty, parts.count <= 8 else { return false }
        if parts.count >= 2, parts[parts.endIndex - 2].hasSuffix(".p") {
            guard isNumber(last, digits: 1...3), let width = Int(last), (1...255).contains(width) else { return false }
            parts.removeLast()
            parts[parts.endIndex - 1] = parts[parts.endIndex - 1].dropLast(2)
        }
        guard let final = parts.popLast(), isNumber(final, digits: 3...3) else { return false }
        return parts.allSatisfy { $0.hasPrefix("x") && isNumber($0.dropFirst(), digits: 3...3) }
    }

    private static func isNumber(_ text: Substring, digits: ClosedRange<Int>) -> Bool {
        digits.contains(text.utf8.count) && text.utf8.allSatisfy { $0 &- 0x30 < 10 }
    }
}
