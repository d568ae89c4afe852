import Glibc

/// The controllers' pages as word-processor documents, where pandoc is installed: it reads the page that is there anyway.
package enum Docx {
    /// Path of pandoc in one of `folders` (those of `PATH`); nil where it is not installed.
    package static func pandoc(in folders: [String]) -> String? {
        folders.map { $0 + "/pandoc" }.first { access($0, X_OK) == 0 }
    }

    /// Turns one page into a document. The same page and time give the same bytes (SOURCE_DATE_EPOCH).
    ///
    /// - Parameter stamp: POSIX seconds that the document bears as its date.
    /// - Returns: false when pandoc failed; the page is still there, so a caller may go on without.
    package static func convert(page: String, to document: String, stamp: Int64, pandoc: String) -> Bool {
        let words = [pandoc, "-f", "html", "-t", "docx", "-o", document, page]
        let environment = ["SOURCE_DATE_EPOCH=\(stamp)", "LC_ALL=C.UTF-8", "HOME=/nonexistent"]
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&files, descriptor, "/dev/null", descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY, 0)
        }
        let arguments = words.map { strdup($0) } + [nil], variables = environment.map { strdup($0) } + [nil]
        defer { for text in arguments + variables { free(text) } }
        var child = pid_t()
        guard posix_spawn(&child, pandoc, &files, nil, arguments, variables) == 0 else { return false }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0 { guard errno == EINTR else { return false } }
        return status == 0 && access(document, R_OK) == 0
    }
}
