import Glibc
import Model

/// One file among the inputs, before it is opened.
struct Input {
    /// `-` is standard input.
    var path: String
    /// What reports call it: the base name.
    var name: String
}

/// The files that the arguments mean: folders stand for all files below them, hidden ones left out.
enum InputList {
    static func files(_ inputs: [String]) throws -> [Input] {
        var found: [Input] = []
        for input in inputs {
            if input == "-" {
                found.append(Input(path: "-", name: "-"))
                continue
            }
            var status = stat()
            guard stat(input, &status) == 0 else {
                throw TrailError.missing(baseName(input), reason: errno == ENOENT ? "there is no such file" : String(cString: strerror(errno)))
            }
            if status.st_mode & S_IFMT == S_IFDIR {
                try walk(input, depth: 0, into: &found)
            } else {
                found.append(Input(path: input, name: baseName(input)))
            }
        }
        guard !found.isEmpty else { throw TrailError.nothingToRead }
        return found
    }

    /// Entries sorted by bytes, so that the walk is the same on every machine. Links to folders are not followed: no cycles.
    private static func walk(_ folder: String, depth: Int, into found: inout [Input]) throws {
        guard depth < 64, let stream = opendir(folder) else {
            throw TrailError.missing(baseName(folder), reason: depth < 64 ? String(cString: strerror(errno)) : "folders lie too deep")
        }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        closedir(stream)
        for name in names.sorted(by: { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }) {
            let path = folder + "/" + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try walk(path, depth: depth + 1, into: &found)
            case S_IFREG: found.append(Input(path: path, name: name))
            case S_IFLNK:
                // A link to a file is what somebody put here; a link to a folder could lead anywhere.
                if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG { found.append(Input(path: path, name: name)) }
            default: break
            }
        }
    }

    /// Bytes of all files together, for progress; standard input counts as nothing.
    static func bytes(_ inputs: [Input]) -> Int {
        inputs.reduce(0) { sum, input in
            var status = stat()
            return stat(input.path, &status) == 0 ? sum + Int(status.st_size) : sum
        }
    }

    static func baseName(_ path: String) -> String {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        return parts.last.map { String(decoding: $0, as: UTF8.self) } ?? path
    }
}
