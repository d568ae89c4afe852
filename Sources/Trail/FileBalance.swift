import Model

/// One input file and where each of its lines went: `lines = header + kept + refused + duplicate + blank`.
package struct FileBalance: Sendable, Equatable {
    /// Base name; `-` for standard input.
    package var name: String
    /// Of the bytes as given, compressed or not; hexadecimal.
    package var sha256: String
    /// Name of the format; `unknown` when none recognised it, `empty` when there is nothing in it.
    package var format: String
    /// Bytes as given.
    package var bytes: Int
    package var lines = 0
    package var header = 0
    package var kept = 0
    package var refused = 0
    package var duplicate = 0
    package var blank = 0
    /// The first refused units in the order of lines, at most `refusalsMax`; `refused` counts all lines.
    package var refusals: [Refusal] = []
    /// Damage of the file as a whole and warnings.
    package var remarks: [Wording] = []
    /// True when a remark (a stream that ends early) could hide a finding. Refused lines always could.
    package var couldHide = false

    package static let refusalsMax = 1000

    package struct Refusal: Sendable, Equatable {
        package var place: Place
        package var problem: FieldProblem
    }

    package init(name: String, sha256: String = "", format: String = "unknown", bytes: Int = 0) {
        (self.name, self.sha256, self.format, self.bytes) = (name, sha256, format, bytes)
    }
}

/// What a source may not have told, or can never prove.
package struct CoverageNote: Sendable, Equatable {
    /// `sequence_gap`, `silence`, `throttling`, `unrecorded_persons`, `cut_short`, `clock`, `profile`.
    package var kind: String
    package var source: String
    package var from: Instant?
    package var to: Instant?
    /// Missing records or persons, where they can be counted.
    package var count: Int?
    /// True when it could hide a finding; false for a remark.
    package var couldHide: Bool
    package var text: Wording
}
