/// Keeps answers in memory, as many as a number of bytes holds: what was not asked for for longest makes room.
///
/// A value without lock or clock: its owner serialises calls. Each call takes the same time however many answers there are.
public struct AnswerShelf: Sendable {
    private struct Slot: Sendable {
        var key: AnswerKey
        /// `nil` in a slot that is free.
        var answer: KeptAnswer?
        /// The neighbour that was asked for later; -1 at the front.
        var newer = -1
        /// The neighbour that was asked for earlier, or the next free slot; -1 at the end.
        var older = -1
    }

    /// The most bytes that all answers together may have.
    public let maximumBytes: Int
    /// The bytes that they have.
    public private(set) var bytes = 0
    /// How many had to make room so far.
    public private(set) var evictions = 0
    private var slots: [Slot] = []
    private var places: [AnswerKey: Int] = [:]
    private var newest = -1
    private var oldest = -1
    private var free = -1

    /// What an answer costs beside its texts: its slot, its place in the table, and the heads of its arrays.
    static let overhead = 320

    /// An empty shelf.
    public init(maximumBytes: Int) { self.maximumBytes = max(0, maximumBytes) }

    /// How many answers there are.
    public var count: Int { places.count }

    /// The answer of this name, where it may be given out at a time in milliseconds since 1970; one that has expired is dropped.
    public mutating func find(_ key: AnswerKey, at now: Int64) -> KeptAnswer? {
        guard let place = places[key], let answer = slots[place].answer else { return nil }
        guard answer.age(at: now) != nil else {
            remove(place)
            return nil
        }
        unlink(place)
        linkNewest(place)
        return answer
    }

    /// Puts an answer under its name, in the place of an older one; false where it is larger than all may be together.
    @discardableResult
    public mutating func put(_ answer: KeptAnswer, as key: AnswerKey) -> Bool {
        let size = Self.size(answer)
        if let place = places[key] { remove(place) }
        guard size <= maximumBytes else { return false }
        while bytes > maximumBytes - size, oldest >= 0 {
            remove(oldest)
            evictions += 1
        }
        let place: Int
        if free >= 0 {
            place = free
            free = slots[place].older
            slots[place] = Slot(key: key, answer: answer)
        } else {
            place = slots.count
            slots.append(Slot(key: key, answer: answer))
        }
        places[key] = place
        bytes += size
        linkNewest(place)
        return true
    }

    /// Drops the answer of this name.
    public mutating func drop(_ key: AnswerKey) {
        if let place = places[key] { remove(place) }
    }

    private static func size(_ answer: KeptAnswer) -> Int {
        answer.body.count + answer.contentType.utf8.count + overhead
    }

    // MARK: - The chain from the newest to the oldest

    private mutating func remove(_ place: Int) {
        unlink(place)
        if let answer = slots[place].answer { bytes -= Self.size(answer) }
        places[slots[place].key] = nil
        slots[place].answer = nil
        slots[place].older = free
        free = place
    }

    private mutating func unlink(_ place: Int) {
        let (newer, older) = (slots[place].newer, slots[place].older)
        if newer >= 0 { slots[newer].older = older } else { newest = older }
        if older >= 0 { slots[older].newer = newer } else { oldest = newer }
    }

    private mutating func linkNewest(_ place: Int) {
        slots[place].newer = -1
        slots[place].older = newest
        if newest >= 0 { slots[newest].newer = place } else { oldest = place }
        newest = place
    }
}
