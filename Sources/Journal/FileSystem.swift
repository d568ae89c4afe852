/// What a durable log needs of a disk, and no more. Paths are relative to the root that an implementation was given; folders
/// are parted by `/`.
///
/// Nothing is durable by itself: a file's bytes are after `OpenFile.sync`, its name after `syncFolder` of the folder that holds
/// it, everything after `syncAll`. Until then a power loss may keep, lose or tear it. Two things implement this: `PosixFiles`,
/// and in tests a disk that loses power wherever a seed says.
package protocol FileSystem: Sendable {
    /// A new empty file; one of that name is emptied.
    func create(_ file: String) throws -> any OpenFile
    /// A file that is there, for writing.
    func open(_ file: String) throws -> any OpenFile
    /// Up to `count` bytes from `offset` on; fewer only where the file ends.
    func read(_ file: String, at offset: Int, count: Int) throws -> [UInt8]
    /// The whole file for reading at any place, without holding it in memory.
    func view(_ file: String) throws -> FileView
    /// Bytes; nil when the file is not there.
    func size(_ file: String) throws -> Int?
    /// Names in a folder, sorted; none when the folder is not there.
    func list(_ folder: String) throws -> [String]
    /// Within one folder; replaces.
    func rename(_ file: String, to name: String) throws
    /// No error when the file is not there.
    func remove(_ file: String) throws
    /// No error when the folder is not there; one when it is not empty.
    func removeFolder(_ folder: String) throws
    /// With the folders above it; no error when it is there.
    func makeFolder(_ folder: String) throws
    func syncFolder(_ folder: String) throws
    /// Everything written so far by anybody on this disk, names included, in one call.
    func syncAll() throws
    /// Held until the returned object goes, by this process alone.
    func lock(_ file: String) throws -> any Sendable
    func space() throws -> (free: Int, total: Int)
}

/// Closed when it goes.
package protocol OpenFile: AnyObject, Sendable {
    /// All of it, in one system call where the system can.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws
    func truncate(to size: Int) throws
    /// The bytes and the size, not the name (fdatasync).
    func sync() throws
}

extension OpenFile {
    package func write(_ bytes: [UInt8], at offset: Int) throws {
        try bytes.withUnsafeBytes { try write($0, at: offset) }
    }
}

extension FileSystem {
    /// The whole file; refuses more than `maximum` bytes before it reads them. Nil when it is not there.
    package func read(_ file: String, maximum: Int) throws -> [UInt8]? {
        guard let size = try size(file) else { return nil }
        guard size <= maximum else { throw JournalProblem.damaged(file: file, "has \(size) bytes, expected at most \(maximum)") }
        return try read(file, at: 0, count: size)
    }

    /// A whole file or none at any moment for a reader, but not durable: after a power loss it may be anything.
    package func place(_ bytes: [UInt8], at file: String) throws {
        let temporary = file + ".tmp"
        try create(temporary).write(bytes, at: 0)
        try rename(temporary, to: file)
    }

    /// A whole file or none, after a power loss too: bytes durable first, then the name.
    package func placeDurably(_ bytes: [UInt8], at file: String) throws {
        let temporary = file + ".tmp"
        let open = try create(temporary)
        try open.write(bytes, at: 0)
        try open.sync()
        try rename(temporary, to: file)
        try syncFolder(folder(of: file))
    }
}

/// The folder of a path; empty for the root.
package func folder(of file: String) -> String {
    file.lastIndex(of: "/").map { String(file[..<$0]) } ?? ""
}

/// A disk said no. The file is relative to the log's folder.
package struct FileError: Error, Sendable, Hashable, CustomStringConvertible {
    package var operation: String
    package var file: String
    /// `errno`
    package var code: Int32
    package var reason: String

    package init(operation: String, file: String, code: Int32, reason: String) {
        (self.operation, self.file, self.code, self.reason) = (operation, file, code, reason)
    }

    package var description: String { "\(file.isEmpty ? "the folder" : file): \(operation) failed: \(reason)" }
}
