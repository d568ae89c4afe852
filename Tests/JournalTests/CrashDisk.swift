import Journal

/// A disk in memory that can lose its power, as real ones do.
///
/// What was written and not synced is, after a power loss, there, not there, or torn at 512 bytes; of names that were made,
/// moved or removed and whose folder was not synced, any may have happened or not. Which, a seed decides. It can also fail or
/// stop at any operation. It counts operations, and tells of each, so that a test can lose the power after every one.
///
/// Sendable because one thread uses it.
final class CrashDisk: FileSystem, @unchecked Sendable {
    /// A file's bytes: as they are on the platter, as a reader sees them, and what happened since the last sync.
    final class Inode {
        var durable: [UInt8] = []
        var current: [UInt8] = []
        var versions: [[UInt8]] = []

        init() {}
        init(_ bytes: [UInt8]) { (durable, current) = (bytes, bytes) }

        func sync() {
            durable = current
            versions.removeAll()
        }
        func change(_ body: (inout [UInt8]) -> Void) {
            body(&current)
            versions.append(current)
        }
    }

    private enum Naming {
        case link(String, Inode)
        case move(String, String, Inode)
        case unlink(String, Inode)
    }

    private var durableNames: [String: Inode] = [:]
    private var names: [String: Inode] = [:]
    private var pending: [(folder: String, Naming)] = []
    private(set) var folders: Set<String> = [""]

    /// Operations that change something.
    private(set) var operations = 0
    var afterOperation: () throws -> Void = {}
    /// Called before an operation; throws to make it fail, after `partly` of a write's bytes.
    var beforeOperation: (Int) throws -> Void = { _ in }
    var freeBytes = 1 << 40
    let totalBytes = 1 << 40

    init() {}

    private func operation(_ body: () throws -> Void) throws {
        operations += 1
        try beforeOperation(operations)
        try body()
        try afterOperation()
    }

    // MARK: FileSystem

    func create(_ file: String) throws -> any OpenFile {
        guard folders.contains(Journal.folder(of: file)) else { throw problem("creating", file) }
        if let inode = names[file] {
            try operation { inode.change { $0 = [] } }
            return File(self, inode)
        }
        let inode = Inode()
        try operation {
            names[file] = inode
            pending.append((Journal.folder(of: file), .link(file, inode)))
        }
        return File(self, inode)
    }

    func open(_ file: String) throws -> any OpenFile { File(self, try inode(file)) }

    private func inode(_ file: String) throws -> Inode {
        guard let inode = names[file] else { throw problem("opening", file) }
        return inode
    }

    private func problem(_ operation: String, _ file: String) -> FileError { FileError(operation: operation, file: file, code: 2, reason: "No such file or directory") }

    func read(_ file: String, at offset: Int, count: Int) throws -> [UInt8] {
        let bytes = try inode(file).current
        guard offset < bytes.count else { return [] }
        return Array(bytes[offset..<min(bytes.count, offset + count)])
    }

    func view(_ file: String) throws -> FileView { FileView(try inode(file).current) }
    func size(_ file: String) throws -> Int? { folders.contains(file) ? 4_096 : names[file]?.current.count }

    func list(_ folder: String) throws -> [String] {
        names.keys.filter { Journal.folder(of: $0) == folder }.map { String($0.dropFirst(folder.isEmpty ? 0 : folder.utf8.count + 1)) }.sorted()
    }

    func rename(_ file: String, to name: String) throws {
        let inode = try inode(file)
        try operation {
            names[file] = nil
            names[name] = inode
            pending.append((Journal.folder(of: name), .move(file, name, inode)))
        }
    }

    func remove(_ file: String) throws {
        guard let inode = names[file] else { return }
        try operation {
            names[file] = nil
            pending.append((Journal.folder(of: file), .unlink(file, inode)))
        }
    }

    // Folders are there once made: a lost folder loses its names, which losing the names shows as well.
    func removeFolder(_ folder: String) throws {}
    func makeFolder(_ folder: String) throws {
        var folder = folder
        while !folder.isEmpty {
            folders.insert(folder)
            folder = Journal.folder(of: folder)
        }
    }

    func syncFolder(_ folder: String) throws {
        try operation { settle { $0 == folder } }
    }

    func syncAll() throws {
        try operation {
            settle { _ in true }
            for inode in names.values { inode.sync() }
        }
    }

    private func settle(_ isMeant: (String) -> Bool) {
        for (folder, naming) in pending where isMeant(folder) { CrashDisk.apply(naming, to: &durableNames) }
        pending.removeAll { isMeant($0.folder) }
    }

    private static func apply(_ naming: Naming, to names: inout [String: Inode]) {
        switch naming {
        case .link(let name, let inode): names[name] = inode
        case .move(let from, let to, let inode):
            if names[from] === inode { names[from] = nil }
            names[to] = inode
        case .unlink(let name, let inode): if names[name] === inode { names[name] = nil }
        }
    }

    func lock(_ file: String) throws -> any Sendable { 0 }
    func space() throws -> (free: Int, total: Int) { (freeBytes, totalBytes) }

    private final class File: OpenFile, @unchecked Sendable {
        let disk: CrashDisk
        let inode: Inode
        init(_ disk: CrashDisk, _ inode: Inode) { (self.disk, self.inode) = (disk, inode) }

        func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws {
            let bytes = Array(bytes)
            do {
                try disk.operation { put(bytes, offset) }
            } catch let partly as Partly {
                put(Array(bytes.prefix(partly.bytes)), offset)
                throw partly.error
            }
        }
        private func put(_ bytes: [UInt8], _ offset: Int) {
            inode.change {
                if $0.count < offset + bytes.count { $0 += [UInt8](repeating: 0, count: offset + bytes.count - $0.count) }
                $0.replaceSubrange(offset..<offset + bytes.count, with: bytes)
            }
        }
        func truncate(to size: Int) throws { try disk.operation { inode.change { $0.removeLast($0.count - size) } } }
        func sync() throws { try disk.operation { inode.sync() } }
    }

    /// A write that fails in the middle.
    struct Partly: Error {
        var bytes: Int
        var error: FileError
    }

    // MARK: Losing power

    /// The process dies, the machine does not: all that was written is seen, and what was not synced can still be lost.
    func afterKill() -> CrashDisk {
        let disk = CrashDisk()
        var copies: [ObjectIdentifier: Inode] = [:]
        func copy(_ inode: Inode) -> Inode {
            if let copy = copies[ObjectIdentifier(inode)] { return copy }
            let copy = Inode()
            (copy.durable, copy.current, copy.versions) = (inode.durable, inode.current, inode.versions)
            copies[ObjectIdentifier(inode)] = copy
            return copy
        }
        disk.folders = folders
        disk.names = names.mapValues(copy)
        disk.durableNames = durableNames.mapValues(copy)
        disk.pending = pending.map { folder, naming in
            switch naming {
            case .link(let name, let inode): (folder, .link(name, copy(inode)))
            case .move(let from, let to, let inode): (folder, .move(from, to, copy(inode)))
            case .unlink(let name, let inode): (folder, .unlink(name, copy(inode)))
            }
        }
        return disk
    }

    /// What is found when the power is back.
    func afterPowerLoss(_ random: inout SeededGenerator) -> CrashDisk {
        let mode = Int.random(in: 0..<8, using: &random)
        var names = durableNames
        for (_, naming) in pending where mode == 0 || (mode > 1 && Bool.random(using: &random)) { CrashDisk.apply(naming, to: &names) }
        return image { inode in
            guard !inode.versions.isEmpty, mode != 1 else { return inode.durable }
            return mode == 0 ? inode.current : CrashDisk.torn(inode, &random)
        } names: { names }
    }

    private func image(_ bytes: (Inode) -> [UInt8], names: () -> [String: Inode]) -> CrashDisk {
        let disk = CrashDisk()
        disk.folders = folders
        for (name, inode) in names().sorted(by: { $0.key < $1.key }) { disk.names[name] = Inode(bytes(inode)) }
        disk.durableNames = disk.names
        return disk
    }

    private static func torn(_ inode: Inode, _ random: inout SeededGenerator) -> [UInt8] {
        let versions = [inode.durable] + inode.versions
        let size = versions.randomElement(using: &random).map(\.count) ?? 0
        var bytes = [UInt8](repeating: 0, count: size)
        let likely = Int.random(in: 1...8, using: &random)
        for start in stride(from: 0, to: size, by: 512) {
            let version = Int.random(in: 0..<8, using: &random) < likely ? versions[versions.count - 1] : versions[Int.random(in: 0..<versions.count, using: &random)]
            let end = min(size, start + 512, version.count)
            if start < end { bytes.replaceSubrange(start..<end, with: version[start..<end]) }
        }
        return bytes
    }

    // MARK: For tests

    func bytes(_ file: String) -> [UInt8]? { names[file]?.current }
    func replace(_ file: String, _ bytes: [UInt8]?) {
        names[file] = bytes.map { Inode($0) }
        durableNames[file] = names[file]
    }
    var files: [String] { names.keys.sorted() }
}
