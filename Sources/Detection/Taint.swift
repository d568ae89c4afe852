import Model

/// Places from which an account was cut: another account that is used from there is likelier in the same hands.
struct Taint {
    static let remembered = 60 * Instant.day
    private var places: [Place: Instant] = [:]
    private var networks: [UInt64: Instant] = [:]

    mutating func mark(_ place: Place, isShared: Bool, at time: Instant) {
        places[place] = time
        if !isShared { networks[place.network] = time }
    }

    /// Evidence in millinats of a place that is not the account's own.
    func weight(_ place: Place, at time: Instant) -> Int {
        if let at = networks[place.network], time - at <= Taint.remembered { return 4_000 }
        if let at = places[place], time - at <= Taint.remembered { return 1_500 }
        return 0
    }
}
