import Glibc

/// The one file form of the index: a header, then columns of fixed-width little-endian numbers.
///
/// ```
/// "cordonEX"  version u32  kind u32  columns u32  0 u32
/// per column: offset u64, bytes u64, CRC-32C u32, width u32        offsets are multiples of 8
/// CRC-32C of everything above u32, 0 u32
/// ```
/// Reading trusts nothing: a header that does not fit the bytes is refused, and columns check each index. The columns'
/// own checksums cost a pass over the file and are compared by `checkContent`.
struct ColumnFile {
    enum Kind: UInt32 { case names = 1, segment = 2 }

    static let version: UInt32 = 1
    static let magic: [UInt8] = Array("cordonEX".utf8)
    static func headerCount(columns: Int) -> Int { 24 + 24 * columns + 8 }

    let name: String
    private let bytes: MappedBytes
    private let entries: [Entry]
    /// The header's checksum, by which the names file knows its segments.
    let fingerprint: UInt32
    var count: Int { bytes.count }

    private struct Entry { var offset: Int, count: Int, checksum: UInt32, width: UInt32 }

    init(_ bytes: MappedBytes, name: String, kind: Kind, columns: Int) throws(ExposureError) {
        (self.bytes, self.name) = (bytes, name)
        let headerCount = ColumnFile.headerCount(columns: columns)
        guard bytes.count >= 24, (0..<8).allSatisfy({ bytes.byte($0) == ColumnFile.magic[$0] }), bytes.u32(8) == ColumnFile.version, bytes.u32(12) == kind.rawValue
        else { throw ExposureError(.foreign, file: name, "is not a file of an exposure index of version \(ColumnFile.version)") }
        guard bytes.u32(16) == UInt32(columns), bytes.count >= headerCount else { throw ExposureError(.corrupt, file: name, "is cut in its header") }
        fingerprint = bytes.checksum(0..<(headerCount - 8))
        guard bytes.u32(headerCount - 8) == fingerprint else { throw ExposureError(.corrupt, file: name, "has a damaged header") }
        var entries: [Entry] = []
        for i in 0..<columns {
            let at = 24 + 24 * i
            guard let offset = Int(exactly: bytes.u64(at)), let count = Int(exactly: bytes.u64(at + 8)), offset >= headerCount, offset % 8 == 0,
                  offset <= bytes.count, count <= bytes.count - offset
            else { throw ExposureError(.corrupt, file: name, "has a column outside of it") }
            entries.append(Entry(offset: offset, count: count, checksum: bytes.u32(at + 16), width: bytes.u32(at + 20)))
        }
        self.entries = entries
    }

    func column<T: FixedWidthInteger & BitwiseCopyable>(_ index: Int, of type: T.Type = T.self) throws(ExposureError) -> Column<T> {
        let entry = entries[index]
        guard entry.width == UInt32(MemoryLayout<T>.size), entry.count % MemoryLayout<T>.size == 0 else { throw ExposureError(.corrupt, file: name, "has a column of another width") }
        return Column(bytes, offset: entry.offset, count: entry.count / MemoryLayout<T>.size)
    }

    /// Compares each column with its checksum.
    func checkContent() throws(ExposureError) {
        for entry in entries where bytes.checksum(entry.offset..<(entry.offset + entry.count)) != entry.checksum {
            throw ExposureError(.corrupt, file: name, "has a damaged column")
        }
    }
}

/// Writes a `ColumnFile`: columns one after the other, the header at the end.
struct ColumnFileWriter {
    private let file: OutputFile
    private let kind: ColumnFile.Kind
    private let columns: Int
    private var table: [UInt8] = []
    private var written = 0

    init(folder: String, name: String, kind: ColumnFile.Kind, columns: Int) throws(ExposureError) {
        (self.kind, self.columns) = (kind, columns)
        file = try OutputFile(folder: folder, name: name)
        try file.append([UInt8](repeating: 0, count: ColumnFile.headerCount(columns: columns)))
    }

    mutating func column<T: FixedWidthInteger & BitwiseCopyable>(_ values: [T]) throws(ExposureError) {
        try file.append([UInt8](repeating: 0, count: (8 - file.count % 8) % 8))
        let offset = file.count
        var failure: ExposureError?
        var checksum: UInt32 = 0
        values.withUnsafeBytes { bytes in
            checksum = Checksum.of(bytes)
            do throws(ExposureError) { try file.append(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        put(UInt64(offset), into: &table)
        put(UInt64(values.count * MemoryLayout<T>.size), into: &table)
        put(checksum, into: &table)
        put(UInt32(MemoryLayout<T>.size), into: &table)
        written += 1
    }

    /// Returns the header's checksum and the size of the file.
    func finish() throws(ExposureError) -> (fingerprint: UInt32, count: Int) {
        precondition(written == columns)
        var header = ColumnFile.magic
        put(ColumnFile.version, into: &header)
        put(kind.rawValue, into: &header)
        put(UInt32(columns), into: &header)
        put(UInt32(0), into: &header)
        header += table
        let fingerprint = header.withUnsafeBytes(Checksum.of)
        put(fingerprint, into: &header)
        put(UInt32(0), into: &header)
        try file.overwrite(at: 0, header)
        try file.commit()
        return (fingerprint, file.count)
    }

    private func put(_ value: some FixedWidthInteger, into bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
