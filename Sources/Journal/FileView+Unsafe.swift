/// A file's bytes for reading at any place: mapped, or held.
///
/// Sendable because the bytes are never written while it lives and the pointer never leaves but inside `withBytes`.
package final class FileView: @unchecked Sendable {
    private let bytes: UnsafeRawBufferPointer
    private let release: () -> Void

    package var count: Int { bytes.count }

    init(_ bytes: UnsafeRawBufferPointer, release: @escaping () -> Void) { (self.bytes, self.release) = (bytes, release) }

    package convenience init(_ bytes: [UInt8]) {
        let held = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
        held.copyBytes(from: bytes)
        self.init(UnsafeRawBufferPointer(held)) { held.deallocate() }
    }

    deinit { release() }

    /// The bytes of a range that lies in the file; the pointer is good only inside `body`.
    package func withBytes<R>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try body(UnsafeRawBufferPointer(rebasing: bytes[range]))
    }
}
