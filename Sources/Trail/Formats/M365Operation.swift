import Model

/// What an operation of the audit log is (learn.microsoft.com, "Audit log activities").
struct M365Operation {
    var action = Action.other
    var manners: Manners = []
    /// Kind of object; empty for operations that show no content.
    var resource = ""
    /// The operation's name itself says that it failed.
    var isFailure = false

    init(_ operation: String, isSync: Bool) {
        switch operation {
        case "UserLoggedIn", "MailboxLogin", "TeamsSessionStarted", "Sign-in activity": action = .login
        case "UserLoginFailed": (action, isFailure) = (.login, true)
        case "UserLoggedOff", "UserLoggedOut", "UserSignedOut": action = .logout

        // A Sync brings whole folders to the client, a Bind opens single mails.
        case "MailItemsAccessed": (action, manners, resource) = (.read, isSync ? .exported : .opened, isSync ? "MailFolder" : "Mail")
        case "Send", "SendAs", "SendOnBehalf", "Create": (action, resource) = (.create, "Mail")
        case "Update", "Move", "UpdateInboxRules": (action, resource) = (.update, "Mail")
        case "SoftDelete", "HardDelete", "MoveToDeletedItems": (action, resource) = (.delete, "Mail")

        case "FileAccessed", "FileAccessedExtended", "FilePreviewed", "FileVisited":
            (action, manners, resource) = (.read, .opened, "File")
        case "PageViewed", "PageViewedExtended", "PagePrefetched", "ListViewed", "ListItemViewed": (action, manners, resource) = (.read, .opened, "Page")
        case "FileDownloaded", "FileSyncDownloadedFull", "FileSyncDownloadedPartial", "FolderDownloaded", "FileCopiedToRemovableMedia",
            "FileUploadedToCloud", "FileCopiedToClipboard":
            (action, manners, resource) = (.export, .exported, "File")
        case "FilePrinted": (action, manners, resource) = (.print, .printed, "File")
        case "FileUploaded", "FileCopied", "FileRestored", "FileSyncUploadedFull", "FileSyncUploadedPartial", "FolderCreated": (action, resource) = (.create, "File")
        case "FileModified", "FileModifiedExtended", "FileRenamed", "FileMoved", "FileCheckedIn": (action, manners, resource) = (.update, .edited, "File")
        case "FileDeleted", "FileRecycled", "FileDeletedFirstStageRecycleBin", "FileDeletedSecondStageRecycleBin", "FolderDeleted", "FolderRecycled":
            (action, resource) = (.delete, "File")

        case "SearchQueryPerformed", "SearchQueryInitiatedExchange", "SearchQueryInitiatedSharePoint": (action, manners, resource) = (.search, .listed, "Search")
        case "SearchExported", "SearchExportDownloaded", "ExportDownloaded", "ViewedSearchExported": (action, manners, resource) = (.export, .exported, "Search")
        case "SearchPreviewed", "SearchResultsPreviewed", "PreviewItemRendered", "PreviewItemDownloaded": (action, manners, resource) = (.read, .opened, "Search")
        case "MessageRead", "MessagesListed", "ChatRetrieved", "MessageExported": (action, manners, resource) = (.read, .opened, "Message")
        default: break
        }
    }

    /// `ResultStatus`; records without it are written only for what succeeded.
    static func outcome(_ status: String?) -> Outcome {
        guard let status = status?.lowercased() else { return .success }
        switch status {
        case "succeeded", "success", "true", "partiallysucceeded", "0": return .success
        case "failed", "failure", "false", "fail": return .failure
        default: return .unknown
        }
    }

    /// Workloads of AuditLogRecordType where a record names none.
    static func workload(recordType: String?) -> String? {
        switch recordType {
        case "1", "2", "3", "50": "Exchange"
        case "4", "6", "14", "36": "SharePoint"
        case "8", "9", "15": "AzureActiveDirectory"
        case "25": "MicrosoftTeams"
        default: nil
        }
    }
}
