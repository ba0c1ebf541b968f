// Package inflate bounds what compressed data may grow to.
package inflate

import (
	"errors"
	"fmt"
	"io"
)

// The most that compressed data may grow to: floor bytes, or ratio times its
// compressed size if that is more. Padded feature arrays of real data sets
// shrink to a fiftieth; a bomb, to a thousandth.
const (
	floor = 1 << 30
	ratio = 100
)

// ErrTooLarge reports compressed data that grows beyond its limit.
var ErrTooLarge = errors.New("decompressed data beyond the limit of 1 GiB and of 100 times its compressed size")

// Limit returns the number of bytes that the given number of compressed bytes
// may grow to.
func Limit(compressed int64) int64 {
	if compressed > (1<<62)/ratio {
		return 1 << 62
	}
	return max(floor, ratio*compressed)
}

// Likely returns the number of decompressed bytes worth reserving before any
// has come, when the data claims to grow to claim bytes.
func Likely(compressed, claim int64) int64 {
	const usual = 16
	return min(claim, usual*min(compressed, floor))
}

// Reader returns r, failing with ErrTooLarge once more than the limit for the
// given number of compressed bytes has come out of it.
func Reader(r io.Reader, compressed int64) io.Reader {
	return &reader{r: r, left: Limit(compressed)}
}

type reader struct {
	r    io.Reader
	left int64
}

func (l *reader) Read(p []byte) (int, error) {
	n, err := l.r.Read(p[:min(int64(len(p)), l.left+1)])
	if int64(n) > l.left {
		return int(l.left), fmt.Errorf("inflate: %w", ErrTooLarge)
	}
	l.left -= int64(n)
	return n, err
}
