import Model

/// The formats that Trail reads. A new one is added here and nowhere else.
package enum TrailFormats {
    package static let all: [any TrailFormat] = []
}
