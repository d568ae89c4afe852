import Model
import Profiles

/// What to read and with which means. Decided once by the command.
package struct TrailPlan: Sendable {
    /// Paths of files and folders; `-` is standard input.
    package var inputs: [String]
    package var profiles: ProfileSet
    /// Every person that the service holds: CSV with any of the columns person, ins, family, postcode.
    package var directory: String?
    /// Names and contacts by reference, for `persons.csv`.
    package var people: String?
    package var threads: Int
    /// Bytes that sorting may hold before it goes to disk.
    package var memory: Int
    /// Where temporary files are made (0600, unlinked at once).
    package var temporaryFolder: String
    package var formats: [any TrailFormat]
    /// Year for times without one where nothing in the trail tells.
    package var assumedYear: Int

    package init(
        inputs: [String], profiles: ProfileSet = .shipped, directory: String? = nil, people: String? = nil, threads: Int = 2,
        memory: Int = 48 << 20, temporaryFolder: String = "/tmp", formats: [any TrailFormat] = TrailFormats.all, assumedYear: Int = 2025
    ) {
        (self.inputs, self.profiles, self.directory, self.people) = (inputs, profiles, directory, people)
        (self.threads, self.memory, self.temporaryFolder, self.formats) = (threads, memory, temporaryFolder, formats)
        self.assumedYear = assumedYear
    }
}

/// How far reading is. Bytes are those of the files as they lie on disk.
package struct TrailProgress: Sendable {
    package enum Phase: Sendable { case reading, ordering, walking }
    package var phase: Phase
    package var bytesDone: Int
    package var bytesTotal: Int
    package var events: Int

    package init(phase: Phase, bytesDone: Int, bytesTotal: Int, events: Int) {
        (self.phase, self.bytesDone, self.bytesTotal, self.events) = (phase, bytesDone, bytesTotal, events)
    }
}

/// Why a trail could not be read at all. What is wrong with single lines and files stands in the balance instead.
package enum TrailError: Error, CustomStringConvertible, Sendable {
    /// An input does not exist or cannot be opened (base name).
    case missing(String, reason: String)
    /// The inputs hold no file.
    case nothingToRead
    /// Not one of the files is of a known format. The balance of each is given.
    case nothingRecognised([FileBalance])
    /// Files were recognised, but not one of their records can be read. The balance of each is given.
    case nothingReadable([FileBalance])
    /// The directory or people file is not a table that can be read (base name).
    case badTable(String, FieldProblem)
    /// A temporary file cannot be written.
    case cannotWrite(reason: String)
    case cancelled

    /// Exit status as in the contract.
    package var status: Int32 {
        switch self {
        case .missing, .nothingToRead: 66
        case .nothingRecognised, .nothingReadable, .badTable: 65
        case .cannotWrite: 73
        case .cancelled: 130
        }
    }

    package var description: String {
        switch self {
        case .missing(let name, let reason): "\(name): \(reason); check the name and the rights"
        case .nothingToRead: "there is no file to read; name files or folders that hold exported trails"
        case .nothingRecognised(let files):
            "no file is of a known format (\(files.map(\.name).joined(separator: ", "))); `cordon formats` lists them, `cordon formats --explain FILE` drafts a mapping"
        case .nothingReadable(let files):
            "no record can be read: " + files.compactMap { file in file.refusals.first.map { "\($0.place): \($0.problem)" } }.joined(separator: "\n")
        case .badTable(let name, let problem): "\(name): \(problem)"
        case .cannotWrite(let reason): "a temporary file cannot be written: \(reason); name another folder"
        case .cancelled: "stopped on request"
        }
    }
}
