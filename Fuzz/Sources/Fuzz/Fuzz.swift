import Glibc

/// libFuzzer over one target: `Fuzz TARGET [libFuzzer's options] CORPUS…`. The library brings its own loop; we bring the check.
@main
struct Fuzz {
    nonisolated(unsafe) static var check: @Sendable ([UInt8]) -> Void = { _ in }

    static func main() {
        let words = CommandLine.arguments
        guard words.count > 1, let target = fuzzTargets.first(where: { $0.name == words[1] }) else {
            print(fuzzTargets.map(\.name).joined(separator: "\n"))
            exit(words.count > 1 ? 64 : 0)
        }
        check = target.check
        // The target's name is ours: libFuzzer sees the other words.
        var count = CommandLine.argc - 1
        var rest = CommandLine.unsafeArgv + 1
        rest[0] = CommandLine.unsafeArgv[0]
        exit(runDriver(&count, &rest) { start, count in
            Fuzz.check(Array(UnsafeBufferPointer(start: start, count: count)))
            return 0
        })
    }
}

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>, _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
