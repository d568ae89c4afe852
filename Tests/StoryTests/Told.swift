import Glibc
import Story

/// A told story read back by plain means, in a folder of its own that goes with it.
final class Told {
    static let files = [Story.identityFile, Story.placementFile, Story.directoryFile, Story.profileFile, Story.truthFile]

    let truth: StoryTruth
    private let folder: String

    init(_ plan: StoryPlan) throws {
        var template = Array("/tmp/cordon-story-XXXXXX".utf8CString)
        folder = template.withUnsafeMutableBufferPointer { String(cString: mkdtemp($0.baseAddress!)) }
        truth = try Story(plan: plan).write(to: folder)
    }

    deinit {
        for name in Told.files { unlink(folder + "/" + name) }
        rmdir(folder)
    }

    func bytes(_ name: String) -> [UInt8] {
        guard let file = fopen(folder + "/" + name, "rb") else { return [] }
        defer { fclose(file) }
        fseek(file, 0, SEEK_END)
        var bytes = [UInt8](repeating: 0, count: ftell(file))
        rewind(file)
        _ = fread(&bytes, 1, bytes.count, file)
        return bytes
    }

    private func lines(_ name: String) -> [String] {
        bytes(name).split(separator: 0x0A).map { String(decoding: $0.last == 0x0D ? $0.dropLast() : $0, as: UTF8.self) }
    }

    struct Row {
        var fields: [String]
        var id: String { fields[1] }
        var account: String { fields[3] }
        var persons: [String] { fields[16].split(separator: ";").map(String.init) }
        var ins: [String] { fields[17].split(separator: ";").map(String.init) }
    }

    /// Without the header.
    lazy var placement: [Row] = lines(Story.placementFile).dropFirst().map { line in
        var fields: [[UInt8]] = [[]], quoted = false
        for byte in line.utf8 {
            if byte == 0x22 { quoted.toggle() } else if byte == 0x3B && !quoted { fields.append([]) } else { fields[fields.count - 1].append(byte) }
        }
        return Row(fields: fields.map { String(decoding: $0, as: UTF8.self) })
    }

    lazy var identity: [(id: String, time: Int)] = lines(Story.identityFile).map { line in
        (value(line, "id"), Int(line.split(separator: "\"time\":")[1].prefix { $0.isNumber }) ?? 0)
    }

    lazy var directory: [[String]] = lines(Story.directoryFile).dropFirst().map { $0.split(separator: ",").map(String.init) }

    /// The operation's acts as truth.json lists them.
    lazy var actIDs: [(id: String, account: String)] = lines(Story.truthFile).filter { $0.hasPrefix("   {\"ids\"") }.map { line in
        (String(line.split(separator: "\"")[2 + 1]), value(line, "account"))
    }

    private func value(_ line: String, _ key: String) -> String {
        let parts = line.split(separator: "\"" + key + "\":")
        guard let rest = parts.last?.drop(while: { $0 == " " }) else { return "" }
        return String(rest.dropFirst().prefix { $0 != "\"" })
    }
}
