package pickle

import (
	"errors"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxLong bounds the bytes, or the digits, of an integer.
const maxLong = 1024

// parseText reads a value that protocol 0 writes as a line.
func parseText(code byte, s string) (any, error) {
	switch code {
	case opInt:
		switch s {
		case "00":
			return false, nil
		case "01":
			return true, nil
		}
		return parseInt(s)
	case opLong:
		return parseInt(strings.TrimSuffix(s, "L"))
	case opFloat:
		return strconv.ParseFloat(s, 64)
	case opString:
		return unquote(s)
	default:
		return unescape(s), nil
	}
}

// parseInt returns an int64, or a *big.Int beyond that.
func parseInt(s string) (any, error) {
	if len(s) > maxLong {
		return nil, errors.New("too many digits")
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if errors.Is(err, strconv.ErrRange) {
		if b, ok := new(big.Int).SetString(s, 10); ok {
			return b, nil
		}
	}
	return v, err
}

// parseLong reads a little-endian integer in two's complement.
func parseLong(b []byte) any {
	if len(b) <= 8 {
		v := uint64(0)
		for i, x := range b {
			v |= uint64(x) << (8 * i)
		}
		if n := len(b); n > 0 && n < 8 && b[n-1]&0x80 != 0 {
			v |= math.MaxUint64 << (8 * n)
		}
		return int64(v)
	}
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	v := new(big.Int).SetBytes(reversed)
	if b[len(b)-1]&0x80 != 0 {
		v.Sub(v, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return v
}

// bigEndianFloat returns the float whose bytes came in big-endian order but
// were read in little-endian order.
func bigEndianFloat(n uint64) float64 { return math.Float64frombits(bits.ReverseBytes64(n)) }

// unquote reads a string of Python 2 as repr writes it.
func unquote(s string) ([]byte, error) {
	if len(s) < 2 || s[0] != s[len(s)-1] || (s[0] != '\'' && s[0] != '"') {
		return nil, errors.New("no quotes")
	}
	s = s[1 : len(s)-1]
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' {
			out = append(out, s[i])
			continue
		}
		if i++; i == len(s) {
			return nil, errors.New("a backslash at the end")
		}
		if at := strings.IndexByte(`abfnrtv\'"`, s[i]); at >= 0 {
			out = append(out, "\a\b\f\n\r\t\v\\'\""[at])
			continue
		}
		digits, base := 0, 8
		if s[i] == 'x' {
			i++
			digits, base = 2, 16
		} else {
			for digits < 3 && i+digits < len(s) && s[i+digits] >= '0' && s[i+digits] <= '7' {
				digits++
			}
		}
		if digits == 0 || i+digits > len(s) {
			return nil, errors.New("an unknown escape")
		}
		v, err := strconv.ParseUint(s[i:i+digits], base, 16)
		if err != nil {
			return nil, err
		}
		out = append(out, byte(v))
		i += digits - 1
	}
	return out, nil
}

// unescape reads a string in the encoding raw-unicode-escape: \uXXXX and
// \UXXXXXXXX stand for code points, any other byte for itself.
func unescape(s string) string {
	var b strings.Builder
	high := rune(0) // the first half of a surrogate pair
	for i := 0; i < len(s); i++ {
		r, width := codePoint(s[i:])
		i += width - 1
		if high != 0 {
			if pair := utf16.DecodeRune(high, r); pair != utf8.RuneError {
				b.WriteRune(pair)
				high = 0
				continue
			}
			b.WriteRune(utf8.RuneError)
			high = 0
		}
		if utf16.IsSurrogate(r) {
			high = r
			continue
		}
		b.WriteRune(r)
	}
	if high != 0 {
		b.WriteRune(utf8.RuneError)
	}
	return b.String()
}

// codePoint returns the code point at the start of s, which is not empty, and
// the number of bytes that stand for it.
func codePoint(s string) (rune, int) {
	digits := 0
	switch {
	case strings.HasPrefix(s, `\u`):
		digits = 4
	case strings.HasPrefix(s, `\U`):
		digits = 8
	}
	if digits > 0 && len(s) >= 2+digits {
		if v, err := strconv.ParseUint(s[2:2+digits], 16, 32); err == nil && v <= utf8.MaxRune {
			return rune(v), 2 + digits
		}
	}
	return rune(s[0]), 1
}
