import Model

/// Whether persons are opened one after the other as a directory lists them.
struct DirectoryOrder {
    static let ring = 6
    private let orders: DirectoryOrders
    let near: Int

    /// Classes: not near, near by number, by name, by postcode.
    static let wanted = [350, 200, 250, 200]
    let assumed: [Int]

    init?(_ orders: DirectoryOrders?) {
        guard let orders, orders.count >= 50 else { return nil }
        self.orders = orders
        near = min(8, max(1, orders.count / 400))
        // By chance: both sides of each remembered person.
        let chance = min(150, max(1, 1_000 * DirectoryOrder.ring * 2 * near / orders.count))
        assumed = [1_000 - 3 * chance - 15, chance + 2, chance + 10, chance + 3]
    }

    func step(to person: UInt32, after last: [UInt32]) -> Int {
        func gap(_ ranks: [UInt32]) -> Int {
            guard Int(person) < ranks.count else { return .max }
            let here = Int(ranks[Int(person)])
            var best = Int.max
            for other in last where other != person && Int(other) < ranks.count { best = min(best, abs(Int(ranks[Int(other)]) - here)) }
            return best
        }
        if gap(orders.byName) <= near { return 2 }
        if gap(orders.byPostcode) <= near { return 3 }
        if gap(orders.byID) <= near { return 1 }
        return 0
    }
}
