import Foundation
import Journal
import Ledger
import Testing

/// A real process on a real disk, with each of its file system calls failed with EIO, failed with ENOSPC, or made its last
/// (strace). Afterwards the log opens, passes `Fsck`, has every acknowledged entry under its index, and continues every
/// checkpoint that was signed.
///
/// There are some hundreds of calls. Here every n-th one is taken; `CORDON_FAULTS=all` takes all of them (Tests/Faults/run).
@Suite struct FaultTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path
    private static let program: String? = {
        let besideCordon = ProcessInfo.processInfo.environment["CORDON_BINARY"].map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        let places: [String?] = [besideCordon, folder + "/.build/release"]
        return places.compactMap { $0 }.map { $0 + "/journal-fault" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }()
    private static let strace = ["/usr/bin/strace", "/bin/strace"].first { FileManager.default.isExecutableFile(atPath: $0) && run([$0, "-o", "/dev/null", "/bin/true"]).status == 0 }
    static var isHere: Bool { program != nil && strace != nil }

    private static let calls = ["openat", "pwrite64", "pread64", "fdatasync", "fsync", "syncfs", "rename", "unlink", "mkdir", "rmdir", "ftruncate", "flock", "newfstatat", "mmap", "getdents64", "close"]

    private static func run(_ words: [String]) -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: words[0])
        process.arguments = Array(words.dropFirst())
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return (127, "") }
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: bytes, as: UTF8.self))
    }

    /// How often each call is made, from its first use on the log's folder on.
    private func counted(_ folder: String) throws -> [(call: String, when: Int)] {
        let (program, strace) = (try #require(FaultTests.program), try #require(FaultTests.strace))
        let trace = folder + "/trace"
        let run = FaultTests.run([strace, "-f", "-y", "-s", "0", "-o", trace, "-e", "trace=" + FaultTests.calls.joined(separator: ","), program, folder + "/whole"])
        #expect(run.status == 0, "\(run.output)")
        var counts: [String: Int] = [:], found: [(String, Int)] = []
        for line in String(decoding: try Data(contentsOf: URL(fileURLWithPath: trace)), as: UTF8.self).split(separator: "\n") {
            guard let call = line.split(separator: " ").dropFirst().first?.split(separator: "(").first.map(String.init), FaultTests.calls.contains(call) else { continue }
            counts[call, default: 0] += 1
            if line.contains(folder + "/whole") { found.append((call, counts[call] ?? 0)) }
        }
        return found.map { (call: $0.0, when: $0.1) }
    }

    @Test(.enabled(if: isHere, "no strace that may trace here (apt: strace), or journal-fault is not built"))
    func `whichever system call fails or is the last, nothing promised is lost`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cordon-fault-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let calls = try counted(folder)
        #expect(calls.count > 150)
        let isAll = ProcessInfo.processInfo.environment["CORDON_FAULTS"] == "all"
        var runs = 0, stopped = 0
        for (i, (call, when)) in calls.enumerated() {
            for (j, fault) in ["error=EIO", "error=ENOSPC", "signal=KILL"].enumerated() where isAll || (i * 3 + j) % 29 == 0 {
                let place = "\(call) \(when) \(fault)"
                let home = folder + "/run"
                try? FileManager.default.removeItem(atPath: home)
                let run = FaultTests.run([try #require(FaultTests.strace), "-f", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):\(fault):when=\(when)", try #require(FaultTests.program), home])
                runs += 1
                if run.status != 0 { stopped += 1 }
                try check(home, run.output, place)
            }
        }
        print("faults: \(runs) runs over \(calls.count) calls, \(stopped) stopped")
        #expect(stopped > runs / 3)
    }

    private func check(_ home: String, _ output: String, _ place: String) throws {
        // Killed before the first folder was there.
        guard FileManager.default.fileExists(atPath: home + "/log") else { return #expect(!output.contains("ack")) }
        let signer = try Signer(name: "fault.example", seed: [UInt8](repeating: 5, count: 32))
        let files = try PosixFiles(home + "/log"), head = try PosixFiles(home + "/head")
        do {
            var log = try DurableLog(files, head: head, signer: signer, now: 2_000)
            _ = try log.publisher.sign(log.sequencer.committed, now: 2_000)
            try log.publisher.publish()
            let size = try Fsck(files, head: head, key: signer.verifierKey).size
            let proofs = LogProofs(files, size: size)
            for line in output.split(separator: "\n") {
                let words = line.split(separator: " ")
                if words[0] == "ack", let first = Int(words[1]), let end = Int(words[2]) {
                    for n in [first, end - 1] where UInt64(n) < size {
                        #expect(try proofs.leaf(at: UInt64(n)) == Hash(leaf: Array("entry \(n) \(String(repeating: "x", count: 20))".utf8)), "\(place)")
                    }
                    #expect(UInt64(end) <= size, "\(place): acknowledged \(end), found \(size)")
                }
                if words[0] == "checkpoint", let signed = UInt64(words[1]) {
                    #expect(try LogProofs(files, size: size).rootOf(first: signed)?.base64 == String(words[2]), "\(place)")
                }
            }
        } catch {
            Issue.record("\(place): \(error); the process said: \(output.suffix(200))")
        }
    }
}
