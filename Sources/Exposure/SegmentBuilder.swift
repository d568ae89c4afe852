import Model

/// Acts of one stretch of the trail, in canonical order, until they are written as a `Segment`.
///
/// Input comes in time order, so two stable counting sorts (by account, by person) are all that it takes.
struct SegmentBuilder {
    private var time: [Int64] = [], entry: [UInt64] = [], session: [UInt64] = []
    private var account: [UInt32] = [], service: [UInt32] = [], controller: [UInt32] = [], unrecorded: [UInt32] = []
    private var tupleStarts: [UInt32] = [0]
    private var person: [UInt32] = [], reference: [UInt32] = []
    private var categories: [UInt8] = [], manners: [UInt8] = []

    var isEmpty: Bool { time.isEmpty }
    /// Bytes held, and about as many again while sorting and writing.
    var memory: Int { 2 * (time.count * 44 + person.count * 18) }
    var tuples: Int { person.count }

    mutating func append(entry: UInt64, time: Int64, account: UInt32, session: UInt64, service: UInt32, controller: UInt32, disclosures: [Disclosure], unrecorded: UInt32) {
        self.entry.append(entry)
        self.time.append(time)
        self.account.append(account)
        self.session.append(session)
        self.service.append(service)
        self.controller.append(controller)
        self.unrecorded.append(unrecorded)
        for d in disclosures {
            person.append(d.person)
            reference.append(d.reference)
            categories.append(d.categories.rawValue)
            manners.append(d.manners.rawValue)
        }
        tupleStarts.append(UInt32(person.count))
    }

    mutating func removeAll() { self = SegmentBuilder() }

    /// Returns the header's checksum and the size of the file.
    func write(folder: String, name: String) throws(ExposureError) -> (fingerprint: UInt32, count: Int) {
        var file = try ColumnFileWriter(folder: folder, name: name, kind: .segment, columns: Segment.columnCount)
        let byAccount = stableOrder(of: account)
        try writeKeys(account, in: byAccount, to: &file)
        try file.column(gather(time, byAccount))
        try file.column(gather(entry, byAccount))
        try file.column(gather(session, byAccount))
        try file.column(gather(service, byAccount))
        try file.column(gather(controller, byAccount))
        try file.column(gather(unrecorded, byAccount))

        // Where each tuple, in canonical order, lies in the forward side.
        var forwardStarts: [UInt32] = [0], tupleOrder: [UInt32] = []
        var rowOf = [UInt32](repeating: 0, count: person.count), tupleOf = rowOf
        tupleOrder.reserveCapacity(person.count)
        forwardStarts.reserveCapacity(time.count + 1)
        for (row, act) in byAccount.enumerated() {
            for t in tupleStarts[Int(act)]..<tupleStarts[Int(act) + 1] {
                rowOf[Int(t)] = UInt32(row)
                tupleOf[Int(t)] = UInt32(tupleOrder.count)
                tupleOrder.append(t)
            }
            forwardStarts.append(UInt32(tupleOrder.count))
        }
        try file.column(forwardStarts)
        try file.column(gather(person, tupleOrder))
        try file.column(gather(reference, tupleOrder))
        try file.column(gather(categories, tupleOrder))
        try file.column(gather(manners, tupleOrder))

        let byPerson = stableOrder(of: person)
        try writeKeys(person, in: byPerson, to: &file)
        try file.column(gather(rowOf, byPerson))
        try file.column(gather(tupleOf, byPerson))
        return try file.finish()
    }

    /// Two columns: the distinct keys ascending, and where each begins.
    private func writeKeys(_ values: [UInt32], in order: [UInt32], to file: inout ColumnFileWriter) throws(ExposureError) {
        var keys: [UInt32] = [], starts: [UInt32] = []
        for (at, i) in order.enumerated() where keys.last != values[Int(i)] {
            keys.append(values[Int(i)])
            starts.append(UInt32(at))
        }
        starts.append(UInt32(order.count))
        try file.column(keys)
        try file.column(starts)
    }

    private func gather<T>(_ values: [T], _ order: [UInt32]) -> [T] {
        order.map { values[Int($0)] }
    }
}

/// The order that sorts `keys`, equal keys as they stand: a counting sort on each half of the number.
func stableOrder(of keys: [UInt32]) -> [UInt32] {
    var order = (0..<UInt32(keys.count)).map { $0 }
    var next = order
    for shift in [UInt32(0), 16] {
        if shift > 0 && keys.allSatisfy({ $0 < 1 << 16 }) { break }
        var starts = [Int](repeating: 0, count: (1 << 16) + 1)
        for key in keys { starts[Int((key >> shift) & 0xFFFF) + 1] += 1 }
        for digit in 1...(1 << 16) { starts[digit] += starts[digit - 1] }
        for i in order {
            let digit = Int((keys[Int(i)] >> shift) & 0xFFFF)
            next[starts[digit]] = i
            starts[digit] += 1
        }
        swap(&order, &next)
    }
    return order
}
