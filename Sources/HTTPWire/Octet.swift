// The character classes of RFC 9110 and RFC 3986, as two-word bit masks: no table in memory, no branch.

/// Classes of octets.
public enum Octet {
    /// `tchar` of RFC 9110 section 5.6.2: the bytes of a method or a field name.
    @inlinable
    public static func isToken(_ octet: UInt8) -> Bool {
        isIn(octet, low: 0x03FF_6CFA_0000_0000, high: 0x57FF_FFFF_C7FF_FFFE)
    }

    /// A byte of a field value: HTAB, SP, visible ASCII and `obs-text` (RFC 9110 section 5.5).
    @inlinable
    public static func isFieldValue(_ octet: UInt8) -> Bool {
        octet >= 0x20 && octet != 0x7F || octet == 0x09
    }

    /// `pchar` and `/` of RFC 3986 section 3.3, without `%`, which needs two digits after it.
    @inlinable
    public static func isPath(_ octet: UInt8) -> Bool {
        isIn(octet, low: 0x2FFF_FFD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFF)
    }

    /// A byte of a query: `pchar`, `/` and `?` (RFC 3986 section 3.4), without `%`.
    @inlinable
    public static func isQuery(_ octet: UInt8) -> Bool {
        octet == 0x3F || isPath(octet)
    }

    /// `unreserved` and `sub-delims` of RFC 3986: a byte of a registered name, without `%`.
    @inlinable
    public static func isName(_ octet: UInt8) -> Bool {
        isIn(octet, low: 0x2BFF_7FD2_0000_0000, high: 0x47FF_FFFE_87FF_FFFE)
    }

    /// `DIGIT`.
    @inlinable
    public static func isDigit(_ octet: UInt8) -> Bool { octet &- 0x30 < 10 }

    /// The value of a hexadecimal digit, nil for anything else.
    @inlinable
    public static func hexValue(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 0x30...0x39: octet &- 0x30
        case 0x41...0x46: octet &- 0x37
        case 0x61...0x66: octet &- 0x57
        default: nil
        }
    }

    @inlinable
    static func isIn(_ octet: UInt8, low: UInt64, high: UInt64) -> Bool {
        guard octet < 128 else { return false }
        return ((octet < 64 ? low : high) &>> UInt64(octet & 63)) & 1 == 1
    }
}
