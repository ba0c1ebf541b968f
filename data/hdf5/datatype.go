package hdf5

import (
	"encoding/binary"
	"fmt"

	"cggm/data/internal/raw"
)

// datatype is what one element is.
type datatype struct {
	size  int
	order binary.ByteOrder
	// kind is that of numbers, 0 for the others.
	kind raw.Kind
	// text: a string of size bytes; padding says what follows it.
	text    bool
	padding int
	// varying: a string of any length, kept elsewhere.
	varying bool
	// reference: the address of an object.
	reference bool
}

// How fixed strings end.
const (
	padNull  = 1
	padSpace = 2
)

var fixed = map[int]map[bool]raw.Kind{
	1: {false: raw.Uint8, true: raw.Int8},
	2: {false: raw.Uint16, true: raw.Int16},
	4: {false: raw.Uint32, true: raw.Int32},
	8: {false: raw.Uint64, true: raw.Int64},
}

// float describes a floating-point type by size, and by place and size of
// exponent and mantissa.
type float struct{ size, exponent, exponentSize, mantissa, mantissaSize int }

var floats = map[float]raw.Kind{
	{2, 10, 5, 0, 10}:  raw.Float16,
	{2, 7, 8, 0, 7}:    raw.BFloat16,
	{4, 23, 8, 0, 23}:  raw.Float32,
	{8, 52, 11, 0, 52}: raw.Float64,
}

// refusedTypes are classes of types with advice.
var refusedTypes = map[int]string{
	2:  "a time",
	4:  "a bit field",
	5:  "opaque bytes",
	6:  "a compound type (records or complex numbers): save each field as a dataset of its own",
	10: "an array type: save the array as a dataset with more axes",
	11: "a complex type: save the real and the imaginary part as two datasets",
}

// parseType reads a datatype message.
func parseType(c *cursor) (*datatype, error) {
	class := c.u8()
	version := class >> 4
	class &= 15
	bits := c.number(3)
	t := &datatype{size: c.u32(), order: binary.LittleEndian}
	if err := c.end(); err != nil {
		return nil, err
	}
	refuse := func(found string) (*datatype, error) {
		return nil, c.bad(found, "integers of 8 to 64 bits, floats of 16, 32 or 64, booleans or strings")
	}
	if version < 1 || version > 5 || t.size < 1 {
		return refuse(fmt.Sprintf("a type of version %d and %d bytes", version, t.size))
	}
	if class <= 1 && bits&1 != 0 {
		t.order = binary.BigEndian
	}
	switch class {
	case 0:
		offset, precision := c.u16(), c.u16()
		t.kind = fixed[t.size][bits&8 != 0]
		if t.kind == 0 || offset != 0 || precision != 8*t.size {
			return refuse(fmt.Sprintf("integers of %d bits from bit %d in %d bytes", precision, offset, t.size))
		}
	case 1:
		offset, precision := c.u16(), c.u16()
		var f float
		f.size, f.exponent, f.exponentSize, f.mantissa, f.mantissaSize = t.size, c.u8(), c.u8(), c.u8(), c.u8()
		t.kind = floats[f]
		if t.kind == 0 || offset != 0 || precision != 8*t.size || bits&0x40 != 0 {
			return refuse(fmt.Sprintf("floats of %d bits in %d bytes", precision, t.size))
		}
	case 3:
		t.text, t.padding = true, int(bits&15)
	case 7:
		if bits&15 != 0 || t.size > 8 {
			return refuse("references to regions")
		}
		t.reference = true
	case 8:
		return parseEnum(c, t, int(bits&0xffff), version)
	case 9:
		if bits&15 != 1 {
			return refuse("ragged arrays: save rows padded to one length, and the lengths as another dataset")
		}
		t.varying = true
	default:
		found := refusedTypes[class]
		if found == "" {
			found = fmt.Sprintf("a type of class %d", class)
		}
		return refuse(found)
	}
	return t, c.end()
}

// parseEnum reads an enumeration: its integers, or booleans if that is how
// they are called.
func parseEnum(c *cursor, t *datatype, members, version int) (*datatype, error) {
	base, err := parseType(c)
	if err != nil {
		return nil, err
	}
	if base.kind == 0 || base.size != t.size {
		return nil, c.bad("an enumeration of something else than integers", "integers")
	}
	if members != 2 || base.size != 1 {
		return base, nil
	}
	var names [2]string
	for i := range names {
		end := 0
		for end < len(c.b) && c.b[end] != 0 {
			end++
		}
		names[i] = string(c.take(end))
		pad := 1
		if version < 3 { // padded to a multiple of 8
			pad = 8 - end%8
		}
		c.take(pad)
	}
	values := [2]int{c.u8(), c.u8()}
	if err := c.end(); err != nil {
		return nil, err
	}
	if names == [2]string{"FALSE", "TRUE"} && values == [2]int{0, 1} {
		base.kind = raw.Bool
	}
	return base, nil
}
