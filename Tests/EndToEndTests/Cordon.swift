import Foundation
import Glibc
import Testing

/// The real program, started as a user starts it.
enum Cordon {
    /// `CORDON_BINARY`, else the program beside the test bundle.
    static let path: String = {
        if let named = getenv("CORDON_BINARY").map({ String(cString: $0) }), access(named, X_OK) == 0 { return named }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("cordon").path
    }()

    struct Answer {
        /// Exit status; 128 + signal where a signal ended it.
        var status: Int32
        var out: String
        var err: String
        var firstLine: String { String(out.prefix { $0 != "\n" }) }
        /// Standard output as a JSON object.
        func json() throws -> [String: Any] {
            try #require(try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any])
        }
    }

    /// Runs the program to its end. Output goes through files, so that no full pipe can stop it.
    @discardableResult
    static func run(_ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:]) throws -> Answer {
        try start(arguments, input: input, environment: environment).wait()
    }

    static func run(_ arguments: String...) throws -> Answer { try run(arguments) }

    static func start(_ arguments: [String], input: [UInt8]? = nil, environment: [String: String] = [:]) throws -> Running {
        try #require(access(path, X_OK) == 0, "the program is not at \(path); build it first or set CORDON_BINARY")
        let scratch = try TemporaryFolder()
        try scratch.write(input ?? [], to: "in")
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, scratch / "in", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, scratch / "out", O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, scratch / "err", O_WRONLY | O_CREAT, 0o600)
        var variables = ["PATH": "/usr/bin:/bin", "LANG": "C", "TMPDIR": "/tmp"]
        for name in ["LD_LIBRARY_PATH", "HOME"] {
            if let value = getenv(name) { variables[name] = String(cString: value) }
        }
        variables.merge(environment) { $1 }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var settings = variables.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (words + settings).forEach { free($0) } }
        // The threads that tests run on block signals, and children inherit that: a Ctrl-C would never arrive.
        var attributes = posix_spawnattr_t(), nothing = sigset_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var process: pid_t = 0
        let failure = posix_spawn(&process, path, &actions, &attributes, &words, &settings)
        try #require(failure == 0, "cannot start \(path): \(String(cString: strerror(failure)))")
        return Running(process: process, scratch: scratch)
    }

    struct Running {
        let process: pid_t
        let scratch: TemporaryFolder

        func signal(_ number: Int32) { kill(process, number) }

        func wait() throws -> Answer {
            var status: Int32 = 0
            while waitpid(process, &status, 0) < 0 { try #require(errno == EINTR) }
            let code = status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
            return Answer(status: code, out: try scratch.text("out"), err: try scratch.text("err"))
        }
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/cordon-test-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    static func / (folder: TemporaryFolder, name: String) -> String { folder.path + "/" + name }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        let file = self / name
        try FileManager.default.createDirectory(atPath: URL(fileURLWithPath: file).deletingLastPathComponent().path, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
    }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: self / name)) }
    func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
    func json(_ name: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: try bytes(name)) as? [String: Any])
    }

    /// Paths of all files below, relative, sorted.
    func files(below name: String = "") throws -> [String] {
        let root = name.isEmpty ? path : self / name
        return try FileManager.default.subpathsOfDirectory(atPath: root).sorted().filter { file in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: root + "/" + file, isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    func mode(_ name: String) throws -> mode_t {
        var status = stat()
        try #require(lstat(self / name, &status) == 0)
        return status.st_mode & 0o7777
    }
}

/// Walks into decoded JSON: `value(incident, "trail", "files", 0, "kept")`.
func value(_ root: Any?, _ path: any Sendable...) -> Any? {
    var here = root
    for step in path {
        switch step {
        case let key as String: here = (here as? [String: Any])?[key]
        case let position as Int:
            let list = here as? [Any]
            here = list.flatMap { $0.indices.contains(position) ? $0[position] : nil }
        default: return nil
        }
    }
    return here
}

func number(_ root: Any?, _ path: any Sendable...) -> Int? {
    var here = root
    for step in path { here = value(here, step) }
    return (here as? NSNumber)?.intValue
}
