import Glibc
import Journal
import Ledger

/// `journal-fault FOLDER`: one short life of a log, for `FaultTests` to fail or kill at each of its system calls.
///
/// Says on standard output what it has promised, as soon as it is promised: `ack FIRST END` once entries are answered,
/// `checkpoint SIZE ROOT` once a signature has left. Status 0 when it came to its end, 1 when it stopped for a failure.
@main
struct JournalFault {
    static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }

    static func main() {
        guard CommandLine.arguments.count == 2 else { exit(64) }
        do {
            try live(CommandLine.arguments[1])
        } catch {
            say("stopped \(error)")
            exit(1)
        }
    }

    static func live(_ folder: String) throws {
        let files = try PosixFiles(folder + "/log"), head = try PosixFiles(folder + "/head")
        var limits = JournalLimits()
        (limits.segmentBytes, limits.reserveBytes) = (9_000, 4_096)
        // Twice: what a start does is done under faults too.
        for life in 0..<2 {
            var log = try DurableLog(files, head: head, signer: try Signer(name: "fault.example", seed: [UInt8](repeating: 5, count: 32)), limits: limits, now: 1_000)
            for batch in 0..<3 {
                let first = (life * 3 + batch) * 110
                let entries = (first..<first + 110).map { Entry(key: EventKey(source: "s", id: "\($0)"), content: 0, bytes: Array("entry \($0) \(String(repeating: "x", count: 20))".utf8)) }
                let receipts = try log.sequencer.append(entries)
                guard receipts.map(\.index) == (first..<first + 110).map({ UInt64($0) }) else { return say("stopped: other indexes") }
                say("ack \(first) \(first + 110)")
                if let note = try log.publisher.sign(log.sequencer.committed, now: 1_000) {
                    let checkpoint = try Checkpoint(text: note.text)
                    say("checkpoint \(checkpoint.size) \(checkpoint.root.base64)")
                }
                try log.publisher.publish()
                if let runs = try log.publisher.settle(log.sequencer.committed) { log.sequencer.adopt(runs) }
            }
        }
    }
}
