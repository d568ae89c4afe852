/// All that is wrong with a configuration, in the order of the file.
package struct ConfigurationFaults: Error, Sendable, CustomStringConvertible {
    package var file: String
    package var all: [Fault]

    package struct Fault: Sendable, Hashable {
        package var line: Int
        /// `sources[2].quota.requests_per_second`, from 1; empty for the file as a whole.
        package var key: String
        /// What stands there, by kind. A value is quoted only where it cannot be a secret.
        package var found: String
        /// A right line.
        package var example: String
    }

    package var description: String {
        all.map { "\(file):\($0.line): " + ($0.key.isEmpty ? "" : "\($0.key): ") + "\($0.found); for example: \($0.example)" }.joined(separator: "\n")
    }
}

/// The list that the parts of a reader share while they read.
final class FaultList {
    private(set) var all: [ConfigurationFaults.Fault] = []

    func add(_ line: Int, _ key: String, _ found: String, example: String) {
        all.append(.init(line: line, key: key, found: found, example: example))
    }
}

/// Levenshtein's distance, for "did you mean".
func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b.utf8)
    var row = Array(0...b.count)
    for (i, x) in a.utf8.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, y) in b.enumerated() {
            let above = row[j + 1]
            row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
            diagonal = above
        }
    }
    return row[b.count]
}
