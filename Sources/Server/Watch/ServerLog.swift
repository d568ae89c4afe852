import Glibc
import Logging
import Model
import Scan

/// A value that a log line may carry: counts, durations, configured names, reasons of the system. Accounts, persons,
/// addresses, tokens, paths and content never conform, so they do not compile.
package protocol Loggable: Sendable { var logged: JSONValue { get } }
extension Int: Loggable { package var logged: JSONValue { .number(String(self)) } }
extension UInt64: Loggable { package var logged: JSONValue { .number(String(self)) } }
extension Bool: Loggable { package var logged: JSONValue { .bool(self) } }

/// A text that is known to name no person: a configured name, a route pattern, a reason of the operating system.
package struct PublicText: Loggable, ExpressibleByStringLiteral {
    let text: String
    package init(_ text: String) { self.text = text }
    package init(stringLiteral text: String) { self.text = text }
    package var logged: JSONValue { .string(text) }
}

/// The server's log: one JSON object a line on standard error. The message is a constant, what varies is a field.
package struct ServerLog: Sendable {
    package enum Level: Int, Sendable, Comparable {
        case debug, info, notice, warning, error
        package static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
        /// By its name in the configuration.
        package static func named(_ name: String) -> Level {
            switch name {
            case "debug", "trace": .debug
            case "info": .info
            case "notice": .notice
            case "warning": .warning
            default: .error
            }
        }
        var name: String { "\(self)" }
    }

    package let level: Level
    private let now: @Sendable () -> Instant
    private let write: @Sendable ([UInt8]) -> Void

    package init(level: Level, now: @escaping @Sendable () -> Instant, write: @escaping @Sendable ([UInt8]) -> Void = ServerLog.toStandardError) {
        (self.level, self.now, self.write) = (level, now, write)
    }

    package func callAsFunction(_ level: Level, _ message: StaticString, _ fields: KeyValuePairs<String, any Loggable> = [:]) {
        put(level, "\(message)", fields.map { JSONMember(name: $0.key, value: $0.value.logged) })
    }

    fileprivate func put(_ level: Level, _ message: String, _ fields: [JSONMember]) {
        guard level >= self.level else { return }
        var members = [JSONMember(name: "time", value: .string(now().description)), JSONMember(name: "level", value: .string(level.name)), JSONMember(name: "message", value: .string(message))]
        members += fields
        write(JSONValue.object(members).serialized + [0x0A])
    }

    /// One write per line, so that lines of several threads do not mix.
    package static let toStandardError: @Sendable ([UInt8]) -> Void = { bytes in
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// A logger for libraries. Their messages are kept from `notice` up; their fields, which may hold addresses and paths, are not.
    package func logger(_ label: String) -> Logger { Logger(label: label) { _ in LibraryLogHandler(log: self) } }

    private struct LibraryLogHandler: LogHandler {
        let log: ServerLog
        var metadata: Logger.Metadata = [:]
        var logLevel: Logger.Level = .notice

        init(log: ServerLog) { self.log = log }

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.put(.named(event.level.rawValue), "\(event.message)", [JSONMember(name: "library", value: .string(event.source))])
        }
    }
}
