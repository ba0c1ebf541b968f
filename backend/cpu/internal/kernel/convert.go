package kernel

import "math"

// Number is a Go number whose conversions Go defines.
type Number interface {
	~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~float32 | ~float64
}

// Convert sets dst[i] to src[i] as Go converts numbers.
func Convert[D, S Number](dst []D, src []S) {
	dst = dst[:len(src)]
	for i, v := range src {
		dst[i] = D(v)
	}
}

// FromBFloat16 sets dst[i] to the bfloat16 number whose bits are src[i].
func FromBFloat16(dst []float32, src []uint16) {
	if len(src) == 0 {
		return
	}
	dst = dst[:len(src)]
	if fastFromBrain(&dst[0], &src[0], len(src)) {
		return
	}
	for i, v := range src {
		dst[i] = math.Float32frombits(uint32(v) << 16)
	}
}

// ToBFloat16 sets dst[i] to the bits of the bfloat16 number nearest src[i], ties to even; NaN stays NaN.
func ToBFloat16(dst []uint16, src []float32) {
	if len(src) == 0 {
		return
	}
	dst = dst[:len(src)]
	if fastToBrain(&dst[0], &src[0], len(src)) {
		return
	}
	for i, v := range src {
		b := math.Float32bits(v)
		if v != v {
			dst[i] = uint16(b>>16) | 0x40
			continue
		}
		dst[i] = uint16((b + 0x7FFF + b>>16&1) >> 16)
	}
}

// FromFloat16 sets dst[i] to the IEEE 754 binary16 number whose bits are src[i].
func FromFloat16(dst []float32, src []uint16) {
	if len(src) == 0 {
		return
	}
	dst = dst[:len(src)]
	if fastFromHalf(&dst[0], &src[0], len(src)) {
		return
	}
	for i, v := range src {
		dst[i] = halfToFloat(v)
	}
}

// ToFloat16 sets dst[i] to the bits of the IEEE 754 binary16 number nearest src[i], ties to even; NaN stays NaN.
func ToFloat16(dst []uint16, src []float32) {
	if len(src) == 0 {
		return
	}
	dst = dst[:len(src)]
	if fastToHalf(&dst[0], &src[0], len(src)) {
		return
	}
	for i, v := range src {
		dst[i] = floatToHalf(v)
	}
}

func halfToFloat(h uint16) float32 {
	sign, exp, frac := uint32(h>>15)<<31, uint32(h>>10)&0x1F, uint32(h)&0x3FF
	switch exp {
	case 0x1F:
		if frac != 0 {
			frac |= 0x200
		}
		return math.Float32frombits(sign | 0xFF<<23 | frac<<13)
	case 0:
		v := float32(frac) * 0x1p-24
		return math.Float32frombits(sign | math.Float32bits(v))
	default:
		return math.Float32frombits(sign | (exp+112)<<23 | frac<<13)
	}
}

func floatToHalf(v float32) uint16 {
	b := math.Float32bits(v)
	sign, b := uint16(b>>31)<<15, b&^(1<<31)
	switch {
	case b > 0xFF<<23: // NaN
		return sign | 0x7E00 | uint16(b>>13)&0x3FF
	case b >= 0x477FF000: // rounds to 65536 or more
		return sign | 0x7C00
	case b < 0x38800000: // subnormal: adding 0.5 puts the rounding where the fraction of binary16 ends
		return sign | uint16(math.Float32bits(math.Float32frombits(b)+0.5)-math.Float32bits(0.5))
	default:
		return sign | uint16((b-112<<23+0xFFF+b>>13&1)>>13)
	}
}
