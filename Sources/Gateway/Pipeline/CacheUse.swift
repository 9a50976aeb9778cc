import AnswerCache

/// What became of a request at the cache; the value of the header `x-sallyport-cache`.
enum CacheUse: String, CaseIterable, Sendable {
    /// It was not asked: the alias has none, the caller forbids it, or the request is none whose answer serves again.
    case off
    /// It had no answer.
    case miss
    /// It had the answer.
    case hit
}

/// Under which name an answer is kept, and for how long.
struct CacheName: Sendable {
    let key: AnswerKey
    let keys: AnswerKeys
    /// Whether an answer that was kept may be given.
    let takesKept: Bool
    /// How old it may be then, in milliseconds; `nil`: as old as it comes.
    let maximumAge: Int64?
    /// For how long a new one is kept, in milliseconds.
    let milliseconds: Int64
}

/// How the answer to a request is named, once its body is what will leave.
struct Caching: Sendable {
    let keys: AnswerKeys
    let question: AnswerQuestion
    let control: CacheControl
    let milliseconds: Int64

    func name(of body: [UInt8]) -> CacheName {
        CacheName(
            key: keys.key(question, body: body), keys: keys, takesKept: control.takesKept,
            maximumAge: control.maximumAge, milliseconds: milliseconds)
    }
}
