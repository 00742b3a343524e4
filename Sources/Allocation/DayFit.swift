/// Whether a call fits the free minutes of one band of one block on every one of its days: the test everything rests on.
///
/// Minutes lie in rows of `horizon` 16-bit cells, so one step looks at sixteen days. Days on which the call does not
/// happen ask for nothing, and free minutes are never negative, so a cell fails only by turning negative.
enum DayFit {
    /// Days looked at in one step.
    static let stride = 16

    /// Sixteen cells of which those whose bit in `days` is set hold `load`.
    @inline(__always)
    static func demand(_ load: Int16, on days: UInt16) -> SIMD16<Int16> {
        let bits = SIMD16<UInt16>(
            1,
            2,
            4,
            8,
            16,
            32,
            64,
            128,
            256,
            512,
            1024,
            2048,
            4096,
            8192,
            16384,
            32768
        )
        let asked = (SIMD16<UInt16>(repeating: days) & bits) .== bits
        return SIMD16<Int16>(repeating: 0).replacing(with: load, where: asked)
    }

    /// Sixteen bits of `days`, the ones looked at in `step`.
    @inline(__always)
    static func bits(_ days: UInt128, _ step: Int) -> UInt16 {
        let half = step < 4 ? UInt64(truncatingIfNeeded: days) : UInt64(truncatingIfNeeded: days >> 64)
        return UInt16(truncatingIfNeeded: half >> UInt64(truncatingIfNeeded: (step & 3) * stride))
    }

    /// The steps that look at the days of `span`.
    @inline(__always)
    static func steps(_ span: Range<Int>) -> Range<Int> {
        span.lowerBound / stride..<(span.upperBound + stride - 1) / stride
    }

    /// The sixteen free cells of a step.
    @inline(__always)
    static func cells(_ row: UnsafePointer<Int16>, _ step: Int) -> SIMD16<Int16> {
        UnsafeRawPointer(row + step * stride).loadUnaligned(as: SIMD16<Int16>.self)
    }

    /// True when `row`, `horizon` free cells, has `load` minutes on every day of `days`.
    /// - Parameters:
    ///   - load: minutes asked for each day; more than `Int16.max` never fits.
    ///   - span: the days between which `days` lies, so that empty steps are skipped.
    @inline(__always)
    static func holds(
        _ row: UnsafePointer<Int16>,
        load: Int,
        days: UInt128,
        span: Range<Int>
    ) -> Bool {
        guard load <= Int(Int16.max) else { return days == 0 }
        let ask = Int16(truncatingIfNeeded: load)
        var short = SIMD16<Int16>(repeating: 0)
        for step in steps(span) { short |= cells(row, step) &- demand(ask, on: bits(days, step)) }
        return short.min() >= 0
    }
}
