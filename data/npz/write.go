package npz

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"cggm/data"
	"cggm/data/internal/raw"
)

// Encode writes an array in the npy format, little-endian and in C order.
// Strings become unicode strings of one length.
func Encode(w io.Writer, a data.Array) error {
	if err := a.Check(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	descr, width := "", 1
	if v, ok := a.Values.([]string); ok {
		for _, s := range v {
			width = max(width, utf8.RuneCountInString(s))
		}
		descr = "<U" + strconv.Itoa(width)
	} else {
		kind, err := raw.KindOf(a.Values)
		if err != nil {
			return err
		}
		descr = names[kind]
	}
	if _, err := w.Write(formatHeader(descr, a.Shape)); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	if v, ok := a.Values.([]string); ok {
		return writeStrings(w, v, width)
	}
	return raw.Write(w, a.Values)
}

var names = map[raw.Kind]string{
	raw.Bool: "|b1",
	raw.Int8: "|i1", raw.Int16: "<i2", raw.Int32: "<i4", raw.Int64: "<i8",
	raw.Uint8: "|u1", raw.Uint16: "<u2", raw.Uint32: "<u4", raw.Uint64: "<u8",
	raw.Float32: "<f4", raw.Float64: "<f8",
}

// formatHeader returns a version 1 header, padded so that the elements start
// at a multiple of 64.
func formatHeader(descr string, shape []int) []byte {
	var dims strings.Builder
	for i, d := range shape {
		if i > 0 {
			dims.WriteString(", ")
		}
		dims.WriteString(strconv.Itoa(d))
	}
	if len(shape) == 1 {
		dims.WriteByte(',')
	}
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr, dims.String())
	const align = 64
	total := (len(magic) + 4 + len(text) + 1 + align - 1) / align * align
	out := make([]byte, 0, total)
	out = append(out, magic+"\x01\x00"...)
	out = binary.LittleEndian.AppendUint16(out, uint16(total-len(magic)-4))
	out = append(out, text...)
	for len(out) < total-1 {
		out = append(out, ' ')
	}
	return append(out, '\n')
}

func writeStrings(w io.Writer, v []string, width int) error {
	buf := make([]byte, 0, 4*width)
	for _, s := range v {
		buf = buf[:0]
		for _, r := range s {
			buf = binary.LittleEndian.AppendUint32(buf, uint32(r))
		}
		if _, err := w.Write(append(buf, make([]byte, 4*width-len(buf))...)); err != nil {
			return fmt.Errorf("npz: %w", err)
		}
	}
	return nil
}

// Write writes an npz archive, uncompressed and in the order of the names: the
// same arrays give the same bytes.
func Write(w io.Writer, arrays map[string]data.Array) error {
	keys := make([]string, 0, len(arrays))
	for k := range arrays {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	z := zip.NewWriter(w)
	for _, k := range keys {
		e, err := z.CreateHeader(&zip.FileHeader{Name: k + ".npy", Method: zip.Store})
		if err != nil {
			return fmt.Errorf("npz: %w", err)
		}
		if err := Encode(e, arrays[k]); err != nil {
			return fmt.Errorf("npz: array %s: %w", k, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("npz: %w", err)
	}
	return nil
}
