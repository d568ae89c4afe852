import Glibc
import Incident
import Investigation
import Journal
import Ledger
import Model
import Trail

/// Part of the interface (sysexits.h where a number there fits).
enum ExitStatus: Int32 {
    case done = 0, found = 1, couldNotTell = 3
    case usage = 64, badData = 65, noInput = 66, internalError = 70, cannotWrite = 73, interrupted = 130

    init(_ verdict: IncidentDocument.Verdict) {
        switch verdict {
        case .found: self = .found
        case .nothingFound: self = .done
        case .incomplete: self = .couldNotTell
        }
    }

    /// What an error of a room means to whoever called the command; nil for errors that are not a room's.
    static func of(_ error: any Error) -> ExitStatus? {
        switch error {
        case is Interrupted: .interrupted
        case is CannotWrite: .cannotWrite
        case is FolderProblem, is LedgerError, is JournalProblem, is NoteProblem, is ProofProblem: .badData
        case let file as FileError: file.code == ENOENT ? .noInput : .badData
        case is Merkle.OutOfRange: .noInput
        case let failure as InvestigationFailure:
            switch failure.kind {
            case .noInput: .noInput
            case .badData: .badData
            case .usage: .usage
            }
        default: nil
        }
    }
}
