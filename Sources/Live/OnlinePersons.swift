import Ledger
import Trail

/// References and the persons behind them, in pseudonyms: references that share a qualified identifier are one person from
/// the act on that shows it, under the pseudonym of the oldest reference.
struct OnlinePersons {
    private var numbers: [Pseudonym: UInt32] = [:]
    private var pseudonyms: [Pseudonym] = []
    private var sets = DisjointSets()
    /// First reference that had each identifier.
    private var holders: [Pseudonym: UInt32] = [:]
    /// Identifiers that a reference was seen with: nearly always one.
    private var identifiers: [UInt32: [Pseudonym]] = [:]

    mutating func number(of reference: Pseudonym) -> UInt32 {
        if let known = numbers[reference] { return known }
        let number = UInt32(pseudonyms.count)
        numbers[reference] = number
        pseudonyms.append(reference)
        sets.append()
        return number
    }

    /// The identifier belongs to the reference; true when that is news.
    mutating func link(_ identifier: Pseudonym, to reference: UInt32) -> Bool {
        if identifiers[reference]?.contains(identifier) == true { return false }
        identifiers[reference, default: []].append(identifier)
        if let holder = holders[identifier] { sets.unite(Int(holder), Int(reference)) } else { holders[identifier] = reference }
        return true
    }

    func person(of reference: UInt32) -> Pseudonym { pseudonyms[sets.currentRoot(Int(reference))] }
}
