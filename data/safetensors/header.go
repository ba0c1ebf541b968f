package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"

	"cggm/data"
	"cggm/data/internal/raw"
)

// maxHeader bounds the JSON header, as the format's own implementation does.
const maxHeader = 100_000_000

// metadataKey is the header entry that is no tensor.
const metadataKey = "__metadata__"

// entry describes one tensor in the header.
type entry struct {
	DType   string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Offsets []int64 `json:"data_offsets"`
}

// kinds maps the names of element types to the way they are stored.
var kinds = map[string]raw.Kind{
	"BOOL": raw.Bool,
	"I8":   raw.Int8, "I16": raw.Int16, "I32": raw.Int32, "I64": raw.Int64,
	"U8": raw.Uint8, "U16": raw.Uint16, "U32": raw.Uint32, "U64": raw.Uint64,
	"F16": raw.Float16, "BF16": raw.BFloat16, "F32": raw.Float32, "F64": raw.Float64,
}

// readHeader fills in the entries, the metadata and the start of the data.
func (f *File) readHeader(size int64) error {
	var prefix [8]byte
	if n, err := f.r.ReadAt(prefix[:], 0); n < len(prefix) {
		return f.bad("offset 0", fmt.Sprintf("%d bytes", n), "the 8 bytes of the header length", err)
	}
	length := binary.LittleEndian.Uint64(prefix[:])
	if length > uint64(min(size-8, maxHeader)) {
		return f.bad("offset 0", fmt.Sprintf("a header of %d bytes", length),
			fmt.Sprintf("at most %d, as the file has %d bytes", min(size-8, maxHeader), size), nil)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(io.NewSectionReader(f.r, 8, int64(length)), text); err != nil {
		return f.bad("offset 8", "an unreadable header", fmt.Sprintf("%d bytes", length), err)
	}
	if err := f.parse(text); err != nil {
		return err
	}
	f.start = 8 + int64(length)
	return f.checkLayout(size - f.start)
}

// parse reads the header's JSON. It goes entry by entry, because a map would
// hide a name that comes twice.
func (f *File) parse(text []byte) error {
	d := json.NewDecoder(bytes.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return f.bad("offset 8", fmt.Sprintf("%.20q", text), "a JSON object", err)
	}
	f.entries = make(map[string]*entry)
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return f.bad(f.at(d), "no key", "the name of a tensor", err)
		}
		if name == metadataKey {
			if f.metadata != nil {
				return f.bad("key "+name, "the same key twice", "one", nil)
			}
			f.metadata = make(map[string]string)
			if err := d.Decode(&f.metadata); err != nil {
				return f.bad("key "+name, "unreadable metadata", "an object of strings", err)
			}
			continue
		}
		if f.entries[name] != nil {
			return f.bad("key "+name, "the same key twice", "one", nil)
		}
		var body json.RawMessage
		if err := d.Decode(&body); err != nil {
			return f.bad("key "+name, "unreadable JSON", "dtype, shape and data_offsets", err)
		}
		e := &entry{}
		strict := json.NewDecoder(bytes.NewReader(body))
		strict.DisallowUnknownFields()
		if err := strict.Decode(e); err != nil {
			return f.bad("key "+name, fmt.Sprintf("%.60s", body), "dtype, shape and data_offsets", err)
		}
		if err := f.checkEntry(name, e); err != nil {
			return err
		}
		f.entries[name] = e
		f.names = append(f.names, name)
	}
	if _, err := d.Token(); err != nil {
		return f.bad(f.at(d), "an unfinished object", "}", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return f.bad(f.at(d), "text after the header's object", "spaces only", err)
	}
	return nil
}

// at returns the place of the decoder in the file.
func (f *File) at(d *json.Decoder) string { return fmt.Sprintf("offset %d", 8+d.InputOffset()) }

// checkEntry compares shape, type and offsets of one tensor.
func (f *File) checkEntry(name string, e *entry) error {
	where := "key " + name
	if e.Shape == nil || len(e.Offsets) != 2 {
		return f.bad(where, fmt.Sprintf("shape %v, data_offsets %v", e.Shape, e.Offsets), "a shape and two offsets", nil)
	}
	n, err := data.Elements(e.Shape)
	if err != nil {
		return f.bad(where, fmt.Sprintf("shape %v", e.Shape), "sizes of axes", err)
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin < 0 || end < begin {
		return f.bad(where, fmt.Sprintf("data_offsets %v", e.Offsets), "begin and end, in this order", nil)
	}
	// An unknown type is refused when it is read: its neighbours may be fine.
	kind, ok := kinds[e.DType]
	if size := int64(kindSize(kind)); ok && ((end-begin)%size != 0 || (end-begin)/size != int64(n)) {
		return f.bad(where, fmt.Sprintf("%d bytes", end-begin), fmt.Sprintf("%d %s values of shape %v", n, e.DType, e.Shape), nil)
	}
	return nil
}

func kindSize(k raw.Kind) int {
	if k == 0 {
		return 1
	}
	return k.Size()
}

// checkLayout requires that the tensors fill the data without hole or overlap,
// as the format demands.
func (f *File) checkLayout(have int64) error {
	order := append([]string(nil), f.names...)
	sort.SliceStable(order, func(i, j int) bool {
		a, b := f.entries[order[i]].Offsets, f.entries[order[j]].Offsets
		if a[0] != b[0] {
			return a[0] < b[0]
		}
		return a[1] < b[1]
	})
	at := int64(0)
	for _, name := range order {
		o := f.entries[name].Offsets
		if o[0] != at {
			return f.bad("key "+name, fmt.Sprintf("data from %d", o[0]), fmt.Sprintf("from %d, without hole or overlap", at), nil)
		}
		if o[1] > have {
			return f.bad("key "+name, fmt.Sprintf("data up to %d", o[1]), fmt.Sprintf("no more than the %d bytes present", have), nil)
		}
		at = o[1]
	}
	if at != have {
		return f.bad(fmt.Sprintf("offset %d", f.start+at), fmt.Sprintf("%d bytes that belong to no tensor", have-at), "none", nil)
	}
	return nil
}

func (f *File) bad(where, found, want string, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &data.FileError{Path: f.path, Where: where, Found: found, Want: want, Err: err}
}
