import CoreMetrics
import Foundation
import Model
import Server
import Synchronization
import Testing

@Suite struct `what the server says of itself` {
    static let promtool = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first { FileManager.default.isExecutableFile(atPath: $0) }

    @Test func `take only names and labels of the list`() {
        let registry = MetricRegistry()
        CoreMetrics.Counter(label: "cordon_deliveries_total", dimensions: [("outcome", "accepted"), ("source", "dpi")], factory: registry).increment(by: 3)
        CoreMetrics.Counter(label: "cordon_deliveries_total", dimensions: [("account", "marie")], factory: registry).increment()
        CoreMetrics.Counter(label: "persons", dimensions: [], factory: registry).increment()
        #expect(registry.value(.deliveries, "dpi", "accepted") == 3)
        #expect(registry.value(.refusedMetrics) == 2)
        #expect(!registry.text.contains("marie") && !registry.text.contains("persons"))
    }

    // promtool comes with Debian's prometheus.
    @Test(.enabled(if: promtool != nil, "promtool is not installed (apt: prometheus)"))
    func `are what promtool accepts`() throws {
        let registry = MetricRegistry()
        registry.add(.httpRequests, "/v1/events", "POST", "200")
        registry.observe(.httpSeconds, "/v1/events", seconds: 0.003)
        registry.observe(.httpSeconds, "/v1/events", seconds: 20)
        registry.set(.inboxBytes, "a\"\\\n", to: 12)
        let process = Process(), input = Pipe(), output = Pipe()
        process.executableURL = URL(fileURLWithPath: try #require(Self.promtool))
        process.arguments = ["check", "metrics"]
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, output)
        try process.run()
        input.fileHandleForWriting.write(Data(registry.text.utf8))
        try input.fileHandleForWriting.close()
        let said = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(said)")
    }

    @Test func `log one JSON object a line`() throws {
        let lines = Lines()
        let log = ServerLog(level: .info, now: { Instant(milliseconds: 0) }) { lines.add($0) }
        log(.notice, "batch \"durable\"", ["count": 3, "source": PublicText("a\nb")])
        log(.debug, "not said")
        log.logger("library").notice("hello", metadata: ["address": "192.0.2.7"])
        #expect(lines.all == [
            #"{"time":"1970-01-01T00:00:00.000Z","level":"notice","message":"batch \"durable\"","count":3,"source":"a\u000ab"}"# + "\n",
            #"{"time":"1970-01-01T00:00:00.000Z","level":"notice","message":"hello","library":"ServerTests"}"# + "\n",
        ])
    }

    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func add(_ bytes: [UInt8]) { lines.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) } }
    }
}
