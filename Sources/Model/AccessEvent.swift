/// One record of a source, turned into the one shape that every room understands.
///
/// It holds the source's words and lives in Trail only; past Trail there are numbers, fingerprints and pseudonyms (`Act`).
/// An empty string means that the source does not say.
package struct AccessEvent: Sendable, Equatable {
    // Identity
    /// The emitting service instance, as it names itself; else the service.
    package var source = ""
    /// The source's own id of the record, or `FILE:LINE` with the file's base name.
    package var id = ""
    /// False when `id` was made from file and line.
    package var hasOwnID = false
    package var sequence: Int64?
    /// Groups what one act of the user disclosed. An event without it is an act of its own.
    package var request = ""

    // When
    package var time = Instant(milliseconds: 0)

    // Who
    /// The account's display name or login.
    package var account = ""
    /// The account's identifier at its issuer where that differs from the name (a Keycloak user id, an OAuth subject).
    package var subject = ""
    /// 11-digit RPPS (a leading 8 removed), or another national professional identifier.
    package var professional = ""
    /// Role, team or group.
    package var role = ""
    /// FINESS or another identifier of the organisation that the user acts for.
    package var organisation = ""
    package var session = ""
    /// How authenticated: acr, amr, level.
    package var authentication = ""

    // From where
    /// Client address in its canonical text (RFC 5952 for version 6), or a host name.
    package var address = ""
    package var agent = ""

    // What
    package var service = ""
    package var action = Action.other
    package var outcome = Outcome.success
    package var breakGlass = false
    /// Resource type or kind of screen: `Patient`, `Observation`, `List`.
    package var resource = ""
    /// The search as the source wrote it. Leaves Trail only as keyed fingerprints.
    package var query = ""
    package var page: Int?
    package var resultCount: Int?
    /// Path of a web request without its query, for profile rules.
    package var path = ""

    // Whose data
    package var persons: [PersonReference] = []

    // What the service profile says of it
    package var categories: Categories = []
    package var manners: Manners = []
    /// The organisation that answers for the data.
    package var controller = ""

    package init() {}
}

/// A data subject as a source names it.
package struct PersonReference: Sendable, Hashable {
    /// Without its resource type: `Patient/123` is `123`. Empty when only identifiers are given.
    package var reference: String
    package var identifiers: [Identifier]

    package init(reference: String, identifiers: [Identifier] = []) {
        (self.reference, self.identifiers) = (reference, identifiers)
    }
}

/// A qualified identifier. `system` is a URI (`urn:oid:1.2.250.1.213.1.4.8` for an INS made from a NIR).
package struct Identifier: Sendable, Hashable, Comparable, CustomStringConvertible {
    package var system: String
    package var value: String

    package init(system: String, value: String) { (self.system, self.value) = (system, value) }

    package static func < (a: Identifier, b: Identifier) -> Bool { (a.system, a.value) < (b.system, b.value) }
    package var description: String { system + "|" + value }

    package static let insNIR = "urn:oid:1.2.250.1.213.1.4.8"
    package static let insNIA = "urn:oid:1.2.250.1.213.1.4.9"
    package static let rpps = "https://rpps.esante.gouv.fr"
    package static let finess = "https://finess.esante.gouv.fr"
}
