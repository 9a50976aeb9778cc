internal import HyperText
internal import Ledger
internal import PlainText

/// Bars over time, two kinds on top of each other, as SVG with the figures in words for those who cannot see it.
struct TrendPlot {
    /// One kind of bar.
    struct Series {
        let name: String
        /// The class that colours it.
        let fill: String
        let key: String
        let value: (ExposureReport.Moment) -> Int
    }

    let id: String
    let title: String
    let unit: ExposureReport.TrendUnit
    let moments: [ExposureReport.Moment]
    let series: [Series]

    private enum Size {
        static let width = 720.0
        static let height = 200.0
        static let left = 52.0
        static let right = 8.0
        static let top = 10.0
        static let bottom = 26.0
        /// The widest bar.
        static let widest = 56.0
    }

    func write(to html: inout HTML) {
        let sums = moments.map { moment in series.reduce(0) { $0 + $1.value(moment) } }
        let most = Self.round(sums.max() ?? 0)
        let box = "0 0 \(Int(Size.width)) \(Int(Size.height))"
        html.element(
            "svg", ("class", "plot"), ("viewBox", box), ("role", "img"), ("aria-labelledby", "\(id)-t \(id)-d")
        ) { svg in
            svg.element("title", ("id", "\(id)-t"), text: title)
            svg.element("desc", ("id", "\(id)-d"), text: words(sums))
            grid(most, &svg)
            bars(most, &svg)
            labels(&svg)
        }
        html.element("ul", ("class", "legend")) { list in
            for series in series {
                let sum = moments.reduce(0) { $0 + series.value($1) }
                list.element("li") { item in
                    item.element("i", ("class", series.key), ("aria-hidden", "true")) { _ in }
                    item.text("\(series.name): \(NumberText.grouped(sum))")
                }
            }
        }
    }

    private func words(_ sums: [Int]) -> String {
        guard let most = sums.max(), let index = sums.firstIndex(of: most), let first = moments.first,
            let last = moments.last
        else { return "" }
        let kinds = series.map { series in
            "\(series.name) \(NumberText.grouped(moments.reduce(0) { $0 + series.value($1) }))"
        }
        return
            "By the \(unit.rawValue) from \(label(first)) to \(label(last)): \(kinds.joined(separator: ", ")); most, \(NumberText.grouped(most)), on \(label(moments[index]))."
    }

    private func grid(_ most: Int, _ svg: inout HTML) {
        let lines = most >= 4 ? 4 : max(most, 1)
        for line in 0...lines {
            let value = most * line / lines
            let y = HTML.coordinate(height(Double(value), most).y)
            svg.shape(
                "line", ("class", line == 0 ? "axis" : "grid"), ("x1", HTML.coordinate(Size.left)), ("y1", y),
                ("x2", HTML.coordinate(Size.width - Size.right)), ("y2", y))
            svg.element(
                "text", ("x", HTML.coordinate(Size.left - 7)),
                ("y", HTML.coordinate(height(Double(value), most).y + 4)),
                ("text-anchor", "end"), text: Self.short(value))
        }
    }

    private func bars(_ most: Int, _ svg: inout HTML) {
        let step = (Size.width - Size.left - Size.right) / Double(max(moments.count, 1))
        let gap = step > 4 ? min(step * 0.25, 6) : 0
        for (index, moment) in moments.enumerated() {
            let width = min(step - gap, Size.widest)
            let x = HTML.coordinate(Size.left + (Double(index) + 0.5) * step - width / 2)
            var below = 0.0
            for series in series where series.value(moment) > 0 {
                let value = Double(series.value(moment))
                let top = height(below + value, most).y
                let bar = height(below, most).y - top
                svg.shape(
                    "rect", ("class", series.fill), ("x", x), ("y", HTML.coordinate(top)),
                    ("width", HTML.coordinate(width)), ("height", HTML.coordinate(max(bar, 0.7))))
                below += value
            }
        }
    }

    private func labels(_ svg: inout HTML) {
        guard !moments.isEmpty else { return }
        let step = (Size.width - Size.left - Size.right) / Double(moments.count)
        let every = max(1, (moments.count + 6) / 7)
        for index in stride(from: 0, to: moments.count, by: every) {
            let x = Size.left + (Double(index) + 0.5) * step
            let isFirst = index == 0 && step < 90
            svg.element(
                "text", ("x", HTML.coordinate(isFirst ? Size.left : x)), ("y", HTML.coordinate(Size.height - 7)),
                ("text-anchor", isFirst ? "start" : x > Size.width - 45 ? "end" : "middle"), text: label(moments[index])
            )
        }
    }

    /// `Nov 23`, or `Nov 23 14:00`.
    private func label(_ moment: ExposureReport.Moment) -> String {
        let text = moment.time.description.utf8.map { Character(Unicode.Scalar($0)) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard text.count >= 16, let month = Int(String(text[5...6])), let day = Int(String(text[8...9])),
            (1...12).contains(month)
        else { return "" }
        return "\(months[month - 1]) \(day)" + (unit == .hour ? " \(String(text[11...15]))" : "")
    }

    private func height(_ value: Double, _ most: Int) -> (y: Double, height: Double) {
        let room = Size.height - Size.top - Size.bottom
        let height = room * value / Double(max(most, 1))
        return (Size.top + room - height, height)
    }

    /// The next number of one digit, or one and a half, and zeros: where the axis ends.
    static func round(_ value: Int) -> Int {
        guard value > 4 else { return max(value, 1) }
        var unit = 1
        while unit <= value / 10 { unit *= 10 }
        for factor in [1, 2, 3, 4, 6, 8, 10] where factor * unit >= value { return factor * unit }
        return value
    }

    /// `1.2 M`, `340 k`.
    static func short(_ value: Int) -> String {
        switch value {
        case 1_000_000...: "\(decimal(value, 1_000_000))\u{A0}M"
        case 10_000...: "\(decimal(value, 1_000))\u{A0}k"
        default: NumberText.grouped(value)
        }
    }

    private static func decimal(_ value: Int, _ unit: Int) -> String {
        let tenths = value / (unit / 10)
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
