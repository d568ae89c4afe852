import Model

extension JSONScanner {
    /// The fault in words, with the path of the value that it stands in as the field: `agent[1].who.identifier`.
    ///
    /// - Parameter text: what was given to `begin`.
    package static func problem(_ fault: JSONFault, in text: UnsafeRawBufferPointer) -> FieldProblem {
        FieldProblem(
            field: path(to: fault.offset, in: text), found: "\(fault.kind.found) (byte \(fault.offset + 1) of the record)",
            expected: fault.kind.expected, remedy: fault.kind.remedy)
    }

    /// The path of the innermost value that holds a byte. It reads broken text, too: it follows brackets and quotes only.
    package static func path(to offset: Int, in text: UnsafeRawBufferPointer) -> String {
        var levels: [(key: String?, index: Int)] = []
        var key: String?
        var i = 0
        let stop = min(offset, text.count)
        while i < stop, levels.count <= depthMax {
            switch text[i] {
            case UInt8(ascii: "{"):
                levels.append((nil, -1))
                key = nil
            case UInt8(ascii: "["):
                levels.append((nil, 0))
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                _ = levels.popLast()
            case UInt8(ascii: ","):
                if let last = levels.last, last.index >= 0 { levels[levels.count - 1].index += 1 }
                if let last = levels.last, last.index < 0 { levels[levels.count - 1].key = nil }
            case UInt8(ascii: ":"):
                if let last = levels.last, last.index < 0 { levels[levels.count - 1].key = key }
            case UInt8(ascii: "\""):
                let begin = i + 1
                i += 1
                while i < text.count, text[i] != UInt8(ascii: "\"") { i += text[i] == UInt8(ascii: "\\") ? 2 : 1 }
                let name = shown(UnsafeRawBufferPointer(rebasing: text[begin..<max(begin, min(i, text.count))]))
                if i >= stop, let last = levels.last, last.index < 0, last.key == nil { levels[levels.count - 1].key = name }
                key = name
            default: break
            }
            i += 1
        }
        var path = ""
        for level in levels {
            if level.index >= 0 {
                path += "[\(level.index)]"
            } else if let key = level.key {
                path += path.isEmpty ? key : "." + key
            }
        }
        return path
    }

    /// A name as it may be shown. A name can be a value in disguise (`{"12345678": …}`), so only words pass.
    private static func shown(_ name: UnsafeRawBufferPointer) -> String {
        let digits = name.count(where: isDigit)
        let isWord = !name.isEmpty && name.count <= 40 && digits <= 2
            && name.allSatisfy { c in (c | 32) &- 97 < 26 || c == UInt8(ascii: "_") || c == UInt8(ascii: "-") || isDigit(c) }
        return isWord ? String(decoding: name, as: UTF8.self) : "…"
    }
}
