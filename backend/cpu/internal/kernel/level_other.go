//go:build !amd64 || purego

package kernel

func best() level { return levelPortable }

func splits256() bool { return false }
