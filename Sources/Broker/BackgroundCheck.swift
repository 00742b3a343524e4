import Dispatch
import Journal
import Synchronization
import Vault

/// What a start took on trust, and how far that has been proved since.
public struct Verified: Sendable, Equatable {
    /// Records proved without a gap from the first one on: up to this position.
    public var position: UInt64
    /// Sealed values of the vault that were opened.
    public var sealed = 0
    /// Of those, sealed anew under the current key.
    public var resealed = 0
    /// Whether everything that was there at the start is proved.
    public var isDone = false
    /// What is wrong, and where; nil while nothing is.
    public var fault: String?
}

/// Proves behind a start's back what the start took on trust: the records before its snapshot, by their chain, and that every
/// sealed value opens. What it finds ends the taking of commands (`found`): nobody is sent home on a journal that was
/// altered.
///
/// It goes a page at a time and rests as long as it worked, so that it takes half a core at most; a million records of 1.5 kB
/// take about 10 s, within the 60 s that are promised.
final class BackgroundCheck: Sendable {
    /// Records or sealed values looked at without a rest, 500.
    static let page = 500
    /// Nanoseconds before a page that could not be read is tried again, 1 s.
    static let pause: UInt64 = 1_000_000_000

    private let keeper: any JournalKeeper
    private let secrets: Secrets
    /// Up to where records are proved here; those behind it were, by whoever read them, up to `last`.
    private let end: Position
    private let last: Position
    private let queue: DispatchQueue
    private let state: Mutex<Verified>
    private let isClosed = Atomic<Bool>(false)
    private let found: @Sendable (String) -> Void

    /// - Parameters:
    ///   - end: the position of the snapshot; records behind it are proved already.
    ///   - last: where the start's reading ended.
    ///   - found: called once with what is wrong, on a queue of its own.
    init(
        _ keeper: any JournalKeeper,
        _ secrets: Secrets,
        upTo end: Position,
        of last: Position,
        found: @escaping @Sendable (String) -> Void
    ) {
        self.keeper = keeper
        self.secrets = secrets
        self.end = end
        self.last = last
        self.found = found
        queue = DispatchQueue(label: "homeward.check.\(secrets.system)", qos: .utility)
        state = Mutex(Verified(position: 0))
    }

    var verified: Verified { state.withLock { $0 } }

    /// Begins; comes back at once.
    func start() { go(after: 0) { $0.proveRecords(from: ChainCheck($0.keeper.chain)) } }

    /// Looks at no further page.
    func close() { isClosed.store(true, ordering: .relaxed) }

    private func go(after rest: UInt64, _ step: @escaping @Sendable (BackgroundCheck) -> Void) {
        queue.asyncAfter(deadline: .now() + .nanoseconds(Int(clamping: rest))) { [weak self] in
            guard let self, !isClosed.load(ordering: .relaxed) else { return }
            step(self)
        }
    }

    private func proveRecords(from begin: ChainCheck) {
        let began = DispatchTime.now().uptimeNanoseconds
        var check = begin
        do throws(JournalError) {
            let left = Int(clamping: end.value - check.position.value)
            let records = left == 0 ? [] : try keeper.read(after: check.position, limit: min(left, Self.page))
            for record in records { try check.check(record) }
            guard left == 0 || !records.isEmpty else {
                throw .damaged(at: check.position.advanced(by: 1), "the record is missing; no other follows")
            }
        } catch {
            return meet(error) { $0.proveRecords(from: begin) }
        }
        let place = check
        state.withLock { $0.position = (place.position < end ? place.position : last).value }
        let rest = DispatchTime.now().uptimeNanoseconds - began
        if place.position < end {
            go(after: rest) { $0.proveRecords(from: place) }
        } else {
            go(after: rest) { $0.openSealed(after: nil) }
        }
    }

    private func openSealed(after place: EnclosurePlace?) {
        let began = DispatchTime.now().uptimeNanoseconds
        let page: [Enclosure]
        do throws(JournalError) {
            page = try keeper.enclosures(after: place, limit: Self.page)
        } catch {
            return meet(error) { $0.openSealed(after: place) }
        }
        for enclosure in page {
            do throws(VaultError) {
                try secrets.check(enclosure, in: keeper)
            } catch {
                return stop("the vault's \(enclosure.kind) of \(enclosure.subject): \(error)")
            }
            if !secrets.isCurrent(enclosure) { reseal(enclosure) }
        }
        state.withLock { $0.sealed += page.count }
        guard let last = page.last else { return state.withLock { $0.isDone = true } }
        let next = EnclosurePlace(subject: last.subject, kind: last.kind)
        go(after: DispatchTime.now().uptimeNanoseconds - began) { $0.openSealed(after: next) }
    }

    /// Seals a value under the current key, beside writers: one that was replaced or forgotten meanwhile stays so. What cannot
    /// be written now is left for the next start.
    private func reseal(_ enclosure: Enclosure) {
        guard let anew = try? secrets.resealed(enclosure, in: keeper),
            (try? keeper.replace(enclosure.sealed, by: anew)) == true
        else { return }
        state.withLock { $0.resealed += 1 }
    }

    /// Damage is a finding. A store that cannot be read for another reason (a disk that fails, a lock) is none: the broker meets
    /// that itself, and the check goes on where it was.
    private func meet(_ error: JournalError, _ again: @escaping @Sendable (BackgroundCheck) -> Void) {
        if case .damaged = error { return stop("\(error)") }
        go(after: Self.pause, again)
    }

    private func stop(_ fault: String) {
        guard !isClosed.load(ordering: .relaxed) else { return }
        state.withLock { $0.fault = fault }
        found(fault)
    }
}
