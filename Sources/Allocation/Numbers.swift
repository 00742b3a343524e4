/// Logarithm and exponential from the four operations alone, so that a run is the same on every machine and the module
/// needs no library beside the standard one.
enum Numbers {
    /// Natural logarithm of a positive number.
    static func logarithm(_ x: Double) -> Double {
        let z = (x.significand - 1) / (x.significand + 1)
        var term = z
        var sum = 0.0
        for odd in stride(from: 1.0, to: 60.0, by: 2.0) {
            sum += term / odd
            term *= z * z
        }
        return 2 * sum + Double(x.exponent) * 0.693_147_180_559_945_309_417
    }

    /// e to the power of `x`.
    static func exponential(_ x: Double) -> Double {
        var small = x
        var squarings = 0
        while abs(small) > 0.01 {
            small /= 2
            squarings += 1
        }
        var power = 1 + small * (1 + small / 2 * (1 + small / 3 * (1 + small / 4 * (1 + small / 5))))
        for _ in 0..<squarings { power *= power }
        return power
    }
}
