import HTTPTypes
import Hummingbird
import NIOCore
import Scan

/// What a route answers.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields = [:]
    var body: ResponseBody

    init(status: HTTPResponse.Status, body: ResponseBody = ResponseBody(), type: String? = nil) {
        (self.status, self.body) = (status, body)
        if let type { headers[.contentType] = type }
    }

    init(status: HTTPResponse.Status = .ok, bytes: [UInt8], type: String) {
        self.init(status: status, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)), type: type)
    }

    init(status: HTTPResponse.Status = .ok, json: JSONValue, type: String = "application/json") {
        self.init(status: status, bytes: json.serialized, type: type)
    }

    init(status: HTTPResponse.Status = .ok, text: String, type: String = "text/plain; charset=utf-8") {
        self.init(status: status, bytes: Array(text.utf8), type: type)
    }
}
