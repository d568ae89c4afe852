/// Where syslog messages begin and end in a stream of bytes.
///
/// Two framings share one port, so each frame says by its first byte which one it is (RFC 6587 section 3.4): a digit begins
/// octet counting (`LEN SP MSG`, RFC 5425 section 4.3: octets, not characters), anything else runs to the next LF. A frame
/// that begins with a digit but is no count is a line: files hold such lines. UDP (RFC 5426) needs none of this: a datagram
/// is a message.
///
/// It holds no bytes: a server asks `next` over its buffer, takes the frames out and keeps the rest for the next read.
package struct SyslogFrames: Sendable {
    /// Octets that a message may have. RFC 5425 asks for 8,192 at least; audit messages of 18 KB are seen.
    package var messageMax: Int
    /// The largest count that is believed: longer ones would let a sender take memory with ten bytes.
    package static let messageMaxDefault = 1 << 20

    package init(messageMax: Int = SyslogFrames.messageMaxDefault) { self.messageMax = max(1, messageMax) }

    package enum Framing: Sendable, Equatable { case octetCounted, line }

    package enum Step: Sendable, Equatable {
        /// A message, without count and line end, and where the next frame begins.
        case message(Range<Int>, Framing, next: Int)
        /// The bytes end before the frame does: read more. At the end of a stream nothing is left.
        case incomplete
        /// Bytes that are no frame; the next one may begin at `next`.
        case bad(Fault, Range<Int>, next: Int)
    }

    package enum Fault: Sendable, Equatable {
        /// More octets than `messageMax`.
        case tooLong
        /// The stream ends before the count is fulfilled, or the count leads into the middle of something.
        case wrongCount
    }

    /// The frame that begins at `start`. After an octet-counted frame a line end may follow: it belongs to the frame.
    /// - Parameter isEnd: no more bytes will come, so what has no line end is a message, too.
    package func next(in bytes: UnsafeRawBufferPointer, at start: Int, isEnd: Bool) -> Step {
        guard start >= 0, start < bytes.count else { return .incomplete }
        switch count(in: bytes, at: start, isEnd: isEnd) {
        case .none: return line(in: bytes, at: start, isEnd: isEnd)
        case .unknownYet: return .incomplete
        case .octets(let count, let begin):
            guard count <= messageMax else { return .bad(.tooLong, start..<begin, next: resume(in: bytes, after: begin)) }
            // `count` is bounded by messageMax, `begin` by the buffer.
            let end = begin + count
            guard end <= bytes.count else {
                guard isEnd else { return .incomplete }
                let next = resume(in: bytes, after: begin)
                return .bad(.wrongCount, start..<next, next: next)
            }
            guard end == bytes.count || SyslogFrames.beginsFrame(bytes, end) else {
                let next = resume(in: bytes, after: begin)
                return .bad(.wrongCount, start..<next, next: next)
            }
            return .message(begin..<end, .octetCounted, next: afterLineEnd(bytes, end))
        }
    }

    private enum Count { case none, unknownYet, octets(Int, begin: Int) }

    /// `MSG-LEN SP` with `MSG-LEN` from 1 and without leading zeros, before a message that begins with its priority.
    private func count(in bytes: UnsafeRawBufferPointer, at start: Int, isEnd: Bool) -> Count {
        guard bytes[start] &- 0x31 < 9 else { return .none }
        var (value, at) = (0, start)
        while at < bytes.count, bytes[at] &- 0x30 <= 9 {
            guard at - start < 9 else { return .none }
            value = value * 10 + Int(bytes[at] - 0x30)
            at += 1
        }
        guard at < bytes.count else { return isEnd ? .none : .unknownYet }
        guard bytes[at] == 0x20 else { return .none }
        guard at + 1 < bytes.count else { return isEnd ? .none : .unknownYet }
        return bytes[at + 1] == 0x3C ? .octets(value, begin: at + 1) : .none
    }

    private func line(in bytes: UnsafeRawBufferPointer, at start: Int, isEnd: Bool) -> Step {
        let newline = endOfLine(bytes, from: start)
        guard newline < bytes.count || isEnd else {
            return newline - start > messageMax ? .bad(.tooLong, start..<newline, next: newline) : .incomplete
        }
        let next = min(newline + 1, bytes.count)
        guard newline - start <= messageMax else { return .bad(.tooLong, start..<newline, next: next) }
        var end = newline
        if end > start, bytes[end - 1] == 0x0D { end -= 1 }
        return .message(start..<end, .line, next: next)
    }

    /// After a broken frame: where the next line begins.
    private func resume(in bytes: UnsafeRawBufferPointer, after at: Int) -> Int { min(endOfLine(bytes, from: at) + 1, bytes.count) }

    private func afterLineEnd(_ bytes: UnsafeRawBufferPointer, _ end: Int) -> Int {
        if end < bytes.count, bytes[end] == 0x0A { return end + 1 }
        if end + 1 < bytes.count, bytes[end] == 0x0D, bytes[end + 1] == 0x0A { return end + 2 }
        return end
    }

    /// What may follow a counted message: another count, a priority, a line end.
    private static func beginsFrame(_ bytes: UnsafeRawBufferPointer, _ at: Int) -> Bool {
        bytes[at] &- 0x31 < 9 || bytes[at] == 0x3C || bytes[at] == 0x0A || bytes[at] == 0x0D
    }
}
