import Model

/// Every person that a service holds, for whoever keeps pseudonyms: in the order of their ids, as `orders` count them.
package struct DirectoryList: Sendable {
    package struct Person: Sendable {
        package var reference: String
        /// The national number, where the directory gives it.
        package var identifier: Identifier?
    }
    package var persons: [Person] = []
    package var orders: DirectoryOrders?

    package init() {}

    /// Reads what `--directory` reads.
    /// - Throws: `TrailError.missing`, `.badTable`.
    package init(file: String, temporaryFolder: String) throws {
        let table = try DirectoryTable.read(file, temporaryFolder: temporaryFolder)
        persons = table.persons.map { Person(reference: $0.id, identifier: $0.ins.isEmpty ? nil : Identifier(system: Identifier.insNIR, value: $0.ins)) }
        orders = table.orders
    }
}
