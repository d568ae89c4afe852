import Model

/// A person whose data the service holds.
struct Person: Sendable {
    var ipp: String
    var ins: String
    /// Place of the family name in the alphabet.
    var family: Int
    var birth: CivilDate
    var postcode: String
    var region: Int
    /// From when on the service finds the person.
    var knownAt: ParisTime
}

/// Everybody, in the order that searches show them in.
struct People: Sendable {
    /// Made up, in alphabetical order.
    let families: [String]
    private(set) var all: [Person]
    /// Persons by family name, then number.
    private let byName: [Int]
    /// Where each family name begins in `byName`; one more at the end.
    private let starts: [Int]

    static let page = 10

    init(plan: StoryPlan, towns: [[String]]) {
        var random = Random(seed: plan.seed, stream: "people")
        families = People.familyNames(max(50, plan.persons / 5), &random)
        // The commonest name has about one person in a thousand, most names few, as in a French region.
        var common = Array(families.indices)
        random.shuffle(&common)
        var cumulative: [Int] = [], total = 0
        for rank in common.indices {
            total += 1_000_000 / (rank + 300)
            cumulative.append(total)
        }
        let start = ParisTime(day: plan.firstDay.daysSinceEpoch)
        var numbers = 80_000_000, used: Set<String> = [], all: [Person] = []
        let known = plan.persons * plan.knownBefore / 1000
        for i in 0..<plan.persons {
            let x = random.below(total)
            var low = 0, high = cumulative.count - 1
            while low < high {
                let middle = (low + high) / 2
                if cumulative[middle] <= x { low = middle + 1 } else { high = middle }
            }
            let region = random.below(plan.regions)
            // Mostly old people: these services find places in homes and rehabilitation.
            let year = random.chance(780) ? random.among(1925...1955) : random.among(1956...2004)
            let birth = CivilDate(year: year, month: random.among(1...12), day: random.among(1...28))
            var ins = ""
            repeat {
                ins = Numbers.ins(isMale: random.chance(420), year: year, month: birth.month, department: random.among(1...95), commune: random.among(950...989), order: random.among(1...998))
            } while !used.insert(ins).inserted
            numbers += random.among(1...9)
            all.append(Person(ipp: String(numbers), ins: ins, family: common[low], birth: birth, postcode: random.pick(towns[region]), region: region, knownAt: i < known ? start + -86_400 : ParisTime(Int.max / 4)))
        }
        self.all = all
        byName = all.indices.sorted { (all[$0].family, all[$0].ipp) < (all[$1].family, all[$1].ipp) }
        var starts = [Int](repeating: 0, count: families.count + 1)
        for p in all { starts[p.family + 1] += 1 }
        for f in 1...families.count { starts[f] += starts[f - 1] }
        self.starts = starts
    }

    mutating func enter(_ person: Int, at time: ParisTime) { all[person].knownAt = time }

    /// Page `page`, from 1, of the persons whose family name begins with `prefix` and whom the service knows at `time`.
    func find(_ prefix: String, at time: ParisTime, page: Int = 1) -> [Int] {
        let low = families.partition(from: prefix), high = families.partition(from: prefix + "~")
        var found: [Int] = [], skip = (page - 1) * People.page
        for i in starts[low]..<starts[high] where all[byName[i]].knownAt <= time {
            if skip > 0 { skip -= 1 } else { found.append(byName[i]) }
            if found.count == People.page { break }
        }
        return found
    }

    func family(_ person: Int) -> String { families[all[person].family] }

    /// The first three letters of all family names, ascending, in `count` stretches of about as many persons each.
    func parts(_ count: Int) -> [[String]] {
        var parts = [[String]](repeating: [], count: count)
        for f in families.indices {
            let prefix = String(families[f].prefix(3)), part = min(count - 1, starts[f] * count / max(all.count, 1))
            if parts.last(where: { !$0.isEmpty })?.last != prefix { parts[part].append(prefix) }
        }
        return parts
    }

    private static func familyNames(_ count: Int, _ random: inout Random) -> [String] {
        let onsets = ["B", "CH", "D", "F", "G", "J", "L", "M", "N", "P", "R", "S", "T", "V", "BR", "CL", "GR", "TR"]
        let rimes = ["A", "E", "I", "O", "U", "AN", "ON", "OU", "AR", "ER"]
        let ends = ["T", "RD", "N", "L", "S", "UX", "U", "LIN", "RET", "MONT", "VAL", "DIN"]
        var names: Set<String> = []
        while names.count < count {
            var name = ""
            for _ in 0..<random.pick([1, 2, 2]) { name += random.pick(onsets) + random.pick(rimes) }
            names.insert(name + random.pick(ends))
        }
        return names.sorted()
    }
}

extension [String] {
    /// First place whose text is not before `text`; texts ascend (bytes of ASCII).
    func partition(from text: String) -> Int {
        var low = 0, high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < text { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
