import Scan

/// Frames out of one connection's bytes, written again as octet-counted frames (RFC 6587 §3.4.1): one unambiguous form,
/// whichever of both the sender used, and each message byte for byte as it came.
struct FrameReader {
    private var rest: [UInt8] = []
    private let frames: SyslogFrames
    private(set) var malformed = 0

    init(messageMax: Int) { frames = SyslogFrames(messageMax: messageMax) }

    struct Batch {
        var bytes: [UInt8] = []
        var count = 0

        mutating func add(_ message: some Collection<UInt8>) {
            guard !message.isEmpty else { return }
            bytes += String(message.count).utf8
            bytes.append(0x20)
            bytes += message
            count += 1
        }
    }

    /// The frames that are whole now. What is none is counted, and reading goes on with the next.
    mutating func take(_ more: some Collection<UInt8>, isEnd: Bool = false) -> Batch {
        rest += more
        var batch = Batch(), at = 0, bad = 0
        rest.withUnsafeBytes { bytes in
            walk: while at < bytes.count {
                switch frames.next(in: bytes, at: at, isEnd: isEnd) {
                case .message(let range, _, let next):
                    batch.add(bytes[range])
                    at = next
                case .bad(_, _, let next):
                    bad += 1
                    at = max(next, at + 1)
                case .incomplete: break walk
                }
            }
        }
        malformed += bad
        rest.removeFirst(min(at, rest.count))
        return batch
    }
}
