import Foundation
import Testing

/// One investigated folder that the tests of a run share; it is read, never changed. Tests that damage take a copy.
enum WardCase {
    static let trail = WardTrail()

    struct Made {
        let home: TemporaryFolder
        let answer: Cordon.Answer
        var folder: String { home / "incident" }
        var incident: [String: Any] { get throws { try home.json("incident/incident.json") } }
    }

    /// Made once, whoever asks first.
    private static let made = Result { () throws -> Made in
        let home = try TemporaryFolder()
        try home.write(trail.csv, to: "trail.csv")
        try home.write(trail.directory, to: "directory.csv")
        let answer = try Cordon.run("investigate", home / "trail.csv", "--directory", home / "directory.csv", "--out", home / "incident", "--lang", "en")
        return Made(home: home, answer: answer)
    }

    static func get() throws -> Made { try made.get() }

    /// A copy of the folder, to damage.
    static func copy() throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: try get().folder, toPath: copy / "incident")
        return copy
    }

    /// The verifier key that `investigate` printed.
    static func key() throws -> String {
        let line = try #require(try get().answer.out.split(separator: "\n").first { $0.hasPrefix("Key ") })
        return String(line.dropFirst(4)).trimmingCharacters(in: .whitespaces)
    }
}
