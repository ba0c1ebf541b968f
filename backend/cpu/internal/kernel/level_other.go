//go:build !amd64 || purego

package kernel

func best() level { return levelPortable }
