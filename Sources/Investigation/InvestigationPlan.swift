import Incident
import Ledger
import Model
import Profiles
import Trail

/// Why an investigation, a verification or a question cannot even begin.
package struct InvestigationFailure: Error, Sendable, CustomStringConvertible {
    package enum Kind: Sendable { case usage, noInput, badData }
    package var kind: Kind
    package var description: String

    package init(_ kind: Kind, _ description: String) { (self.kind, self.description) = (kind, description) }
}

/// The words of a command line become values, once; every fault of a file that they name is found here.
package struct InvestigationPlan {
    package var inputs: [String]
    package var out: String
    /// Nil: a new one is made.
    package var caseKey: CaseKey?
    /// Nil: the case key signs.
    package var signer: Signer?
    package var profiles: ProfileSet
    package var directory: String?
    package var people: String?
    package var declarations: [DeclaredAccount]
    package var threads: Int
    package var version: String

    /// - Throws: `InvestigationFailure` naming the file and what is wrong with it.
    package init(inputs: [String], out: String, caseKeyFile: String? = nil, signerFile: String? = nil, profiles: [String] = [], directory: String? = nil, people: String? = nil, declarations: String? = nil, threads: Int = 2, version: String) throws {
        guard !inputs.isEmpty else { throw InvestigationFailure(.usage, "name at least one trail: a file, a folder, or - for standard input") }
        (self.inputs, self.out, self.directory, self.people, self.threads, self.version) = (inputs, out, directory, people, threads, version)
        caseKey = try caseKeyFile.map(KeyFiles.caseKey)
        signer = try signerFile.map(KeyFiles.signer)
        self.profiles = try ShippedAndGiven.profiles(profiles)
        self.declarations = try declarations.map(DeclaredAccount.read) ?? []
    }
}

/// The shipped profiles with the operator's own in front.
enum ShippedAndGiven {
    static func profiles(_ files: [String]) throws -> ProfileSet {
        var given: [ServiceProfile] = []
        for file in files {
            let text = try InputFile.text(file)
            do { given += try ProfileReader.read(text, file: InputFile.baseName(file)) } catch { throw InvestigationFailure(.badData, "\(error)") }
        }
        do { return try ProfileSet.given(given) } catch { throw InvestigationFailure(.badData, "\(error)") }
    }
}
