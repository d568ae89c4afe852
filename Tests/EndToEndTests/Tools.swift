import Foundation
import Glibc
import Testing

/// Programs that are not ours. A test whose tool is missing skips and says so.
enum Tools {
    static let python = getenv("CORDON_PYTHON").map { String(cString: $0) } ?? "python3"
    static let hasSQLite = isThere("sqlite3")
    static let hasDuckDB = (try? run("/usr/bin/env", [python, "-c", "import duckdb"]).status) == 0
    static let hasScript = isThere("script")
    static let evaluation = getenv("CORDON_EVAL").map { String(cString: $0) }
    static let vectors = getenv("CORDON_VECTORS").map { String(cString: $0) }

    static func isThere(_ name: String) -> Bool {
        ["/usr/bin/", "/bin/", "/usr/local/bin/"].contains { access($0 + name, X_OK) == 0 }
    }

    /// Runs a tool to its end and gives what it printed.
    static func run(_ tool: String, _ arguments: [String], input: String = "", in folder: String? = nil) throws -> (status: Int32, out: String) {
        let scratch = try TemporaryFolder()
        try scratch.write(input, to: "in")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: tool)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: scratch / "in"))
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }
}
