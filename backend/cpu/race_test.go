//go:build race

package cpu_test

// raced says that the race detector runs, and with it Go's pointer checks.
const raced = true
