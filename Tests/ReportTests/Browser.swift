import Foundation
import FoundationNetworking

/// Chromium driven through chromedriver: plain JSON over HTTP (W3C WebDriver), started here and ended here.
final class Browser {
    static let chromium = TestWorld.tool("chromium", "chromium-browser", "google-chrome")
    static let driver = TestWorld.tool("chromedriver")
    static var isHere: Bool { chromium != nil && driver != nil }

    private let process = Process()
    private let folder: URL
    private var base = URL(fileURLWithPath: "/")

    struct Failure: Error { let what: String }

    init() async throws {
        guard let chromium = Browser.chromium, let driver = Browser.driver else { throw Failure(what: "no Chromium") }
        folder = try TestWorld.temporaryFolder()
        let log = folder.appendingPathComponent("log")
        FileManager.default.createFile(atPath: log.path, contents: nil)
        process.executableURL = URL(fileURLWithPath: driver)
        process.arguments = ["--port=0"]
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = FileHandle.nullDevice
        try process.run()
        let port = try await Browser.port(log)
        base = try Browser.url("http://127.0.0.1:\(port)")
        let options: [String: Any] = [
            "binary": chromium,
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir=\(folder.path)/profile"],
        ]
        let answer = try await call("POST", "/session", ["capabilities": ["alwaysMatch": ["browserName": "chrome", "goog:chromeOptions": options]]])
        guard let session = (answer as? [String: Any])?["sessionId"] as? String else { throw Failure(what: "no session") }
        base = try Browser.url("http://127.0.0.1:\(port)/session/\(session)")
    }

    func close() async {
        _ = try? await call("DELETE", "", nil)
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    func open(_ file: URL) async throws { _ = try await call("POST", "/url", ["url": file.absoluteString]) }

    func screen(width: Int, height: Int = 900, scheme: String) async throws {
        try await devtools("Emulation.setDeviceMetricsOverride", ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
        try await devtools("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
    }

    func media(_ name: String) async throws { try await devtools("Emulation.setEmulatedMedia", ["media": name]) }

    func run(_ script: String) async throws -> Any { try await call("POST", "/execute/sync", ["script": script, "args": [Any]()]) }

    func runAsync(_ script: String) async throws -> Any { try await call("POST", "/execute/async", ["script": script, "args": [Any]()]) }

    /// The whole page as PNG.
    func screenshot() async throws -> Data {
        let answer = try await call("POST", "/goog/cdp/execute", ["cmd": "Page.captureScreenshot", "params": ["captureBeyondViewport": true, "format": "png"]])
        guard let text = (answer as? [String: Any])?["data"] as? String, let data = Data(base64Encoded: text) else { throw Failure(what: "no screenshot") }
        return data
    }

    // MARK: Wire

    private func devtools(_ command: String, _ parameters: [String: Any]) async throws {
        _ = try await call("POST", "/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    private func call(_ method: String, _ path: String, _ body: [String: Any]?) async throws -> Any {
        var request = URLRequest(url: try Browser.url(base.absoluteString + path))
        request.httpMethod = method
        if let body {
            request.httpBody = try JSONSerialization.data(withJSONObject: body)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, _) = try await URLSession.shared.data(for: request)
        let value = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["value"] ?? NSNull()
        if let error = (value as? [String: Any])?["error"] as? String { throw Failure(what: "\(path): \(error)") }
        return value
    }

    private static func url(_ text: String) throws -> URL {
        guard let url = URL(string: text) else { throw Failure(what: "no address") }
        return url
    }

    /// chromedriver says on which free port it listens.
    private static func port(_ log: URL) async throws -> Int {
        for _ in 0..<200 {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            if let range = text.range(of: "successfully on port "), let port = Int(text[range.upperBound...].prefix { $0.isNumber }) { return port }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(what: "chromedriver did not start")
    }
}
