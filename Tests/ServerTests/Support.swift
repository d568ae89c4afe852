import Foundation
import Glibc
import Model
import Server
import Testing

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/cordond-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func / (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }

    func write(_ text: String, to name: String, mode: mode_t = 0o600) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self / name))
        chmod(self / name, mode)
    }

    func text(_ name: String) throws -> String { String(decoding: try Data(contentsOf: URL(fileURLWithPath: self / name)), as: UTF8.self) }

    func exists(_ name: String) -> Bool { access(self / name, F_OK) == 0 }

    func mode(_ name: String) -> mode_t {
        var status = stat()
        return lstat(self / name, &status) == 0 ? status.st_mode & 0o7777 : 0
    }
}

extension World {
    /// Real time, real randomness.
    static let test = World(
        now: { Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1_000)) },
        randomBytes: { count in (0..<count).map { _ in UInt8.random(in: .min ... .max) } })
}

/// The real program, started as an operator starts it.
final class Cordond: Sendable {
    static let path: String = {
        if let named = getenv("CORDOND_BINARY").map({ String(cString: $0) }), access(named, X_OK) == 0 { return named }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("cordond").path
    }()

    static let token = "test-token-of-sufficient-length"

    let home: TemporaryFolder
    let process: pid_t

    /// Writes `cordond.yaml` into `home` (its data folder is `home/data`), starts the program and waits until it is ready.
    init(_ yaml: String, in home: TemporaryFolder, environment: [String: String] = [:]) throws {
        self.home = home
        try home.write("data: \(home / "data")\n" + yaml, to: "cordond.yaml")
        if !home.exists("dpi.token") { try home.write(Cordond.token + "\n", to: "dpi.token") }
        process = try Cordond.spawn(["run", home / "cordond.yaml"], log: home / "log", environment: environment)
        let ports = yaml.components(separatedBy: "listen:").count - 1
        for _ in 0..<500 {
            if listening().count >= ports { return }
            if kill(process, 0) != 0 { break }
            usleep(10_000)
        }
        Issue.record("cordond did not start: \((try? home.text("log")) ?? "")")
    }

    deinit {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    static func spawn(_ arguments: [String], log: String, environment: [String: String] = [:]) throws -> pid_t {
        try #require(access(path, X_OK) == 0, "the program is not at \(path); build it first or set CORDOND_BINARY")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log + ".out", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o600)
        var variables = ["PATH": "/usr/bin:/bin", "LANG": "C"].merging(environment) { $1 }
        if let libraries = getenv("LD_LIBRARY_PATH") { variables["LD_LIBRARY_PATH"] = String(cString: libraries) }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var settings = variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + settings).forEach { free($0) } }
        var attributes = posix_spawnattr_t(), nothing = sigset_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var process: pid_t = 0
        try #require(posix_spawn(&process, path, &actions, &attributes, &words, &settings) == 0)
        return process
    }

    /// Runs a command to its end.
    static func run(_ arguments: String..., in home: TemporaryFolder) throws -> (status: Int32, out: String, err: String) {
        let process = try spawn(arguments, log: home / "run")
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return (status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F, try home.text("run.out"), try home.text("run"))
    }

    var log: [[String: Any]] {
        ((try? home.text("log")) ?? "").split(separator: "\n").compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }

    private func listening() -> [[String: Any]] { log.filter { ($0["message"] as? String)?.hasSuffix(" listens") ?? false } }

    func port(_ transport: String) -> Int {
        (listening().first { ($0["transport"] as? String ?? ($0["tls"] as? Bool == true ? "https" : "http")) == transport }?["port"] as? NSNumber)?.intValue ?? 0
    }

    func signal(_ number: Int32) { kill(process, number) }

    /// SIGTERM, then the exit status.
    func stop() -> Int32 {
        kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }

    /// `kill -9` and gone.
    func crash() {
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    func inbox(_ tenant: String = "main") -> InboxReader { InboxReader(folder: DataFolder(home / "data").inbox(tenant)) }
}
