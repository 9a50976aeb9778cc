import Access
import Cryptography
import Dialects
import Inference
import JSONText
import Ledger
import LedgerStore
import Logging
import NIOCore
import NIOHTTP1
import TransparencyLog

extension RequestPipeline {
    /// Serves an administrator, if policy permits it. Each attempt is an entry in the ledger.
    func administer(
        _ exchange: Exchange, _ admission: GatewayService.Admission, _ function: AdministrativeFunction,
        _ principal: Principal
    ) {
        let set = admission.activeSet
        let decision = set.access.mayAdminister(
            principal, function: function.rawValue, clientAddress: exchange.clientAddress, now: Clock.epochSeconds())
        ledger.append(
            .administered(
                LedgerEntry.Administered(
                    time: LedgerTime(milliseconds: Clock.epochMilliseconds()), requestID: admission.requestID,
                    principal: principal, clientAddress: exchange.clientAddress, function: function.rawValue,
                    isPermitted: decision.isAllowed, policies: decision.policies, policySet: set.policySet)))
        let headers = Answering.headers(admission.requestID, admission.dialect)
        guard decision.isAllowed else {
            if !decision.faults.isEmpty {
                logger.error("a policy failed, which denies", metadata: ["faults": "\(decision.faults)"])
            }
            let error = RequestError(
                .forbidden, set.access.refusal("you may not use `\(function.path)`", decision.policies))
            metrics.refused(error.kind.rawValue)
            return Answering.refuse(exchange, error, dialect: admission.dialect, admission.requestID, headers)
        }
        switch function {
        case .policies:
            Answering.json(exchange, status: 200, headers, Self.state(of: activeSet, trouble: condition.trouble))
        case .rotate:
            rotate(exchange, headers, admission.dialect, admission.requestID)
        case .reload:
            let loop = exchange.loop
            condition.askForReload { outcome in
                loop.execute {
                    switch outcome {
                    case .inForce(let set):
                        Answering.json(exchange, status: 200, headers, Self.state(of: set, trouble: nil))
                    case .refused(let trouble):
                        Answering.json(
                            exchange, status: 409, headers, Self.state(of: self.activeSet, trouble: trouble))
                    }
                }
            }
        }
    }

    /// Ends the present log; 503 where the disk does not let us.
    private func rotate(_ exchange: Exchange, _ headers: HTTPHeaders, _ dialect: Dialect, _ id: RequestID) {
        let loop = exchange.loop
        ledger.rotate { result in
            loop.execute {
                switch result {
                case .success(let rotation):
                    self.logger.info("ledger rotated", metadata: ["log": "\(rotation.origin)"])
                    Answering.json(exchange, status: 200, headers, Self.state(of: rotation))
                case .failure(let error):
                    self.logger.error("ledger not rotated", metadata: ["error": "\(error)"])
                    let refusal = RequestError(.unavailable, "the ledger can't begin a new log")
                    Answering.refuse(exchange, refusal, dialect: dialect, id, headers)
                }
            }
        }
    }

    /// How a rotation ended: `former` (`origin`, `root` in base64, `size`), `log`, `origin`.
    private static func state(of rotation: LedgerStore.Rotation) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("former")
        json.beginObject()
        json.key("origin")
        json.string(String(decoding: rotation.former.origin, as: UTF8.self))
        json.key("root")
        json.string(rotation.former.root.withBytes { Base64.encode(Array($0)) })
        json.key("size")
        json.int64(Int64(clamping: rotation.former.size))
        json.endObject()
        json.key("log")
        json.int64(Int64(rotation.number))
        json.key("origin")
        json.string(rotation.origin)
        json.endObject()
        return json.bytes
    }

    /// What is in force, for administrators: `policy_set`, `policies` (each `id`, `effect`, `reason?`), `state` (`ready` or
    /// `degraded`) and, where degraded, `reason`.
    private static func state(of set: ActiveSet, trouble: String?) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.key("policy_set")
        json.string(set.policySet)
        json.key("state")
        json.string(trouble == nil ? "ready" : "degraded")
        if let trouble {
            json.key("reason")
            json.string(trouble)
        }
        json.key("policies")
        json.beginArray()
        for rule in set.access.rules {
            json.beginObject()
            json.key("id")
            json.string(rule.id)
            json.key("effect")
            json.string(rule.effect.rawValue)
            if let reason = rule.reason {
                json.key("reason")
                json.string(reason)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.bytes
    }
}
