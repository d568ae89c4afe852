/// Micro benchmarks that `cordon bench` prints as ratios. Each returns a checksum that depends on every record, so that
/// nothing can be optimised away.
package enum JSONBench {
    package struct Count: Sendable, Equatable {
        package var records = 0
        package var checksum: UInt64 = 0
        package init() {}
    }

    /// The floor: finds the lines and looks at no byte of them but the first.
    package static func lines(_ text: UnsafeRawBufferPointer) -> Count {
        var count = Count()
        forEachLine(text) { line in
            count.records += 1
            count.checksum = count.checksum &* 31 &+ UInt64(line.count) &+ UInt64(line.first ?? 0)
        }
        return count
    }

    /// Every value of every line checked, none taken.
    package static func check(_ text: UnsafeRawBufferPointer) -> Count {
        var count = Count()
        var json = JSONScanner()
        forEachLine(text) { line in
            do throws(JSONFault) {
                try json.begin(line)
                try json.skip()
                try json.finish()
                count.checksum = count.checksum &* 31 &+ UInt64(json.offset)
            } catch {
                count.checksum = count.checksum &* 31 &+ UInt64(error.kind.rawValue)
            }
            count.records += 1
        }
        return count
    }

    /// What a scan that believes everything costs: brackets and quotes only. The strict check may take twice that.
    package static func lax(_ text: UnsafeRawBufferPointer) -> Count {
        var count = Count()
        forEachLine(text) { line in
            count.records += 1
            count.checksum = count.checksum &* 31 &+ UInt64(JSONBoundary.end(of: line, from: 0) ?? 0)
        }
        return count
    }

    static func forEachLine(_ text: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void) {
        var i = 0
        while i < text.count {
            let end = endOfLine(text, from: i)
            body(UnsafeRawBufferPointer(rebasing: text[i..<end]))
            i = end + 1
        }
    }
}
