import Foundation
import Testing

/// The kept corpora and past failures of the fuzz targets, as ordinary tests of the release build.
@Suite struct `what fuzzing kept` {
    static let home = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Fuzz").standardizedFileURL

    @Test(arguments: fuzzTargets.map(\.name)) func `is survived by`(target: String) throws {
        let check = try #require(fuzzTargets.first { $0.name == target }).check
        let inputs = try ["Corpus", "Fail"].flatMap { folder in
            let path = Self.home.appendingPathComponent(folder).appendingPathComponent(target)
            guard FileManager.default.fileExists(atPath: path.path) else { return [URL]() }
            return try FileManager.default.contentsOfDirectory(at: path, includingPropertiesForKeys: nil).sorted { $0.path < $1.path }
        }
        #expect(!inputs.isEmpty, "no corpus for \(target)")
        for input in inputs {
            let bytes = Array(try Data(contentsOf: input))
            check(bytes)
            // Cut and changed, it must be survived as well.
            for cut in [0, 1, bytes.count / 2, max(0, bytes.count - 1)] { check(Array(bytes.prefix(cut))) }
            for position in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 16)) {
                var changed = bytes
                changed[position] ^= 0x20
                check(changed)
            }
        }
    }

    @Test func `belongs to a target that exists`() throws {
        let names = Set(fuzzTargets.map(\.name))
        for folder in ["Corpus", "Fail"] {
            let path = Self.home.appendingPathComponent(folder).path
            for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] where !name.hasPrefix(".") {
                #expect(names.contains(name), "\(folder)/\(name) has no target")
            }
        }
    }
}
