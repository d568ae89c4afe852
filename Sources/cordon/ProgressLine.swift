import Investigation
import Model

/// What runs, how far, how fast and how long still: one line on a terminal, silence elsewhere.
struct ProgressLine: Sendable {
    private let language: Language
    private let began = World.real.now()

    init(_ language: Language) { self.language = language }

    @Sendable func show(_ progress: InvestigationProgress) {
        guard Terminal.isInteractive else { return }
        let seconds = max(1, World.real.now() - began)
        let name = progress.phase.name.text(language)
        var line = "\(name): \(Int(progress.fraction * 100)) %"
        if progress.done > 0 {
            let rate = Int64(progress.done) * 1_000 / seconds
            line += language == .fr ? ", \(rate) événements/s" : ", \(rate) events/s"
            if progress.fraction > 0.01, progress.fraction < 1 {
                let left = Int(Double(seconds) / 1_000 * (1 - progress.fraction) / progress.fraction) + 1
                line += language == .fr ? ", reste environ \(left) s" : ", about \(left) s left"
            }
        }
        Terminal.redraw(line)
    }

    func clear() { Terminal.redraw("") }
}
