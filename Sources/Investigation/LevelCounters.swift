import Exposure
import Incident
import Ledger
import Model

/// Distinct persons at the three nested levels.
struct LevelCounters {
    private var counters = ExposureLevel.allCases.map { _ in ExposureCounter() }

    /// Adds an act at its level and at every weaker one. Bounds for persons that the source did not record are possible only.
    mutating func add(_ act: Act, at level: ExposureLevel) {
        for weaker in ExposureLevel.allCases where weaker <= level {
            counters[weaker.rawValue].add(act.disclosures, service: act.service, controller: act.controller, unrecorded: weaker == .possible ? act.unrecorded : 0)
        }
    }

    /// - Parameter directoryPersons: persons that the services hold, where known: nobody beyond them can have been disclosed.
    func levels(service: (UInt32) -> String, controller: (UInt32) -> String, directoryPersons: Int?) -> IncidentDocument.Levels {
        func count(_ level: ExposureLevel) -> IncidentDocument.Count {
            IncidentDocument.Count(counters[level.rawValue].count, service: service, controller: controller, directoryPersons: directoryPersons)
        }
        return IncidentDocument.Levels(established: count(.established), attributed: count(.attributed), possible: count(.possible))
    }

    func accesses(_ level: ExposureLevel) -> Int { counters[level.rawValue].count.accesses }
}

extension IncidentDocument.Count {
    /// Numbers become names; the bound for unrecorded persons is capped by the directory and added to `persons`.
    init(_ count: ExposureCount, service: (UInt32) -> String, controller: (UInt32) -> String, directoryPersons: Int?) {
        self.init()
        unrecorded = min(count.unrecorded, directoryPersons.map { max(0, $0 - count.persons) } ?? count.unrecorded)
        persons = count.persons + unrecorded
        references = count.references
        for (name, category) in Categories.named { if let n = count.byCategory[category], n > 0 { byCategory[name] = n } }
        for (name, manner) in Manners.named { if let n = count.byManner[manner], n > 0 { byManner[name] = n } }
        for (number, n) in count.byService where n > 0 { byService[IncidentDocument.known(service(number)), default: 0] += n }
        for (number, n) in count.byController where n > 0 { byController[IncidentDocument.known(controller(number)), default: 0] += n }
    }
}

extension IncidentDocument {
    /// A service or controller as files and ledger name it: `unknown` where no source and no profile does.
    static func known(_ name: String) -> String { name.isEmpty ? "unknown" : LedgerEntry.bounded(name: name) }
}
