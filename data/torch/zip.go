package torch

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"cggm/data/pickle"
)

// openZip reads the object of an archive NAME/data.pkl, whose storages are the
// entries NAME/data/KEY.
func (f *File) openZip() (any, error) {
	archive, err := zip.NewReader(f.r, f.size)
	if err != nil {
		return nil, f.bad("offset 0", "an unreadable zip archive", "a whole file of torch.save", err)
	}
	entries := make(map[string]span)
	prefix := ""
	for _, entry := range archive.File {
		where := "entry " + entry.Name
		at, err := entry.DataOffset()
		size := entry.UncompressedSize64
		switch {
		case err != nil:
			return nil, f.bad(where, "no data", "data", err)
		case entry.Method != zip.Store:
			return nil, f.bad(where, "compressed data", "an archive without compression, as torch.save writes it", nil)
		case at < 0 || at > f.size || size > uint64(f.size-at):
			return nil, f.bad(where, fmt.Sprintf("%d bytes", size), fmt.Sprintf("at most the %d of the file", f.size), nil)
		}
		if _, twice := entries[entry.Name]; twice {
			return nil, f.bad(where, "the same entry twice", "one", nil)
		}
		entries[entry.Name] = span{at, int64(size)}
		if folder, file, ok := strings.Cut(entry.Name, "/"); ok && file == "data.pkl" {
			prefix = folder + "/"
		}
	}
	object, ok := entries[prefix+"data.pkl"]
	if prefix == "" || !ok {
		return nil, f.bad("", "a zip archive without NAME/data.pkl", "a file of torch.save", nil)
	}
	if order, ok := entries[prefix+"byteorder"]; ok {
		if err := f.readOrder(order); err != nil {
			return nil, err
		}
	}
	for name, s := range entries {
		if key, ok := strings.CutPrefix(name, prefix+"data/"); ok {
			f.ranges[key] = s
		}
	}
	refs := make(map[string]*storage)
	loader := pickle.Loader{Classes: classes, Persistent: func(id any) (any, error) { return f.refer(refs, id) }}
	return loader.Decode(io.NewSectionReader(f.r, object.at, object.size), object.size, f.path+" "+prefix+"data.pkl")
}

// readOrder reads the byte order of the storages.
func (f *File) readOrder(s span) error {
	text := make([]byte, min(s.size, 16))
	if _, err := f.r.ReadAt(text, s.at); err != nil {
		return f.bad("entry byteorder", "unreadable text", "little or big", err)
	}
	switch string(text) {
	case "little":
	case "big":
		f.order = binary.BigEndian
	default:
		return f.bad("entry byteorder", fmt.Sprintf("%q", text), "little or big", nil)
	}
	return nil
}
