package safetensors

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"cggm/data"
	"cggm/data/internal/raw"
)

// Write writes the tensors and the metadata, which may be nil. The same
// arguments give the same bytes: wide element types come first, which keeps
// every tensor aligned, then the order is that of the names.
func Write(w io.Writer, tensors map[string]data.Array, metadata map[string]string) error {
	items := make([]item, 0, len(tensors))
	for name, a := range tensors {
		it, err := newItem(name, a)
		if err != nil {
			return err
		}
		items = append(items, it)
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.kind.Size() != b.kind.Size() {
			return b.kind.Size() - a.kind.Size()
		}
		return strings.Compare(a.name, b.name)
	})
	header, err := formatHeader(items, metadata)
	if err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if len(header) > maxHeader {
		return fmt.Errorf("safetensors: header of %d bytes, want at most %d: fewer or shorter names", len(header), maxHeader)
	}
	if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	if _, err := w.Write(header); err != nil {
		return fmt.Errorf("safetensors: %w", err)
	}
	for _, it := range items {
		if err := raw.Write(w, it.array.Values); err != nil {
			return fmt.Errorf("safetensors: tensor %s: %w", it.name, err)
		}
	}
	return nil
}

type item struct {
	name  string
	array data.Array
	kind  raw.Kind
}

func newItem(name string, a data.Array) (item, error) {
	if name == metadataKey {
		return item{}, fmt.Errorf("safetensors: tensor named %s, which the format reserves", name)
	}
	if !utf8.ValidString(name) {
		return item{}, fmt.Errorf("safetensors: tensor named %q, want UTF-8", name)
	}
	if err := a.Check(); err != nil {
		return item{}, fmt.Errorf("safetensors: tensor %s: %w", name, err)
	}
	kind, err := raw.KindOf(a.Values)
	if err != nil {
		return item{}, fmt.Errorf("safetensors: tensor %s: %w", name, err)
	}
	return item{name, a, kind}, nil
}

// dtypes maps the kinds that arrays have to the names of the format.
var dtypes = map[raw.Kind]string{
	raw.Bool: "BOOL",
	raw.Int8: "I8", raw.Int16: "I16", raw.Int32: "I32", raw.Int64: "I64",
	raw.Uint8: "U8", raw.Uint16: "U16", raw.Uint32: "U32", raw.Uint64: "U64",
	raw.Float32: "F32", raw.Float64: "F64",
}

// formatHeader returns the JSON header, padded so that the values start at a
// multiple of 8.
func formatHeader(items []item, metadata map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	put := func(key string, value any) error {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		k, err := json.Marshal(key)
		if err != nil {
			return err
		}
		v, err := json.Marshal(value)
		if err != nil {
			return err
		}
		b.Write(k)
		b.WriteByte(':')
		b.Write(v)
		return nil
	}
	if len(metadata) > 0 {
		if err := put(metadataKey, metadata); err != nil {
			return nil, err
		}
	}
	at := int64(0)
	for _, it := range items {
		end := at + int64(it.array.Len())*int64(it.kind.Size())
		shape := it.array.Shape
		if shape == nil {
			shape = []int{}
		}
		if err := put(it.name, entry{dtypes[it.kind], shape, []int64{at, end}}); err != nil {
			return nil, err
		}
		at = end
	}
	b.WriteByte('}')
	for b.Len()%8 != 0 {
		b.WriteByte(' ')
	}
	return b.Bytes(), nil
}
