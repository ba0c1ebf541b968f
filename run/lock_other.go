//go:build !unix

package run

import (
	"errors"
	"fmt"
	"os"
)

// acquire creates the lock file exclusively; a crash leaves it behind, so the
// message says how to go on.
func acquire(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o644)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%w: if no other process works on it, delete %s", ErrLocked, path)
	}
	return f, err
}

func release(f *os.File) error { return errors.Join(f.Close(), os.Remove(f.Name())) }

func syncDir(string) error { return nil }
