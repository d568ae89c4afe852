/// One line to be: a sign-in at the identity server, or an act in the placement service.
struct Event: Sendable {
    enum Kind: Sendable { case login, loginError, logout, search, open, update, create, print, export }

    var time: ParisTime
    var kind: Kind
    var account: Int
    var session: String
    var address: String
    var agent: String
    var criteria = ""
    var screen = Screen.list
    var persons: [Int] = []
    var breakGlass = false
    /// Which usurped account's thief did it.
    var thief: Int?
}

/// Screens of the placement service, and what each shows of a person.
enum Screen: Int, Sendable {
    case list, identity, administrative, medical, social

    var title: String { ["Liste", "Identité", "Volet administratif", "Volet médical", "Volet social"][rawValue] }
    /// Names of the contract's categories, as the shipped profile of the service states them.
    var categories: [String] { [["identity", "contact"], ["identity", "contact"], ["identity", "administrative"], ["identity", "medical"], ["identity", "social"]][rawValue] }
}
