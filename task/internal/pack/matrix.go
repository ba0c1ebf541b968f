package pack

import (
	"fmt"
	"math"
)

// Matrix is a named table of numbers.
type Matrix struct {
	Name string // at most 255 bytes
	Rows int
	Cols int
	// Values holds the rows one after the other, Rows x Cols numbers.
	Values []float32
}

// check returns an error unless the matrix can be packed.
func (m Matrix) check() error {
	switch {
	case len(m.Name) == 0 || len(m.Name) > 255:
		return fmt.Errorf("pack: a name of %d bytes, valid is 1 to 255", len(m.Name))
	case m.Rows < 1 || m.Cols < 1 || m.Rows > math.MaxInt32/m.Cols:
		return fmt.Errorf("pack: %s: shape %dx%d, valid are sizes from 1 and fewer than 2^31 numbers", m.Name, m.Rows, m.Cols)
	case len(m.Values) != m.Rows*m.Cols:
		return fmt.Errorf("pack: %s: %d values for shape %dx%d", m.Name, len(m.Values), m.Rows, m.Cols)
	}
	return nil
}

// width returns the bytes that one number needs: 1 or 2 if all are whole and unsigned of that size, else 4.
func (m Matrix) width() int {
	width := 1
	for _, v := range m.Values {
		whole := v >= 0 && v <= math.MaxUint16 && v == float32(uint16(v)) && !(v == 0 && math.Signbit(float64(v)))
		switch {
		case !whole:
			return 4
		case v > math.MaxUint8:
			width = 2
		}
	}
	return width
}
