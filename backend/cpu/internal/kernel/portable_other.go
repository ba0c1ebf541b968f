//go:build !amd64 || purego

package kernel

func fastTranspose[T any](_, _ []T, _, _, _, _ int) bool { return false }

func (t *tileArgs) fast() bool { return false }
