import ArgumentParser
import Incident
import Investigation
import Ledger
import Model

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Make and show keys.",
        discussion: """
            EXAMPLE
              cordon key new rssi.key --name example.org/rssi     a signing key of your own, and its verifier key
              cordon key new-case case.key                        a case key: pseudonyms, salts, default signature
              cordon key show rssi.key                            the verifier key to hand to whoever checks
            """,
        subcommands: [New.self, NewCase.self, Show.self])

    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "new", abstract: "Make a signing key (Ed25519) and print its verifier key.")
        @Argument(help: ArgumentHelp("Where to write it; must not exist.", valueName: "file")) var file: String
        @Option(help: ArgumentHelp("Name of the signer: no spaces, no plus sign.", valueName: "name")) var name: String

        func run() throws {
            Terminal.say(try KeyFiles.newSigner(name: name, at: file, world: .real))
        }
    }

    struct NewCase: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "new-case", abstract: "Make a case key and print the verifier key of its signatures.")
        @Argument(help: ArgumentHelp("Where to write it; must not exist.", valueName: "file")) var file: String

        func run() throws {
            Terminal.say(try KeyFiles.newCase(at: file, world: .real))
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "show", abstract: "Print the verifier key of a signing key or a case key.")
        @Argument(help: ArgumentHelp("The key.", valueName: "file")) var file: String

        func run() throws {
            Terminal.say(try KeyFiles.verifierKey(of: file))
        }
    }
}
