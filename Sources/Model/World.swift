/// What lies outside the program, handed in by whoever starts it: tests hand in their own.
package struct World: Sendable {
    /// The wall clock.
    package var now: @Sendable () -> Instant
    /// Cryptographically secure random bytes.
    package var randomBytes: @Sendable (Int) -> [UInt8]
    /// True once the user has asked to stop (Ctrl-C). Long work asks often and leaves nothing half-written.
    package var isInterrupted: @Sendable () -> Bool
    /// Where unlinked temporary files may be made.
    package var temporaryFolder: String
    /// Where programs are looked for that are used when they are there (`PATH`).
    package var programFolders: [String]

    package init(now: @escaping @Sendable () -> Instant, randomBytes: @escaping @Sendable (Int) -> [UInt8], isInterrupted: @escaping @Sendable () -> Bool = { false }, temporaryFolder: String = "/tmp", programFolders: [String] = []) {
        (self.now, self.randomBytes, self.isInterrupted) = (now, randomBytes, isInterrupted)
        (self.temporaryFolder, self.programFolders) = (temporaryFolder, programFolders)
    }
}

/// The user asked to stop.
package struct Interrupted: Error, Sendable { package init() {} }
