import ArgumentParser
import Glibc
import Model
import Server

/// The server. It understands words, reads the configuration and hands it to `CordonServer`; it holds no rule of its own.
@main
struct Cordond: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cordond",
        abstract: "Takes events from services as they happen, durable before it answers.",
        discussion: """
            EXAMPLE
              cordond check /etc/cordon/cordond.yaml     every fault of the configuration, or OK
              cordond run /etc/cordon/cordond.yaml       until SIGTERM; SIGHUP reads certificates again
              cordond status /etc/cordon/cordond.yaml    how the running server is
              cordond token /etc/cordon/dpi.token        a new token for a source, readable by its owner only

            EXIT STATUS
              0 done   1 not running or in trouble (status)   64 usage   70 internal   73 cannot use the data folder   78 configuration
            """,
        version: "0.1.0",
        subcommands: [RunCommand.self, CheckCommand.self, StatusCommand.self, TokenCommand.self],
        defaultSubcommand: RunCommand.self)
}

struct ConfigurationFile: ParsableArguments {
    @Argument(help: "The configuration file.") var file = "/etc/cordon/cordond.yaml"

    func read() throws -> ServerConfiguration {
        do {
            return try ConfigurationReader.read(file, credentialFolder: Process.environment("CREDENTIALS_DIRECTORY"))
        } catch let faults as ConfigurationFaults {
            Process.sayError("the configuration has \(faults.all.count) fault(s)\n\(faults)")
            throw ExitCode(78)
        } catch {
            Process.sayError("\(error)")
            throw ExitCode(78)  // EX_CONFIG of sysexits.h
        }
    }
}

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run the server (the default).")
    @OptionGroup var configuration: ConfigurationFile

    func run() async throws {
        signal(SIGPIPE, SIG_IGN)
        umask(0o077)
        let configuration = try configuration.read()
        let log = ServerLog(level: .named(configuration.logLevel), now: World.real.now)
        do {
            let server = try CordonServer(configuration, world: .real, log: log)
            try await server.run()
        } catch let error as InboxError {
            Process.sayError("\(error)")
            throw ExitCode(73)
        } catch {
            Process.sayError("cannot run: \(error)")
            throw ExitCode(70)
        }
    }
}

struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "check", abstract: "Read the configuration and say every fault, or OK.")
    @OptionGroup var configuration: ConfigurationFile

    func run() throws {
        let read = try configuration.read()
        print("OK: \(read.tenants.count) tenant(s), \(read.sources.count) source(s), \(read.http.count + read.syslog.count) listener(s)")
    }
}

struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "How the running server is.")
    @OptionGroup var configuration: ConfigurationFile
    @Flag(help: "The whole answer as JSON.") var json = false

    func run() throws {
        let folder = DataFolder(try configuration.read().dataFolder)
        guard let status = try LocalStatus.ask(folder) else {
            Process.sayError("no server runs on this data folder")
            throw ExitCode(1)
        }
        print(json ? status.json : status.text)
        if !status.isWell { throw ExitCode(1) }
    }
}

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "token", abstract: "Make a token in a new file of mode 0600.")
    @Argument(help: "The file; it must not exist.") var file: String

    func run() throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            Process.sayError("cannot make the file: \(String(cString: strerror(errno)))")
            throw ExitCode(73)
        }
        defer { close(descriptor) }
        let text = Array((newToken(.real) + "\n").utf8)
        guard write(descriptor, text, text.count) == text.count else {
            Process.sayError("cannot write the file: \(String(cString: strerror(errno)))")
            throw ExitCode(73)
        }
    }
}
