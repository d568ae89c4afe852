import Model

/// What must hold for any bytes at all. Fuzz targets and ordinary tests call the same functions.

package enum TimeFuzz {
    /// A time that is read is the same when its canonical form is read, with blanks around it, and on a second reading.
    package static func check(_ bytes: [UInt8]) {
        var parser = TimeParser()
        guard let time = parse(bytes, &parser) else { return }
        precondition(parse(bytes, &parser) == time, "a second reading differs")
        precondition(parse([0x20] + bytes + [0x09], &parser) == time, "blanks change a time")
        precondition(parser.assumptionCount == parser.assumptions.count)
        let year = CivilDate(daysSinceEpoch: time.dayNumber).year
        guard (1...9_999).contains(year) else { return }
        var strict = TimeParser(zone: "Mars/Olympus")
        precondition(parse(Array(time.description.utf8), &strict) == time, "the canonical form is another time")
    }

    private static func parse(_ bytes: [UInt8], _ parser: inout TimeParser) -> Instant? {
        bytes.withUnsafeBytes { text in
            _ = TimeParser.probe(text)
            return try? parser.parse(text)
        }
    }
}

package enum EncodingFuzz {
    /// Well-formed means what the standard library means; what is converted is well-formed but for the byte that stands for
    /// a missing character; and plain UTF-8 comes out as it went in.
    package static func check(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { text in
            precondition(TextEncoding.isUTF8(text) == (String(validating: bytes, as: UTF8.self) != nil))
            precondition(TextEncoding.isASCII(text) == bytes.allSatisfy { $0 < 0x80 })
            let mark = TextEncoding.markLength(text)
            precondition(mark <= text.count)
            for encoding in [TextEncoding.utf16LittleEndian, .utf16BigEndian, .windows1252] {
                let converted = encoding.utf8(text)
                precondition(String(validating: converted.filter { $0 != 0xFF }, as: UTF8.self) != nil, "converted to what is no text")
            }
            precondition(TextEncoding.utf8.utf8(text) == Array(bytes.dropFirst(mark)))
            if TextEncoding.detect(text) == .windows1252 { precondition(!TextEncoding.isUTF8(text)) }
        }
    }
}

package enum AddressFuzz {
    /// An address is written as it is read; agents and national numbers never trap.
    package static func check(_ bytes: [UInt8]) {
        if let address = bytes.withUnsafeBytes({ ClientAddress($0) }) {
            precondition(ClientAddress(address.description) == address)
            precondition(AddressRange(address.network)?.contains(address) == true, "an address lies outside its network")
        }
        let text = String(decoding: bytes, as: UTF8.self)
        precondition(!AgentFamily(text).description.isEmpty)
        for canonical in [ProfessionalID.canonical, FINESS.canonical, INS.canonical] {
            let first = canonical(text)
            precondition(first.problem != nil || canonical(first.value).value == first.value, "a number that holds is not its own canonical form")
        }
        _ = Zone(named: text)
        _ = AddressRange(text)
    }
}

package enum CSVFuzz {
    /// Every line belongs to exactly one step, in order; what is read, written back with quotes, reads the same.
    package static func check(_ bytes: [UInt8]) {
        for delimiter: UInt8 in [0x2C, 0x3B] {
            for expected in [nil, 2] as [Int?] { check(bytes, delimiter, expected) }
        }
        bytes.withUnsafeBytes { _ = CSVScanner.delimiter(of: $0) }
    }

    private static func check(_ bytes: [UInt8], _ delimiter: UInt8, _ expected: Int?) {
        var (lines, position) = (0, 0)
        var written: [UInt8] = []
        var read: [[[UInt8]]] = []
        bytes.withUnsafeBytes { text in
            var scanner = CSVScanner(text, delimiter: delimiter)
            scanner.expectedCount = expected
            while true {
                let step = scanner.next()
                if step == .end { break }
                precondition(scanner.start == position && scanner.position > position && scanner.line == lines + 1 && scanner.lines > 0)
                lines += scanner.lines
                position = scanner.position
                guard step == .record else { continue }
                if scanner.lines > 1, let expected { precondition(scanner.count == expected) }
                let fields = (0..<scanner.count).map { Array(scanner.field($0)) }
                read.append(fields)
                for (i, field) in fields.enumerated() {
                    if i > 0 { written.append(delimiter) }
                    written += [0x22] + field.flatMap { $0 == 0x22 ? [0x22, 0x22] : [$0] } + [0x22]
                }
                written.append(0x0A)
            }
            precondition(position == text.count)
            precondition(lines == physicalLines(bytes), "lines do not add up")
        }
        written.withUnsafeBytes { text in
            var scanner = CSVScanner(text, delimiter: delimiter)
            for fields in read {
                precondition(scanner.next() == .record && scanner.count == fields.count)
                for (i, field) in fields.enumerated() { precondition(scanner.field(i).elementsEqual(field), "written back, it reads differently") }
            }
            precondition(scanner.next() == .end)
        }
    }

    /// What a text editor counts: the last line needs no end.
    package static func physicalLines(_ bytes: [UInt8]) -> Int {
        let terminator: UInt8 = bytes.contains(0x0A) || !bytes.prefix(65_536).contains(0x0D) ? 0x0A : 0x0D
        return bytes.count { $0 == terminator } + (bytes.isEmpty || bytes.last == terminator ? 0 : 1)
    }
}
