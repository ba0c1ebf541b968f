// Package cache keeps features on disk under the hash of everything that they
// were computed from, so that they are computed once.
//
// An entry is a file of its own that is written beside its place and then
// renamed, and carries a checksum: after a crash an entry is there as a whole
// or not at all. A damaged entry counts as missing and is written again.
package cache

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"cggm/data"
)

// Key is the hash of what an entry was computed from.
type Key [sha256.Size]byte

// NewKey hashes parts: the same bytes cut otherwise give another key. Name the
// code's version, the weights, the settings and the input.
func NewKey(parts ...[]byte) Key {
	h := sha256.New()
	var length [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(length[:], uint64(len(p)))
		_, _ = h.Write(length[:]) // a hash never fails
		_, _ = h.Write(p)
	}
	return Key(h.Sum(nil))
}

// String returns the key in hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// Store is a folder of entries. It is safe for concurrent use, by several
// processes as well.
type Store struct {
	dir             string
	hits, misses    atomic.Int64
	damaged, stored atomic.Int64
}

// Counts say what a store did since it was opened.
type Counts struct {
	// Hits and Misses count entries asked for that were there, or not.
	Hits, Misses int64
	// Damaged counts those of the misses that were there, but damaged.
	Damaged int64
	// Stored counts entries written.
	Stored int64
}

// unfinished is the folder for entries that are being written.
const unfinished = "unfinished"

// abandoned is the age after which a file in it belongs to a process that was
// killed.
const abandoned = 24 * time.Hour

// Open opens the store in a folder, which it creates if need be, and removes
// what killed processes left behind.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(filepath.Join(dir, unfinished), 0o755); err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	left, err := os.ReadDir(filepath.Join(dir, unfinished))
	if err != nil {
		return nil, fmt.Errorf("cache: %w", err)
	}
	for _, file := range left {
		info, err := file.Info()
		if err == nil && time.Since(info.ModTime()) > abandoned {
			err = os.Remove(filepath.Join(dir, unfinished, file.Name()))
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("cache: %w", err)
		}
	}
	return &Store{dir: dir}, nil
}

// Counts returns what the store did so far.
func (s *Store) Counts() Counts {
	return Counts{Hits: s.hits.Load(), Misses: s.misses.Load(), Damaged: s.damaged.Load(), Stored: s.stored.Load()}
}

// path returns the place of an entry. The first byte is a folder: file systems
// are slow with a hundred thousand files in one.
func (s *Store) path(k Key) string {
	name := k.String()
	return filepath.Join(s.dir, name[:2], name[2:])
}

// Get returns the entry, and whether it is there and sound. An error means
// that the file system refused to say.
func (s *Store) Get(k Key) (data.Array, bool, error) {
	text, err := os.ReadFile(s.path(k))
	if errors.Is(err, fs.ErrNotExist) {
		s.misses.Add(1)
		return data.Array{}, false, nil
	}
	if err != nil {
		return data.Array{}, false, fmt.Errorf("cache: %w", err)
	}
	a, ok := decode(k, text)
	if !ok {
		s.misses.Add(1)
		s.damaged.Add(1)
		return data.Array{}, false, nil
	}
	s.hits.Add(1)
	return a, true, nil
}

// Put writes the entry, float32 of any shape, in place of any that is there.
func (s *Store) Put(k Key, a data.Array) error {
	text, err := encode(k, a)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Join(s.dir, unfinished), "")
	if err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	path := s.path(k)
	_, err = f.Write(text)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		// No sync: what a power failure leaves half written fails its checksum.
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cache: store an entry: %w", errors.Join(err, os.Remove(f.Name())))
	}
	s.stored.Add(1)
	return nil
}
