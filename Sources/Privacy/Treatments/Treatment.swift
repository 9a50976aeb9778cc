/// What becomes of a class's values in a request whose form is not raw. `privacy.yaml` says it for each class.
///
/// The form that policy permits has the last word:
///
/// | treatment | `raw` | `pseudonymised` | `redacted` |
/// |---|---|---|---|
/// | `surrogate` | as written | `EMAIL_7KQ2M9XD`, comes back in the answer | `[EMAIL]` |
/// | `realistic` | as written | a plausible value, comes back in the answer | `[EMAIL]` |
/// | `mask` | as written | `a****@example.org` | `[EMAIL]` |
/// | `hash` | as written | `[EMAIL #3f9a12c4]` | `[EMAIL]` |
/// | `remove` | as written | nothing | nothing |
/// | `block` | the request is refused | refused | refused |
///
/// `redacted` means that the receiver cannot tell one value from another, so what would let it do so becomes the class's name: surrogates,
/// stand-ins, masks and hashes. Only what is removed stays away. `block` is no form of a value but a word about the
/// request, and holds in every form: else whoever may send data as it is could send what nobody may.
public enum Treatment: String, Sendable, Hashable, CaseIterable {
    /// A keyed label with digits, the same for a value in each turn, turned back in the answer.
    case surrogate
    /// A plausible value of the same shape that belongs to nobody, the same in each turn, turned back in the answer.
    case realistic
    /// Stars, and what by custom stays legible: the last four digits of a card, the domain of an address.
    case mask
    /// The class and eight digits of a keyed hash, the same for a value in each request of a tenant; never turned back.
    case hash
    /// Cut out; the text around it stays as it is.
    case remove
    /// The request is refused before anything of it is recorded as an intent or sent.
    case block
}
