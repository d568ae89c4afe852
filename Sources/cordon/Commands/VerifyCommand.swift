import ArgumentParser
import Incident
import Investigation
import Model

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Check an incident folder offline: every file as signed, the log whole, the counts following from it.",
        discussion: """
            EXAMPLE
              cordon verify cordon-incident --key 'cordon/case/…+…'
              cordon verify cordon-incident --sources exports/ --directory patients.csv

            Status 0 only if everything holds; otherwise 65 and the first thing that does not.
            With --sources (and the case key in restricted/, or --case-key) the originals are read again with the same
            options, and log, findings and tables are rebuilt and compared.
            """)

    @Argument(help: ArgumentHelp("The incident folder.", valueName: "folder"))
    var folder: String

    @Option(help: ArgumentHelp("The signer's verifier key, as learnt from the signer.", valueName: "vkey"))
    var key: String?

    @Option(name: .customLong("sources"), parsing: .upToNextOption, help: ArgumentHelp("The original trails.", valueName: "input"))
    var sources: [String] = []

    @Option(help: ArgumentHelp("The case key, where it is kept elsewhere.", valueName: "file"))
    var caseKey: String?

    @OptionGroup var reading: ReadingOptions

    @Option(help: ArgumentHelp("Language of what is printed.", valueName: "fr|en"))
    var lang: Language = .ofLocale

    @Flag(help: "Print the result as JSON.")
    var json = false

    func run() throws {
        let progress = ProgressLine(lang)
        var verification = try Verification(folder: folder, key: key, world: .real)
        try verification.checkFolder(reporting: progress.show)
        if !sources.isEmpty {
            let plan = try InvestigationPlan(
                inputs: sources, out: folder, caseKeyFile: caseKey ?? folder + "/restricted/case.key", signerFile: nil, profiles: reading.profiles,
                directory: reading.directory, people: reading.people, declarations: reading.declare, threads: reading.threads, version: Cordon.version)
            try verification.checkSources(plan, reporting: progress.show)
        }
        progress.clear()
        Terminal.say(json ? verification.json : verification.statements.map { $0.text(lang) }.joined(separator: "\n"))
    }
}
