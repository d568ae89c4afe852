import Model

/// The words behind the fingerprints of an act, for the pages about found accounts. Never past Incident's tables of accounts.
package struct ActDetail: Sendable {
    /// As in the source; made from the login's id (`login ID`) where the source has no sessions.
    package var session: String
    package var address: String
    package var agent: String
    package var organisation: String
    /// Accounts that fit when `Act.attribution` is `.ambiguous`, by number, ascending.
    package var candidates: [UInt32]
    /// References among the disclosed ones that a profile names as decoys, ascending.
    package var decoys: [UInt32]
}

/// The names of one account. An empty string means that no record gives it.
package struct AccountNames: Sendable, Equatable {
    /// Display name or login; else the subject; else the professional id.
    package var name: String
    /// 11-digit RPPS or another national identifier.
    package var professional: String
    package var organisation: String
}
