import Brokerage
import HTTPWire

/// One page of a list: where it begins, how much it may hold, and how much may be looked at for it.
struct Paging: Sendable {
    /// Items of a page unless said otherwise.
    static let usual = 100
    /// Items of a page at most. Blocks answers of unbounded size.
    static let most = 1_000
    /// Entries looked at for one page. A filter that few entries pass gives short pages, not long work: the link
    /// to the next page is what says that there is more.
    static let mostLookedAt = 10_000

    /// The last identifier of the page before; nil at the beginning.
    let after: String?
    let limit: Int

    init(_ query: inout QueryReader) throws(Problem) {
        limit = try query.integer("limit", in: 1...Paging.most) ?? Paging.usual
        after = try query.one(
            "after",
            "a cursor from a Link",
            { $0.isEmpty || $0.utf8.count > 64 ? nil : $0 }
        )
    }

    private init(after: String?, limit: Int) {
        self.after = after
        self.limit = limit
    }

    /// The same place with pages no longer than this.
    func limited(to most: Int) -> Paging { Paging(after: after, limit: min(limit, most)) }

    /// The cursor as a dense identifier.
    func start<ID: DenseIdentifier>(_ type: ID.Type) throws(Problem) -> UInt32 {
        guard let after else { return 0 }
        guard let id = ID(after) else { throw .query("after", "must be a cursor from a Link") }
        return id.number
    }

    /// The identifiers of one page among all that count from 1, and the cursor behind it.
    func dense<ID: DenseIdentifier>(_ type: ID.Type, of count: Int, isIn: (ID) -> Bool) throws(Problem)
        -> Page<ID>
    {
        let start = try start(type)
        var page = Page<ID>()
        var number = start
        while Int(number) < count {
            number += 1
            let id = ID(number: number)
            if isIn(id) { page.items.append(id) }
            if page.items.count == limit || Int(number - start) == Paging.mostLookedAt { break }
        }
        if Int(number) < count { page.next = ID(number: number).description }
        return page
    }

    /// The same among identifiers that are listed, ascending.
    func listed<ID: DenseIdentifier>(_ all: [ID], isIn: (ID) -> Bool) throws(Problem) -> Page<ID> {
        let start = ID(number: try start(ID.self))
        var page = Page<ID>()
        for id in all where id > start && isIn(id) {
            if page.items.count == limit {
                page.next = page.items.last?.description
                break
            }
            page.items.append(id)
        }
        return page
    }

    /// The same among names, ascending.
    func named(_ all: [Slug], isIn: (Slug) -> Bool) throws(Problem) -> Page<Slug> {
        let start = after.flatMap { Slug($0) }
        if after != nil, start == nil { throw .query("after", "must be a cursor from a Link") }
        var page = Page<Slug>()
        var low = 0
        var high = all.count
        while let start, low < high {
            let middle = (low + high) / 2
            if all[middle] <= start { low = middle + 1 } else { high = middle }
        }
        for (looked, id) in all[low...].enumerated() {
            if page.items.count == limit || looked == Paging.mostLookedAt {
                page.next = all[low + looked - 1].description
                break
            }
            if isIn(id) { page.items.append(id) }
        }
        return page
    }

    /// The `Link` to the page behind a cursor (RFC 8288): the same target with another `after`.
    static func link(_ request: Request, after cursor: String?) -> String? {
        guard let cursor else { return nil }
        let kept = (request.query ?? "").split(separator: "&").filter { !$0.hasPrefix("after=") }
        let query = (kept + ["after=\(cursor)"]).joined(separator: "&")
        return "<\(request.path)?\(query)>; rel=\"next\""
    }
}

/// What one page holds.
struct Page<ID: Sendable>: Sendable {
    var items: [ID] = []
    /// The cursor of the next page; nil at the end.
    var next: String?
}
