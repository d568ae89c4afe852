/// Why a log is not opened, not written, or not signed; in each case what to do.
package enum JournalProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// Something on the disk is not what was written. Never repaired silently.
    case damaged(file: String, String)
    /// The disk holds less than what was signed, or something else: an old copy was put back, or a part of it.
    case rolledBack(String)
    /// A write or a sync failed, so that nobody knows what the disk holds. Nothing is accepted until the next start, which
    /// finds out.
    case stopped(String)
    /// Too little space is left. Appends are refused; they go on by themselves when there is space again.
    case full(free: Int, total: Int)
    /// More is waiting than may wait: try again later.
    case busy
    /// Another process has the log.
    case locked(file: String)
    /// The clock stands before the last signature's time. Nothing is signed until it has passed it.
    case clockWentBack(lastSigned: Int64, now: Int64)
    /// The log on the disk has another origin or another key than the ones that were given.
    case foreign(file: String, String)
    case entryTooLarge(bytes: Int)

    package var description: String {
        switch self {
        case .damaged(let file, let what):
            "\(file): \(what); the log is not touched: check it with `cordon ledger fsck`, restore the file from a mirror"
        case .rolledBack(let what):
            "\(what); nothing will be signed: bring back the newest copy of data and head, or begin a log of another origin"
        case .stopped(let cause):
            "stopped after a failed write: \(cause); nothing is accepted until the next start, which checks what the disk holds"
        case .full(let free, let total):
            "only \(free >> 20) of \(total >> 20) MiB are free; appends are refused until more than one twentieth is"
        case .busy: "more is waiting to be written than may wait; try again"
        case .locked(let file): "\(file): another process has this log open"
        case .clockWentBack(let last, let now):
            "the clock went back: the last signature is of \(last), now is \(now) (milliseconds since 1970); nothing is signed before that time has passed again"
        case .foreign(let file, let what): "\(file): \(what)"
        case .entryTooLarge(let bytes): "an entry has \(bytes) bytes, at most 65535 fit"
        }
    }
}
