package matlab

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"cggm/data"
	"cggm/data/internal/inflate"
)

// variable is where a variable of version 5 is.
type variable struct {
	file  *File
	r     io.ReaderAt
	order binary.ByteOrder
	// at and size are those of the element, without its tag.
	at, size   int64
	compressed bool
}

// list5 lists the variables of a file of version 5.
func (f *File) list5(r io.ReaderAt, size int64, head []byte) error {
	v := variable{file: f, r: r, order: binary.LittleEndian}
	switch mark := string(head[126:128]); mark {
	case "IM":
	case "MI":
		v.order = binary.BigEndian
	default:
		return f.bad("offset 126", fmt.Sprintf("%q", mark), `"IM" or "MI", as version 5 has; save with -v7`, nil)
	}
	if version := v.order.Uint16(head[124:]); version != 0x100 {
		return f.bad("offset 124", fmt.Sprintf("version %#x", version), "0x100; save with -v7", nil)
	}
	items := 0
	for at := int64(headerSize); at < size; {
		var tag [8]byte
		if n, err := r.ReadAt(tag[:], at); n < len(tag) {
			return f.bad(fmt.Sprintf("offset %d", at), fmt.Sprintf("%d bytes", n), "a variable", errors.Join(io.ErrUnexpectedEOF, err))
		}
		kind := v.order.Uint32(tag[:])
		v.at, v.size = at+int64(len(tag)), int64(v.order.Uint32(tag[4:]))
		v.compressed = kind == miCompressed
		if !v.compressed && kind != miMatrix {
			return f.bad(fmt.Sprintf("offset %d", at), fmt.Sprintf("an element of type %d", kind), "a matrix, type 14 or 15", nil)
		}
		if v.size > size-v.at {
			return f.bad(fmt.Sprintf("offset %d", at), fmt.Sprintf("a variable of %d bytes", v.size), fmt.Sprintf("at most the %d that follow", size-v.at), io.ErrUnexpectedEOF)
		}
		if err := v.list(&items); err != nil {
			return err
		}
		at = v.at + v.size
	}
	return nil
}

// open returns a decoder of the variable, and a function that is called when
// all of it has been read.
func (v variable) open(items *int) (*decoder, func() error, error) {
	section := bufio.NewReaderSize(io.NewSectionReader(v.r, v.at, v.size), int(min(v.size+16, 1<<16)))
	d := &decoder{r: section, order: v.order, left: v.size, likely: v.size, items: items}
	if !v.compressed {
		return d, func() error { return nil }, nil
	}
	z, err := zlib.NewReader(section)
	if err != nil {
		return nil, nil, wrong("a broken zlib header", "a compressed variable", err)
	}
	d.r = inflate.Reader(z, v.size)
	d.left = inflate.Limit(v.size)
	e, err := d.next()
	if err != nil {
		return nil, nil, err
	}
	if e.kind != miMatrix {
		return nil, nil, wrong(fmt.Sprintf("a compressed element of type %d", e.kind), "a matrix, type 14", nil)
	}
	all := d.r
	d.r, d.left, d.likely = e.r, e.size, inflate.Likely(v.size, e.size)
	// The checksum is compared at the end.
	return d, func() error {
		if _, err := io.Copy(io.Discard, all); err != nil {
			return wrong("a damaged end", "the checksum of the contents", err)
		}
		return nil
	}, nil
}

// list reads the start of the variable, and all of it if it has others inside.
func (v variable) list(items *int) error {
	f := v.file
	d, end, err := v.open(items)
	if err != nil {
		return f.placed(err, fmt.Sprintf("offset %d", v.at))
	}
	m, err := d.matrix()
	if err != nil {
		return f.placed(err, fmt.Sprintf("offset %d", v.at))
	}
	if m.name == "" || strings.HasPrefix(m.name, "__") {
		return nil // what MATLAB keeps for itself
	}
	if m.class != classCell && m.class != classStruct {
		return f.add(m.name, v.read)
	}
	leaves, err := d.leaves(m, m.name, 0)
	if err == nil {
		err = end()
	}
	if err != nil {
		return f.placed(err, "variable "+m.name)
	}
	for _, l := range leaves {
		read := func() (data.Array, error) {
			if l.err != nil {
				return data.Array{}, f.placed(l.err, "variable "+l.name)
			}
			return l.array, nil
		}
		if err := f.add(l.name, read); err != nil {
			return err
		}
	}
	return nil
}

// read reads a variable of numbers or text.
func (v variable) read() (data.Array, error) {
	items := 0
	d, end, err := v.open(&items)
	if err != nil {
		return data.Array{}, v.file.placed(err, fmt.Sprintf("offset %d", v.at))
	}
	m, err := d.matrix()
	if err != nil {
		return data.Array{}, v.file.placed(err, fmt.Sprintf("offset %d", v.at))
	}
	a, err := d.array(m)
	if err == nil {
		err = end()
	}
	if err != nil {
		return data.Array{}, v.file.placed(err, "variable "+m.name)
	}
	return a, nil
}

// placed completes an error with the file and the place.
func (f *File) placed(err error, where string) error {
	var fe *data.FileError
	if !errors.As(err, &fe) {
		return fmt.Errorf("matlab: %s: %s: %w", f.path, where, err)
	}
	out := *fe
	out.Path = f.path
	if out.Where == "" {
		out.Where = where
	}
	return &out
}
