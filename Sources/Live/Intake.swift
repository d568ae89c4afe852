import Journal
import Ledger
import Model
import Profiles
import Trail

/// From deliveries to entries for the log, and from the log's answers to those for the senders. Synchronous, one owner, and no
/// file but the ones that others write.
struct Intake {
    private let reader: DeliveryReader
    private var naming: ActNaming
    private var known: KnownRecords

    init(reader: DeliveryReader, naming: ActNaming, recordsKnown: Int) {
        (self.reader, self.naming) = (reader, naming)
        known = KnownRecords(most: recordsKnown)
    }

    /// A delivery that was read and waits for the log.
    struct Draft {
        var answer: Delivered
        var acts: [DraftAct]
        var content: DeliveryContent
        var entries: [Entry] { acts.flatMap(\.entries) }
    }
    struct DraftAct {
        var records: [SourceAct.Record]
        /// One, or several in a row where one cannot hold the act.
        var parts: [LedgerEntry]
        var entries: [Entry]
    }

    mutating func read(_ delivery: Incoming) throws -> Draft {
        let content = try content(of: delivery)
        var answer = Delivered(
            lines: content.balance.lines, accepted: content.balance.kept, duplicates: content.balance.duplicate, refused: content.balance.refused,
            header: content.balance.header, blank: content.balance.blank, format: content.balance.format)
        answer.problems = content.balance.refusals.map { .init(line: $0.place.line, byte: $0.place.byte, problem: $0.problem) }
        var acts: [DraftAct] = []
        for (act, parts) in zip(content.acts, try naming.entries(of: content.acts)) {
            acts.append(DraftAct(records: act.records, parts: parts, entries: try Intake.entries(act.records, parts)))
            // Two deliveries that wait for one answer of the log may hold the same record.
            for record in act.records { known.insert(id: record.identity.id, content: record.identity.content) }
        }
        return Draft(answer: answer, acts: acts, content: content)
    }

    private func content(of delivery: Incoming) throws -> DeliveryContent {
        let year = CivilDate(daysSinceEpoch: delivery.received.dayNumber).year
        return try reader.read(delivery.bytes, from: delivery.source, format: delivery.format, place: delivery.place, assumedYear: year) { known.standing($0) }
    }

    /// Under the key of the act's first record that is new, with a fingerprint of all its records.
    private static func entries(_ records: [SourceAct.Record], _ parts: [LedgerEntry]) throws -> [Entry] {
        var content: UInt64 = 0xcbf2_9ce4_8422_2325
        for record in records { content = ((content ^ record.identity.id) &* 0x0000_0100_0000_01b3 ^ record.identity.content) &* 0x0000_0100_0000_01b3 }
        let first = records.first?.identity ?? RecordIdentity(id: 0, content: 0)
        return try parts.map { part in
            Entry(key: EventKey(high: first.id, low: first.id &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(part.part)), content: content, bytes: try part.encoded())
        }
    }

    /// The log answered: what it had already, or has otherwise, is told to the sender.
    /// - Returns: the answer, and the entries that are new with their numbers.
    mutating func settle(_ draft: Draft, _ receipts: ArraySlice<Receipt>) -> (Delivered, added: [(UInt64, LedgerEntry)]) {
        var answer = draft.answer, added: [(UInt64, LedgerEntry)] = []
        var next = receipts.startIndex
        for act in draft.acts {
            let own = receipts[next..<next + act.entries.count]
            next += act.entries.count
            let units = act.records.reduce(0) { $0 + $1.units }
            var isKnown = false, isNew = false
            for (receipt, part) in zip(own, act.parts) {
                switch receipt {
                case .added(let index, _, let size):
                    isNew = true
                    naming.written(part)
                    added.append((index, part))
                    answer.size = max(answer.size, size)
                case .known: isKnown = true
                case .conflict:
                    if part.part == 1 {
                        answer.accepted -= units
                        answer.refused += units
                        for record in act.records {
                            answer.problems.append(.init(line: record.line, byte: record.byte, problem: Intake.contradiction))
                            known.remove(id: record.identity.id)
                        }
                    }
                }
            }
            if isKnown, !isNew {
                answer.accepted -= units
                answer.duplicates += units
            }
        }
        answer.problems.sort { ($0.line, $0.byte) < ($1.line, $1.byte) }
        answer.problems = Array(answer.problems.prefix(Delivered.problemsMax))
        answer.entries = added.count
        answer.firstIndex = added.first?.0
        return (answer, added)
    }

    /// Nothing of it came into the log.
    mutating func drop(_ draft: Draft) {
        for act in draft.acts {
            for record in act.records { known.remove(id: record.identity.id) }
        }
    }

    mutating func restore(_ entry: LedgerEntry) {
        naming.restore(entry)
        for record in entry.live?.records ?? [] { known.insert(id: record.id, content: record.content) }
    }

    private static let contradiction = FieldProblem(
        field: "id", found: "an id that the ledger has, with other content or in other company", expected: "one id for one record",
        remedy: "what came first is kept; ask the source which one is right, and send an act's records as they were sent before")
}
