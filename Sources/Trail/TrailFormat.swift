import Model

/// One format that Trail reads. A format knows bytes; it does not know files, compression, profiles or other formats.
///
/// The text that it gets is the whole file, decompressed, mapped into memory and valid only during the call. It tells the
/// sink of every unit (line, or record in formats without lines) exactly once: kept, refused, blank or header.
package protocol TrailFormat: Sendable {
    /// As printed by `cordon formats` and written into `incident.json`: `fhir-r4`, `csv`, `m365`…
    var name: String { get }
    /// One line on what it is and how it is recognised.
    var summary: String { get }
    /// How surely the beginning of a file (up to 64 KiB, perhaps cut in a line) is of this format: 0 not at all, 100 beyond doubt.
    func recognise(_ head: UnsafeRawBufferPointer) -> Int
    /// Reads the whole text. Bad units are refused through the sink and reading goes on; it throws only what ends the file:
    /// another version of the format, which must be named (`FHIR R5`).
    func read(_ text: UnsafeRawBufferPointer, of file: FileInHand, to sink: any EventSink) throws(FieldProblem)
    /// Bytes that every record's line begins with, when a file with this beginning holds one record a line and each line can
    /// be read without the ones before it: a large file is then read in pieces, each beginning at such a line. Nil: never.
    func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]?
}

extension TrailFormat {
    package func linePrefix(_ head: UnsafeRawBufferPointer) -> [UInt8]? { nil }
}

/// What a format may know about the file that it reads.
package struct FileInHand: Sendable {
    /// Base name.
    package var name: String
    /// A mapping for tables with unknown headers, column name to event field (`--profile`), empty when none was given.
    package var columns: [String: String]
    /// Zone in which times without a zone are read, and whether a profile stated it (else it is assumed, and that is said).
    package var zone: String
    package var zoneIsStated: Bool
    /// Proxies whose X-Forwarded-For is believed, as addresses or networks.
    package var trustedProxies: [String]
    /// Year of the newest complete date in the file's surroundings, for times without a year.
    package var assumedYear: Int

    package init(name: String, columns: [String: String] = [:], zone: String = "Europe/Paris", zoneIsStated: Bool = false, trustedProxies: [String] = [], assumedYear: Int = 2025) {
        (self.name, self.columns, self.zone, self.zoneIsStated) = (name, columns, zone, zoneIsStated)
        (self.trustedProxies, self.assumedYear) = (trustedProxies, assumedYear)
    }
}

/// Where a format puts what it finds.
package protocol EventSink: AnyObject {
    /// A record was read. `units` is how many lines it spans.
    func keep(_ event: AccessEvent, at place: Place, units: Int)
    /// A unit cannot be read; it is listed and set aside.
    func refuse(_ problem: FieldProblem, at place: Place, units: Int)
    func blank(units: Int)
    func header(units: Int)
    /// Something had to be assumed (zone, year, encoding). Said once per file and kind.
    func assume(_ assumption: Assumption)
    /// The source itself says that records are missing or withheld (throttling), or that persons were not recorded.
    func declare(gap kind: String, source: String, at time: Instant?, count: Int?)
    /// A warning that keeps the value: a national number whose key is wrong. Counted per kind, the first place kept.
    func warn(_ problem: FieldProblem, at place: Place)
    /// Bytes of the text that are done; false when the reader should stop.
    func advance(to byte: Int) -> Bool
}

/// What a reader took for granted.
package enum Assumption: Hashable, Sendable {
    case zone(String)
    case year(Int)
    case encoding(String)
    /// A local time that occurs twice (the double hour of October) was read as the first of both.
    case ambiguousHour(String)
    /// Columns that no synonym matched and that were left aside.
    case ignoredColumns([String])
    /// Day and month could be swapped; read as day first.
    case dayFirst
}
