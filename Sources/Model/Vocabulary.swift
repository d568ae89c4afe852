/// The kinds of personal data that an act discloses. A set fits a byte.
package struct Categories: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let identity = Categories(rawValue: 1)
    /// National number: NIR or INS.
    package static let nationalID = Categories(rawValue: 2)
    package static let contact = Categories(rawValue: 4)
    package static let administrative = Categories(rawValue: 8)
    package static let social = Categories(rawValue: 16)
    package static let medical = Categories(rawValue: 32)
    /// An act that no profile rule maps: possible in every category, certain in none.
    package static let unknown = Categories(rawValue: 128)

    /// In the order of the contract, with the names that files carry.
    package static let named: [(name: String, category: Categories)] = [
        ("identity", .identity), ("national_id", .nationalID), ("contact", .contact), ("administrative", .administrative),
        ("social", .social), ("medical", .medical), ("unknown", .unknown),
    ]
    package var names: [String] { Categories.named.filter { contains($0.category) }.map(\.name) }
    package init?(name: String) {
        guard let found = Categories.named.first(where: { $0.name == name }) else { return nil }
        self = found.category
    }
}

/// How persons were disclosed. A set, because one act may list a person and open them.
package struct Manners: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let opened = Manners(rawValue: 1)
    package static let listed = Manners(rawValue: 2)
    package static let exported = Manners(rawValue: 4)
    package static let printed = Manners(rawValue: 8)
    package static let edited = Manners(rawValue: 16)

    package static let named: [(name: String, manner: Manners)] = [
        ("opened", .opened), ("listed", .listed), ("exported", .exported), ("printed", .printed), ("edited", .edited),
    ]
    package var names: [String] { Manners.named.filter { contains($0.manner) }.map(\.name) }
    package init?(name: String) {
        guard let found = Manners.named.first(where: { $0.name == name }) else { return nil }
        self = found.manner
    }
}

/// What the user did. Raw values are written into the ledger and never change.
package enum Action: UInt8, Hashable, Sendable, CaseIterable {
    case other = 0, login, logout, search, read, create, update, delete, export, print, breakGlass

    package var name: String { self == .breakGlass ? "break-glass" : "\(self)" }
    package init?(name: String) {
        guard let found = Action.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// Whether the service did it. A refused or failed act discloses nobody.
package enum Outcome: UInt8, Hashable, Sendable {
    case success = 0, failure, unknown
}

/// What sort of machine an agent string speaks of.
package enum DeviceKind: UInt8, Hashable, Sendable {
    case unknown = 0, desk, phone, tablet, script
}

/// How sure it is that a person was exposed. Nested: what is established is attributed, what is attributed is possible.
package enum ExposureLevel: Int, Comparable, Sendable, CaseIterable {
    case possible = 0, attributed, established

    package var name: String { "\(self)" }
    package static func < (a: ExposureLevel, b: ExposureLevel) -> Bool { a.rawValue < b.rawValue }
}
