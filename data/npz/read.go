package npz

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"cggm/data"
	"cggm/data/internal/raw"
)

// Read reads the .npy file at path.
func Read(path string) (data.Array, error) {
	f, err := os.Open(path)
	if err != nil {
		return data.Array{}, fmt.Errorf("npz: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return data.Array{}, fmt.Errorf("npz: %w", err)
	}
	return Decode(f, info.Size(), path)
}

// Decode reads one array in the npy format. size is the number of bytes that r
// holds; name stands for the file in errors.
func Decode(r io.Reader, size int64, name string) (data.Array, error) {
	return decode(r, size, size, name)
}

// decode reads an array from at most limit bytes, of which likely ones are
// worth reserving memory for.
func decode(r io.Reader, limit, likely int64, name string) (data.Array, error) {
	h, err := readHeader(r, name)
	if err != nil {
		return data.Array{}, err
	}
	n, err := h.elements(limit-h.offset, name)
	if err != nil {
		return data.Array{}, err
	}
	values, err := h.values(r, n, likely-h.offset)
	if err != nil {
		return data.Array{}, &data.FileError{
			Path: name, Where: fmt.Sprintf("offset %d", h.offset), Found: "too few bytes or unreadable ones",
			Want: fmt.Sprintf("%d elements of %d bytes", n, h.size), Err: err,
		}
	}
	if h.fortran {
		values = raw.FromFortran(values, h.shape)
	}
	return data.Array{Shape: h.shape, Values: values}, nil
}

// elements returns the number of elements after checking that have bytes can
// hold them.
func (h *header) elements(have int64, name string) (int, error) {
	n, err := raw.Reserve(h.shape, h.size, max(0, have))
	if err != nil {
		return 0, &data.FileError{
			Path: name, Where: "shape", Found: fmt.Sprintf("%v of %d-byte elements", h.shape, h.size),
			Want: fmt.Sprintf("no more than the %d bytes that follow", max(0, have)), Err: err,
		}
	}
	return n, nil
}

// values reads n elements in the order of the file.
func (h *header) values(r io.Reader, n int, have int64) (any, error) {
	if h.kind != 0 {
		return raw.Read(r, h.kind, h.order, n, have)
	}
	out := make([]string, 0, max(0, min(int64(n), have/int64(max(1, h.size)))))
	if n == 0 {
		return out, nil
	}
	// A single string may claim to be long: read it as bytes come.
	var b strings.Builder
	for range n {
		b.Reset()
		if _, err := io.CopyN(&b, r, int64(h.size)); err != nil {
			return nil, err
		}
		text := b.String()
		if h.unicode {
			var err error
			if text, err = h.decodeUnicode(text); err != nil {
				return nil, fmt.Errorf("string %d: %w", len(out), err)
			}
		}
		out = append(out, strings.TrimRight(text, "\x00"))
	}
	return out, nil
}

func (h *header) decodeUnicode(s string) (string, error) {
	var b strings.Builder
	for i := 0; i+4 <= len(s); i += 4 {
		r := h.order.Uint32([]byte(s[i : i+4]))
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return "", fmt.Errorf("code point %#x", r)
		}
		b.WriteRune(rune(r))
	}
	return b.String(), nil
}
