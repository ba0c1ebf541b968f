package pretrained

import (
	"crypto/sha256"
	"fmt"
	"io"
	"os"
)

// Fingerprint returns the SHA-256 of the files at the given paths, in their
// order. Features computed with the files are told apart by it.
func Fingerprint(paths ...string) ([]byte, error) {
	h := sha256.New()
	for _, path := range paths {
		if err := add(h, path); err != nil {
			return nil, fmt.Errorf("pretrained: %w", err)
		}
	}
	return h.Sum(nil), nil
}

// add hashes the file's hash, so that bytes cannot move from one file to the
// next.
func add(to io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return err
	}
	_, err = to.Write(h.Sum(nil))
	return err
}
