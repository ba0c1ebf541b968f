package wav

import (
	"encoding/binary"
	"fmt"
	"math"
)

// The codes of sample formats.
const (
	codePCM        = 1
	codeFloat      = 3
	codeExtensible = 0xfffe
)

// The sizes of the format chunk: plain, and extended by a sub-format.
const (
	plainSize    = 16
	extendedSize = 40
)

// maxChannels bounds the channels of a file.
const maxChannels = 256

// guidTail ends the sub-format of an extensible file; its first two bytes are
// the code.
const guidTail = "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"

// format is what the format chunk says.
type format struct {
	float    bool
	channels int
	rate     int
	size     int // bytes of one sample
}

// format reads the format chunk of the given length.
func (d *decoder) format(length int64) (*format, error) {
	start := d.at
	fail := func(found, want string) (*format, error) {
		d.at = start
		return nil, d.bad(found, want, nil)
	}
	if length < plainSize {
		return fail(fmt.Sprintf(`a "fmt " chunk of %d bytes`, length), "at least 16")
	}
	b := make([]byte, min(length, extendedSize))
	if err := d.full(b); err != nil {
		return nil, d.bad("the end of the file", fmt.Sprintf("a format of %d bytes", length), err)
	}
	if err := d.skip(length - int64(len(b))); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	code := le.Uint16(b)
	if code == codeExtensible {
		if len(b) < extendedSize || string(b[26:]) != guidTail {
			return fail("an extensible format without a known sub-format", "PCM or float")
		}
		code = le.Uint16(b[24:])
	}
	f := &format{
		float: code == codeFloat, channels: int(le.Uint16(b[2:])), rate: int(le.Uint32(b[4:])), size: int(le.Uint16(b[14:])) / 8,
	}
	bits := int(le.Uint16(b[14:]))
	valid := code == codePCM && (bits == 8 || bits == 16 || bits == 24 || bits == 32) ||
		code == codeFloat && (bits == 32 || bits == 64)
	switch {
	case !valid:
		return fail(fmt.Sprintf("format %#x of %d bits", code, bits),
			"PCM (1) of 8, 16, 24 or 32 bits or float (3) of 32 or 64; convert, for example with: ffmpeg -i in -c:a pcm_s16le out.wav")
	case f.channels < 1 || f.channels > maxChannels:
		return fail(fmt.Sprintf("%d channels", f.channels), fmt.Sprintf("1 to %d", maxChannels))
	case f.rate < 1:
		return fail("0 samples a second", "at least 1")
	case int(le.Uint16(b[12:])) != f.channels*f.size:
		return fail(fmt.Sprintf("frames of %d bytes", le.Uint16(b[12:])),
			fmt.Sprintf("%d, for %d channels of %d bits", f.channels*f.size, f.channels, bits))
	}
	return f, nil
}

// samples reads the data chunk of the given length, which the file has.
func (d *decoder) samples(f *format, length int64) (*Sound, error) {
	if frame := int64(f.channels * f.size); length%frame != 0 {
		return nil, d.bad(fmt.Sprintf("%d bytes of samples", length), fmt.Sprintf("a multiple of %d", frame), nil)
	}
	s := &Sound{Rate: f.rate, Channels: f.channels, Samples: make([]float32, 0, length/int64(f.size))}
	const block = 1 << 15
	buf := make([]byte, block*f.size)
	for left := length; left > 0; {
		b := buf[:min(left, int64(len(buf)))]
		start := d.at
		if err := d.full(b); err != nil {
			return nil, d.bad("the end of the file", fmt.Sprintf("%d more bytes of samples", left), err)
		}
		left -= int64(len(b))
		for i := 0; i < len(b); i += f.size {
			v := f.sample(b[i : i+f.size])
			if math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
				d.at = start + int64(i)
				return nil, d.bad(fmt.Sprintf("the sample %v", v), "a finite number", nil)
			}
			s.Samples = append(s.Samples, float32(v))
		}
	}
	return s, nil
}

// sample decodes one sample. Integers are divided by their largest magnitude.
func (f *format) sample(b []byte) float64 {
	le := binary.LittleEndian
	switch {
	case f.float && f.size == 4:
		return float64(math.Float32frombits(le.Uint32(b)))
	case f.float:
		return math.Float64frombits(le.Uint64(b))
	}
	switch f.size {
	case 1: // the only unsigned one
		return (float64(b[0]) - 128) / (1 << 7)
	case 2:
		return float64(int16(le.Uint16(b))) / (1 << 15)
	case 3:
		return float64(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	default:
		return float64(int32(le.Uint32(b))) / (1 << 31)
	}
}
