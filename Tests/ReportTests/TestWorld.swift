import Foundation
import Incident
import Report

/// What these tests take from the machine: tools, a temporary folder, golden files beside the sources.
enum TestWorld {
    static let environment = ProcessInfo.processInfo.environment

    /// True when the golden files are to be written anew; the difference is then reviewed.
    static var rewritesGolden: Bool { environment["CORDON_REWRITE_GOLDEN"] == "1" }

    static func golden(_ name: String) -> String {
        // The tests' own folder, from this file's path at build time.
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden").appendingPathComponent(name).path
    }

    static func temporaryFolder() throws -> URL {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-report-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Where a program stands; nil when this machine has none.
    static func tool(_ names: String...) -> String? {
        for name in names {
            for folder in (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":") {
                let path = "\(folder)/\(name)"
                if FileManager.default.isExecutableFile(atPath: path) { return path }
            }
        }
        return nil
    }

    struct Result {
        let status: Int32
        let output: String
    }

    /// Runs a program to its end and gives what it printed. Its errors go to the same place.
    static func run(_ program: String, _ arguments: [String], input: String? = nil) throws -> Result {
        let folder = try temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let out = folder.appendingPathComponent("out"), source = folder.appendingPathComponent("in")
        FileManager.default.createFile(atPath: out.path, contents: nil)
        try Data((input ?? "").utf8).write(to: source)
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        let writer = try FileHandle(forWritingTo: out), reader = try FileHandle(forReadingFrom: source)
        (process.standardOutput, process.standardError, process.standardInput) = (writer, writer, reader)
        try process.run()
        process.waitUntilExit()
        try writer.close()
        try reader.close()
        return Result(status: process.terminationStatus, output: try String(contentsOf: out, encoding: .utf8))
    }

    /// The Python whose modules are the tests' own, where one was made; else the machine's.
    static var python: String? {
        guard let given = environment["CORDON_PYTHON"], given.contains("/") else { return tool(environment["CORDON_PYTHON"] ?? "python3") }
        return given
    }

    /// True when that Python has a module.
    static func python(has module: String) -> Bool {
        guard let python else { return false }
        return (try? run(python, ["-c", "import \(module)"]).status) == 0
    }
}

extension String {
    func occurrences(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
