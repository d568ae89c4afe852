import ArgumentParser
import Model

struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "explain", abstract: "Follow one line's way.")
    @Argument(help: ArgumentHelp("A line of a trail.", valueName: "FILE:LINE")) var place: String
    func run() throws {}
}
