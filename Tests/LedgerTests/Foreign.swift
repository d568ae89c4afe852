import Foundation
import Testing

/// An auditor that is not ours, run as a process (`Tests/Foreign/ledger-audit`).
struct Foreign: Sendable {
    let name: String
    private let script: String

    static let go = Foreign("go")
    static let python = Foreign("python")

    private init(_ name: String) {
        self.name = name
        script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Foreign/ledger-audit/\(name)/run").path
    }

    static let goIsHere = go.run("--probe").status == 0
    static let pythonIsHere = python.run("--probe").status == 0

    func run(_ arguments: String...) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [script] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        do { try process.run() } catch { return (127, "\(error)") }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }
}

extension Trait where Self == ConditionTrait {
    static var needsGo: Self { .enabled(if: Foreign.goIsHere, "no Go with golang.org/x/mod here (apt: golang-1.19-go golang-golang-x-mod-dev)") }
    static var needsPython: Self { .enabled(if: Foreign.pythonIsHere, "no Python 3.12 with aics-tlog here") }
}
