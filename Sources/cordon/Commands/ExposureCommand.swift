import ArgumentParser
import Incident
import Investigation
import Model

struct ExposureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exposure",
        abstract: "Count the distinct persons that any accounts disclosed in any window, or who saw one person.",
        discussion: """
            EXAMPLE
              cordon exposure cordon-incident --account marie.durand --from 2025-09-01 --to 2025-09-12T18:00:00Z --json
              cordon exposure cordon-incident --person p0012345

            All successful disclosures of the scope, bounds inclusive (a date alone means its whole day, UTC).
            An account that the trail does not know is status 66, never zero persons.
            """)

    @Argument(help: ArgumentHelp("The incident folder.", valueName: "folder")) var folder: String
    @Option(name: .customLong("account"), help: ArgumentHelp("Account name or professional id; may be repeated.", valueName: "account")) var accounts: [String] = []
    @Option(help: ArgumentHelp("From this time on (RFC 3339, or a date).", valueName: "time")) var from: String?
    @Option(help: ArgumentHelp("Up to and with this time (RFC 3339, or a date).", valueName: "time")) var to: String?
    @Option(help: ArgumentHelp("Only this person (reference, or system|value).", valueName: "person")) var person: String?
    @Option(help: ArgumentHelp("The case key, where it is kept elsewhere.", valueName: "file")) var caseKey: String?
    @Option(help: ArgumentHelp("Language of what is printed.", valueName: "fr|en")) var lang: Language = .ofLocale
    @Flag(help: "Print as JSON.") var json = false

    func run() throws {
        let answer = try ExposureQuestion(folder: folder, accounts: accounts, from: from, to: to, person: person, caseKeyFile: caseKey).answer()
        Terminal.say(json ? answer.json : answer.sentences.map { $0.text(lang) }.joined(separator: "\n"))
    }
}
