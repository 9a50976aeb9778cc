internal import Inference

/// An exposure's fingerprints as entries hold them: the first of them in the intent, the others in parts beside it.
struct ExposureSlices {
    /// Some fingerprints of one class and treatment.
    struct Slice {
        let dataClass: DataClass
        let treatment: AppliedTreatment
        let fingerprints: ArraySlice<ValueFingerprint>

        init(_ values: Exposure.Values, _ fingerprints: ArraySlice<ValueFingerprint>) {
            dataClass = values.dataClass
            treatment = values.treatment
            self.fingerprints = fingerprints
        }
    }

    /// What the intent holds.
    private(set) var intent: [Slice] = []
    /// What further entries hold, each.
    private(set) var parts: [[Slice]] = []

    /// What is left of an entry.
    private struct Room {
        var fingerprints: Int
        var bytes: Int

        static let intent = Room(fingerprints: LedgerSchema.fingerprintsInIntent, bytes: 20_480)
        static let part = Room(fingerprints: LedgerSchema.fingerprintsInPart, bytes: 61_440)

        /// Of a fingerprint: its text, two quotation marks and a comma.
        private static let fingerprintBytes = ValueFingerprint.textLength + 3
        /// Of a slice beside names and fingerprints: `{"class":"","treatment":"","values":[]},`.
        private static let sliceBytes = 40

        /// Takes a slice of as many fingerprints as there is room for; none where the entry is full.
        mutating func take(_ values: Exposure.Values, _ rest: ArraySlice<ValueFingerprint>) -> Slice? {
            let names = Self.sliceBytes + values.dataClass.rawValue.utf8.count + values.treatment.rawValue.utf8.count
            let count = min(rest.count, fingerprints, (bytes - names) / Self.fingerprintBytes)
            guard count > 0 else { return nil }
            fingerprints -= count
            bytes -= names + count * Self.fingerprintBytes
            return Slice(values, rest.prefix(count))
        }
    }

    init(_ exposure: Exposure) {
        var room = Room.intent
        for values in exposure.values {
            var rest = values.fingerprints[...]
            while !rest.isEmpty {
                guard let slice = room.take(values, rest) else {
                    // A class's name takes no part's whole room, so that the next turn goes on.
                    parts.append([])
                    room = .part
                    continue
                }
                rest = rest.dropFirst(slice.fingerprints.count)
                if parts.isEmpty { intent.append(slice) } else { parts[parts.count - 1].append(slice) }
            }
        }
    }
}
