import Model

/// A strict pull scanner over the bytes of one JSON text (RFC 8259). It makes no tree and no strings.
///
///     try json.begin(line)
///     try json.enterObject()
///     while let key = try json.nextKey() {
///         switch key {
///         case "id": id = try json.string().string
///         default: try json.skip()
///         }
///     }
///     try json.finish()
///
/// After each key and each `nextElement()` exactly one value is taken or skipped. Everything is checked, skipped values too:
/// UTF-8 (once for the whole text), numbers, escapes with their surrogate pairs, depth, names that occur twice, bytes after
/// the value. One scanner reads many texts: its memory for names is made once.
///
/// Known sad path: finding the path for an error walks the text again. That is paid by broken records only.
@usableFromInline package struct JSONScanner: ~Copyable {
    @inlinable package static var depthMax: Int { 64 }
    /// Names of an object are compared with each other, so their number is bounded.
    @inlinable package static var membersMax: Int { 1_024 }
    /// Offsets are kept in 32 bits, lengths in 31.
    package static let bytesMax = 2_147_483_647

    @usableFromInline var start: UnsafePointer<UInt8>
    @usableFromInline var p: UnsafePointer<UInt8>
    @usableFromInline var end: UnsafePointer<UInt8>
    /// Open objects and arrays.
    @usableFromInline var depth = 0
    /// Bit `depth - 1` set: nothing has been read yet in the object or array.
    @usableFromInline var fresh: UInt64 = 0
    /// Names of the open objects, innermost last.
    @usableFromInline var names: JSONNames
    /// Strings of this text whose escapes were taken out.
    @usableFromInline var decoded: [UnsafeMutableBufferPointer<UInt8>] = []

    package init() {
        names = JSONNames()
        start = UnsafePointer(UnsafeRawPointer(names.words).assumingMemoryBound(to: UInt8.self))
        (p, end) = (start, start)
    }

    deinit {
        names.deallocate()
        for buffer in decoded { buffer.deallocate() }
    }

    /// Starts on a text that stays valid until the next `begin`. Checks its UTF-8.
    package mutating func begin(_ text: UnsafeRawBufferPointer) throws(JSONFault) {
        depth = 0
        fresh = 0
        names.used = 0
        if !decoded.isEmpty { forgetDecoded() }
        guard let base = text.baseAddress, !text.isEmpty else {
            end = start
            p = start
            throw JSONFault(.cutShort, at: 0)
        }
        start = base.assumingMemoryBound(to: UInt8.self)
        p = start
        end = start + text.count
        guard text.count <= JSONScanner.bytesMax else { throw JSONFault(.tooLong, at: 0) }
        if let bad = firstByteNotUTF8(text) { throw JSONFault(.notUTF8, at: bad) }
    }

    /// Nothing but white space may follow the value.
    @inlinable
    package mutating func finish() throws(JSONFault) {
        skipSpace()
        guard p == end else { throw fault(.trailingBytes) }
    }

    /// Byte that comes next.
    package var offset: Int { p - start }

    // MARK: Objects and arrays

    @inlinable
    package mutating func enterObject() throws(JSONFault) { try enter(UInt8(ascii: "{"), else: .notAnObject) }

    @inlinable
    package mutating func enterArray() throws(JSONFault) { try enter(UInt8(ascii: "["), else: .notAnArray) }

    @inlinable @inline(__always)
    mutating func enter(_ bracket: UInt8, else kind: JSONFault.Kind) throws(JSONFault) {
        skipSpace()
        guard p < end else { throw fault(.cutShort) }
        guard p.pointee == bracket else { throw fault(kind) }
        guard depth < JSONScanner.depthMax else { throw fault(.tooDeep) }
        p += 1
        fresh |= 1 &<< UInt64(truncatingIfNeeded: depth)
        names.open(depth)
        depth &+= 1
    }

    @inlinable @inline(__always)
    mutating func leave() {
        depth &-= 1
        fresh &= ~(1 &<< UInt64(truncatingIfNeeded: depth))
        names.close(depth)
    }

    /// The name of the next member, its colon read; nil at the end of the object.
    @inlinable
    package mutating func nextKey() throws(JSONFault) -> JSONText? {
        skipSpace()
        guard p < end else { throw fault(.cutShort) }
        if p.pointee == UInt8(ascii: "}") {
            p += 1
            leave()
            return nil
        }
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: depth &- 1)
        if fresh & bit != 0 {
            fresh &= ~bit
        } else {
            guard p.pointee == UInt8(ascii: ",") else { throw fault(.noComma) }
            p += 1
            skipSpace()
            guard p < end else { throw fault(.cutShort) }
        }
        guard p.pointee == UInt8(ascii: "\"") else { throw fault(.noKey) }
        let key = try string()
        switch names.remember(key, depth: depth &- 1, textStart: start) {
        case .new: break
        case .twice: throw JSONFault(.duplicateKey, at: key.base - start)
        case .tooMany: throw JSONFault(.tooManyMembers, at: key.base - start)
        }
        skipSpace()
        guard p < end else { throw fault(.cutShort) }
        guard p.pointee == UInt8(ascii: ":") else { throw fault(.noColon) }
        p += 1
        return key
    }

    /// Whether another element follows; false at the end of the array.
    @inlinable
    package mutating func nextElement() throws(JSONFault) -> Bool {
        skipSpace()
        guard p < end else { throw fault(.cutShort) }
        let bit: UInt64 = 1 &<< UInt64(truncatingIfNeeded: depth &- 1)
        if p.pointee == UInt8(ascii: "]") {
            p += 1
            leave()
            return false
        }
        if fresh & bit != 0 {
            fresh &= ~bit
        } else {
            guard p.pointee == UInt8(ascii: ",") else { throw fault(.noComma) }
            p += 1
        }
        return true
    }

    // MARK: Values

    /// What comes next, without taking it; nil where no value begins.
    @inlinable
    package mutating func peek() -> JSONKind? {
        skipSpace()
        guard p < end else { return nil }
        switch p.pointee {
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: return nil
        }
    }

    @inlinable @inline(__always)
    package mutating func string() throws(JSONFault) -> JSONText {
        skipSpace()
        guard p < end else { throw fault(.cutShort) }
        guard p.pointee == UInt8(ascii: "\"") else { throw fault(.notAString) }
        p += 1
        let begin = p
        p = endOfPlainBytes(p, end)
        if p < end, p.pointee == UInt8(ascii: "\"") {
            p += 1
            return JSONText(base: begin, count: p - begin - 1, isPlain: true)
        }
        return try restOfString(from: begin)
    }

    /// A string whose bytes are its value: escapes are taken out, into memory that lasts until the next `begin`.
    @inlinable
    package mutating func plainString() throws(JSONFault) -> JSONText {
        let text = try string()
        return text.isPlain ? text : plain(text)
    }

    /// A number as it is written.
    package mutating func number() throws(JSONFault) -> JSONText {
        skipSpace()
        guard p < end else { throw fault(.cutShort) }
        guard p.pointee == UInt8(ascii: "-") || isDigit(p.pointee) else { throw fault(.notANumber) }
        let begin = p
        if p.pointee == UInt8(ascii: "-") { p += 1 }
        guard p < end else { throw fault(.cutShort) }
        if p.pointee == UInt8(ascii: "0") {
            p += 1
        } else {
            try digits()
        }
        if p < end, p.pointee == UInt8(ascii: ".") {
            p += 1
            try digits()
        }
        if p < end, p.pointee | 32 == UInt8(ascii: "e") {
            p += 1
            if p < end, p.pointee == UInt8(ascii: "+") || p.pointee == UInt8(ascii: "-") { p += 1 }
            try digits()
        }
        return JSONText(base: begin, count: p - begin, isPlain: true)
    }

    /// A number without fraction or exponent that fits in 64 bits.
    package mutating func integer() throws(JSONFault) -> Int64 {
        let text = try number()
        guard let value = Int64(text.string) else { throw JSONFault(.notAnInteger, at: text.base - start) }
        return value
    }

    package mutating func bool() throws(JSONFault) -> Bool {
        switch peek() {
        case .bool?: break
        case nil where p == end: throw fault(.cutShort)
        default: throw fault(.notABool)
        }
        let value = p.pointee == UInt8(ascii: "t")
        try word(value ? "true" : "false")
        return value
    }

    /// Takes `null` if it comes next.
    @inlinable
    package mutating func takeNull() throws(JSONFault) -> Bool {
        guard peek() == .null else { return false }
        try word("null")
        return true
    }

    /// Checks the next value and goes past it.
    package mutating func skip() throws(JSONFault) {
        switch peek() {
        case .string?: _ = try string()
        case .object?:
            try enterObject()
            while try nextKey() != nil { try skip() }
        case .array?:
            try enterArray()
            while try nextElement() { try skip() }
        case .number?: _ = try number()
        case .bool?: _ = try bool()
        case .null?: try word("null")
        case nil: throw fault(p == end ? .cutShort : .notAValue)
        }
    }

    /// Checks the next value, goes past it and gives its bytes.
    package mutating func raw() throws(JSONFault) -> UnsafeRawBufferPointer {
        skipSpace()
        let begin = p
        try skip()
        return UnsafeRawBufferPointer(start: begin, count: p - begin)
    }

    // MARK: Parts

    @usableFromInline
    mutating func plain(_ text: JSONText) -> JSONText {
        let bytes = text.unescaped
        let buffer = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(bytes.count, 1))
        _ = buffer.update(fromContentsOf: bytes)
        decoded.append(buffer)
        guard let base = buffer.baseAddress else { return .nothing }
        return JSONText(base: UnsafePointer(base), count: bytes.count, isPlain: true)
    }

    private mutating func forgetDecoded() {
        for buffer in decoded { buffer.deallocate() }
        decoded.removeAll(keepingCapacity: true)
    }

    @inlinable @inline(__always)
    mutating func skipSpace() {
        // Compact JSON has no white space: one comparison and away.
        guard p < end, p.pointee <= 32 else { return }
        skipSpaces()
    }

    @usableFromInline
    mutating func skipSpaces() {
        while p < end, p.pointee == 32 || p.pointee == 10 || p.pointee == 13 || p.pointee == 9 { p += 1 }
    }

    @inlinable
    func fault(_ kind: JSONFault.Kind) -> JSONFault { JSONFault(kind, at: p - start) }

    private mutating func digits() throws(JSONFault) {
        guard p < end else { throw fault(.cutShort) }
        guard isDigit(p.pointee) else { throw fault(.badNumber) }
        while p < end, isDigit(p.pointee) { p += 1 }
    }

    @usableFromInline
    mutating func word(_ word: StaticString) throws(JSONFault) {
        for i in 0..<word.utf8CodeUnitCount {
            guard p < end else { throw fault(.cutShort) }
            guard p.pointee == word.utf8Start[i] else { throw fault(.notAValue) }
            p += 1
        }
    }

    /// A string that holds escapes, is cut, or holds a control character. `p` stands on the first byte that is not plain.
    @usableFromInline
    mutating func restOfString(from begin: UnsafePointer<UInt8>) throws(JSONFault) -> JSONText {
        while p < end {
            switch p.pointee {
            case UInt8(ascii: "\""):
                p += 1
                return JSONText(base: begin, count: p - begin - 1, isPlain: false)
            case UInt8(ascii: "\\"):
                try escape()
            default:
                throw fault(.controlCharacter)
            }
            p = endOfPlainBytes(p, end)
        }
        throw fault(.cutShort)
    }

    private mutating func escape() throws(JSONFault) {
        guard p + 1 < end else { p = end; throw fault(.cutShort) }
        switch p[1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            p += 2
        case UInt8(ascii: "u"):
            guard let unit = fourHexDigits(p + 2, available: end - p - 2) else { throw fault(.badEscape) }
            switch unit & 0xFC00 {
            case 0xD800:
                guard end - p >= 12, p[6] == UInt8(ascii: "\\"), p[7] == UInt8(ascii: "u"),
                    let low = fourHexDigits(p + 8, available: end - p - 8), low & 0xFC00 == 0xDC00
                else { throw fault(.loneSurrogate) }
                p += 12
            case 0xDC00: throw fault(.loneSurrogate)
            default: p += 6
            }
        default: throw fault(.badEscape)
        }
    }
}

/// The types of JSON values.
@usableFromInline package enum JSONKind: Sendable { case object, array, string, number, bool, null }

@inlinable @inline(__always)
func isDigit(_ c: UInt8) -> Bool { c &- 48 < 10 }
