import Glibc

/// Marks per person and per reference, and the hot loops over them.
///
/// A query marks what its rows show, then walks the same rows again, reading and clearing: the cost follows the scope, not
/// the number of persons, unless the scope shows most of them. Marks are all zero between queries.
final class Tally {
    let personCount: Int, referenceCount: Int
    /// Categories in the low byte, manners above, `seen` on top.
    private let masks: UnsafeMutablePointer<UInt16>
    private let references: UnsafeMutablePointer<UInt64>
    /// 64 services or controllers at a time; made when a scope has more than one.
    private var facets: UnsafeMutablePointer<UInt64>?
    /// How many persons have each mask, and the masks that somebody has.
    private let histogram: UnsafeMutablePointer<Int>
    private var met: [UInt16] = []

    private static let seen: UInt16 = 0x8000
    private static let maskCount = 1 << 16

    init(personCount: Int, referenceCount: Int) {
        (self.personCount, self.referenceCount) = (personCount, referenceCount)
        masks = Tally.zeros(max(personCount, 1))
        references = Tally.zeros(referenceCount / 64 + 1)
        histogram = Tally.zeros(Tally.maskCount)
    }

    deinit {
        free(masks)
        free(references)
        free(histogram)
        if let facets { free(facets) }
    }

    /// Marks the tuples; returns how many are in scope and how many references were new.
    func mark(_ segment: Segment, _ tuples: Range<Int>, categories: UInt8?, manners: UInt8?) throws(ExposureError) -> (accesses: Int, references: Int) {
        precondition(tuples.lowerBound >= 0 && tuples.upperBound <= segment.tuples)
        let (person, reference, category, manner) = (segment.person.base, segment.reference.base, segment.categories.base, segment.manners.base)
        let masks = self.masks, references = self.references
        let (persons, referenceLimit) = (UInt32(personCount), UInt32(referenceCount))
        let categoryMask = categories ?? 0xFF, mannerMask = manners ?? 0xFF
        let (categoryFree, mannerFree) = (categories == nil, manners == nil)
        var accesses = 0, new = 0
        for t in tuples {
            let p = person[t], r = reference[t], c = category[t], m = manner[t]
            if !categoryFree && c & categoryMask == 0 { continue }
            if !mannerFree && m & mannerMask == 0 { continue }
            guard p < persons, r < referenceLimit else { throw ExposureError(.corrupt, file: segment.file.name, "has a number without a name") }
            masks[Int(p)] |= UInt16(c) | UInt16(m & 0x7F) << 8 | Tally.seen
            let bit: UInt64 = 1 << UInt64(r & 63), word = references[Int(r >> 6)]
            new += word & bit == 0 ? 1 : 0
            references[Int(r >> 6)] = word | bit
            accesses += 1
        }
        return (accesses, new)
    }

    /// Clears what `mark` set; each person is counted under its mask once. For windows that are small against the tables.
    func collect(_ segment: Segment, _ tuples: Range<Int>) {
        precondition(tuples.lowerBound >= 0 && tuples.upperBound <= segment.tuples)
        let (person, reference, masks, references) = (segment.person.base, segment.reference.base, self.masks, self.references)
        let (persons, referenceLimit) = (UInt32(personCount), UInt32(referenceCount))
        for t in tuples {
            let p = person[t], r = reference[t]
            // A tuple out of scope may name anything.
            guard p < persons, r < referenceLimit else { continue }
            references[Int(r >> 6)] = 0
            let mask = masks[Int(p)]
            if mask == 0 { continue }
            masks[Int(p)] = 0
            meet(mask)
        }
    }

    /// The same for large windows: goes through the tables instead of the rows.
    func collectAll() {
        references.update(repeating: 0, count: referenceCount / 64 + 1)
        for p in 0..<personCount where masks[p] != 0 { meet(masks[p]) }
        masks.update(repeating: 0, count: personCount)
    }

    /// Whether to go through the tables is cheaper than through so many tuples again.
    func isLarge(_ accesses: Int) -> Bool { accesses > personCount / 8 }

    @inline(__always) private func meet(_ mask: UInt16) {
        if histogram[Int(mask)] == 0 { met.append(mask) }
        histogram[Int(mask)] &+= 1
    }

    /// Calls `body` with each mask (categories, manners) and its number of persons, and forgets them.
    func drain(_ body: (UInt8, UInt8, Int) -> Void) {
        for mask in met {
            body(UInt8(mask & 0xFF), UInt8((mask >> 8) & 0x7F), histogram[Int(mask)])
            histogram[Int(mask)] = 0
        }
        met.removeAll(keepingCapacity: true)
    }

    /// Sets `bits` for the persons of the tuples in scope.
    func markFacets(_ segment: Segment, _ tuples: Range<Int>, _ run: Run, bits: UInt64) throws(ExposureError) {
        precondition(tuples.lowerBound >= 0 && tuples.upperBound <= segment.tuples)
        let facets = facetMarks, person = segment.person.base
        for t in tuples where run.meets(segment, t) {
            let p = Int(person[t])
            guard p < personCount else { throw ExposureError(.corrupt, file: segment.file.name, "has a number without a name") }
            facets[p] |= bits
        }
    }

    /// Adds each person's facets to `counts`, which has 64 places, and clears them.
    func collectFacets(_ segment: Segment, _ tuples: Range<Int>, into counts: inout [Int]) {
        precondition(tuples.lowerBound >= 0 && tuples.upperBound <= segment.tuples && counts.count == 64)
        let facets = facetMarks, person = segment.person.base
        for t in tuples {
            let p = Int(person[t])
            guard p < personCount else { continue }
            var bits = facets[p]
            facets[p] = 0
            while bits != 0 {
                counts[bits.trailingZeroBitCount] += 1
                bits &= bits &- 1
            }
        }
    }

    /// Calls `body` wherever service or controller changes from row to row; returns the sum of unrecorded persons.
    static func survey(_ segment: Segment, _ rows: Range<Int>, _ body: (_ service: UInt32, _ controller: UInt32) -> Void) -> Int {
        precondition(rows.lowerBound >= 0 && rows.upperBound <= segment.rows)
        guard let first = rows.first else { return 0 }
        let (service, controller, unrecorded) = (segment.service.base, segment.controller.base, segment.unrecorded.base)
        var last = (service[first], controller[first]), sum = 0
        body(last.0, last.1)
        for row in rows {
            let s = service[row], c = controller[row]
            if s != last.0 || c != last.1 {
                last = (s, c)
                body(s, c)
            }
            sum += Int(unrecorded[row])
        }
        return sum
    }

    private var facetMarks: UnsafeMutablePointer<UInt64> {
        if let facets { return facets }
        let made: UnsafeMutablePointer<UInt64> = Tally.zeros(max(personCount, 1))
        facets = made
        return made
    }

    /// `calloc`: pages that no query touches cost nothing.
    private static func zeros<T: FixedWidthInteger>(_ count: Int) -> UnsafeMutablePointer<T> {
        guard let memory = calloc(count, MemoryLayout<T>.stride) else { preconditionFailure("out of memory") }
        return memory.bindMemory(to: T.self, capacity: count)
    }
}
