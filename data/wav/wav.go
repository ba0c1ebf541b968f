// Package wav reads sound from RIFF WAVE files: PCM of 8, 16, 24 and 32 bits,
// and floats of 32 and 64 bits, also under WAVE_FORMAT_EXTENSIBLE.
package wav

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"

	"cggm/data"
)

// Sound is a decoded file.
type Sound struct {
	// Rate is the number of samples a second of one channel.
	Rate int
	// Channels is the number of channels, at least 1.
	Channels int
	// Samples holds the samples of all channels in turn, in [-1,1]; files of
	// floats may go beyond, but are finite.
	Samples []float32
}

// Mono returns the mean of the channels. With one channel it returns Samples
// itself.
func (s *Sound) Mono() []float32 {
	if s.Channels == 1 {
		return s.Samples
	}
	out := make([]float32, len(s.Samples)/s.Channels)
	for i := range out {
		sum := float32(0)
		for _, v := range s.Samples[i*s.Channels : (i+1)*s.Channels] {
			sum += v
		}
		out[i] = sum / float32(s.Channels)
	}
	return out
}

// Read reads the file at path.
func Read(path string) (*Sound, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("wav: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("wav: %w", err)
	}
	return Decode(f, info.Size(), path)
}

// unknownSize is written by programs that stream: the data goes on to the end.
const unknownSize = 0xffffffff

// Decode reads a file of size bytes; name stands for it in errors.
func Decode(r io.Reader, size int64, name string) (*Sound, error) {
	d := &decoder{r: bufio.NewReader(r), size: size, name: name}
	var head [12]byte
	if err := d.full(head[:]); err != nil {
		return nil, d.bad("the end of the file", "a RIFF header of 12 bytes", err)
	}
	switch id := string(head[:4]); {
	case id == "RF64":
		return nil, d.bad("RF64", "RIFF; split sounds beyond 4 GiB into shorter files", nil)
	case id != "RIFF" || string(head[8:]) != "WAVE":
		return nil, d.bad(fmt.Sprintf("%q and %q", id, head[8:]), `"RIFF" and "WAVE"`, nil)
	}
	var f *format
	for {
		start := d.at
		var chunk [8]byte
		if err := d.full(chunk[:]); err != nil {
			want := `a "data" chunk`
			if f == nil {
				want = `a "fmt " and a "data" chunk`
			}
			return nil, d.bad("the end of the file", want, err)
		}
		id, length := string(chunk[:4]), int64(binary.LittleEndian.Uint32(chunk[4:]))
		left := d.size - d.at
		if id == "data" && length == unknownSize {
			length = left
		}
		if length > left {
			d.at = start
			return nil, d.bad(fmt.Sprintf("a chunk %q of %d bytes", id, length), fmt.Sprintf("at most the %d that follow", left), nil)
		}
		var err error
		switch {
		case id == "fmt " && f == nil:
			f, err = d.format(length)
		case id == "fmt ":
			d.at = start
			err = d.bad(`a second "fmt " chunk`, "one", nil)
		case id == "data" && f == nil:
			d.at = start
			err = d.bad(`a "data" chunk`, `a "fmt " chunk before it`, nil)
		case id == "data":
			return d.samples(f, length)
		default:
			err = d.skip(length)
		}
		if err == nil && length%2 == 1 {
			err = d.skip(1)
		}
		if err != nil {
			return nil, err
		}
	}
}

// decoder is a position in the file.
type decoder struct {
	r    *bufio.Reader
	at   int64
	size int64
	name string
}

func (d *decoder) full(b []byte) error {
	n, err := io.ReadFull(d.r, b)
	d.at += int64(n)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (d *decoder) skip(n int64) error {
	m, err := io.CopyN(io.Discard, d.r, n)
	d.at += m
	if err != nil {
		return d.bad("the end of the file", fmt.Sprintf("%d more bytes", n-m), io.ErrUnexpectedEOF)
	}
	return nil
}

func (d *decoder) bad(found, want string, err error) error {
	return &data.FileError{Path: d.name, Where: fmt.Sprintf("offset %d", d.at), Found: found, Want: want, Err: err}
}
