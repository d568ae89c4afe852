import ArgumentParser
import Investigation
import Model
import Trail

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Follow one line's way: format, fields found, profile rule, event, and what each signal said of it.",
        discussion: """
            EXAMPLE
              cordon explain placement.csv:1841 --directory patients.csv
              cordon explain placement.csv:1841 --with identity.log --values

            Values that tell of persons are hidden unless --values is given.
            """)

    @Argument(help: ArgumentHelp("A line of a trail, counted from 1.", valueName: "FILE:LINE")) var place: String
    @Option(name: .customLong("with"), help: ArgumentHelp("Another trail that is read with it, so that habits and sign-ins are known; may be repeated.", valueName: "input")) var others: [String] = []
    @Flag(help: "Show the values of personal fields.") var values = false
    @OptionGroup var reading: ReadingOptions
    @Option(help: ArgumentHelp("Language of what is printed.", valueName: "fr|en")) var lang: Language = .ofLocale

    func run() throws {
        let answer = try LineQuestion(place: place, plan: { file in
            try InvestigationPlan(inputs: [file] + others, out: "", profiles: reading.profiles, directory: reading.directory, threads: reading.threads, version: Cordon.version)
        }, world: .real).answer()
        let told = answer.explanation, fr = lang == .fr
        Terminal.say(Terminal.strong("\(visible(told.place.file)):\(told.place.line)"))
        Terminal.say((fr ? "format   " : "format   ") + "\(told.format) (\(told.confidence)/100)")
        switch told.fate {
        case .kept: Terminal.say(fr ? "ligne    retenue" : "line     kept")
        case .header: Terminal.say(fr ? "ligne    en-tête" : "line     header")
        case .blank: Terminal.say(fr ? "ligne    vide" : "line     blank")
        case .refused(let problem): Terminal.say((fr ? "ligne    refusée : " : "line     refused: ") + problem.description)
        case .beyondEnd:
            Terminal.say(fr ? "ligne    au-delà de la fin du fichier" : "line     beyond the end of the file")
            throw ExitCode(ExitStatus.noInput.rawValue)
        }
        for field in told.fields {
            let value = field.isPersonal && !values ? (fr ? "(masqué ; --values le montre)" : "(hidden; --values shows it)") : visible(field.value)
            Terminal.say("  " + field.name + String(repeating: " ", count: max(1, 16 - field.name.count)) + value)
        }
        if let profile = told.profile {
            let rule = told.rule.map { fr ? "règle \($0)" : "rule \($0)" } ?? (fr ? "aucune règle : ce que l'acte montre est inconnu" : "no rule: what the act shows is unknown")
            Terminal.say((fr ? "profil   " : "profile  ") + "\(profile), \(rule)")
        }
        if let event = told.event, !event.categories.isEmpty {
            Terminal.say((fr ? "montre   " : "shows    ") + event.categories.names.joined(separator: ", ") + " (" + event.manners.names.joined(separator: ", ") + ")")
        }
        guard let trace = answer.trace else {
            if told.fate == .kept { Terminal.say(fr ? "signaux  aucun : l'acte n'est pas jugé (échec, ou compte inconnu)" : "signals  none: the act is not judged (failed, or of no known account)") }
            return
        }
        Terminal.say(fr ? "signaux  (millinats ; + parle pour quelqu'un d'autre, - pour le titulaire)" : "signals  (millinats; + speaks for somebody else, - for the holder)")
        for signal in trace.signals { Terminal.say("  " + signal.signal + String(repeating: " ", count: max(1, 16 - signal.signal.count)) + "\(signal.millinats > 0 ? "+" : "")\(signal.millinats)") }
        Terminal.say((fr ? "ensuite  session \(trace.session), appareil \(trace.device), compte \(trace.account)" : "after it session \(trace.session), device \(trace.device), account \(trace.account)"))
    }
}
