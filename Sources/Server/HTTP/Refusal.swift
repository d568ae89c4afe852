import HTTPTypes
import Scan

/// Why a request is not answered with what it asked for. Rendered as problem details (RFC 9457), or as a FHIR
/// OperationOutcome below `/fhir`. It never quotes the request.
struct Refusal: Error {
    var status: HTTPResponse.Status
    /// A word that programs can rely on: `too-large`, `busy`…
    var code: String
    /// What is wrong and what to do.
    var detail: String
    var retryAfterSeconds: Int?
    var headers: HTTPFields = [:]
    var problems: [DeliveryReceipt.Problem] = []

    static func notFound() -> Refusal { Refusal(status: .notFound, code: "not-found", detail: "There is nothing here; /openapi.json lists what there is.") }

    static func methodNotAllowed(_ allowed: [HTTPRequest.Method]) -> Refusal {
        Refusal(status: .methodNotAllowed, code: "method-not-allowed", detail: "This address takes other methods: see Allow.", headers: [.allow: allowed.map(\.rawValue).joined(separator: ", ")])
    }

    static func unauthorized() -> Refusal {
        Refusal(status: .unauthorized, code: "unauthorized", detail: "Send the source's token as `Authorization: Bearer …`, or a client certificate that the configuration names.", headers: [.wwwAuthenticate: "Bearer realm=\"cordon\""])
    }

    static func forbidden(_ detail: String) -> Refusal { Refusal(status: .forbidden, code: "forbidden", detail: detail) }

    static func tooLarge(_ limit: Int) -> Refusal {
        Refusal(status: .contentTooLarge, code: "too-large", detail: "The body may have \(limit) bytes; send less at once.")
    }

    static func unsupported(_ expected: String) -> Refusal { Refusal(status: .unsupportedMediaType, code: "unsupported-media-type", detail: "Expected " + expected + ".") }

    static func malformed(_ detail: String) -> Refusal { Refusal(status: .badRequest, code: "malformed", detail: detail) }

    static func busy(_ seconds: Int, _ reason: String) -> Refusal {
        Refusal(status: .serviceUnavailable, code: "busy", detail: "Try again later: \(reason).", retryAfterSeconds: seconds)
    }

    static func tooMany(_ seconds: Int) -> Refusal {
        Refusal(status: .tooManyRequests, code: "quota", detail: "This source's quota is used up; try again later.", retryAfterSeconds: seconds)
    }

    init(status: HTTPResponse.Status, code: String, detail: String, retryAfterSeconds: Int? = nil, headers: HTTPFields = [:], problems: [DeliveryReceipt.Problem] = []) {
        (self.status, self.code, self.detail, self.retryAfterSeconds, self.headers, self.problems) = (status, code, detail, retryAfterSeconds, headers, problems)
    }

    init(_ refusal: DeliveryRefusal) {
        self = switch refusal {
        case .busy(let seconds, let reason): .busy(seconds, reason)
        case .stopped(let reason): Refusal(status: .serviceUnavailable, code: "stopped", detail: "Nothing is taken until an operator has looked: \(reason).", retryAfterSeconds: 60)
        case .tooLarge(let limit): .tooLarge(limit)
        case .unreadable(let problems): Refusal(status: .unprocessableContent, code: "unreadable", detail: "No unit of the delivery could be read, so nothing was kept.", problems: problems)
        case .unknownFormat: Refusal(status: .badRequest, code: "unknown-format", detail: "No format has this name; `cordon formats` lists them.")
        }
    }

    // MARK: Rendering

    enum Style { case problem, operationOutcome }

    func answer(_ style: Style) -> Answer {
        var answer = switch style {
        case .problem:
            Answer(status: status, json: .fields([
                "type": .string("about:blank"), "title": .string(status.reasonPhrase), "status": .int(status.code), "code": .string(code),
                "detail": .string(detail), "problems": problems.isEmpty ? nil : .array(problems.map(\.json)),
            ]), type: "application/problem+json")
        case .operationOutcome: Answer(status: status, json: operationOutcome, type: "application/fhir+json")
        }
        for field in headers { answer.headers.append(field) }
        if let retryAfterSeconds { answer.headers[.retryAfter] = String(retryAfterSeconds) }
        return answer
    }

    /// FHIR R4 §2.24.
    var operationOutcome: JSONValue {
        let kind = switch code {
        case "too-large": "too-long"
        case "busy", "stopped": "transient"
        case "quota": "throttled"
        case "unauthorized": "login"
        case "forbidden": "forbidden"
        case "not-found": "not-found"
        case "method-not-allowed", "unsupported-media-type", "other-version": "not-supported"
        case "unreadable": "structure"
        default: "invalid"
        }
        func issue(_ text: String, _ place: String? = nil) -> JSONValue {
            .fields(["severity": .string("error"), "code": .string(kind), "diagnostics": .string(text), "expression": place.map { .array([.string($0)]) }])
        }
        let issues = problems.isEmpty ? [issue(detail)] : problems.map { issue($0.problem.description, $0.problem.field.isEmpty ? nil : $0.problem.field) }
        return .fields(["resourceType": .string("OperationOutcome"), "issue": .array(issues)])
    }
}

extension DeliveryReceipt.Problem {
    var json: JSONValue {
        .fields([
            "line": .int(line), "byte": .int(byte), "field": problem.field.isEmpty ? nil : .string(problem.field), "found": .string(problem.found),
            "expected": .string(problem.expected), "remedy": .string(problem.remedy),
        ])
    }
}
