// Package idx reads the IDX format of the MNIST files, plain or compressed by
// gzip: a magic number, the sizes of the axes, and the values, big-endian.
//
// Format: http://yann.lecun.com/exdb/mnist/
package idx

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"cggm/data"
	"cggm/data/internal/inflate"
	"cggm/data/internal/raw"
)

// kinds are the element types of the format by their code.
var kinds = map[byte]raw.Kind{
	0x08: raw.Uint8, 0x09: raw.Int8, 0x0b: raw.Int16, 0x0c: raw.Int32, 0x0d: raw.Float32, 0x0e: raw.Float64,
}

// Read reads the file at path.
func Read(path string) (data.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return data.Array{}, fmt.Errorf("idx: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return data.Array{}, fmt.Errorf("idx: %w", err)
	}
	return Decode(f, info.Size(), path)
}

// Decode reads a file of size bytes, plain or compressed; name stands for it in
// errors.
func Decode(r io.Reader, size int64, name string) (data.Array, error) {
	br := bufio.NewReader(r)
	if magic, err := br.Peek(2); err != nil || string(magic) != "\x1f\x8b" {
		return decode(br, size, size, name)
	}
	z, err := gzip.NewReader(br)
	if err != nil {
		return data.Array{}, &data.FileError{Path: name, Where: "offset 0", Found: "a broken gzip header", Want: "a complete one", Err: err}
	}
	limit := inflate.Limit(size)
	return decode(inflate.Reader(z, size), limit, inflate.Likely(size, limit), name)
}

// decode reads at most limit bytes, of which likely ones are worth reserving
// memory for.
func decode(r io.Reader, limit, likely int64, name string) (data.Array, error) {
	var at int64
	bad := func(found, want string, err error) (data.Array, error) {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return data.Array{}, &data.FileError{Path: name, Where: fmt.Sprintf("offset %d", at), Found: found, Want: want, Err: err}
	}
	var word [4]byte
	if n, err := io.ReadFull(r, word[:]); err != nil {
		return bad(fmt.Sprintf("%d bytes", n), "a magic number of 4", err)
	}
	kind, ok := kinds[word[2]]
	if word[0] != 0 || word[1] != 0 || !ok || word[3] == 0 {
		return bad(fmt.Sprintf("the magic number %#x", word),
			"0x0000TTAA with type TT of 08, 09, 0b, 0c, 0d or 0e and at least 01 axes", nil)
	}
	shape := make([]int, word[3])
	for i := range shape {
		at += 4
		if _, err := io.ReadFull(r, word[:]); err != nil {
			return bad("the end of the file", fmt.Sprintf("the size of axis %d", i), err)
		}
		shape[i] = int(binary.BigEndian.Uint32(word[:]))
	}
	at += 4
	n, err := raw.Reserve(shape, kind.Size(), limit-at)
	if err != nil {
		return bad(fmt.Sprintf("shape %v of %d-byte values", shape, kind.Size()), fmt.Sprintf("at most the %d bytes that can follow", limit-at), err)
	}
	values, err := raw.Read(r, kind, binary.BigEndian, n, likely-at)
	if err != nil {
		return bad("damaged values or too few", fmt.Sprintf("%d of %d bytes each", n, kind.Size()), err)
	}
	at += int64(n) * int64(kind.Size())
	// Reading on also compares the checksum of a compressed file.
	if m, err := io.ReadFull(r, word[:1]); m > 0 {
		return bad("bytes after the values", fmt.Sprintf("the end after %v values", shape), nil)
	} else if !errors.Is(err, io.EOF) {
		return bad("a damaged end", "the checksum of the contents", err)
	}
	return data.Array{Shape: shape, Values: values}, nil
}
