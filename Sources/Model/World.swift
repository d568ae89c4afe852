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

    package init(now: @escaping @Sendable () -> Instant, randomBytes: @escaping @Sendable (Int) -> [UInt8], isInterrupted: @escaping @Sendable () -> Bool = { false }, temporaryFolder: String = "/tmp") {
        (self.now, self.randomBytes, self.isInterrupted, self.temporaryFolder) = (now, randomBytes, isInterrupted, temporaryFolder)
    }
}

/// The user asked to stop.
package struct Interrupted: Error, Sendable { package init() {} }
