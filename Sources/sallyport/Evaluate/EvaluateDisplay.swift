import EvaluationRunner
import Foundation
import Inference

/// Says on standard error how far a run is: on a terminal twice a second in one line, elsewhere a line every ten seconds.
final class EvaluateDisplay: @unchecked Sendable {
    // Unchecked: the timer's queue alone uses it, and `end` waits for that.
    private let run: EvaluationRun
    private let timer: any DispatchSourceTimer
    private let signals: [any DispatchSourceSignal]
    private let queue = DispatchQueue(label: "evaluate")
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var isIntroduced = false
    private var dropped = 0

    init(_ run: EvaluationRun) {
        self.run = run
        let queue = queue
        timer = DispatchSource.makeTimerSource(queue: queue)
        // The first ^C lets what is under way come to its end; the second ends at once, and nothing that was paid for is lost but that.
        signals = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler {
                complain("\nstopping: what is under way comes to its end")
                run.stop()
                signal(number, SIG_DFL)
            }
            source.resume()
            return source
        }
        let interval = isTerminal ? 0.5 : 10
        timer.schedule(deadline: .now() + interval, repeating: interval)
        timer.setEventHandler { [weak self] in self?.show() }
        timer.resume()
    }

    /// Takes the line away.
    func end() {
        queue.sync {
            timer.cancel()
            for source in signals { source.cancel() }
            introduce(run.progress)
            if isTerminal { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        }
    }

    private func introduce(_ progress: RunProgress) {
        if !isIntroduced, progress.run > 0 {
            isIntroduced = true
            if progress.isResumed {
                complain(
                    "goes on with run \(progress.run): \(progress.done) cases are done, \(progress.underWayBefore) requests were under way"
                )
            }
        }
        for text in progress.dropped.dropFirst(dropped) { complain("dropped \(text)") }
        dropped = progress.dropped.count
    }

    private func show() {
        let progress = run.progress
        introduce(progress)
        var line = "\(progress.done) of \(progress.total) cases"
        let elapsed = Double((ContinuousClock.now - progress.began).components.seconds)
        let rate = Double(progress.asked) / max(elapsed, 1)
        if progress.asked > 0, progress.done < progress.total, progress.done > 0 {
            let left =
                Double(progress.total - progress.done) * Double(progress.asked) / Double(progress.done)
                / max(rate, 0.001)
            line += ", \(Self.duration(left)) left"
        }
        line += ", \(progress.hasUnknownCosts ? "at least " : "")\(progress.spent.usd) USD"
        if progress.errors > 0 { line += ", \(progress.errors) errors" }
        if progress.refusals > 0 { line += ", waited \(progress.refusals) times for room" }
        if isTerminal {
            FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
        } else {
            complain(line)
        }
    }

    private static func duration(_ seconds: Double) -> String {
        let whole = Int(min(seconds, 1e7).rounded(.up))
        return whole >= 3_600
            ? "\(whole / 3_600) h \(whole % 3_600 / 60) min"
            : whole >= 60 ? "\(whole / 60) min \(whole % 60) s" : "\(whole) s"
    }
}
