import Foundation

/// Says on a terminal how far a simulation is, once it takes longer than two seconds.
final class SimulationProgress {
    private static let patience: TimeInterval = 2
    private static let interval: TimeInterval = 0.2

    private let began = Date()
    private var shownAt = Date.distantPast
    private var isShown = false
    private let isTerminal = isatty(STDERR_FILENO) == 1

    /// Shows the part that is done, 0 to 1.
    func show(_ name: String, _ part: Double) {
        let now = Date()
        guard isTerminal, now.timeIntervalSince(began) > Self.patience,
            now.timeIntervalSince(shownAt) > Self.interval
        else { return }
        (shownAt, isShown) = (now, true)
        FileHandle.standardError.write(Data("\r\u{1B}[K\(name): \(Int(part * 100)) %".utf8))
    }

    /// Takes the line away.
    func end() {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }
}
