import Glibc
import Model
import Profiles
import Scan
import Trail

/// Any bytes, given to one format as a whole file.
enum FormatCheck {
    static func named(_ name: String) -> @Sendable ([UInt8]) -> Void {
        { bytes in
            guard let format = TrailFormats.all.first(where: { $0.name == name }) else { preconditionFailure("no format \(name)") }
            check(bytes, format)
        }
    }

    /// More than that nothing crashes: lines are counted as an editor counts them, places lie in the file and do not go back,
    /// and reading again gives the same.
    private static func check(_ bytes: [UInt8], _ format: any TrailFormat) {
        bytes.withUnsafeBytes { text in
            precondition((0...100).contains(format.recognise(text)), "a certainty is from 0 to 100")
            _ = format.linePrefix(text)
            let first = Tally(text.count), second = Tally(text.count)
            let file = FileInHand(name: "fuzz", columns: ["Quand": "time", "Qui": "account"], trustedProxies: ["10.0.0.0/8"])
            var isWhole = true
            do throws(FieldProblem) { try format.read(text, of: file, to: first) } catch { isWhole = false }
            try? format.read(text, of: file, to: second)
            precondition(first.events == second.events && first.units == second.units, "read again, it differs")
            if isWhole, ["csv", "tsv", "apache-combined", "iis-w3c", "samba"].contains(format.name), let lines = editorLines(bytes) {
                precondition(first.units == lines, "\(first.units) lines are accounted for, \(lines) are there")
            }
        }
    }

    /// Nil where editors disagree: other encodings, lone carriage returns.
    private static func editorLines(_ bytes: [UInt8]) -> Int? {
        guard bytes.allSatisfy({ $0 < 0x80 && $0 != 0 }) else { return nil }
        for (position, byte) in bytes.enumerated() where byte == 0x0D {
            guard position + 1 < bytes.count, bytes[position + 1] == 0x0A else { return nil }
        }
        return bytes.reduce(0) { $0 + ($1 == 0x0A ? 1 : 0) } + (bytes.last.map { $0 == 0x0A ? 0 : 1 } ?? 0)
    }

    private final class Tally: EventSink {
        private let size: Int
        private(set) var events: [AccessEvent] = []
        private(set) var units = 0
        private var done = 0

        init(_ size: Int) { self.size = size }

        func keep(_ event: AccessEvent, at place: Place, units: Int) { events.append(event); count(units, place) }
        func refuse(_ problem: FieldProblem, at place: Place, units: Int) {
            precondition(!problem.expected.isEmpty && !problem.remedy.isEmpty, "a refusal says what was expected and what to do")
            count(units, place)
        }
        func blank(units: Int) { count(units, nil) }
        func header(units: Int) { count(units, nil) }
        func assume(_ assumption: Assumption) {}
        func declare(gap kind: String, source: String, at time: Instant?, count: Int?) {}
        func warn(_ problem: FieldProblem, at place: Place) {}
        func advance(to byte: Int) -> Bool {
            precondition(byte >= done, "progress goes back")
            done = byte
            return true
        }

        private func count(_ more: Int, _ place: Place?) {
            precondition(more >= 0, "a count below zero")
            units += more
            if let place { precondition(place.line >= 1 && place.byte >= 0, "a place outside the file") }
        }
    }
}

/// Any bytes as a file: opened, unpacked, recognised, spooled, joined and walked twice.
enum TrailCheck {
    static func check(_ bytes: [UInt8]) {
        guard let path = file(bytes) else { return }
        defer { unlink(path) }
        let plan = TrailPlan(inputs: [path], directory: nil, threads: 1, memory: 1 << 20, temporaryFolder: "/tmp")
        guard let trail = try? Trail.read(plan, fingerprints: { $1.utf8.reduce(UInt64($0.rawValue.utf8.count)) { $0 &* 1_099_511_628_211 ^ UInt64($1) } }) else { return }
        for file in trail.files {
            precondition(file.lines == file.header + file.kept + file.refused + file.duplicate + file.blank, "a line is lost")
        }
        var walks: [[Int]] = []
        for _ in 0..<2 {
            var acts: [Int] = []
            try? trail.forEachAct { act, _ in
                precondition(act.index == acts.count, "an act is out of order")
                acts.append(act.events)
            }
            walks.append(acts)
        }
        precondition(walks[0] == walks[1], "the second walk differs")
        precondition(walks[0].count == trail.acts && walks[0].reduce(0, +) == trail.events, "acts and events do not add up")
    }

    private static func file(_ bytes: [UInt8]) -> String? {
        var template = Array("/tmp/cordon-fuzz-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let n = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + done, $0.count - done) }
            guard n > 0 else { return nil }
            done += n
        }
        return template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }
}

/// Any text as a service profile: read or refused with every fault placed, and applied without a crash.
enum ProfileCheck {
    static func check(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return }
        guard let profiles = try? ProfileReader.read(text, file: "fuzz.yaml") else { return }
        precondition(!profiles.isEmpty && profiles.allSatisfy { !$0.name.isEmpty }, "a profile without a name")
        var event = AccessEvent()
        for (service, path) in [("placement", "/patients/p1/notes"), ("", "/"), ("web", "/a/b/c?ipp=1")] {
            (event.service, event.path, event.action, event.resource) = (service, path, .read, "Patient")
            ProfileSet(profiles).apply(to: &event)
        }
        _ = ProfileSet(profiles).settings(forFile: "export.csv")
    }
}
