internal import HyperText
internal import PlainText
internal import Statistics

/// Scores with their intervals against cost or time; the numbers are those of the table of candidates.
struct ParetoPlot {
    let analysis: RunAnalysis
    let dimension: Dimension

    private enum Size {
        static let width = 480.0
        static let height = 300.0
        static let left = 46.0
        static let right = 16.0
        static let top = 14.0
        static let bottom = 40.0
    }

    private struct Point {
        let number: Int
        let candidate: CandidateFigures
        let value: Double
        let score: Double
        let lower: Double
        let upper: Double
    }

    func write(to html: inout HTML) {
        let points = analysis.candidates.enumerated().compactMap { place, candidate -> Point? in
            guard let score = candidate.score, let value = dimension.value(of: candidate), value.isFinite else {
                return nil
            }
            return Point(
                number: place + 1, candidate: candidate, value: value, score: score.estimate, lower: score.lower,
                upper: score.upper)
        }
        guard !points.isEmpty else { return }
        let most = Self.end(points.map(\.value).max() ?? 1)
        let scale = CandidateTable.Scale(points.compactMap(\.candidate.score))
        let id = "plot-\(dimension.rawValue)"
        html.element("figure") { figure in
            figure.element(
                "svg", ("class", "plot"), ("viewBox", "0 0 \(Int(Size.width)) \(Int(Size.height))"), ("role", "img"),
                ("aria-labelledby", "\(id)-t \(id)-d")
            ) { svg in
                svg.element("title", ("id", "\(id)-t"), text: "Score against \(dimension.title)")
                svg.element("desc", ("id", "\(id)-d"), text: words(points))
                axes(most, scale, &svg)
                // Those worth choosing above the others.
                for point in points where !point.candidate.isPareto { draw(point, most, scale, &svg) }
                for point in points where point.candidate.isPareto { draw(point, most, scale, &svg) }
            }
        }
    }

    private func words(_ points: [Point]) -> String {
        points.map { point in
            "\(point.number): \(point.candidate.name), score \(DecimalText.fixed(point.score, 3)), "
                + "\(dimension.title) \(DecimalText.significant(point.value, 3))"
                + (point.candidate.isPareto ? ", in the Pareto set" : "")
        }.joined(separator: "; ")
    }

    private func axes(_ most: Double, _ scale: CandidateTable.Scale, _ svg: inout HTML) {
        for step in 0...4 {
            let part = Double(step) / 4
            let score = scale.least + part * (scale.greatest - scale.least)
            let y = vertical(score, scale)
            svg.shape(
                "line", ("class", step == 0 ? "axis" : "grid"), ("x1", HTML.coordinate(Size.left)),
                ("x2", HTML.coordinate(Size.width - Size.right)), ("y1", HTML.coordinate(y)), ("y2", HTML.coordinate(y))
            )
            svg.element(
                "text", ("x", HTML.coordinate(Size.left - 6)), ("y", HTML.coordinate(y + 4)), ("text-anchor", "end"),
                text: DecimalText.fixed(score, 2))
            let x = horizontal(part * most, most)
            svg.element(
                "text", ("x", HTML.coordinate(x)), ("y", HTML.coordinate(Size.height - Size.bottom + 16)),
                ("text-anchor", "middle"), text: DecimalText.significant(part * most, 3))
        }
        svg.element(
            "text", ("x", HTML.coordinate((Size.left + Size.width) / 2)), ("y", HTML.coordinate(Size.height - 6)),
            ("text-anchor", "middle"), text: dimension.title)
    }

    private func draw(_ point: Point, _ most: Double, _ scale: CandidateTable.Scale, _ svg: inout HTML) {
        let (x, y) = (horizontal(point.value, most), vertical(point.score, scale))
        svg.shape(
            "line", ("class", "whisker"), ("x1", HTML.coordinate(x)), ("x2", HTML.coordinate(x)),
            ("y1", HTML.coordinate(vertical(point.lower, scale))), ("y2", HTML.coordinate(vertical(point.upper, scale)))
        )
        svg.shape(
            "circle", ("class", point.candidate.isPareto ? "best" : "other"), ("cx", HTML.coordinate(x)),
            ("cy", HTML.coordinate(y)), ("r", "6"))
        let isRight = x > Size.width - 60
        svg.element(
            "text", ("class", "name"), ("x", HTML.coordinate(x + (isRight ? -10 : 10))), ("y", HTML.coordinate(y + 4)),
            ("text-anchor", isRight ? "end" : "start"), text: "\(point.number)")
    }

    private func horizontal(_ value: Double, _ most: Double) -> Double {
        let part = most > 0 ? min(max(value / most, 0), 1) : 0
        return Size.left + part * (Size.width - Size.left - Size.right)
    }

    private func vertical(_ score: Double, _ scale: CandidateTable.Scale) -> Double {
        Size.height - Size.bottom - scale.place(score) / 100 * (Size.height - Size.top - Size.bottom)
    }

    /// The next of 1, 1.5, 2, 3, 4, 5, 6, 8 and 10 times a power of ten: where the axis ends.
    static func end(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return 1 }
        var unit = 1.0
        while unit > value, unit > 1e-12 { unit /= 10 }
        while unit * 10 <= value, unit < 1e15 { unit *= 10 }
        for factor in [1, 1.5, 2, 3, 4, 5, 6, 8, 10] where factor * unit >= value * 1.02 { return factor * unit }
        return value * 1.1
    }
}
