/// One rewriting of a text, with the way back.
///
/// What was rewritten is kept as runs of equal units, so that a text written wholly in full-width letters or in percent escapes costs
/// one run; between runs the text is unchanged. A unit is never divided: a place inside it stands for all of it.
struct ShadowLayer: Sendable {
    fileprivate struct Run {
        let shadowStart: Int
        let originalStart: Int
        /// Bytes of each unit; none in the shadow if it was stripped.
        let shadowUnit: Int32
        let originalUnit: Int32
        var count: Int

        var shadowEnd: Int { shadowStart &+ Int(shadowUnit) &* count }
        var originalEnd: Int { originalStart &+ Int(originalUnit) &* count }
    }

    fileprivate(set) var bytes: [UInt8]
    fileprivate var runs: [Run]

    /// Frees the bytes of a layer on which another one stands.
    mutating func forgetBytes() { bytes = [] }

    /// The bytes from which `range` was made; stripped ones only if they stand inside.
    func originalRange(of range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else {
            let place = start(of: range.lowerBound)
            return place..<place
        }
        let start = start(of: range.lowerBound)
        return start..<max(start, end(of: range.upperBound &- 1))
    }

    /// Whether any of these bytes was rewritten, or bytes between them stripped.
    func isRewritten(_ range: Range<Int>) -> Bool {
        guard let index = lastRun(at: range.upperBound &- 1) else { return false }
        let run = runs[index]
        return run.shadowUnit == 0 ? run.shadowStart > range.lowerBound : run.shadowEnd > range.lowerBound
    }

    /// Parts of the shadow around all that was rewritten, `margin` bytes to either side and on to the next blank; in order, apart.
    func windows(margin: Int, farthest: Int) -> [Range<Int>] {
        var windows: [Range<Int>] = []
        for run in runs {
            if let last = windows.last, run.shadowStart &- margin <= last.upperBound,
                run.shadowEnd &+ margin <= last.upperBound
            {
                continue
            }
            let start = blank(before: run.shadowStart &- margin, farthest)
            let end = blank(after: run.shadowEnd &+ margin, farthest)
            if let last = windows.last, start <= last.upperBound {
                windows[windows.count &- 1] = last.lowerBound..<max(last.upperBound, end)
            } else {
                windows.append(start..<end)
            }
        }
        return windows
    }

    private func blank(before place: Int, _ farthest: Int) -> Int {
        var start = max(0, place)
        let lowest = max(0, start &- farthest)
        while start > lowest, bytes[start &- 1] > 0x20 { start &-= 1 }
        return start
    }

    private func blank(after place: Int, _ farthest: Int) -> Int {
        var end = min(bytes.count, place)
        let highest = min(bytes.count, end &+ farthest)
        while end < highest, bytes[end] > 0x20 { end &+= 1 }
        return end
    }

    private func start(of offset: Int) -> Int {
        guard let index = lastRun(at: offset) else { return offset }
        let run = runs[index]
        guard offset < run.shadowEnd else { return run.originalEnd &+ (offset &- run.shadowEnd) }
        let unit = (offset &- run.shadowStart) / Int(run.shadowUnit)
        return run.originalStart &+ unit &* Int(run.originalUnit)
    }

    /// The end of the unit to which the byte belongs.
    private func end(of offset: Int) -> Int {
        guard let index = lastRun(at: offset) else { return offset &+ 1 }
        let run = runs[index]
        guard offset < run.shadowEnd else { return run.originalEnd &+ (offset &- run.shadowEnd) &+ 1 }
        let unit = (offset &- run.shadowStart) / Int(run.shadowUnit)
        return run.originalStart &+ (unit &+ 1) &* Int(run.originalUnit)
    }

    /// The last run that begins at or before `offset`.
    private func lastRun(at offset: Int) -> Int? {
        var low = 0
        var high = runs.count
        while low < high {
            let middle = (low &+ high) / 2
            if runs[middle].shadowStart <= offset { low = middle &+ 1 } else { high = middle }
        }
        return low > 0 ? low &- 1 : nil
    }
}

/// Writes a layer from left to right. Nothing is copied before the first change.
struct ShadowLayerBuilder {
    let source: UnsafeBufferPointer<UInt8>
    private(set) var disguises: Disguises = []
    private var bytes: [UInt8] = []
    private var runs: [ShadowLayer.Run] = []
    /// Of the source, what stands in `bytes` or was replaced.
    private(set) var position = 0

    init(_ source: UnsafeBufferPointer<UInt8>) { self.source = source }

    /// The last two bytes of the shadow, if the text is kept up to `end`; zero where there is none.
    func lastBytes(keepingTo end: Int) -> (UInt8, UInt8) {
        let kept = end &- position
        if kept >= 2 { return (source[end &- 2], source[end &- 1]) }
        let count = bytes.count
        if kept == 1 { return (bytes.last ?? 0, source[end &- 1]) }
        return (count > 1 ? bytes[count &- 2] : 0, bytes.last ?? 0)
    }

    /// Takes out what belongs to the character before it, so that both are one unit.
    mutating func absorb(_ range: Range<Int>, _ disguise: Disguises) {
        if range.lowerBound > position {
            var start = range.lowerBound &- 1
            while start > position, range.lowerBound &- start < 4, source[start] & 0xC0 == 0x80 { start &-= 1 }
            open(start..<range.upperBound, disguise)
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[start..<range.lowerBound]))
            close(start..<range.upperBound, shadowLength: range.lowerBound &- start)
        } else if let last = runs.last, last.originalEnd == range.lowerBound, last.originalUnit < 1 << 20 {
            disguises.formUnion(disguise)
            runs[runs.count &- 1].count &-= 1
            if last.count == 1 { runs.removeLast() }
            close((range.lowerBound &- Int(last.originalUnit))..<range.upperBound, shadowLength: Int(last.shadowUnit))
        } else {
            strip(range, disguise)
        }
    }

    mutating func strip(_ range: Range<Int>, _ disguise: Disguises) {
        open(range, disguise)
        close(range, shadowLength: 0)
    }

    mutating func replace(_ range: Range<Int>, with byte: UInt8, _ disguise: Disguises) {
        open(range, disguise)
        bytes.append(byte)
        close(range, shadowLength: 1)
    }

    mutating func replace(_ range: Range<Int>, with output: UnsafeBufferPointer<UInt8>, _ disguise: Disguises) {
        open(range, disguise)
        bytes.append(contentsOf: output)
        close(range, shadowLength: output.count)
    }

    mutating func replace(_ range: Range<Int>, with scalar: Unicode.Scalar, _ disguise: Disguises) {
        open(range, disguise)
        let before = bytes.count
        bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        close(range, shadowLength: bytes.count &- before)
    }

    /// `nil` if nothing was changed.
    consuming func finish() -> ShadowLayer? {
        guard !runs.isEmpty else { return nil }
        keep(to: source.count)
        return ShadowLayer(bytes: bytes, runs: runs)
    }

    private mutating func open(_ range: Range<Int>, _ disguise: Disguises) {
        if runs.isEmpty { bytes.reserveCapacity(source.count) }
        disguises.formUnion(disguise)
        keep(to: range.lowerBound)
    }

    private mutating func keep(to end: Int) {
        guard end > position else { return }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[position..<end]))
        position = end
    }

    private mutating func close(_ range: Range<Int>, shadowLength: Int) {
        position = range.upperBound
        let last = runs.count &- 1
        if last >= 0, runs[last].shadowUnit == shadowLength, runs[last].originalUnit == range.count,
            runs[last].originalEnd == range.lowerBound
        {
            runs[last].count &+= 1
            return
        }
        runs.append(
            ShadowLayer.Run(
                shadowStart: bytes.count &- shadowLength, originalStart: range.lowerBound,
                shadowUnit: Int32(truncatingIfNeeded: shadowLength),
                originalUnit: Int32(truncatingIfNeeded: range.count), count: 1))
    }
}
