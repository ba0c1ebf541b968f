// Package numpy knows the element types of numpy and their bytes.
package numpy

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"cggm/data"
	"cggm/data/internal/raw"
)

// Type is how the elements of an array are stored.
type Type struct {
	// Kind is the kind of number, 0 for strings.
	Kind raw.Kind
	// Unicode: elements are strings of UTF-32, not of bytes.
	Unicode bool
	// Order is the byte order.
	Order binary.ByteOrder
	// Size is the number of bytes of one element.
	Size int
}

const numbers = "bool, int8 to uint64, float16 to float64, or strings"

var kinds = map[string]raw.Kind{
	"b1": raw.Bool, "?": raw.Bool,
	"i1": raw.Int8, "i2": raw.Int16, "i4": raw.Int32, "i8": raw.Int64,
	"u1": raw.Uint8, "u2": raw.Uint16, "u4": raw.Uint32, "u8": raw.Uint64,
	"f2": raw.Float16, "f4": raw.Float32, "f8": raw.Float64,
}

// Parse reads a type such as "<f4": byte order, code and size. The error has
// neither path nor place.
func Parse(descr string) (Type, *data.FileError) {
	t := Type{Order: binary.LittleEndian}
	fail := func(want string, err error) (Type, *data.FileError) {
		return t, &data.FileError{Found: fmt.Sprintf("dtype %.60q", descr), Want: want, Err: err}
	}
	if len(descr) < 2 {
		return fail(numbers, nil)
	}
	if descr[0] == '>' {
		t.Order = binary.BigEndian
	} else if !strings.ContainsRune("<|=", rune(descr[0])) {
		return fail("a byte order of '<', '>', '|' or '='", nil)
	}
	code := descr[1]
	if code == 'S' || code == 'U' || code == 'a' {
		n, err := strconv.ParseUint(descr[2:], 10, 60)
		if err != nil {
			return fail("a string length", err)
		}
		t.Size, t.Unicode = int(n), code == 'U'
		if t.Unicode {
			t.Size = 4 * t.Size
		}
		return t, nil
	}
	if kind, ok := kinds[descr[1:]]; ok {
		t.Kind, t.Size = kind, kind.Size()
		return t, nil
	}
	want := numbers
	switch code {
	case 'O':
		want += "; object arrays hold pickles: save each field as an array of its own, " +
			"ragged rows padded to one length, or read a pickle file"
	case 'c':
		want += "; save the real and the imaginary part as two arrays"
	case 'M', 'm':
		want += "; convert times with astype('int64')"
	case 'V', '[':
		want += "; save each field of a record as an array of its own"
	case 'f':
		want += "; convert with astype('float64')"
	}
	return fail(want, nil)
}

// Read reads n elements. have is the number of bytes known to be present, 0 if
// nobody knows.
func (t Type) Read(r io.Reader, n int, have int64) (any, error) {
	if t.Kind != 0 {
		return raw.Read(r, t.Kind, t.Order, n, have)
	}
	out := make([]string, 0, max(0, min(int64(n), have/int64(max(1, t.Size)))))
	// A single string may claim to be long: it is read as bytes come.
	var b strings.Builder
	for range n {
		b.Reset()
		if _, err := io.CopyN(&b, r, int64(t.Size)); err != nil {
			return nil, err
		}
		text := b.String()
		if t.Unicode {
			var err error
			if text, err = t.decode(text); err != nil {
				return nil, fmt.Errorf("string %d: %w", len(out), err)
			}
		}
		out = append(out, strings.TrimRight(text, "\x00"))
	}
	return out, nil
}

// decode turns UTF-32 into UTF-8.
func (t Type) decode(s string) (string, error) {
	var b strings.Builder
	for i := 0; i+4 <= len(s); i += 4 {
		r := t.Order.Uint32([]byte(s[i : i+4]))
		if r > utf8.MaxRune || !utf8.ValidRune(rune(r)) {
			return "", fmt.Errorf("code point %#x", r)
		}
		b.WriteRune(rune(r))
	}
	return b.String(), nil
}
