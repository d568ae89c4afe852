import Model

package enum SyslogFuzz {
    /// Whatever the bytes: frames follow each other without gap or overlap to the end, a message cut off the stream is read
    /// again as itself when it is counted, and what a header names lies in the message.
    package static func check(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { text in
            let frames = SyslogFrames(messageMax: 4_096)
            var at = 0
            while at < text.count {
                switch frames.next(in: text, at: at, isEnd: true) {
                case .incomplete: preconditionFailure("the end of a stream is complete")
                case .bad(_, let range, let next):
                    precondition(range.lowerBound == at && next > at && next <= text.count, "a broken frame does not move on")
                    at = next
                case .message(let range, let framing, let next):
                    precondition(range.lowerBound >= at && range.upperBound <= next && next > at && next <= text.count, "a frame out of its place")
                    let message = UnsafeRawBufferPointer(rebasing: text[range])
                    checkHeader(message)
                    if framing == .octetCounted { checkCounted(message, frames) }
                    at = next
                }
                // Half of a stream may need more bytes, and never crashes.
                _ = frames.next(in: UnsafeRawBufferPointer(rebasing: text[..<(text.count / 2)]), at: 0, isEnd: false)
            }
        }
    }

    private static func checkCounted(_ message: UnsafeRawBufferPointer, _ frames: SyslogFrames) {
        let written = Array(String(message.count).utf8) + [0x20] + Array(message)
        written.withUnsafeBytes { again in
            let begin = again.count - message.count
            precondition(frames.next(in: again, at: 0, isEnd: false) == .message(begin..<again.count, .octetCounted, next: again.count), "written again, it is framed differently")
        }
    }

    private static func checkHeader(_ message: UnsafeRawBufferPointer) {
        guard let header = try? SyslogHeader(message) else { return }
        precondition(header.priority.map { (0...191).contains($0) } ?? true)
        for part in [header.time, header.host, header.app, header.process, header.messageID, header.data, header.message] where !part.isEmpty {
            guard let begin = part.baseAddress, let base = message.baseAddress else { preconditionFailure("a part without a place") }
            precondition(begin >= base && begin + part.count <= base + message.count, "a part outside the message")
        }
    }
}
