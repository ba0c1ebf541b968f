package nifti

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"cggm/data"
	"cggm/data/internal/raw"
)

const (
	size1 = 348 // of a NIfTI-1 header
	size2 = 540 // of a NIfTI-2 header
)

// kinds are the types of voxels by their code.
var kinds = map[int]raw.Kind{
	2: raw.Uint8, 4: raw.Int16, 8: raw.Int32, 16: raw.Float32, 64: raw.Float64,
	256: raw.Int8, 512: raw.Uint16, 768: raw.Uint32, 1024: raw.Int64, 1280: raw.Uint64,
}

// refused names the other codes.
var refused = map[int]string{
	1: "single bits", 32: "complex64", 128: "RGB", 1536: "float128", 1792: "complex128", 2048: "complex256", 2304: "RGBA",
}

// header is what both versions say.
type header struct {
	order        binary.ByteOrder
	size         int64
	shape        []int
	kind         raw.Kind
	offset       int64
	slope, inter float64
	spacing      [8]float64
	qform, sform int
	quaternion   [3]float64
	origin       [3]float64
	rows         [3][4]float64
}

// readHeader reads the header of either version. Its errors lack the path.
func readHeader(r io.Reader) (*header, error) {
	bad := func(where, found, want string, err error) (*header, error) {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, &data.FileError{Where: where, Found: found, Want: want, Err: err}
	}
	b := make([]byte, size2)
	if n, err := io.ReadFull(r, b[:size1]); err != nil {
		return bad("offset 0", fmt.Sprintf("%d bytes", n), "a header of 348 or 540", err)
	}
	h := &header{order: binary.LittleEndian}
	known := func(o binary.ByteOrder) bool { return o.Uint32(b) == size1 || o.Uint32(b) == size2 }
	if !known(h.order) {
		if h.order = binary.BigEndian; !known(h.order) {
			return bad("offset 0", fmt.Sprintf("%#x", b[:4]), "the header size 348 (NIfTI-1) or 540 (NIfTI-2)", nil)
		}
	}
	h.size = int64(h.order.Uint32(b))
	f := fields{b, h.order}
	var dims [8]int64
	var code, bits int
	if h.size == size1 {
		if magic := string(b[344:348]); magic != "n+1\x00" {
			return bad("offset 344", fmt.Sprintf("%q", magic), `"n+1"; pairs of .hdr and .img files, and Analyze files, must be converted to .nii`, nil)
		}
		dims, code, bits = h.read1(f)
	} else {
		if n, err := io.ReadFull(r, b[size1:]); err != nil {
			return bad("offset 348", fmt.Sprintf("%d bytes", n), "the rest of a header of 540", err)
		}
		if magic := string(b[4:12]); magic != "n+2\x00\r\n\x1a\n" {
			return bad("offset 4", fmt.Sprintf("%q", magic), `"n+2"; pairs of .hdr and .img files must be converted to .nii`, nil)
		}
		dims, code, bits = h.read2(f)
	}
	if dims[0] < 1 || dims[0] > 7 {
		return bad("dim[0]", fmt.Sprint(dims[0]), "1 to 7 axes", nil)
	}
	for i, d := range dims[1 : 1+dims[0]] {
		if d < 1 || d > math.MaxInt32 {
			return bad(fmt.Sprintf("dim[%d]", i+1), fmt.Sprint(d), "a positive number of voxels", nil)
		}
		h.shape = append(h.shape, int(d))
	}
	var ok bool
	if h.kind, ok = kinds[code]; !ok {
		name := refused[code]
		if name == "" {
			name = "unknown"
		}
		return bad("datatype", fmt.Sprintf("%d (%s)", code, name), "integers of 8 to 64 bits (2, 4, 8, 256, 512, 768, 1024, 1280) or floats of 32 or 64 (16, 64)", nil)
	}
	if bits != 8*h.kind.Size() {
		return bad("bitpix", fmt.Sprint(bits), fmt.Sprintf("%d for datatype %d", 8*h.kind.Size(), code), nil)
	}
	// Four bytes after the header announce extensions.
	if least := h.size + 4; h.offset < least {
		return bad("vox_offset", fmt.Sprint(h.offset), fmt.Sprintf("at least %d", least), nil)
	}
	return h, nil
}

// read1 reads the fields of NIfTI-1.
func (h *header) read1(f fields) (dims [8]int64, code, bits int) {
	for i := range dims {
		dims[i] = int64(f.int16(40 + 2*i))
		h.spacing[i] = f.float32(76 + 4*i)
	}
	// A float holds the offset; beyond 2^62 it is nonsense anyway.
	if v := f.float32(108); v >= 0 && v < 1<<62 {
		h.offset = int64(v)
	}
	h.slope, h.inter = f.float32(112), f.float32(116)
	h.qform, h.sform = f.int16(252), f.int16(254)
	for i := range 3 {
		h.quaternion[i], h.origin[i] = f.float32(256+4*i), f.float32(268+4*i)
		for j := range 4 {
			h.rows[i][j] = f.float32(280 + 16*i + 4*j)
		}
	}
	return dims, f.int16(70), f.int16(72)
}

// read2 reads the fields of NIfTI-2.
func (h *header) read2(f fields) (dims [8]int64, code, bits int) {
	for i := range dims {
		dims[i] = int64(f.order.Uint64(f.b[16+8*i:]))
		h.spacing[i] = f.float64(104 + 8*i)
	}
	if v := f.order.Uint64(f.b[168:]); v < 1<<62 {
		h.offset = int64(v)
	}
	h.slope, h.inter = f.float64(176), f.float64(184)
	h.qform, h.sform = f.int32(344), f.int32(348)
	for i := range 3 {
		h.quaternion[i], h.origin[i] = f.float64(352+8*i), f.float64(376+8*i)
		for j := range 4 {
			h.rows[i][j] = f.float64(400 + 32*i + 8*j)
		}
	}
	return dims, f.int16(12), f.int16(14)
}

// fields reads numbers at offsets of a header.
type fields struct {
	b     []byte
	order binary.ByteOrder
}

func (f fields) int16(at int) int { return int(int16(f.order.Uint16(f.b[at:]))) }
func (f fields) int32(at int) int { return int(int32(f.order.Uint32(f.b[at:]))) }

func (f fields) float32(at int) float64 {
	return float64(math.Float32frombits(f.order.Uint32(f.b[at:])))
}

func (f fields) float64(at int) float64 { return math.Float64frombits(f.order.Uint64(f.b[at:])) }

// scales reports whether the values are scaled. A slope of 0 says no, and so
// does one that is no number.
func (h *header) scales() bool {
	s, i := h.slope, h.inter
	finite := !math.IsNaN(s) && !math.IsInf(s, 0) && !math.IsNaN(i) && !math.IsInf(i, 0)
	return finite && s != 0 && (s != 1 || i != 0)
}

// affine returns the map from voxels to space: the general one if it is given
// (sform), else rotation and shift (qform), else the spacing alone.
func (h *header) affine() [4][4]float64 {
	out := [4][4]float64{3: {0, 0, 0, 1}}
	switch {
	case h.sform > 0:
		for i := range 3 {
			out[i] = h.rows[i]
		}
	case h.qform > 0:
		rotation := h.rotation()
		for i := range 3 {
			for j := range 3 {
				out[i][j] = rotation[i][j] * h.spacing[1+j]
			}
			if h.spacing[0] < 0 {
				out[i][2] = -out[i][2]
			}
			out[i][3] = h.origin[i]
		}
	default:
		for i := range 3 {
			out[i][i] = h.spacing[1+i]
		}
	}
	return out
}

// rotation returns the matrix of the quaternion, whose first part follows from
// its length being 1.
func (h *header) rotation() [3][3]float64 {
	b, c, d := h.quaternion[0], h.quaternion[1], h.quaternion[2]
	a := 1 - (b*b + c*c + d*d)
	if a < 1e-7 { // rounding of a half turn
		n := 1 / math.Sqrt(b*b+c*c+d*d)
		a, b, c, d = 0, b*n, c*n, d*n
	} else {
		a = math.Sqrt(a)
	}
	return [3][3]float64{
		{a*a + b*b - c*c - d*d, 2 * (b*c - a*d), 2 * (b*d + a*c)},
		{2 * (b*c + a*d), a*a + c*c - b*b - d*d, 2 * (c*d - a*b)},
		{2 * (b*d - a*c), 2 * (c*d + a*b), a*a + d*d - b*b - c*c},
	}
}
