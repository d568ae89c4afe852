import ArgumentParser
import Investigation
import Model
import Trail

struct FormatsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "formats",
        abstract: "List the formats that are read, or draft a mapping for a table with unknown headings.",
        discussion: """
            EXAMPLE
              cordon formats
              cordon formats --explain export.csv > mapping.yaml    then: cordon investigate export.csv --profile mapping.yaml
            """)

    @Option(help: ArgumentHelp("A table to draft a mapping for. Its values are never shown.", valueName: "file")) var explain: String?

    func run() throws {
        guard let explain else {
            let width = TrailFormats.all.map { $0.name.count }.max() ?? 0
            for format in TrailFormats.all {
                Terminal.say(format.name + String(repeating: " ", count: width - format.name.count + 2) + format.summary)
            }
            return
        }
        Terminal.say(try MappingDraft.yaml(of: explain, world: .real))
    }
}
