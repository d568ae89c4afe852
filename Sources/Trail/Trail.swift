import Model
import Profiles

/// A trail that was read: every line accounted for, its acts kept on disk in canonical order.
///
/// Canonical order is (time, source, source id, content hash), never the order of arguments. `forEachAct` walks it as often
/// as asked; numbers (accounts, references, names) are given at first sight, so they are the same each time. In the first
/// walk `Disclosure.person` is what the trail had shown by then; from the second on it is final.
package final class Trail {
    /// Sorted by hash, then name.
    package internal(set) var files: [FileBalance] = []
    /// What had to be taken for granted, each once, sorted.
    package internal(set) var assumptions: [Wording] = []
    /// Sorted by source, kind, time.
    package internal(set) var coverage: [CoverageNote] = []
    /// Kept records, and acts that they make.
    package internal(set) var events = 0
    package internal(set) var acts = 0
    package internal(set) var first: Instant?
    package internal(set) var last: Instant?
    /// Names of the profiles that spoke of at least one event, sorted.
    package internal(set) var profilesUsed: [String] = []

    // Known after the first walk.
    /// By account number.
    package internal(set) var accounts: [AccountNames] = []
    /// By reference number; persons of the directory first.
    package internal(set) var references: [PersonReference] = []
    /// Distinct references and persons that the trail itself names.
    package internal(set) var referencesSeen = 0
    package internal(set) var personsSeen = 0
    package internal(set) var sources = Names()
    package internal(set) var services = Names()
    package internal(set) var controllers = Names()
    package internal(set) var teams = Names()
    package internal(set) var resources = Names()

    /// Where persons stand in the directory; nil when none was given.
    package internal(set) var directory: DirectoryOrders?
    /// Columns of the people file by reference; nil when none was given.
    package internal(set) var people: PeopleTable?

    init() {}

    /// Reads all inputs. Files are read in parallel; the result does not depend on how many threads there are, nor on the
    /// order of the inputs. `fingerprints` must give the same number for the same text; `progress` returns false to stop.
    package static func read(
        _ plan: TrailPlan,
        fingerprints: @escaping @Sendable (FingerprintDomain, String) -> UInt64,
        progress: @escaping @Sendable (TrailProgress) -> Bool = { _ in true }
    ) throws -> Trail {
        throw TrailError.nothingToRead
    }

    /// All acts in canonical order. Calls are one after the other; the act and detail are valid beyond the call.
    package func forEachAct(_ body: (Act, ActDetail) throws -> Void) throws {}

    /// The person behind a reference, as far as the trail has shown: the smallest number of all references that share a
    /// qualified identifier with it.
    package func person(of reference: UInt32) -> UInt32 { reference }

    /// True when being in this service reveals health by context (service number).
    package func revealsHealth(service: UInt32) -> Bool { false }
}

/// Names and contacts by reference, from `--people`.
package struct PeopleTable: Sendable {
    /// Names of the columns beside the reference, as in the file.
    package var columns: [String] = []
    package var rows: [String: [String]] = [:]
}
