//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// best returns the best level this processor and its operating system can run.
func best() level {
	x := &cpu.X86
	avx2 := x.HasAVX2 && x.HasFMA && x.HasBMI2 && cpu.X86.HasAVX
	switch {
	case avx2 && x.HasAVX512F && x.HasAVX512VL && x.HasAVX512BW && x.HasAVX512DQ:
		return levelAVX512
	case avx2:
		return levelAVX2
	default:
		return levelPortable
	}
}

// splits256 asks the processor how wide its units are: AMD64 Architecture Programmer's Manual, volume 3, appendix E, function
// 8000_001Ah, whose bits FP128 and FP256 say which vectors stay whole.
func splits256() bool {
	const most, units = 0x80000000, 0x8000001A
	if cpuid(most) < units {
		return false
	}
	return cpuid(units)&0b101 == 0b001
}
