import Glibc
import Model

/// Another program run to its end, measured from outside.
struct ChildProcess {
    var status: Int32
    var seconds: Double
    /// Highest anonymous memory seen (heap and stacks; mapped files are not counted), in MiB, looked at every 10 ms.
    var heapMax: Int
    var output: String

    /// Runs `words[0]` with its arguments, standard output caught through a file.
    static func run(_ words: [String], outputFile: String) -> ChildProcess? {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, outputFile, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
        let arguments = words.map { strdup($0) } + [nil]
        defer { for text in arguments { free(text) } }
        let began = World.real.now()
        var child = pid_t()
        guard posix_spawnp(&child, words[0], &files, nil, arguments, environ) == 0 else { return nil }
        var status: Int32 = 0, heapMax = 0
        while true {
            heapMax = max(heapMax, anonymousMemory(of: child))
            let ended = waitpid(child, &status, WNOHANG)
            if ended == child || (ended < 0 && errno != EINTR) { break }
            usleep(10_000)
        }
        return ChildProcess(
            status: status & 0x7F == 0 ? status >> 8 & 0xFF : 128, seconds: Double(World.real.now() - began) / 1_000, heapMax: heapMax / 1_024,
            output: text(ofFile: outputFile))
    }

    /// `RssAnon` in KiB; 0 when the process has gone.
    private static func anonymousMemory(of process: pid_t) -> Int {
        for line in text(ofFile: "/proc/\(process)/status").split(separator: "\n") where line.hasPrefix("RssAnon:") {
            return Int(line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first ?? "") ?? 0
        }
        return 0
    }

    static func text(ofFile path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = [], chunk = [UInt8](repeating: 0, count: 1 << 16)
        while case let n = read(descriptor, &chunk, chunk.count), n > 0 { bytes += chunk[..<n] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
