import Model

/// National numbers and their keys, as the French registers define them.
///
/// Each type is a number that holds; `canonical` is for trails, where a wrong key is reported and the value kept: the
/// record is real even if its number was mistyped. Messages never quote a number.

/// The check of Luhn (ISO/IEC 7812-1, annex B): from the right every second digit doubled, less 9 above 9, sum divisible by 10.
package enum Luhn {
    /// - Parameter digits: values 0 to 9, check digit included.
    package static func accepts(_ digits: [UInt8]) -> Bool {
        var sum = 0
        for (i, digit) in digits.reversed().enumerated() {
            let value = i % 2 == 1 ? Int(digit) * 2 : Int(digit)
            sum += value > 9 ? value - 9 : value
        }
        return !digits.isEmpty && sum % 10 == 0
    }
}

/// A health professional's national number: an RPPS, an ADELI number (register closed in 2024: read only), or one that a
/// structure issued. The national form (IDNPS) puts a kind digit in front: 8 RPPS, 0 ADELI; Luhn holds for the RPPS itself,
/// not for the twelve digits.
package struct ProfessionalID: Hashable, Sendable {
    package enum Kind: Sendable { case rpps, adeli, structure }
    package let kind: Kind
    /// RPPS: 11 digits. ADELI: 9 characters. Of a structure: kind digit and value, as given.
    package let value: String

    package init(parsing text: String) throws(FieldProblem) {
        let bytes = compact(text)
        let isDigits = bytes.allSatisfy { $0 &- 0x30 <= 9 }
        if isDigits, bytes.count == 11 || (bytes.count == 12 && bytes[0] == 0x38) {
            let rpps = bytes.suffix(11)
            guard Luhn.accepts(rpps.map { $0 - 0x30 }) else { throw wrongKey("an RPPS of 11 digits that pass Luhn") }
            (kind, value) = (.rpps, String(decoding: rpps, as: UTF8.self))
        } else if bytes.count == 9 || (bytes.count == 10 && bytes[0] == 0x30), ProfessionalID.isADELI(bytes.suffix(9)) {
            (kind, value) = (.adeli, String(decoding: bytes.suffix(9), as: UTF8.self))
        } else if let first = bytes.first, [0x31, 0x33, 0x34, 0x35, 0x36].contains(first), bytes.contains(0x2F) {
            (kind, value) = (.structure, String(decoding: bytes, as: UTF8.self))
        } else {
            throw FieldProblem(
                found: "not a professional's national number", expected: "an RPPS of 11 digits, or 8 and an RPPS",
                remedy: "map the column that holds the RPPS")
        }
    }

    /// What a trail keeps: the number in its shortest form, whatever its key says, and what is wrong with it.
    package static func canonical(_ text: String) -> (value: String, problem: FieldProblem?) {
        var text = text
        // The usual case without an allocation.
        if text.utf8.count == 11, text.withUTF8({ isRPPS(UnsafeRawBufferPointer($0)) }) { return (text, nil) }
        do throws(FieldProblem) {
            return (try ProfessionalID(parsing: text).value, nil)
        } catch {
            let bytes = compact(text)
            let isIDNPS = bytes.count == 12 && bytes[0] == 0x38 && bytes.allSatisfy { $0 &- 0x30 <= 9 }
            return (isIDNPS ? String(decoding: bytes.dropFirst(), as: UTF8.self) : String(decoding: bytes, as: UTF8.self), error)
        }
    }

    /// Eleven digits that pass Luhn.
    private static func isRPPS(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var sum = 0
        for i in 0..<11 {
            let digit = Int(bytes[i] &- 0x30)
            guard digit <= 9 else { return false }
            sum += i % 2 == 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit
        }
        return sum % 10 == 0
    }

    /// Nine characters that begin with a department, Corsica's 2A and 2B included.
    private static func isADELI(_ bytes: ArraySlice<UInt8>) -> Bool {
        let nine = Array(bytes)
        return nine.enumerated().allSatisfy { i, byte in byte &- 0x30 <= 9 || (i == 1 && nine[0] == 0x32 && (byte == 0x41 || byte == 0x42)) }
    }
}

/// An establishment's number: nine characters, Luhn with A as 1 and B as 2 (Corsica).
package struct FINESS: Hashable, Sendable {
    package let value: String

    package init(parsing text: String) throws(FieldProblem) {
        let bytes = compact(text)
        guard bytes.count == 9, bytes.allSatisfy({ $0 &- 0x30 <= 9 || $0 &- 0x41 < 26 }) else {
            throw FieldProblem(
                found: "not a FINESS number", expected: "9 digits or capital letters",
                remedy: "export the column as text: a spreadsheet drops leading zeros")
        }
        let digits = bytes.map { $0 == 0x41 ? 1 : $0 == 0x42 ? 2 : $0 &- 0x30 }
        guard digits.allSatisfy({ $0 <= 9 }), Luhn.accepts(digits) else { throw wrongKey("a FINESS number that passes Luhn") }
        value = String(decoding: bytes, as: UTF8.self)
    }

    /// What a trail keeps. Eight digits lost their leading zero in a spreadsheet: it is put back, and that is said.
    package static func canonical(_ text: String) -> (value: String, problem: FieldProblem?) {
        let bytes = compact(text)
        if bytes.count == 8, bytes.allSatisfy({ $0 &- 0x30 <= 9 }), let padded = try? FINESS(parsing: "0" + String(decoding: bytes, as: UTF8.self)) {
            return (padded.value, FieldProblem(found: "a FINESS number without its leading zero", expected: "9 characters", remedy: "export the column as text; the zero was put back"))
        }
        do throws(FieldProblem) {
            return (try FINESS(parsing: text).value, nil)
        } catch {
            return (String(decoding: bytes, as: UTF8.self), error)
        }
    }
}

/// A company's number: nine digits that pass Luhn.
package struct SIREN: Hashable, Sendable {
    package let value: String

    package init(parsing text: String) throws(FieldProblem) {
        let bytes = compact(text)
        try SIRET.checkDigits(bytes, count: 9, name: "SIREN")
        guard Luhn.accepts(bytes.map { $0 - 0x30 }) else { throw wrongKey("a SIREN of 9 digits that pass Luhn") }
        value = String(decoding: bytes, as: UTF8.self)
    }
}

/// A site's number: the SIREN and five digits, Luhn over all fourteen. La Poste (356000000) has more sites than Luhn has
/// numbers: there the sum of the digits is divisible by 5 instead.
package struct SIRET: Hashable, Sendable {
    package let value: String

    package init(parsing text: String) throws(FieldProblem) {
        let bytes = compact(text)
        try SIRET.checkDigits(bytes, count: 14, name: "SIRET")
        let digits = bytes.map { $0 - 0x30 }
        let isPost = bytes.starts(with: Array("356000000".utf8)) && digits.reduce(0, { $0 + Int($1) }) % 5 == 0
        guard isPost || Luhn.accepts(digits) else { throw wrongKey("a SIRET of 14 digits that pass Luhn") }
        value = String(decoding: bytes, as: UTF8.self)
    }

    fileprivate static func checkDigits(_ bytes: [UInt8], count: Int, name: String) throws(FieldProblem) {
        guard bytes.count == count, bytes.allSatisfy({ $0 &- 0x30 <= 9 }) else {
            // Monaco's numbers hold letters and have no key that is published.
            throw FieldProblem(found: "not a \(name)", expected: "\(count) digits", remedy: "check the number in the register; a Monegasque one may hold letters")
        }
    }
}

/// A person's national number (NIR, or NIA while it is provisional): 13 characters and a key of two digits, `97 − n mod 97`,
/// with 2A read as 19 and 2B as 18 for Corsica. Months beyond 12 exist (civil status unknown), so dates are not checked.
package struct INS: Hashable, Sendable {
    /// 15 characters, key included.
    package let value: String

    /// Thirteen characters without their key are completed.
    package init(parsing text: String) throws(FieldProblem) {
        let bytes = compact(text)
        guard let key = INS.key(of: bytes) else {
            throw FieldProblem(found: "not a national number", expected: "13 characters and a key of two digits", remedy: "map the column that holds the INS")
        }
        let given = bytes.dropFirst(13).map { Int($0 &- 0x30) }
        guard given.isEmpty || given[0] * 10 + given[1] == key else { throw wrongKey("a key of 97 less the number modulo 97") }
        value = String(decoding: bytes.prefix(13), as: UTF8.self) + padded(key, 2)
    }

    /// What a trail keeps: the number without blanks, whatever its key says, and what is wrong with it.
    package static func canonical(_ text: String) -> (value: String, problem: FieldProblem?) {
        var text = text
        // The usual case without an allocation.
        if text.utf8.count == 15, text.withUTF8({ isWhole(UnsafeRawBufferPointer($0)) }) { return (text, nil) }
        do throws(FieldProblem) {
            return (try INS(parsing: text).value, nil)
        } catch {
            return (String(decoding: compact(text), as: UTF8.self), error)
        }
    }

    /// Fifteen characters with their right key.
    private static func isWhole(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var n = 0
        for i in 0..<15 {
            let digit = Int(bytes[i] &- 0x30)
            guard digit <= 9 else { return false }
            if i < 13 { n = n * 10 + digit }
        }
        return 97 - n % 97 == Int(bytes[13] - 0x30) * 10 + Int(bytes[14] - 0x30)
    }

    /// Nil when the characters are not those of a number.
    private static func key(of bytes: [UInt8]) -> Int? {
        guard bytes.count == 13 || bytes.count == 15 else { return nil }
        var n = 0
        for (i, byte) in bytes.enumerated() {
            var digit = Int(byte) - 0x30
            if i == 6, bytes[5] == 0x32, byte == 0x41 || byte == 0x42 {
                // `2A` is 19, `2B` is 18: the 2 that stands there already becomes a 1.
                n -= 1
                digit = byte == 0x41 ? 9 : 8
            }
            guard (0...9).contains(digit) else { return nil }
            if i < 13 { n = n * 10 + digit }
        }
        guard (0x31...0x38).contains(bytes[0]) else { return nil }
        return 97 - n % 97
    }
}

/// Without the blanks (no-break ones, U+00A0 and U+202F, too) and points that people group digits with.
private func compact(_ text: String) -> [UInt8] {
    var out: [UInt8] = []
    let bytes = Array(text.utf8)
    out.reserveCapacity(bytes.count)
    var at = 0
    while at < bytes.count {
        let rest = bytes[at...]
        if bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x2E {
            at += 1
        } else if rest.starts(with: [0xC2, 0xA0]) {
            at += 2
        } else if rest.starts(with: [0xE2, 0x80, 0xAF]) {
            at += 3
        } else {
            out.append(bytes[at])
            at += 1
        }
    }
    return out
}

private func wrongKey(_ expected: String) -> FieldProblem {
    FieldProblem(found: "a number whose key is wrong", expected: expected, remedy: "check the number in the source; it was kept as it stands")
}
