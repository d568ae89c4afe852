import Ledger
import Trail

/// Which names belong to one account, as of now. The rules are those of an investigation (`AccountTable`), applied to the
/// names seen so far:
///
/// - A subject is one account.
/// - A professional number is one account until a second name comes with it; from then on it joins only with its name.
/// - A name is one account until a second professional number comes with it; from then on it joins only with its number.
///
/// An investigation knows all names beforehand. Here what was joined stays joined, and two accounts that turn out to be one
/// are one from then on, under the older one's pseudonym; entries written before keep theirs.
struct OnlineAccounts {
    typealias Names = LedgerEntry.LiveMark.Names

    private enum Key: Hashable {
        case subject(Pseudonym), professional(Pseudonym), name(Pseudonym), both(name: Pseudonym, professional: Pseudonym)
    }
    private var holders: [Key: Int] = [:]
    private var groups = DisjointSets()
    /// By member of `groups`; the root's is the account's.
    private var pseudonyms: [Pseudonym] = []
    private var known: [Names: Int] = [:]
    private var nameOf: [Pseudonym: Pseudonym] = [:], hasManyNames: Set<Pseudonym> = []
    private var professionalOf: [Pseudonym: Pseudonym] = [:], hasManyProfessionals: Set<Pseudonym> = []

    /// The pseudonym of the account that these names stand for. `fresh` is the one that a new account gets.
    mutating func account(_ names: Names, fresh: @autoclosure () -> Pseudonym) -> (account: Pseudonym, isNewCombination: Bool) {
        if let member = known[names] { return (pseudonyms[groups.root(member)], false) }
        note(names)
        let keys = self.keys(of: names)
        let holding = keys.compactMap { holders[$0] }
        let member = pseudonyms.count
        groups.append()
        // The oldest of those that it joins gives the pseudonym; where it joins none, it is new.
        pseudonyms.append(holding.map { groups.root($0) }.min().map { pseudonyms[$0] } ?? fresh())
        for other in holding { groups.unite(other, member) }
        for key in keys where holders[key] == nil { holders[key] = member }
        known[names] = member
        return (pseudonyms[groups.root(member)], true)
    }

    private mutating func note(_ names: Names) {
        guard let name = names.name, let professional = names.professional else { return }
        if nameOf[professional] ?? name != name { hasManyNames.insert(professional) }
        if professionalOf[name] ?? professional != professional { hasManyProfessionals.insert(name) }
        nameOf[professional] = name
        professionalOf[name] = professional
    }

    private func keys(of names: Names) -> [Key] {
        var keys: [Key] = []
        if let subject = names.subject { keys.append(.subject(subject)) }
        if let professional = names.professional {
            if !hasManyNames.contains(professional) { keys.append(.professional(professional)) } else if let name = names.name {
                keys.append(.both(name: name, professional: professional))
            }
        }
        if let name = names.name {
            if !hasManyProfessionals.contains(name) { keys.append(.name(name)) } else if let professional = names.professional {
                keys.append(.both(name: name, professional: professional))
            }
        }
        return keys
    }
}
