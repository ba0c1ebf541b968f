package picture

import (
	"encoding/binary"
	"fmt"

	"cggm/data"
)

// checkWebP compares the size of every frame with that of the canvas: the
// limits were applied to the canvas alone, and the decoder relies on them
// being equal.
func checkWebP(b []byte, name string, w, h int) error {
	const header = 12
	le := binary.LittleEndian
	for at := header; at+8 <= len(b); {
		id, length := string(b[at:at+4]), int64(le.Uint32(b[at+4:]))
		body := b[at+8:]
		fw, fh := w, h
		switch {
		case id == "VP8 " && len(body) >= 10:
			// Three bytes of tag, three of start code, twice 14 bits of size.
			fw, fh = int(le.Uint16(body[6:])&0x3fff), int(le.Uint16(body[8:])&0x3fff)
		case id == "VP8L" && len(body) >= 5:
			bits := le.Uint32(body[1:])
			fw, fh = int(bits&0x3fff)+1, int(bits>>14&0x3fff)+1
		}
		if fw != w || fh != h {
			return &data.FileError{
				Path: name, Where: fmt.Sprintf("offset %d", at), Found: fmt.Sprintf("a frame of %d x %d pixels", fw, fh),
				Want: fmt.Sprintf("the size of the canvas, %d x %d", w, h),
			}
		}
		if length > int64(len(body)) {
			return nil // the decoder reports the end
		}
		at += 8 + int(length+length%2)
	}
	return nil
}
