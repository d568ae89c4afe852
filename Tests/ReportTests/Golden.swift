import Foundation
import Testing

/// Pages as they should be, kept beside the tests. CORDON_REWRITE_GOLDEN=1 writes them anew; the difference is then reviewed.
enum Golden {
    static func check(_ text: String, _ name: String, location: SourceLocation = #_sourceLocation) throws {
        let path = TestWorld.golden(name)
        if TestWorld.rewritesGolden {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            return
        }
        let expected = try String(contentsOfFile: path, encoding: .utf8)
        guard text != expected else { return }
        let difference = zip(text.split(separator: "\n", omittingEmptySubsequences: false), expected.split(separator: "\n", omittingEmptySubsequences: false))
            .enumerated().first { $0.element.0 != $0.element.1 }
        Issue.record("\(name) differs at line \((difference?.offset ?? -2) + 1): \(difference.map { "\"\($0.element.0)\" instead of \"\($0.element.1)\"" } ?? "one is longer")", sourceLocation: location)
    }
}
