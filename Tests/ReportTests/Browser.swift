import Foundation
import Glibc

/// Chromium driven through chromedriver: plain JSON over HTTP (W3C WebDriver), started here and ended here.
final class Browser {
    static let chromium = TestWorld.tool("chromium", "chromium-browser", "google-chrome")
    static let driver = TestWorld.tool("chromedriver")
    static var isHere: Bool { chromium != nil && driver != nil }

    private let process = Process()
    private let folder: URL
    private var port: UInt16 = 0
    private var session = ""

    struct Failure: Error { let what: String }

    init() throws {
        guard let chromium = Browser.chromium, let driver = Browser.driver else { throw Failure(what: "no Chromium") }
        folder = try TestWorld.temporaryFolder()
        let log = folder.appendingPathComponent("log")
        FileManager.default.createFile(atPath: log.path, contents: nil)
        process.executableURL = URL(fileURLWithPath: driver)
        process.arguments = ["--port=0"]
        process.standardOutput = try FileHandle(forWritingTo: log)
        process.standardError = FileHandle.nullDevice
        try process.run()
        do {
            try start(chromium, log)
        } catch {
            close()
            throw error
        }
    }

    private func start(_ chromium: String, _ log: URL) throws {
        port = try Browser.port(log)
        let options: [String: Any] = [
            "binary": chromium,
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars", "--user-data-dir=\(folder.path)/profile"],
        ]
        let answer = try call("POST", "/session", ["capabilities": ["alwaysMatch": ["browserName": "chrome", "goog:chromeOptions": options]]])
        guard let id = (answer as? [String: Any])?["sessionId"] as? String else { throw Failure(what: "no session") }
        session = "/session/" + id
    }

    /// Ends the browser through its driver, then the driver. By SIGKILL, because a child started from a thread of the test
    /// runner inherits its blocked signals.
    func close() {
        if !session.isEmpty { _ = try? call("DELETE", "", nil) }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: folder)
    }

    func open(_ file: URL) throws { _ = try call("POST", "/url", ["url": file.absoluteString]) }

    func screen(width: Int, height: Int = 900, scheme: String) throws {
        try devtools("Emulation.setDeviceMetricsOverride", ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": false])
        try devtools("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": scheme]]])
    }

    func media(_ name: String) throws { try devtools("Emulation.setEmulatedMedia", ["media": name]) }

    func run(_ script: String) throws -> Any { try call("POST", "/execute/sync", ["script": script, "args": [Any]()]) }

    func runAsync(_ script: String) throws -> Any { try call("POST", "/execute/async", ["script": script, "args": [Any]()]) }

    /// The whole page as PNG.
    func screenshot() throws -> Data {
        let answer = try call("POST", "/goog/cdp/execute", ["cmd": "Page.captureScreenshot", "params": ["captureBeyondViewport": true, "format": "png"]])
        guard let text = (answer as? [String: Any])?["data"] as? String, let data = Data(base64Encoded: text) else { throw Failure(what: "no screenshot") }
        return data
    }

    // MARK: Wire

    private func devtools(_ command: String, _ parameters: [String: Any]) throws {
        _ = try call("POST", "/goog/cdp/execute", ["cmd": command, "params": parameters])
    }

    private func call(_ method: String, _ path: String, _ body: [String: Any]?) throws -> Any {
        let sent = try body.map { try JSONSerialization.data(withJSONObject: $0) } ?? Data()
        let answer = try exchange(Data("\(method) \(session)\(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nContent-Type: application/json\r\nContent-Length: \(sent.count)\r\nConnection: close\r\n\r\n".utf8) + sent)
        let value = (try JSONSerialization.jsonObject(with: answer) as? [String: Any])?["value"] ?? NSNull()
        if let error = (value as? [String: Any])?["error"] as? String { throw Failure(what: "\(path): \(error)") }
        return value
    }

    /// One request, one answer's body. (FoundationNetworking does not read chromedriver's headers.)
    private func exchange(_ request: Data) throws -> Data {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        // Nothing here takes a minute; a browser that hangs fails the test instead of holding it.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard connected == 0 else { throw Failure(what: "cannot reach chromedriver") }
        var at = 0
        while at < request.count {
            let count = request[at...].withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { throw Failure(what: "cannot send") }
            at += count
        }
        var answer = Data(), buffer = [UInt8](repeating: 0, count: 1 << 16)
        let gap = Data("\r\n\r\n".utf8)
        while true {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 { answer.append(contentsOf: buffer[..<count]) }
            guard let end = answer.range(of: gap) else {
                if count <= 0 { throw Failure(what: "no answer") }
                continue
            }
            let head = String(decoding: answer[..<end.lowerBound], as: UTF8.self).lowercased()
            let length = head.components(separatedBy: "content-length:").dropFirst().first.flatMap { Int($0.trimmingCharacters(in: .whitespaces).prefix { $0.isNumber }) }
            let body = answer[end.upperBound...]
            if let length, body.count >= length { return Data(body.prefix(length)) }
            if count <= 0 { return Data(body) }
        }
    }

    /// chromedriver says on which free port it listens.
    private static func port(_ log: URL) throws -> UInt16 {
        for _ in 0..<200 {
            let text = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
            if let range = text.range(of: "successfully on port "), let port = UInt16(text[range.upperBound...].prefix { $0.isNumber }) { return port }
            usleep(50_000)
        }
        throw Failure(what: "chromedriver did not start")
    }
}
