package pack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// SumsName is the file that lists the checksums of the other files of a folder, in the format of sha256sum.
const SumsName = "SHA256SUMS"

// ErrChecksum says that a file is not the one that its folder's list of checksums describes.
var ErrChecksum = errors.New("pack: checksum does not match")

// Sums returns the contents of a SumsName file for files (name to content).
func Sums(files map[string][]byte) []byte {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var list bytes.Buffer
	for _, name := range names {
		fmt.Fprintf(&list, "%x  %s\n", sha256.Sum256(files[name]), name)
	}
	return list.Bytes()
}

// ReadFile returns the content of a file after checking it against the SumsName file beside it. The error wraps
// ErrChecksum when the content differs or the file is not listed.
func ReadFile(fsys fs.FS, name string) ([]byte, error) {
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("pack: read %s: %w", name, err)
	}
	list, err := fs.ReadFile(fsys, path.Join(path.Dir(name), SumsName))
	if err != nil {
		return nil, fmt.Errorf("pack: read the checksum of %s: %w", name, err)
	}
	got := sha256.Sum256(content)
	for line := range strings.Lines(string(list)) {
		sum, file, ok := strings.Cut(strings.TrimSpace(line), "  ")
		if !ok || file != path.Base(name) {
			continue
		}
		if sum != hex.EncodeToString(got[:]) {
			return nil, fmt.Errorf("%w: %s has SHA-256 %x, listed is %s: restore the file or run its generator again",
				ErrChecksum, name, got, sum)
		}
		return content, nil
	}
	return nil, fmt.Errorf("%w: %s is not listed in %s", ErrChecksum, name, SumsName)
}
