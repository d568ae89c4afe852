import Ledger
import Trail

/// The records that came last, so that each one that comes again is known by itself, whatever it comes with.
///
/// Bounded: older records are known by the ledger's own index of events, act by act.
struct KnownRecords {
    private var contents: [UInt64: UInt64] = [:]
    /// In the order in which they came; a ring once it is full.
    private var ids: [UInt64] = []
    private var oldest = 0
    private let most: Int

    init(most: Int) { self.most = max(1, most) }

    func standing(_ record: RecordIdentity) -> RecordStanding {
        guard let content = contents[record.id] else { return .new }
        return content == record.content ? .known : .contradicted
    }

    mutating func insert(id: UInt64, content: UInt64) {
        guard contents.updateValue(content, forKey: id) == nil else { return }
        if ids.count < most {
            ids.append(id)
        } else {
            contents[ids[oldest]] = nil
            ids[oldest] = id
            oldest = (oldest + 1) % most
        }
    }

    mutating func remove(id: UInt64) { contents[id] = nil }
}
