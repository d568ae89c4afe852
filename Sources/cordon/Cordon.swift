import ArgumentParser
import Model

/// The command. It understands words, asks a room and says the answer; it holds no rule of its own and links no network code.
@main
struct Cordon: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "cordon",
        abstract: "From exported access trails to a verified incident folder.",
        discussion: """
            EXAMPLE
              cordon investigate exports/            read every trail in a folder, find the accounts in the wrong hands
              cordon verify cordon-incident          check the folder that it wrote, offline
              cordon demo                            see both on a fictitious incident

            EXIT STATUS
              0 done, or nothing found and coverage complete   1 found   3 could not tell
              64 usage   65 bad data or does not verify   66 no input   70 internal   73 cannot write   130 interrupted
            """,
        version: version,
        subcommands: [
            DemoCommand.self, InvestigateCommand.self, VerifyCommand.self, ExposureCommand.self, FormatsCommand.self,
            ExplainCommand.self, KeyCommand.self, LedgerCommand.self, BenchCommand.self,
        ])

    static func main() {
        catchInterrupts()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch let stop as ExitCode {
            exit(withError: stop)
        } catch {
            let status = ExitStatus.of(error)
            guard let status else { exit(withError: error) }  // the parser's own: usage, help, version
            if status != .interrupted { Terminal.sayError("\(error)") }
            exit(withError: ExitCode(status.rawValue))
        }
    }
}
