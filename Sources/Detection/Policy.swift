/// What the operator decides.
package struct DetectionPolicy: Sendable, Equatable {
    /// Stated bound: cuts of accounts in the right hands per 1000 account-weeks.
    package var falseCutsPer1000AccountWeeks: Double
    /// The same for asking a second factor.
    package var falseStepUpsPer1000AccountWeeks: Double
    /// Days from the first act during which nobody is judged, because no habits are known.
    package var blindDays: Int

    package init(falseCutsPer1000AccountWeeks: Double = 1, falseStepUpsPer1000AccountWeeks: Double = 10, blindDays: Int = 7) {
        self.falseCutsPer1000AccountWeeks = falseCutsPer1000AccountWeeks
        self.falseStepUpsPer1000AccountWeeks = falseStepUpsPer1000AccountWeeks
        self.blindDays = blindDays
    }

    /// Evidence, in millinats, at which a session is cut.
    var cutThreshold: Int { threshold(falseCutsPer1000AccountWeeks) }
    var stepUpThreshold: Int { threshold(falseStepUpsPer1000AccountWeeks) }

    /// ln of the occasions between two false alarms of one account that the rate allows.
    private func threshold(_ rate: Double) -> Int {
        let perMillion = max(1, Int(min(max(rate, 0.001), 1_000) * 1_000))
        return Logarithm.ratio(1_000_000 * DetectionPolicy.chancesPerWeek, perMillion)
    }

    /// Occasions for a false alarm in an account's week: about its acts, in each of several clocks and methods. Set once so
    /// that a stated rate of 1 was measured at about 1.4 on two real streams, seen and unseen seeds alike.
    static let chancesPerWeek = 80
}
