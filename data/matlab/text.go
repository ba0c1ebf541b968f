package matlab

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"cggm/data"
	"cggm/data/internal/raw"
)

// text reads the characters of a matrix: one string for each row.
func (d *decoder) text(dims []int) (data.Array, error) {
	e, err := d.next()
	if err != nil {
		return data.Array{}, err
	}
	var units []uint16
	switch e.kind {
	case miInt8, miUint8, miUTF8:
		var b strings.Builder
		if _, err := io.Copy(&b, e.r); err != nil {
			return data.Array{}, wrong("damaged bytes", "text", err)
		}
		s := b.String()
		if e.kind == miUTF8 && !utf8.ValidString(s) {
			return data.Array{}, wrong("bytes that are not UTF-8", "text", nil)
		}
		if e.kind == miUTF8 {
			units = utf16.Encode([]rune(s))
		} else {
			for _, c := range []byte(s) {
				units = append(units, uint16(c))
			}
		}
	case miUint16, miUTF16:
		v, err := raw.Read(e.r, raw.Uint16, d.order, int(e.size)/2, min(e.size, d.likely))
		if err != nil {
			return data.Array{}, wrong("damaged bytes or too few", "text", err)
		}
		units, _ = v.([]uint16)
	default:
		return data.Array{}, wrong(fmt.Sprintf("text in an element of type %d", e.kind), "type 1, 2, 4, 16 or 17", nil)
	}
	if err := d.skip(e); err != nil {
		return data.Array{}, err
	}
	return lines(units, dims)
}

// lines cuts characters in column-major order into the rows of a matrix.
// Spaces that pad rows to one length are cut off.
func lines(units []uint16, dims []int) (data.Array, error) {
	n, err := data.Elements(dims)
	if err != nil || n != len(units) || len(dims) != 2 {
		return data.Array{}, wrong(fmt.Sprintf("%d characters for text of shape %v", len(units), dims), "rows and columns of them", err)
	}
	if n == 0 || dims[0] == 1 {
		return data.Array{Shape: []int{1}, Values: []string{string(utf16.Decode(units))}}, nil
	}
	out := make([]string, dims[0])
	row := make([]uint16, dims[1])
	for i := range out {
		for j := range row {
			row[j] = units[j*dims[0]+i]
		}
		out[i] = strings.TrimRight(string(utf16.Decode(row)), " ")
	}
	return data.Array{Shape: []int{len(out)}, Values: out}, nil
}
