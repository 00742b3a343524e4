import JSON

/// The OpenAPI document, made from the table of routes.
enum OpenAPI {
    static func document(_ routes: [Route]) -> [UInt8] {
        var json = JSONWriter()
        json.object { $0.field("openapi", "3.1.0") }
        return json.bytes
    }
}
