import Glibc
import Model
import Synchronization

/// The program's own place for the world: clock, randomness, environment, signals, terminal.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1
    static let hasColour = isatty(STDOUT_FILENO) == 1 && (environment("NO_COLOR") ?? "").isEmpty && environment("TERM") != "dumb"

    static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// Results go to standard output.
    static func say(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }
    /// Talk goes to standard error.
    static func sayError(_ text: String) { write("cordon: " + text + "\n", to: STDERR_FILENO) }

    static func strong(_ text: String) -> String { hasColour ? "\u{1B}[1m" + text + "\u{1B}[0m" : text }
    static func faint(_ text: String) -> String { hasColour ? "\u{1B}[2m" + text + "\u{1B}[0m" : text }

    /// `name`, or `name-2`, `name-3`… where that is taken.
    static func freeName(_ name: String) -> String {
        var number = 1
        while access(number == 1 ? name : "\(name)-\(number)", F_OK) == 0 { number += 1 }
        return number == 1 ? name : "\(name)-\(number)"
    }

    /// Redraws one line on a terminal; nothing where standard error is not one.
    static func redraw(_ text: String) {
        guard isInteractive else { return }
        write("\r\u{1B}[K" + text, to: STDERR_FILENO)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let n = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if n < 0, errno == EINTR { continue }
            guard n > 0 else { return }
            bytes = bytes.dropFirst(n)
        }
    }
}

private let interrupts = Atomic<Int>(0)

/// The first Ctrl-C asks the work to stop and clean up; the second one ends the process at once.
func catchInterrupts() {
    let handler: @convention(c) (Int32) -> Void = { _ in
        if interrupts.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
    }
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    signal(SIGPIPE, SIG_IGN)
}

extension World {
    /// The real one.
    static let real = World(
        now: {
            var time = timespec()
            clock_gettime(CLOCK_REALTIME, &time)
            return Instant(milliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
        },
        randomBytes: { count in
            var generator = SystemRandomNumberGenerator()  // getrandom(2) on Linux
            return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        },
        isInterrupted: { interrupts.load(ordering: .relaxed) > 0 },
        temporaryFolder: Terminal.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp",
        programFolders: (Terminal.environment("PATH") ?? "").split(separator: ":").map(String.init).filter { $0.hasPrefix("/") })
}

/// The language of what is said: as asked for, else French where the locale is French, else English.
enum Language: String, CaseIterable {
    case fr, en

    static var ofLocale: Language {
        for name in ["LC_ALL", "LC_MESSAGES", "LANG"] {
            if let value = Terminal.environment(name), !value.isEmpty { return value.hasPrefix("fr") ? .fr : .en }
        }
        return .en
    }
}
