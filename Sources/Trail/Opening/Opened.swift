import Crypto
import Glibc
import Model

/// A file that was opened, hashed and, where it was compressed, unpacked.
struct Opened: Sendable {
    var name: String
    var original: MappedBytes
    /// What a format reads.
    var text: MappedBytes
    var isCompressed: Bool
    /// What a damaged stream lacks; what came before it is kept.
    var damage: Wording?

    /// Opens a file. Standard input and compressed files go through an unlinked temporary file.
    static func open(_ input: Input, temporaryFolder: String) throws -> Opened {
        let original = try map(input, temporaryFolder)
        let bytes = original.bytes
        if Gzip.begins(bytes) || Zstd.begins(bytes) {
            let target = try TemporaryFile(in: temporaryFolder)
            let damage = Gzip.begins(bytes) ? try Gzip.unpack(bytes, to: target) : try Zstd.unpack(bytes, to: target)
            return Opened(name: input.name, original: original, text: try target.mapped(), isCompressed: true, damage: damage)
        }
        return Opened(name: input.name, original: original, text: original, isCompressed: false, damage: nil)
    }

    /// SHA-256 of the bytes as given, hexadecimal.
    func sha256() -> String {
        var hash = SHA256()
        let bytes = original.bytes
        var at = 0
        while at < bytes.count {
            let end = min(at + 16 << 20, bytes.count)
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[at..<end]))
            at = end
        }
        return hexadecimal(hash.finalize())
    }

    private static func map(_ input: Input, _ temporaryFolder: String) throws -> MappedBytes {
        let descriptor = input.path == "-" ? 0 : Glibc.open(input.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TrailError.missing(input.name, reason: String(cString: strerror(errno))) }
        defer { if descriptor > 0 { close(descriptor) } }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw TrailError.missing(input.name, reason: String(cString: strerror(errno))) }
        if status.st_mode & S_IFMT == S_IFREG, input.path != "-" {
            guard let mapped = MappedBytes(descriptor: descriptor, count: Int(status.st_size)) else {
                throw TrailError.missing(input.name, reason: String(cString: strerror(errno)))
            }
            return mapped
        }
        // A pipe, a device, standard input: read to its end once.
        let target = try TemporaryFile(in: temporaryFolder)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            let n = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            if n < 0 {
                if errno == EINTR { continue }
                throw TrailError.missing(input.name, reason: String(cString: strerror(errno)))
            }
            if n == 0 { break }
            try target.write(UnsafeRawBufferPointer(rebasing: buffer[..<n]))
        }
        return try target.mapped()
    }
}

func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var out: [UInt8] = []
    for byte in bytes {
        out.append(digits[Int(byte >> 4)])
        out.append(digits[Int(byte & 15)])
    }
    return String(decoding: out, as: UTF8.self)
}
