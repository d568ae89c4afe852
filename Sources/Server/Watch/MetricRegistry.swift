import CoreMetrics
import Synchronization

/// Counts, and writes what it counted in Prometheus' text format 0.0.4. It is also a factory for swift-metrics, so that other
/// rooms can count under the names of `Metric`; any other name is dropped and counted.
package final class MetricRegistry: MetricsFactory, Sendable {
    private struct Series {
        var value = 0.0
        var count = 0
        var buckets: [Int] = []
    }

    private struct Key: Hashable { var metric: Metric; var labels: [String] }

    private let series = Mutex<[Key: Series]>([:])

    package init() {}

    package func add(_ metric: Metric, _ labels: String..., by amount: Int = 1) { add(metric, labels, Double(amount)) }
    package func set(_ metric: Metric, _ labels: String..., to value: Double) { set(metric, labels, value) }
    package func observe(_ metric: Metric, _ labels: String..., seconds: Double) { observe(metric, labels, seconds) }

    private func add(_ metric: Metric, _ labels: [String], _ amount: Double) {
        series.withLock { $0[Key(metric: metric, labels: labels), default: Series()].value += amount }
    }

    private func set(_ metric: Metric, _ labels: [String], _ value: Double) {
        series.withLock { $0[Key(metric: metric, labels: labels), default: Series()].value = value }
    }

    private func observe(_ metric: Metric, _ labels: [String], _ seconds: Double) {
        let bucket = Metric.bounds.firstIndex { seconds <= $0 }
        series.withLock { all in
            var one = all[Key(metric: metric, labels: labels)] ?? Series(buckets: Array(repeating: 0, count: Metric.bounds.count))
            one.value += seconds
            one.count += 1
            if let bucket { one.buckets[bucket] += 1 }
            all[Key(metric: metric, labels: labels)] = one
        }
    }

    package func value(_ metric: Metric, _ labels: String...) -> Double? { series.withLock { $0[Key(metric: metric, labels: labels)]?.value } }

    // MARK: Text

    /// `text/plain; version=0.0.4`, in the order of `Metric` and of the labels.
    package var text: String {
        let all = series.withLock { $0 }
        var out = ""
        for metric in Metric.allCases {
            let keys = all.keys.filter { $0.metric == metric }.sorted { $0.labels.lexicographicallyPrecedes($1.labels) }
            if keys.isEmpty { continue }
            out += "# HELP \(metric.rawValue) \(metric.help)\n# TYPE \(metric.rawValue) \(metric.kind.rawValue)\n"
            for key in keys {
                guard let one = all[key] else { continue }
                let labels = zip(metric.labels, key.labels).map { "\($0)=\"\(MetricRegistry.escaped($1))\"" }
                guard metric.kind == .histogram else {
                    out += metric.rawValue + MetricRegistry.braces(labels) + " \(MetricRegistry.number(one.value))\n"
                    continue
                }
                var sum = 0
                for (bound, count) in zip(Metric.bounds, one.buckets) {
                    sum += count
                    out += "\(metric.rawValue)_bucket" + MetricRegistry.braces(labels + ["le=\"\(MetricRegistry.number(bound))\""]) + " \(sum)\n"
                }
                out += "\(metric.rawValue)_bucket" + MetricRegistry.braces(labels + ["le=\"+Inf\""]) + " \(one.count)\n"
                out += "\(metric.rawValue)_sum" + MetricRegistry.braces(labels) + " \(MetricRegistry.number(one.value))\n"
                out += "\(metric.rawValue)_count" + MetricRegistry.braces(labels) + " \(one.count)\n"
            }
        }
        return out
    }

    private static func braces(_ labels: [String]) -> String { labels.isEmpty ? "" : "{" + labels.joined(separator: ",") + "}" }
    private static func number(_ value: Double) -> String { value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)" }
    private static func escaped(_ text: String) -> String {
        var out = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(character)
            }
        }
        return out
    }

    // MARK: swift-metrics

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { Handle(self, label, dimensions) }
    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler { Handle(self, label, dimensions) }
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { Handle(self, label, dimensions) }
    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler { Handle(self, label, dimensions) }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { Handle(self, label, dimensions) }
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private final class Handle: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
        let registry: MetricRegistry
        let metric: Metric?
        let labels: [String]

        init(_ registry: MetricRegistry, _ label: String, _ dimensions: [(String, String)]) {
            self.registry = registry
            let metric = Metric(rawValue: label)
            let values = (metric?.labels ?? []).compactMap { name in dimensions.first { $0.0 == name }?.1 }
            self.metric = metric.flatMap { values.count == $0.labels.count && values.count == dimensions.count ? $0 : nil }
            labels = values
        }

        private func with(_ body: (Metric) -> Void) { if let metric { body(metric) } else { registry.add(.refusedMetrics) } }

        func increment(by amount: Int64) { with { registry.add($0, labels, Double(amount)) } }
        func increment(by amount: Double) { with { registry.add($0, labels, amount) } }
        func decrement(by amount: Double) { with { registry.add($0, labels, -amount) } }
        func reset() { with { registry.set($0, labels, 0) } }
        func set(_ value: Int64) { with { registry.set($0, labels, Double(value)) } }
        func set(_ value: Double) { with { registry.set($0, labels, value) } }
        func record(_ value: Int64) { record(Double(value)) }
        func record(_ value: Double) { with { $0.kind == .histogram ? registry.observe($0, labels, value) : registry.set($0, labels, value) } }
        func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    }
}
