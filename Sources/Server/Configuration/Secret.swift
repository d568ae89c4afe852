import Glibc

/// Bytes that cannot be printed.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]
    package init(_ bytes: [UInt8]) { self.bytes = bytes }
    package var description: String { "(secret)" }
    package var debugDescription: String { "(secret)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
    package var count: Int { bytes.count }
    package func withBytes<R>(_ body: ([UInt8]) throws -> R) rethrows -> R { try body(bytes) }
}

/// A secret in a file of its own. Only its owner may read the file; systemd's credential folder is private by itself.
enum SecretFile {
    enum Problem: Error {
        case cannotRead(String)
        case readableByOthers(mode: String)
        case tooShort(Int)
        case tooLong
    }

    static let sizeMax = 64 << 10

    /// The file's bytes without white space at the ends.
    static func read(_ path: String, bytesMin: Int, isPrivateFolder: Bool) throws(Problem) -> Secret {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .cannotRead(String(cString: strerror(errno))) }
        guard isPrivateFolder || status.st_mode & 0o077 == 0 else { throw .readableByOthers(mode: "0" + String(status.st_mode & 0o777, radix: 8)) }
        let bytes: [UInt8]
        do throws(InboxError) { bytes = try DiskFile.read(path, max: sizeMax) } catch { throw .cannotRead(error.reason) }
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        var trimmed = bytes.drop(while: isSpace)
        while let last = trimmed.last, isSpace(last) { trimmed.removeLast() }
        guard trimmed.count >= bytesMin else { throw .tooShort(trimmed.count) }
        return Secret(Array(trimmed))
    }
}
