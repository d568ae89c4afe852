import Glibc

/// Small files that a command line names: keys, profiles, declarations.
enum InputFile {
    /// Larger ones are refused: nothing of this kind is.
    static let bytesMax = 16 << 20

    static func baseName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

    /// - Throws: `InvestigationFailure` (no input) when it cannot be read.
    static func bytes(_ path: String) throws(InvestigationFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw InvestigationFailure(.noInput, "\(baseName(path)): \(String(cString: strerror(errno))); check the name and the rights") }
        defer { close(descriptor) }
        var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let n = read(descriptor, &chunk, chunk.count)
            if n < 0, errno == EINTR { continue }
            guard n >= 0 else { throw InvestigationFailure(.noInput, "\(baseName(path)): \(String(cString: strerror(errno)))") }
            if n == 0 { return bytes }
            bytes += chunk[..<n]
            guard bytes.count <= bytesMax else { throw InvestigationFailure(.badData, "\(baseName(path)): larger than 16 MiB; this is not the file that is meant") }
        }
    }

    static func text(_ path: String) throws(InvestigationFailure) -> String {
        guard let text = String(validating: try bytes(path), as: UTF8.self) else {
            throw InvestigationFailure(.badData, "\(baseName(path)): not UTF-8; save it as UTF-8")
        }
        return text
    }
}
