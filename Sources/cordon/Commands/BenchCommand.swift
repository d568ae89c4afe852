import ArgumentParser
import Exposure
import Glibc
import Incident
import Journal
import Ledger
import Model
import Trail

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure the hot paths against peers and floors taken in the same run, and print ratios.",
        discussion: """
            EXAMPLE
              cordon bench                 all of it, about two minutes
              cordon bench --only json     json, csv, ledger, journal, exposure, scraper or million

            DuckDB is the peer of the readers where python3 has it (CORDON_PYTHON names another Python). Timings are orders
            of magnitude; ratios are what to look at.
            """)

    @Option(help: ArgumentHelp("Only this benchmark; may be repeated.", valueName: "name")) var only: [String] = []

    func run() throws {
        let folder = World.real.temporaryFolder + "/cordon-bench-\(getpid())"
        guard mkdir(folder, 0o700) == 0 else { throw CannotWrite(path: folder, reason: String(cString: strerror(errno))) }
        defer { _ = ChildProcess.run(["rm", "-rf", folder], outputFile: "/dev/null") }
        let benches: [(String, (String) throws -> Void)] = [
            ("json", json), ("csv", csv), ("ledger", ledger), ("journal", journal), ("exposure", exposure), ("scraper", scraper), ("million", million),
        ]
        for (name, bench) in benches where only.isEmpty || only.contains(name) { try bench(folder) }
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        var best = Double.infinity
        for _ in 0..<3 {
            let start = nanoseconds()
            try body()
            best = min(best, Double(nanoseconds() - start) / 1e9)
        }
        return best
    }

    /// One reader on one core against DuckDB on one thread, both taking the same values out.
    private func reader(_ title: String, _ format: String, path: String, peer: String, aim: Double) throws {
        guard let format = TrailFormats.all.first(where: { $0.name == format }) else { return }
        let text = try MappedFile(path)
        var counted = CountingSink()
        let own = seconds {
            counted = CountingSink()
            try? format.read(text.bytes, of: FileInHand(name: "bench"), to: counted)
        }
        var line = "\(title): \(rate(counted.events, own)) events/s (\(Int(Double(text.bytes.count) / own / 1e6)) MB/s, \(counted.refused) refused)"
        let script = """
            import duckdb, time
            c = duckdb.connect(); c.execute("set threads to 1")
            best = 9e9
            for _ in range(3):
                t = time.perf_counter(); r = c.execute(\"\"\"\(peer)\"\"\").fetchone(); best = min(best, time.perf_counter() - t)
            print(best)
            """
        let python = Terminal.environment("CORDON_PYTHON") ?? "python3"
        if let run = ChildProcess.run([python, "-c", script], outputFile: path + ".out"), run.status == 0, let peer = Double(run.output.split(whereSeparator: \.isNewline).first ?? "") {
            line += "; DuckDB, one thread: \(rate(counted.events, peer)) events/s; ratio \(ratio(peer / own)), aim \(aim)"
        } else {
            line += "; no DuckDB here to compare with (pip install duckdb)"
        }
        Terminal.say(line)
    }

    private func json(_ folder: String) throws {
        let path = folder + "/balp.ndjson"
        try BenchInputs.balp(lines: 60_000, to: path)
        try reader(
            "BALP NDJSON, strict", "fhir-r4", path: path,
            peer: "select count(distinct id), max(recorded), count(distinct agent[3].who.display), count(distinct agent[3].policy[1]), count(distinct agent[1].network.address), count(distinct entity[1].what.identifier.value), count(distinct entity[2].what.reference), count(distinct agent[1].who.display) from read_json('\(path)', format='newline_delimited')",
            aim: 1.5)
    }

    private func csv(_ folder: String) throws {
        let path = folder + "/trail.csv"
        _ = try BenchInputs.scraper(acts: 400_000, to: path)
        try reader(
            "CSV", "csv", path: path,
            peer: "select count(distinct id), max(time), count(distinct account), count(distinct session), count(distinct client_ip), count(distinct action), count(distinct persons), count(distinct user_agent) from read_csv('\(path)')",
            aim: 0.8)
    }

    private func ledger(_ folder: String) throws {
        for figure in try LedgerBench.run(entries: 300_000, folder: folder + "/ledger", clock: nanoseconds) {
            let floor = figure.floor.isEmpty ? "" : "; \(ratio(figure.ratio)) x the floor (\(figure.floor))"
            Terminal.say("Ledger, \(figure.name): \(rate(figure.count, Double(figure.nanoseconds) / 1e9))/s\(floor)")
        }
    }

    private func journal(_ folder: String) throws {
        try JournalBench.run(folder: folder + "/journal", clock: { nanoseconds() }) { figure in
            let floor = figure.ratio.map { "; \(ratio($0)) x the floor" + (figure.floor.isEmpty ? "" : " (\(figure.floor))") } ?? ""
            Terminal.say("Live ledger, \(figure.name): \(figure.result)\(floor)")
        }
    }

    private func exposure(_ folder: String) throws {
        let index = folder + "/index"
        let bench = try ExposureBenchmark.run(folder: index, tuples: 2_000_000, accounts: 400, persons: 300_000, clock: nanoseconds)
        Terminal.say(
            "Exposure, one account's window of \(bench.tuples) disclosures, \(bench.persons) persons: \(bench.question / 1_000) µs; bitset floor \(bench.floor / 1_000) µs; \(ratio(bench.ratio)) x the floor")
    }

    /// The whole command on 200,000 events with one thief.
    private func scraper(_ folder: String) throws {
        let path = folder + "/scraper.csv"
        let truth = try BenchInputs.scraper(acts: 200_000, to: path)
        guard let run = investigate(path, folder + "/scraper", folder) else { return }
        let document = try IncidentDocument(json: try FileHash.bytes(folder: folder + "/scraper", file: "incident.json"))
        let cuts = document.findings.filter { $0.measure == "cut" }
        let named = cuts.flatMap(\.accounts).map(\.account).joined(separator: ", ")
        Terminal.say(
            "investigate, 200,000 events, one account reading 480 persons an hour: \(ratio(run.seconds)) s, heap \(run.heapMax) MiB, \(cuts.count) finding(s) (\(named)), \(document.exposure.attributed.persons) persons attributed of \(truth.persons)")
    }

    /// Memory must not grow with the trail.
    private func million(_ folder: String) throws {
        var heaps: [Int] = []
        for acts in [100_000, 1_000_000] {
            let path = folder + "/long-\(acts).csv"
            _ = try BenchInputs.scraper(acts: acts, to: path)
            guard let run = investigate(path, folder + "/long-\(acts)", folder) else { return }
            heaps.append(run.heapMax)
            Terminal.say("investigate, \(acts) events: \(ratio(run.seconds)) s, heap \(run.heapMax) MiB")
        }
        Terminal.say("heap at 10^6 against 10^5 events: ratio \(ratio(Double(heaps[1]) / Double(max(1, heaps[0]))))")
    }

    private func investigate(_ trail: String, _ out: String, _ folder: String) -> ChildProcess? {
        ChildProcess.run(["/proc/self/exe", "investigate", trail, "--out", out], outputFile: folder + "/out.txt") 
    }

    private func rate(_ count: Int, _ seconds: Double) -> String {
        let k = Int(Double(count) / max(seconds, 1e-9) / 1_000)
        return k >= 1_000 ? "\(k / 1_000).\(k % 1_000 / 100) M" : "\(k) k"
    }

    private func ratio(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100)." + padded(hundredths % 100, 2)
    }
}

/// A file mapped for reading.
private final class MappedFile {
    let bytes: UnsafeRawBufferPointer

    init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_size > 0,
            let start = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED
        else { throw CannotWrite(path: path, reason: "cannot be mapped") }
        close(descriptor)
        bytes = UnsafeRawBufferPointer(start: start, count: Int(status.st_size))
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count) }
}

/// Monotonic, from any start.
private func nanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
