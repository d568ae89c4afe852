import Foundation
import Glibc
import Server
import Testing

@Suite struct `what is shipped` {
    /// The checkout that these tests were compiled from.
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static func path(_ name: String) -> String { root.appendingPathComponent(name).path }
    static let hasCheckout = FileManager.default.fileExists(atPath: path("packaging/cordond.service"))
    static let hasSystemd = FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze")

    @Test(.enabled(if: hasCheckout, "not run from a checkout"))
    func `the example configuration is right, and so is every line that is commented out in it`() throws {
        let home = try TemporaryFolder()
        try home.write("a-token-that-is-long-enough", to: "dpi.token")
        try home.write("another-token-long-enough", to: "auditor.token")
        let text = try String(contentsOfFile: Self.path("packaging/cordond.yaml"), encoding: .utf8)
        _ = try ConfigurationReader.read(text, file: "cordond.yaml", folder: home.path)
        // `#key: value   remark` becomes `key: value`.
        for key in ["limits:", "  body_max:", "  in_flight_max:", "  body_time:", "  idle_time:", "  connections_max:", "  syslog_message_max:", "  stop_time:", "log_level:"] {
            let commented = key.hasPrefix("  ") ? "  #" + key.dropFirst(2) : "#" + key
            #expect(text.contains(commented), "\(commented) is not in the example")
        }
    }

    @Test(.enabled(if: hasCheckout && hasSystemd, "systemd-analyze is not installed (apt: systemd)"))
    func `the unit is hardened`() throws {
        let said = try run("/usr/bin/systemd-analyze", ["security", "--offline=true", "--no-pager", Self.path("packaging/cordond.service")])
        let level = try #require(said.split(separator: "\n").last { $0.contains("Overall exposure level") })
        let score = level.split(separator: ":").last.flatMap { $0.split(separator: " ").first }.flatMap { Double($0) }
        #expect((try #require(score)) <= 2.0, "\(level)")
        let faults = try run("/usr/bin/systemd-analyze", ["verify", "--man=no", Self.path("packaging/cordond.service")])
            .split(separator: "\n").filter { $0.contains("cordond.service") && !$0.contains("is not executable") }
        #expect(faults.isEmpty, "\(faults)")
    }
}
