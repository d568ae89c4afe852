/// The first thing about an incident folder that does not hold.
package struct FolderProblem: Error, Sendable, Equatable, CustomStringConvertible {
    /// Path inside the folder.
    package var file: String
    package var problem: String

    package init(file: String, problem: String) { (self.file, self.problem) = (file, problem) }

    package var description: String { "\(file): \(problem)" }
}
