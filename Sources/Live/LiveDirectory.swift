import Ledger
import Model
import Trail

/// Every person that a tenant's services hold, in pseudonyms and in the order of their ids, as `orders` count them.
package struct LiveDirectory: Sendable {
    package var persons: [Pseudonym] = []
    package var orders: DirectoryOrders?

    package init() {}

    package init(_ list: DirectoryList, _ pseudonyms: Pseudonyms) {
        persons = list.persons.map { pseudonyms.person($0.reference) }
        orders = list.orders
    }

    /// What an entry says of where a person stands.
    var ranks: [Pseudonym: LedgerEntry.Ranks] {
        guard let orders else { return [:] }
        var ranks: [Pseudonym: LedgerEntry.Ranks] = [:]
        for (at, person) in persons.enumerated() where at < orders.count {
            ranks[person] = LedgerEntry.Ranks(
                id: orders.byID[at], name: at < orders.byName.count ? orders.byName[at] : nil, postcode: at < orders.byPostcode.count ? orders.byPostcode[at] : nil)
        }
        return ranks
    }
}
