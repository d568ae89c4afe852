/// The same words in both languages that Cordon speaks to people. Rooms before Incident say things with it.
package struct Wording: Sendable, Hashable, Comparable {
    package var fr: String
    package var en: String

    package init(fr: String, en: String) { (self.fr, self.en) = (fr, en) }

    package static func < (a: Wording, b: Wording) -> Bool { (a.en, a.fr) < (b.en, b.fr) }
}
