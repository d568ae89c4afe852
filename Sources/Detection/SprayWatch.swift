import Model

/// Failed sign-ins over many accounts in a short time.
struct SprayWatch {
    mutating func failed(_ act: Act, _ account: UInt32) {}
}
