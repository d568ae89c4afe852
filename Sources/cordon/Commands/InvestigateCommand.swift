import ArgumentParser
import Incident
import Investigation
import Model
import Report

/// Options that say how trails are read. Shared by every command that reads them.
struct ReadingOptions: ParsableArguments {
    @Option(name: .customLong("profile"), help: ArgumentHelp("A service profile (YAML) that overrides the shipped ones; may be repeated.", valueName: "file"))
    var profiles: [String] = []

    @Option(help: ArgumentHelp("Every person that the services hold: CSV with columns person, ins, family, postcode (any subset).", valueName: "csv"))
    var directory: String?

    @Option(help: ArgumentHelp("Names and contacts of persons, copied into restricted/persons.csv: CSV with a column person.", valueName: "file"))
    var people: String?

    @Option(help: ArgumentHelp("Accounts known to be usurped: YAML or JSON list of {account, from, to, author, reason}.", valueName: "file"))
    var declare: String?

    @Option(help: ArgumentHelp("Files read side by side. The result is the same whatever the number.", valueName: "n"))
    var threads: Int = 2

    func validate() throws {
        guard (1...256).contains(threads) else { throw ValidationError("--threads takes a number from 1 to 256") }
    }
}

struct InvestigateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "investigate",
        abstract: "Read exported trails, find the accounts in the wrong hands, and write the incident folder.",
        discussion: """
            EXAMPLE
              cordon investigate exports/ --out incident
              zcat placement.ndjson.gz | cordon investigate - idp.log.gz --directory patients.csv
              cordon investigate trail.csv --declare usurped.yaml --lang fr --json

            Formats are recognised by content (see cordon formats): plain, gzip or zstd, folders, standard input as -.
            Status 1 when an account was found, 0 when none was and nothing could hide one, 3 when it cannot be told.
            """)

    @Argument(help: ArgumentHelp("Trails: files, folders, or - for standard input.", valueName: "input"))
    var inputs: [String]

    @Option(help: ArgumentHelp("Where to write the folder; it must not exist yet, or be empty. (default: cordon-incident, or cordon-incident-2…)", valueName: "folder"))
    var out: String?

    @Option(help: ArgumentHelp("Key of an earlier case: the same pseudonyms again (see cordon key).", valueName: "file"))
    var caseKey: String?

    @Option(help: ArgumentHelp("Sign with this key instead of one made from the case key (see cordon key).", valueName: "file"))
    var signWith: String?

    @OptionGroup var reading: ReadingOptions

    @Option(help: ArgumentHelp("Language of what is printed; the folder holds both.", valueName: "fr|en"))
    var lang: Language = .ofLocale

    @Flag(help: "Print incident.json instead of the summary.")
    var json = false

    @Flag(help: "Never ask anything. (Nothing is asked today; scripts may rely on it.)")
    var noInput = false

    func run() throws {
        let plan = try InvestigationPlan(
            inputs: inputs, out: out ?? Terminal.freeName("cordon-incident"), caseKeyFile: caseKey, signerFile: signWith, profiles: reading.profiles, directory: reading.directory,
            people: reading.people, declarations: reading.declare, threads: reading.threads, version: Cordon.version)
        let progress = ProgressLine(lang)
        let result = try Investigation(plan, world: .real).run(reporting: progress.show)
        progress.clear()
        Terminal.say(json ? try result.json() : Summary(result, language: lang).text)
        throw ExitCode(ExitStatus(result.document.verdict).rawValue)
    }
}

extension Language: ExpressibleByArgument {}

extension Sentence {
    func text(_ language: Language) -> String { language == .fr ? fr : en }
}
