package torch

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"

	"cggm/data/pickle"
)

// The constants that start a file of the format before PyTorch 1.6.
const (
	legacyMagic   = "119547037146038801333356" // 0x1950a86a20f9469cfc6c
	legacyVersion = int64(1001)
)

// openLegacy reads a run of pickles: magic number, version, facts about the
// machine, the object, the keys of its storages; then come, for each key, the
// number of elements in 8 bytes and the elements. All of it is little-endian on
// every machine.
func (f *File) openLegacy() (any, error) {
	r := bufio.NewReader(io.NewSectionReader(f.r, 0, f.size))
	at := int64(0)
	refs := make(map[string]*storage)
	next := func(what string) (any, error) {
		loader := pickle.Loader{}
		if what == "the object" {
			loader = pickle.Loader{Classes: classes, Persistent: func(id any) (any, error) { return f.refer(refs, id) }}
		}
		v, n, err := loader.Next(r, f.size-at, f.path+" "+what+fmt.Sprintf(" from offset %d", at))
		at += n
		return v, err
	}
	magic, err := next("the magic number")
	if err != nil {
		return nil, err
	}
	if b, ok := magic.(*big.Int); !ok || b.String() != legacyMagic {
		return nil, f.bad("offset 0", "another pickle", "a file of torch.save; plain pickles have their own reader", nil)
	}
	version, err := next("the version")
	if err != nil {
		return nil, err
	}
	if version != legacyVersion {
		return nil, f.bad("the version", fmt.Sprintf("%.40q", fmt.Sprint(version)), fmt.Sprint(legacyVersion), nil)
	}
	if _, err := next("the facts about the machine"); err != nil {
		return nil, err
	}
	object, err := next("the object")
	if err != nil {
		return nil, err
	}
	keys, err := next("the keys")
	if err != nil {
		return nil, err
	}
	names, ok := keys.(*pickle.List)
	if !ok {
		return nil, f.bad("the keys", fmt.Sprintf("%T", keys), "a list", nil)
	}
	for _, k := range names.Items {
		key, ok := k.(string)
		ref := refs[key]
		if !ok || ref == nil {
			return nil, f.bad("the keys", fmt.Sprintf("%.40q", fmt.Sprint(k)), "keys of storages that the object refers to", nil)
		}
		var count [8]byte
		if _, err := f.r.ReadAt(count[:], at); err != nil {
			return nil, f.bad(fmt.Sprintf("offset %d", at), "the end of the file", "the size of storage "+key, err)
		}
		at += 8
		n, left := binary.LittleEndian.Uint64(count[:]), f.size-at
		width := int64(ref.kind.Size())
		if n > uint64(left/width) {
			return nil, f.bad(fmt.Sprintf("offset %d", at-8), fmt.Sprintf("%d elements of storage %s", n, key),
				fmt.Sprintf("at most the %d bytes that follow", left), nil)
		}
		f.ranges[key] = span{at, int64(n) * width}
		at += int64(n) * width
	}
	return object, nil
}
