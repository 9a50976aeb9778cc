import Glibc

/// Measures the cores that every request passes, without a socket; no product.
///
/// `core-bench [--seconds 0.2] [--json] [WORD …]`: routing with limits, and translation between every two dialects. Words choose rows: those
/// are measured whose name contains one of them. With `Benchmarks/malloc_count.c` preloaded, allocations are counted, too.
@main struct CoreBench {
    private var seconds = 0.2
    private var isJSON = false
    private var words: [String] = []

    static func main() {
        var bench = CoreBench()
        var rest = CommandLine.arguments.dropFirst()
        while let argument = rest.popFirst() {
            switch argument {
            case "--seconds": bench.seconds = rest.popFirst().flatMap { Double($0) } ?? bench.seconds
            case "--json": bench.isJSON = true
            default: bench.words.append(argument)
            }
        }
        do {
            try bench.run()
        } catch {
            let message = Array("core-bench: \(error)\n".utf8)
            _ = write(STDERR_FILENO, message, message.count)
            exit(1)
        }
    }

    private func run() throws {
        let stopwatch = Stopwatch(seconds: seconds)
        let cases = RoutingBench.cases() + (try TranslationBench.cases())
        for one in cases where words.isEmpty || words.contains(where: { one.name.contains($0) }) {
            let result = try stopwatch.measure(one.work)
            print(isJSON ? one.json(result) : one.line(result))
            fflush(nil)
        }
    }
}

/// Something that is measured.
struct BenchCase {
    /// What it is.
    let name: String
    /// How many things one run does: requests, events, bodies.
    let count: Int
    /// How many bytes it reads; 0 where bytes say nothing.
    var bytes = 0
    /// One run.
    let work: () throws -> Void

    private func microseconds(_ result: Stopwatch.Result) -> Double { result.seconds * 1e6 / Double(count) }
    private func megabytes(_ result: Stopwatch.Result) -> Double { Double(bytes) / result.seconds / 1e6 }

    func line(_ result: Stopwatch.Result) -> String {
        var line = name.padded(to: 58) + Self.text(microseconds(result), "µs", width: 9)
        line += bytes > 0 ? Self.text(megabytes(result), "MB/s", width: 10) : String(repeating: " ", count: 15)
        guard let allocations = result.allocations else { return line }
        return line + Self.text(Double(allocations) / Double(count), "allocations", width: 10)
    }

    func json(_ result: Stopwatch.Result) -> String {
        var line = "{\"name\":\"\(name)\",\"us\":\(microseconds(result))"
        if bytes > 0 { line += ",\"mb_per_s\":\(megabytes(result))" }
        if let allocations = result.allocations { line += ",\"allocations\":\(Double(allocations) / Double(count))" }
        return line + "}"
    }

    private static func text(_ value: Double, _ unit: String, width: Int) -> String {
        let tenths = Int((value * 10).rounded())
        let number = tenths < 1_000 ? "\(tenths / 10).\(tenths % 10)" : "\((tenths + 5) / 10)"
        return String(repeating: " ", count: max(1, width - number.count)) + number + " " + unit
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
