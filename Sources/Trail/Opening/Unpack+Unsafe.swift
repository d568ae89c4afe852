import CZlib
import CZstd
import Model

/// gzip (RFC 1952), any number of members one after the other.
enum Gzip {
    static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b
    }

    /// Writes what unpacks to `target`. A stream that ends early or is damaged gives what came before, and the words for it.
    static func unpack(_ bytes: UnsafeRawBufferPointer, to target: TemporaryFile) throws -> Wording? {
        var stream = z_stream()
        guard inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw TrailError.cannotWrite(reason: "no memory to unpack gzip")
        }
        defer { inflateEnd(&stream) }
        let out = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { out.deallocate() }
        guard let outStart = out.baseAddress?.assumingMemoryBound(to: UInt8.self), let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return nil }

        // zlib counts input in 32 bits: it is fed piece by piece.
        var next = 0
        var isInMember = true
        while true {
            if stream.avail_in == 0 {
                let piece = min(bytes.count - next, 1 << 28)
                if piece == 0 { return isInMember ? Damage.cutShort("gzip") : nil }
                stream.next_in = UnsafeMutablePointer(mutating: start + next)
                stream.avail_in = UInt32(piece)
                next += piece
            }
            if !isInMember {
                // After a member: another one, or padding that tools leave behind.
                let at = next - Int(stream.avail_in)
                guard Gzip.begins(UnsafeRawBufferPointer(rebasing: bytes[at...])) else {
                    return bytes[at...].allSatisfy { $0 == 0 } ? nil : Damage.trailing("gzip")
                }
                inflateReset(&stream)
                isInMember = true
            }
            stream.next_out = outStart
            stream.avail_out = UInt32(out.count)
            let result = inflate(&stream, Z_NO_FLUSH)
            try target.write(UnsafeRawBufferPointer(start: outStart, count: out.count - Int(stream.avail_out)))
            switch result {
            case Z_STREAM_END: isInMember = false
            case Z_OK: break
            case Z_BUF_ERROR where stream.avail_in == 0 && next < bytes.count: break
            case Z_BUF_ERROR: return Damage.cutShort("gzip")
            default: return Damage.corrupt("gzip")
            }
            if result == Z_STREAM_END, stream.avail_in == 0, next == bytes.count { return nil }
        }
    }
}

/// Zstandard (RFC 8878), any number of frames, skippable ones too.
enum Zstd {
    static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count >= 4 else { return false }
        let magic = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        return magic == 0xfd2f_b528 || magic & 0xffff_fff0 == 0x184d_2a50
    }

    static func unpack(_ bytes: UnsafeRawBufferPointer, to target: TemporaryFile) throws -> Wording? {
        guard let stream = ZSTD_createDStream() else { throw TrailError.cannotWrite(reason: "no memory to unpack zstd") }
        defer { ZSTD_freeDStream(stream) }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            let before = input.pos
            var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
            let left = ZSTD_decompressStream(stream, &output, &input)
            try target.write(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<output.pos]))
            if ZSTD_isError(left) != 0 { return Damage.corrupt("zstd") }
            if left == 0, input.pos == input.size { return nil }
            if input.pos == before, output.pos == 0 { return Damage.cutShort("zstd") }
        }
    }
}

private enum Damage {
    static func cutShort(_ kind: String) -> Wording {
        Wording(fr: "Le fichier \(kind) s'arrête avant sa fin : ce qui précède est lu, le reste manque.",
                en: "The \(kind) file ends early: what came before is read, the rest is missing.")
    }
    static func corrupt(_ kind: String) -> Wording {
        Wording(fr: "Le fichier \(kind) est abîmé : ce qui précède l'endroit abîmé est lu, la suite manque.",
                en: "The \(kind) file is damaged: what came before the damage is read, the rest is missing.")
    }
    static func trailing(_ kind: String) -> Wording {
        Wording(fr: "Des octets étrangers suivent le flux \(kind) : ils ne sont pas lus.",
                en: "Foreign bytes follow the \(kind) stream: they are not read.")
    }
}
