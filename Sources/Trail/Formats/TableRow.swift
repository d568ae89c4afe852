import Model
import Scan

/// Turns the rows of one table into events. `finish` says at the end what stands for the whole table.
struct TableRow: ~Copyable {
    var times: TimeParser
    var oneIsSuccess: Bool
    private let header: TableHeader
    private let fileName: String
    /// Columns that hold something, in the order of the table.
    private let wanted: [(column: Int, field: TableField)]
    private let hasSource: Bool
    private let dateColumn: Int?
    private let clockColumn: Int?
    private let finessIsNamed: Bool
    /// The column that carries whole audit records of Microsoft 365, and their reader.
    private let auditColumn: Int?
    private var audit: M365Reader
    private var texts = TableTexts()
    private var actions = TableTexts.Answers<(action: Action, outcome: Outcome?)?>()
    private var outcomes = TableTexts.Answers<Outcome?>()
    private var addresses = TableTexts.Answers<String>()
    private var said: Set<TimeParser.Assumption> = []

    init(_ start: TableStart, of file: FileInHand) {
        times = TimeParser(zone: file.zone, zoneIsStated: file.zoneIsStated, assumedYear: file.assumedYear)
        header = start.header
        oneIsSuccess = start.header.digits == .oneIsSuccess
        fileName = file.name
        wanted = start.header.fields.enumerated().compactMap { column, field in
            field.flatMap { $0 == .ignore || $0 == .date || $0 == .clock ? nil : (column, $0) }
        }
        hasSource = start.header.column(of: .source) != nil
        let hasTime = start.header.column(of: .time) != nil
        dateColumn = hasTime ? nil : start.header.column(of: .date)
        clockColumn = hasTime ? nil : start.header.column(of: .clock)
        auditColumn = start.header.column(of: .auditData)
        audit = M365Reader(file: file)
        finessIsNamed = start.header.column(of: .organisation).map { TableField.folded(start.header.names[$0]).contains("finess") } ?? false
    }

    /// Tells the sink of the scanner's current record.
    mutating func read(_ scanner: inout CSVScanner, at place: Place, to sink: any EventSink) {
        if scanner.record.allSatisfy({ $0 == scanner.delimiter || $0 <= 0x20 }) { return sink.blank(units: scanner.lines) }
        guard scanner.count == header.names.count else {
            let problem = FieldProblem(
                found: "\(scanner.count) columns", expected: "\(header.names.count) columns as in the heading row",
                remedy: "quote fields that hold the delimiter; if columns changed from here on, export this part into its own file")
            return sink.refuse(problem, at: place, units: scanner.lines)
        }
        guard TextEncoding.isUTF8(scanner.record) else { return sink.refuse(TextEncoding.wrongEncoding, at: place, units: scanner.lines) }
        do throws(FieldProblem) {
            if let auditColumn {
                let record = Blanks.trimmed(scanner.field(auditColumn))
                if !record.isEmpty { return sink.keep(try audit.readAuditData(record, at: place, to: sink), at: place, units: scanner.lines) }
            }
            let event = try event(&scanner, at: place, sink)
            sink.keep(event, at: place, units: scanner.lines)
        } catch {
            sink.refuse(error, at: place, units: scanner.lines)
        }
    }

    mutating func finish(_ sink: any EventSink) { if auditColumn != nil { audit.finish(sink) } }

    private mutating func event(_ scanner: inout CSVScanner, at place: Place, _ sink: any EventSink) throws(FieldProblem) -> AccessEvent {
        var event = AccessEvent()
        var persons: UnsafeRawBufferPointer?, numbers: UnsafeRawBufferPointer?
        var numbersColumn = 0
        var outcomeOfAction: Outcome?
        var hasTime = false
        var accountIsDash = false

        for (column, field) in wanted {
            let value = Blanks.trimmed(scanner.field(column))
            if value.isEmpty || TableRow.isNothing(value) {
                if field == .account, value.count == 1 { accountIsDash = true }
                continue
            }
            switch field {
            case .time:
                event.time = try time(value, named: header.names[column], at: place, sink)
                hasTime = true
            case .id:
                event.id = TableTexts.once(value)
                event.hasOwnID = true
            case .request: event.request = TableTexts.once(value)
            case .account: event.account = texts.text(value)
            case .subject: event.subject = texts.text(value)
            case .role: event.role = texts.text(value)
            case .session: event.session = texts.text(value)
            case .authentication: event.authentication = texts.text(value)
            case .agent: event.agent = texts.text(value)
            case .service: event.service = texts.text(value)
            case .source: event.source = texts.text(value)
            case .resource: event.resource = texts.text(value)
            case .path: event.path = TableTexts.once(value)
            case .query: event.query = TableTexts.once(value)
            case .persons: persons = value
            case .ins: (numbers, numbersColumn) = (value, column)
            case .address: event.address = addresses.answer(value) { ClientAddress($0)?.description ?? $0 }
            case .sequence: event.sequence = TableRow.whole(value).map(Int64.init)
            case .page: event.page = TableRow.whole(value)
            case .resultCount: event.resultCount = TableRow.whole(value)
            case .breakGlass: event.breakGlass = TableWords.isYes(TableTexts.once(value))
            case .professional:
                let (number, problem) = ProfessionalID.canonical(TableTexts.once(value))
                event.professional = number
                if let problem { warn(problem, column, at: place, sink) }
            case .organisation:
                let isNumber = finessIsNamed || (value.count == 9 && value.allSatisfy { $0 &- 0x30 <= 9 })
                if isNumber {
                    let (number, problem) = FINESS.canonical(TableTexts.once(value))
                    event.organisation = number
                    if let problem { warn(problem, column, at: place, sink) }
                } else {
                    event.organisation = texts.text(value)
                }
            case .action:
                if let known = actions.answer(value, make: TableWords.action) {
                    event.action = known.action
                    outcomeOfAction = known.outcome
                    if known.action == .breakGlass { event.breakGlass = true }
                } else {
                    warn(TableRow.unknownAction, column, at: place, sink)
                }
            case .outcome:
                let oneIsSuccess = oneIsSuccess
                if let known = outcomes.answer(value, make: { TableWords.outcome($0, oneIsSuccess: oneIsSuccess) }) {
                    event.outcome = known
                } else {
                    event.outcome = .unknown
                    warn(TableRow.unknownOutcome, column, at: place, sink)
                }
            case .auditData, .date, .clock, .ignore: continue
            }
        }
        if let dateColumn, let clockColumn {
            event.time = try time(scanner.field(dateColumn), scanner.field(clockColumn), named: header.names[dateColumn], at: place, sink)
            hasTime = true
        }
        guard hasTime else { throw FieldProblem(field: timeName, found: "missing", expected: "the time of the record", remedy: "export the time of every record") }
        // A dash beside a national number is what somebody is called; alone it is nobody.
        if accountIsDash, !event.professional.isEmpty { event.account = "-" }
        if outcomeOfAction == .failure { event.outcome = .failure }
        if !event.hasOwnID { event.id = fileName + ":" + String(place.line) }
        if !hasSource { event.source = event.service }
        if event.page == nil, event.query.utf8.contains(0x3D) { event.page = FHIRQuery.page(event.query) }
        if persons != nil || numbers != nil {
            var numberProblem: FieldProblem?
            event.persons = TablePersons.references(persons, numbers, &numberProblem)
            if let numberProblem { warn(numberProblem, numbersColumn, at: place, sink) }
        }
        return event
    }

    private var timeName: String { (header.column(of: .time) ?? header.column(of: .date)).map { header.names[$0] } ?? "time" }

    // MARK: Time

    private mutating func time(_ value: UnsafeRawBufferPointer, named name: String, at place: Place, _ sink: any EventSink) throws(FieldProblem) -> Instant {
        do throws(FieldProblem) {
            let time = try times.parse(value)
            if times.assumptionCount != said.count { say(at: place, named: name, sink) }
            return time
        } catch {
            var problem = error
            problem.field = name
            throw problem
        }
    }

    /// Day and hour from two columns.
    private mutating func time(_ date: UnsafeRawBufferPointer, _ clock: UnsafeRawBufferPointer, named name: String, at place: Place, _ sink: any EventSink) throws(FieldProblem) -> Instant {
        var date = Blanks.trimmed(date)
        // Some programs write the day as a full time at midnight.
        for i in 0..<date.count where date[i] == 0x20 || date[i] == 0x54 {
            let rest = date[(i + 1)...]
            if rest.first.map({ $0 &- 0x30 <= 9 }) == true && rest.allSatisfy({ $0 == 0x30 || $0 == 0x3A || $0 == 0x2E }) {
                date = UnsafeRawBufferPointer(rebasing: date[..<i])
                break
            }
        }
        let joined = Array(date) + [0x20] + Array(Blanks.trimmed(clock))
        let result = joined.withUnsafeBytes { bytes in Result { () throws(FieldProblem) in try time(bytes, named: name, at: place, sink) } }
        return try result.get()
    }

    private mutating func say(at place: Place, named name: String, _ sink: any EventSink) {
        for assumption in times.assumptionList where said.insert(assumption).inserted { sink.assume(assumption, field: name, at: place) }
    }

    // MARK: Values

    private func warn(_ problem: FieldProblem, _ column: Int, at place: Place, _ sink: any EventSink) {
        var problem = problem
        problem.field = header.names[column]
        sink.warn(problem, at: place)
    }

    private static let unknownAction = FieldProblem(
        found: "a word for an action that the program does not know", expected: "a word such as read, recherche or export",
        remedy: "the record was kept with the action \"other\"; map the words in the export")
    private static let unknownOutcome = FieldProblem(
        found: "a word for an outcome that the program does not know", expected: "a word such as success, échec, OK or a status",
        remedy: "the record was kept with an unknown outcome; map the words in the export")

    /// What programs write for "nothing".
    private static func isNothing(_ value: UnsafeRawBufferPointer) -> Bool {
        switch value.count {
        case 1: return value[0] == 0x2D
        case 3: return value[0] | 0x20 == 0x6E && value[1] == 0x2F && value[2] | 0x20 == 0x61
        case 4: return value[0] | 0x20 == 0x6E && value[1] | 0x20 == 0x75 && value[2] | 0x20 == 0x6C && value[3] | 0x20 == 0x6C
        case 6: return value[0] == 0x28 && value[1] | 0x20 == 0x6E && value[5] == 0x29
        default: return false
        }
    }

    private static func whole(_ value: UnsafeRawBufferPointer) -> Int? {
        guard value.count <= 18, value.allSatisfy({ $0 &- 0x30 <= 9 }) else { return nil }
        return value.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}

/// Persons in the cells of a row.
enum TablePersons {
    /// References and national numbers belong together by position when there are as many of both; else each stands alone.
    static func references(_ references: UnsafeRawBufferPointer?, _ numbers: UnsafeRawBufferPointer?, _ problem: inout FieldProblem?) -> [PersonReference] {
        // The usual case: one person.
        if let references, !references.contains(where: isSeparator), numbers?.contains(where: isSeparator) != true {
            return [PersonReference(reference: withoutType(references), identifiers: numbers.map { identifiers($0, &problem) } ?? [])]
        }
        let names = references.map(split) ?? [], keys = numbers.map(split) ?? []
        var persons: [PersonReference] = []
        persons.reserveCapacity(names.count)
        let isPaired = names.count == keys.count
        for (i, name) in names.enumerated() {
            let identifiers = isPaired ? identifiers(keys[i], &problem) : []
            if !name.isEmpty || !identifiers.isEmpty { persons.append(PersonReference(reference: withoutType(name), identifiers: identifiers)) }
        }
        if isPaired { return persons }
        if !names.isEmpty && !keys.isEmpty {
            problem = FieldProblem(
                found: "another count of national numbers than of persons", expected: "one number for each person, in the same order",
                remedy: "numbers and persons were kept apart; export one entry for each person, empty where there is no number")
        }
        for key in keys {
            let found = identifiers(key, &problem)
            if !found.isEmpty { persons.append(PersonReference(reference: "", identifiers: found)) }
        }
        return persons
    }

    private static func identifiers(_ value: UnsafeRawBufferPointer, _ problem: inout FieldProblem?) -> [Identifier] {
        guard !value.isEmpty else { return [] }
        let (number, wrong) = INS.canonical(TableTexts.once(value))
        if let wrong { problem = wrong }
        return number.isEmpty ? [] : [Identifier(system: Identifier.insNIR, value: number)]
    }

    @inline(__always)
    private static func isSeparator(_ byte: UInt8) -> Bool { byte == 0x3B || byte == 0x2C || byte == 0x7C }

    /// At semicolon, comma or bar; empty entries keep their place, a list of one has no separator.
    private static func split(_ cell: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
        var parts: [UnsafeRawBufferPointer] = []
        parts.reserveCapacity(cell.count { isSeparator($0) } + 1)
        var start = 0
        for i in 0...cell.count where i == cell.count || isSeparator(cell[i]) {
            parts.append(Blanks.trimmed(UnsafeRawBufferPointer(rebasing: cell[start..<i])))
            start = i + 1
        }
        return parts
    }

    /// `Patient/123` is 123.
    private static func withoutType(_ name: UnsafeRawBufferPointer) -> String {
        let text = TableTexts.once(name)
        guard name.contains(0x2F) else { return text }
        for type in ["Patient/", "Person/", "RelatedPerson/"] where text.hasPrefix(type) { return String(text.dropFirst(type.count)) }
        return text
    }
}
