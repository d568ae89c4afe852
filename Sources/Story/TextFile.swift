import Glibc

/// Why a story cannot be written.
package struct StoryError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Base name.
    package var file: String
    package var number: Int32
    package var description: String { "file \"\(file)\" cannot be written: error \(number) of the system; check space and permissions" }
}

/// A file that is appended to, buffered.
final class TextFile {
    private let name: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(folder: String, name: String) throws(StoryError) {
        self.name = name
        descriptor = open(folder + "/" + name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoryError(file: name, number: errno) }
        buffer.reserveCapacity(1 << 17)
    }

    deinit { close(descriptor) }

    func append(_ text: String) { buffer.append(contentsOf: text.utf8) }

    /// Ends a line.
    func line(_ text: String = "", ending: String = "\n") throws(StoryError) {
        append(text)
        append(ending)
        if buffer.count > 1 << 16 { try flush() }
    }

    func flush() throws(StoryError) {
        var done = 0
        while done < buffer.count {
            let n = buffer.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + done, buffer.count - done) }
            if n < 0 && errno == EINTR { continue }
            guard n > 0 else { throw StoryError(file: name, number: errno) }
            done += n
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
