import Dialects
import Inference
import Ledger
import Privacy
import Routing
import Upstream

// How one event is called in the different rooms: the ledger, the router and the metrics each have their own words.

extension Attempt.Outcome {
    /// For the ledger.
    var ledgerOutcome: LedgerEntry.Outcome {
        switch self {
        case .whole: .completed
        case .refused: .refused
        case .untranslatable: .failed
        case .callerLeft, .outpaced: .cancelled
        case .failed(let failure): failure.ledgerOutcome
        case .streamed(let streamed):
            if streamed.callerLeft {
                .cancelled
            } else if streamed.providerGaveUp {
                .refused
            } else if let failure = streamed.failure {
                failure.isTimeout ? .timedOut : .cut
            } else {
                .completed
            }
        }
    }

    /// For the router.
    var attemptOutcome: AttemptOutcome {
        switch self {
        case .whole(let head, _), .untranslatable(let head): .answered(status: head.status)
        // Whatever its status, whom the provider does not know it will not serve next time either.
        case .refused(let refused): .answered(status: refused.error.refusesKey ? 401 : refused.status)
        case .callerLeft: .cancelled
        case .outpaced: .outpaced
        case .failed(let failure): failure.attemptOutcome
        case .streamed(let streamed):
            if streamed.callerLeft {
                .cancelled
            } else if streamed.failure != nil || streamed.providerGaveUp {
                .failedInMidstream
            } else {
                .answered(status: streamed.status)
            }
        }
    }

    /// Whether the request may have reached its provider: not if there was never a connection. The ledger says so.
    var mayHaveLeft: Bool {
        guard case .failed(let failure) = self else { return true }
        switch failure.kind {
        case .resolve, .connect, .tls, .connectTimeout, .plaintextRefused, .unproven: return false
        default: return true
        }
    }

    /// Whether the answer broke off before its end.
    var isPartial: Bool {
        switch self {
        case .whole, .refused, .untranslatable: false
        case .outpaced(let wasWhole): !wasWhole
        case .failed, .callerLeft: true
        case .streamed(let streamed): streamed.failure != nil || streamed.callerLeft || streamed.providerGaveUp
        }
    }

    /// Whether it brought an answer: a whole one, or some of one.
    var isAnswer: Bool {
        switch self {
        case .whole(let head, _), .untranslatable(let head): (200...299).contains(head.status)
        case .streamed: true
        case .refused, .failed, .callerLeft, .outpaced: false
        }
    }

    /// Whether the caller left before it had all.
    var hasCallerLeft: Bool {
        switch self {
        case .callerLeft: true
        case .streamed(let streamed): streamed.callerLeft
        default: false
        }
    }

    /// The provider's status; `nil` where it gave none.
    var status: Int? {
        switch self {
        case .whole(let head, _), .untranslatable(let head): head.status
        case .refused(let refused): refused.head.status
        case .streamed(let streamed): streamed.status
        case .failed, .callerLeft, .outpaced: nil
        }
    }
}

extension UpstreamFailure {
    /// Whether a time limit ended it.
    var isTimeout: Bool {
        switch kind {
        case .connectTimeout, .firstByteTimeout, .idleTimeout, .totalTimeout: true
        default: false
        }
    }

    /// For the router.
    var attemptOutcome: AttemptOutcome {
        switch kind {
        case .resolve, .connect, .tls, .connectTimeout, .plaintextRefused: .connectFailure
        case .firstByteTimeout, .totalTimeout: .firstByteTimeout
        case .reset, .malformed, .headTooLarge, .internal, .cut, .idleTimeout: .lostBeforeFirstByte
        case .cancelled, .stopped, .unproven: .cancelled
        }
    }

    /// For the ledger.
    var ledgerOutcome: LedgerEntry.Outcome {
        switch kind {
        case .resolve, .connect, .tls, .plaintextRefused: .unreachable
        case .connectTimeout: .unreachable
        case .firstByteTimeout, .idleTimeout, .totalTimeout: .timedOut
        case .reset, .cut: .cut
        case .cancelled: .cancelled
        case .malformed, .headTooLarge, .unproven, .stopped, .internal: .failed
        }
    }
}

extension ModelID {
    /// The name, cut and without control characters, for a message.
    var printable: String {
        String(
            String.UnicodeScalarView(
                rawValue.unicodeScalars.filter { $0.properties.generalCategory != .control }.prefix(128)))
    }
}
