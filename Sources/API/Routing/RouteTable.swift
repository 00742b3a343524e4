import HTTPWire

/// Finds the route of a request.
struct RouteTable: Sendable {
    /// What matching came to.
    enum Match {
        case route(Route, parameters: [String])
        /// The path exists; the value is for `Allow`.
        case otherMethods(allow: String)
        case none
    }

    /// Segments of a path that are looked at; no route has as many.
    private static let mostSegments = 12

    let routes: [Route]
    /// Routes of one path, gathered by how many segments it has.
    private let paths: [Int: [Path]]

    fileprivate struct Path: Sendable {
        let segments: [String?]
        var routes: [Route]
    }

    init(_ routes: [Route]) {
        var numbered = routes
        for index in numbered.indices { numbered[index].number = index }
        self.routes = numbered
        var paths: [Int: [Path]] = [:]
        for route in numbered {
            let segments = route.segments.map { $0.hasPrefix("{") ? nil : String($0) }
            if let index = paths[segments.count]?.firstIndex(where: { $0.segments == segments }) {
                paths[segments.count]?[index].routes.append(route)
            } else {
                paths[segments.count, default: []].append(Path(segments: segments, routes: [route]))
            }
        }
        self.paths = paths
    }

    func match(_ method: Method, _ path: String) -> Match {
        let parts = path.utf8.split(
            separator: UInt8(ascii: "/"),
            maxSplits: RouteTable.mostSegments,
            omittingEmptySubsequences: false
        )
        guard parts.count > 1, parts[0].isEmpty else { return .none }
        var segments: [String] = []
        for part in parts.dropFirst() {
            guard let segment = percentDecoded(part) else { return .none }
            segments.append(segment)
        }
        guard let found = paths[segments.count]?.first(where: { $0.matches(segments) }) else { return .none }
        let wanted = method == .head ? .get : method
        if let route = found.routes.first(where: { $0.method == wanted }) {
            return .route(
                route,
                parameters: zip(found.segments, segments).compactMap { $0 == nil ? $1 : nil }
            )
        }
        return .otherMethods(allow: found.allow)
    }
}

extension RouteTable.Path {
    func matches(_ path: [String]) -> Bool {
        zip(segments, path).allSatisfy { pattern, segment in pattern.map { $0 == segment } ?? !segment.isEmpty
        }
    }

    /// HEAD goes with GET, and OPTIONS with everything (RFC 9110 section 9.3).
    var allow: String {
        var methods: [String] = []
        for route in routes {
            methods.append("\(route.method)".uppercased())
            if route.method == .get { methods.append("HEAD") }
        }
        return (methods + ["OPTIONS"]).joined(separator: ", ")
    }
}
