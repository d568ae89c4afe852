import Glibc
import Model

/// The program's own place for the world: clock, randomness, environment.
enum Process {
    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    static func sayError(_ text: String) {
        let bytes = Array(("cordond: " + text + "\n").utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}

extension World {
    static let real = World(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
        },
        randomBytes: { count in
            var generator = SystemRandomNumberGenerator()  // getrandom(2) on Linux
            return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        })
}
