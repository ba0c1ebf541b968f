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
