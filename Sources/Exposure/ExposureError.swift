/// Why an index cannot be written or answered from. No value of a row is ever quoted.
package struct ExposureError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// A system call failed; the number is `errno`.
        case system(Int32)
        /// The file is not part of an exposure index, or of a version that this program does not know.
        case foreign
        /// The bytes contradict themselves: made by nobody, damaged, or tampered with.
        case corrupt
        /// The writer was given acts out of order, or a number without a name.
        case misuse
    }

    package var kind: Kind
    /// Base name of the file, empty when no file is meant.
    package var file: String
    package var what: String

    package init(_ kind: Kind, file: String = "", _ what: String) { (self.kind, self.file, self.what) = (kind, file, what) }

    package var description: String {
        let remedy = switch kind {
        case .system(let number): "error \(number) of the system; check space and permissions"
        case .foreign: "give a folder that this version of cordon wrote"
        case .corrupt: "rebuild the index from the trail"
        case .misuse: "a fault of the program; please report it"
        }
        return (file.isEmpty ? "exposure index" : "exposure index, file \"\(file)\"") + ": \(what); \(remedy)"
    }
}
