import Glibc
import Model
import Profiles
import Scan

/// The first half of reading: files in, records in the spool, each line in the balance.
struct Reading: Sendable {
    let plan: TrailPlan
    let meter: ProgressMeter
    let ranks = FileRanks()

    struct Result {
        /// By file number (order of inputs).
        var files: [FileBalance]
        /// True for a file whose bytes are those of one with a lower rank: its records do not count.
        var isCopy: [Bool]
        var ranks: FileRanks
        var sorters: [Sorter<IdentityOrder>]
        var assumptions: Set<FileAssumption>
        var gaps: [FileSink.DeclaredGap]
        var sequences: [String: SequenceCover]
        var profilesUsed: [Bool]
        var unpackDamage: [CoverageNote]
    }

    struct FileAssumption: Hashable {
        var assumption: Assumption
        var file: String
    }

    /// A file or a piece of it that one job reads.
    private struct Piece {
        var file: Int
        var range: Range<Int>
        var lineBase: Int
    }

    private struct Prepared: Sendable {
        var opened: Opened
        var format: Int?
        var isEmpty: Bool
        var encoding: Assumption?
        var pieces: [Range<Int>] = []
        var lineBases: [Int] = []
    }

    func run(_ inputs: [Input]) throws -> Result {
        let prepared = try prepare(inputs)
        // Hashing and reading are jobs alike, so that one large file keeps two threads busy.
        var pieces: [Piece] = []
        for (file, one) in prepared.enumerated() {
            for (range, line) in zip(one.pieces, one.lineBases) { pieces.append(Piece(file: file, range: range, lineBase: line)) }
        }
        let threads = max(1, plan.threads)
        let canonical = CanonicalOrder(ranks: ranks)
        let sorters = (0..<threads).map { _ in
            Sorter(order: IdentityOrder(canonical: canonical), limit: plan.memory / 3 / threads, temporaryFolder: plan.temporaryFolder)
        }
        let results = JobResults(files: prepared.count, pieces: pieces.count, sorters: sorters)
        let count = prepared.count
        let jobs = pieces
        try Workers.run(threads: threads, jobs: count + pieces.count) { worker, job in
            if meter.isStopped { throw TrailError.cancelled }
            if job < count {
                results.setHash(prepared[job].opened.sha256(), of: job)
                return
            }
            let piece = jobs[job - count]
            let sink = read(piece, of: prepared[piece.file], sorter: results.sorter(worker), plan, meter)
            if let error = sink.firstError { throw error }
            results.setSink(sink, of: job - count)
        }
        if meter.isStopped { throw TrailError.cancelled }
        return try balance(prepared, pieces, results, sorters)
    }

    // Opening and recognising

    private func prepare(_ inputs: [Input]) throws -> [Prepared] {
        let slots = Slots<Prepared>(count: inputs.count)
        try Workers.run(threads: plan.threads, jobs: inputs.count) { _, job in
            slots.set(try prepareOne(inputs[job], plan), at: job)
        }
        return slots.all()
    }

    /// Pieces of a file that can be read line by line. The same whatever the number of threads.
    private static let pieceSize = 32 << 20

    private func prepareOne(_ input: Input, _ plan: TrailPlan) throws -> Prepared {
        let (opened, encoding) = try Self.openText(input, temporaryFolder: plan.temporaryFolder)
        let text = opened.text.bytes
        let head = UnsafeRawBufferPointer(rebasing: text[..<min(text.count, 64 << 10)])
        let isEmpty = Lines.isBlank(text)
        // A byte order mark belongs to no line.
        let mark = TextEncoding.markLength(text) == 3 ? 3 : 0
        let format = isEmpty ? nil : TrailFormats.recognise(UnsafeRawBufferPointer(rebasing: text[mark...]), among: plan.formats).format
        var prepared = Prepared(opened: opened, format: format, isEmpty: isEmpty, encoding: encoding)
        guard let format else { return prepared }
        prepared.pieces = [mark..<text.count]
        prepared.lineBases = [0]
        if mark == 0, text.count > Self.pieceSize, let prefix = plan.formats[format].linePrefix(head), !prefix.isEmpty {
            (prepared.pieces, prepared.lineBases) = Lines.split(text, pieceSize: Self.pieceSize, prefix: prefix)
        }
        return prepared
    }

    /// A file's text in UTF-8, and the encoding that it was brought from.
    static func openText(_ input: Input, temporaryFolder: String) throws -> (Opened, Assumption?) {
        var opened = try Opened.open(input, temporaryFolder: temporaryFolder)
        let kind = TextEncoding.detect(opened.text.bytes)
        guard kind != .utf8 else { return (opened, nil) }
        let target = try TemporaryFile(in: temporaryFolder)
        try Recode.recode(opened.text.bytes, from: kind, to: target)
        opened.text = try target.mapped()
        return (opened, .encoding(kind.name))
    }

    static func hand(_ name: String, _ profiles: ProfileSet, assumedYear: Int) -> FileInHand {
        let settings = profiles.settings(forFile: name)
        return FileInHand(
            name: name, columns: settings.columns, zone: settings.zone ?? "Europe/Paris", zoneIsStated: settings.zone != nil,
            trustedProxies: settings.trustedProxies, assumedYear: assumedYear)
    }

    // Reading

    private func read(_ piece: Piece, of prepared: Prepared, sorter: Sorter<IdentityOrder>, _ plan: TrailPlan, _ meter: ProgressMeter) -> FileSink {
        let number = prepared.format ?? 0
        let format = plan.formats[number]
        let whole = prepared.opened.text.bytes
        let text = UnsafeRawBufferPointer(rebasing: whole[piece.range])
        let scale = Double(prepared.opened.original.bytes.count) / Double(max(1, whole.count))
        let sink = FileSink(
            name: prepared.opened.name, file: piece.file, format: UInt8(truncatingIfNeeded: number), formatName: format.name, sorter: sorter,
            profiles: plan.profiles, meter: meter, lineBase: piece.lineBase, byteBase: piece.range.lowerBound, scale: scale)
        let hand = Self.hand(prepared.opened.name, plan.profiles, assumedYear: plan.assumedYear)
        do {
            try format.read(text, of: hand, to: sink)
        } catch {
            // The format gives the rest of the file up; it stays in the balance.
            let rest = max(1, Lines.count(text) - sink.lines)
            sink.refuse(error, at: Place(file: prepared.opened.name, line: sink.lines + 1, byte: 0), units: rest)
        }
        _ = sink.advance(to: text.count)
        return sink
    }

    // Balance

    private func balance(_ prepared: [Prepared], _ pieces: [Piece], _ results: JobResults, _ sorters: [Sorter<IdentityOrder>]) throws -> Result {
        let hashes = results.hashes()
        let order = prepared.indices.sorted { a, b in
            hashes[a] != hashes[b] ? hashes[a] < hashes[b] : prepared[a].opened.name != prepared[b].opened.name ? prepared[a].opened.name < prepared[b].opened.name : a < b
        }
        var ranksByFile = [Int](repeating: 0, count: prepared.count)
        for (rank, file) in order.enumerated() { ranksByFile[file] = rank }
        ranks.set(ranksByFile)

        var result = Result(
            files: [], isCopy: Array(repeating: false, count: prepared.count), ranks: ranks, sorters: sorters, assumptions: [], gaps: [], sequences: [:],
            profilesUsed: Array(repeating: false, count: plan.profiles.profiles.count), unpackDamage: [])
        for (before, file) in zip(order, order.dropFirst()) where hashes[before] == hashes[file] { result.isCopy[file] = true }

        for (file, one) in prepared.enumerated() {
            var balance = FileBalance(name: one.opened.name, sha256: hashes[file], format: "unknown", bytes: one.opened.original.bytes.count)
            let sinks = pieces.indices.filter { pieces[$0].file == file }.compactMap { results.sink($0) }
            if let format = one.format {
                balance.format = plan.formats[format].name
                for sink in sinks { add(sink, to: &balance, &result, isCopy: result.isCopy[file]) }
                warn(sinks, &balance)
            } else if one.isEmpty {
                balance.format = "empty"
                balance.lines = Lines.count(one.opened.text.bytes)
                balance.blank = balance.lines
            } else {
                balance.lines = Lines.count(one.opened.text.bytes)
                balance.refused = balance.lines
                balance.refusals = [.init(place: Place(file: balance.name, line: 1, byte: 0), problem: Self.unknownFormat)]
            }
            if let encoding = one.encoding { result.assumptions.insert(.init(assumption: encoding, file: balance.name)) }
            if let damage = one.opened.damage {
                balance.remarks.append(damage)
                balance.couldHide = true
                result.unpackDamage.append(CoverageNote(kind: "cut_short", source: balance.name, from: nil, to: nil, count: nil, couldHide: true, text: damage))
            }
            if result.isCopy[file] {
                (balance.header, balance.kept, balance.refused, balance.blank, balance.refusals) = (0, 0, 0, 0, [])
                balance.duplicate = balance.lines
                balance.remarks.append(Wording(fr: "Ce fichier est le même, octet pour octet, qu'un autre déjà lu.", en: "This file is the same, byte for byte, as another one that was read."))
            }
            result.files.append(balance)
        }
        if !result.files.contains(where: { $0.format != "unknown" }) { throw TrailError.nothingRecognised(result.files) }
        return result
    }

    private func add(_ sink: FileSink, to balance: inout FileBalance, _ result: inout Result, isCopy: Bool) {
        balance.lines += sink.lines
        balance.header += sink.header
        balance.kept += sink.kept
        balance.refused += sink.refused
        balance.blank += sink.blank
        balance.refusals.append(contentsOf: sink.refusals.prefix(FileBalance.refusalsMax - balance.refusals.count))
        for (number, isUsed) in sink.profilesUsed.enumerated() where isUsed { result.profilesUsed[number] = true }
        guard !isCopy else { return }
        for assumption in sink.assumptions { result.assumptions.insert(.init(assumption: assumption, file: balance.name)) }
        result.gaps += sink.gaps
        for (source, cover) in sink.sequences { result.sequences[source, default: SequenceCover()].formUnion(cover) }
    }

    /// Warnings keep the value; they are said once per kind with their number and first place.
    private func warn(_ sinks: [FileSink], _ balance: inout FileBalance) {
        var all: [FileSink.Warning: (count: Int, first: Place)] = [:]
        for sink in sinks {
            for (warning, seen) in sink.warnings {
                let known = all[warning] ?? (0, seen.first)
                all[warning] = (known.count + seen.count, known.first.line <= seen.first.line ? known.first : seen.first)
            }
        }
        for (warning, seen) in all.sorted(by: { ($0.value.first.line, $0.key.field, $0.key.found) < ($1.value.first.line, $1.key.field, $1.key.found) }) {
            let field = warning.field.isEmpty ? "" : " « \(warning.field) »"
            balance.remarks.append(Wording(
                fr: "Champ\(field) : valeur gardée mais douteuse dans \(seen.count) ligne(s), d'abord à la ligne \(seen.first.line) (\(warning.found)).",
                en: "Field\(warning.field.isEmpty ? "" : " \"\(warning.field)\""): value kept but doubtful in \(seen.count) line(s), first in line \(seen.first.line) (\(warning.found))."))
        }
    }

    static let unknownFormat = FieldProblem(
        found: "a format that Cordon does not know", expected: "one of the formats that `cordon formats` lists",
        remedy: "export the trail again in such a format, or name the columns of a table with --profile")
}

/// Results of jobs that run on several threads, each slot written once by one of them and read when all have ended.
private final class Slots<Value: Sendable>: @unchecked Sendable {
    // Sendable: slots are disjoint memory, and Workers.run joins its threads before anyone reads.
    private let values: UnsafeMutableBufferPointer<Value?>
    init(count: Int) {
        values = .allocate(capacity: count)
        values.initialize(repeating: nil)
    }
    deinit {
        values.deinitialize()
        values.deallocate()
    }
    func set(_ value: Value, at index: Int) { values[index] = value }
    func all() -> [Value] { values.compactMap { $0 } }
}

private final class JobResults: @unchecked Sendable {
    // Sendable: as Slots; a sorter is touched only by the worker whose number it has.
    private let hashSlots: UnsafeMutableBufferPointer<String>
    private let sinkSlots: UnsafeMutableBufferPointer<FileSink?>
    private let sorters: [Sorter<IdentityOrder>]

    init(files: Int, pieces: Int, sorters: [Sorter<IdentityOrder>]) {
        hashSlots = .allocate(capacity: files)
        hashSlots.initialize(repeating: "")
        sinkSlots = .allocate(capacity: pieces)
        sinkSlots.initialize(repeating: nil)
        self.sorters = sorters
    }
    deinit {
        hashSlots.deinitialize()
        hashSlots.deallocate()
        sinkSlots.deinitialize()
        sinkSlots.deallocate()
    }
    func sorter(_ worker: Int) -> Sorter<IdentityOrder> { sorters[worker] }
    func setHash(_ hash: String, of file: Int) { hashSlots[file] = hash }
    func setSink(_ sink: FileSink, of piece: Int) { sinkSlots[piece] = sink }
    func hashes() -> [String] { Array(hashSlots) }
    func sink(_ piece: Int) -> FileSink? { sinkSlots[piece] }
}
