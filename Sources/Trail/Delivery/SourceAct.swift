import Model

/// An act in the words of its source, its fingerprints made: what a delivery gives to whoever keeps pseudonyms.
///
/// It names persons and accounts as the source does and goes no further than the place that gives them pseudonyms.
package struct SourceAct: Sendable {
    package var time = Instant(milliseconds: 0)
    package var source = ""
    package var service = ""
    package var controller = ""
    /// The source's own words for the account; all empty when the records name none.
    package var name = ""
    package var subject = ""
    package var professional = ""
    /// Role, team or group.
    package var team = ""
    package var resource = ""

    package var session: UInt64 = 0
    /// The session that this act opens, if it is a login: its own, else one made from its id.
    package var opens: UInt64 = 0
    package var address: UInt64 = 0
    package var network: UInt64 = 0
    package var agent: UInt64 = 0
    package var device = DeviceKind.unknown
    package var authentication: UInt64 = 0

    package var action = Action.other
    package var outcome = Outcome.success
    package var breakGlass = false
    package var search: Act.Search?
    package var persons: [Person] = []
    package var unrecorded = 0

    /// The smallest source id of its records.
    package var eventID = ""
    /// By what later records of the same act are known: fingerprint of source and request, or of source and id; 0 = by nothing.
    package var thread: UInt64 = 0
    /// In canonical order; at least one.
    package var records: [Record] = []

    package struct Person: Sendable {
        package var reference: PersonReference
        package var categories: Categories
        package var manners: Manners
    }

    package struct Record: Sendable {
        package var identity: RecordIdentity
        package var line: Int
        package var byte: Int
        package var units: Int
    }

    package var namesAccount: Bool { !(name.isEmpty && subject.isEmpty && professional.isEmpty) }
}

/// By what a record is known again, in keyed fingerprints.
package struct RecordIdentity: Sendable, Hashable {
    /// Of source, format and id; of a line without an id, of what it says and how many such lines came before it in its delivery.
    package var id: UInt64
    /// Of what it says.
    package var content: UInt64

    package init(id: UInt64, content: UInt64) { (self.id, self.content) = (id, content) }
}

/// What is known of a record from before.
package enum RecordStanding: Sendable { case new, known, contradicted }
