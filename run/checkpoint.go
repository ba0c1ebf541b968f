package run

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
)

// magic begins every checkpoint; its last byte is the version of the format.
var magic = [8]byte{'c', 'g', 'g', 'm', 'c', 'k', 'p', 1}

// maxHeader bounds the JSON header of a checkpoint.
const maxHeader = 64 << 20

// ErrDamaged marks a checkpoint that cannot be read.
var ErrDamaged = errors.New("checkpoint is damaged")

// Checkpoint is a training at one moment.
type Checkpoint struct {
	// Events is the length of the event log at that moment.
	Events int64
	// State is whatever the training keeps beside arrays.
	State json.RawMessage
	// Arrays are the parameters and what else is made of numbers.
	Arrays []Array
}

// Array is a named float32 array, row-major.
type Array struct {
	Name   string
	Dims   []int
	Values []float32
}

type header struct {
	Events int64           `json:"events"`
	State  json.RawMessage `json:"state"`
	Arrays []struct {
		Name string `json:"name"`
		Dims []int  `json:"dims"`
	} `json:"arrays"`
}

func (d *Dir) checkpoint(name string) string {
	return filepath.Join(d.path, checkpointsDir, name+".ckpt")
}

// HasCheckpoint reports whether the named checkpoint exists.
func (d *Dir) HasCheckpoint(name string) bool {
	_, err := os.Stat(d.checkpoint(name))
	return err == nil
}

// Save replaces the named checkpoint atomically. The format is: magic, length
// of the header (uint64), JSON header, the arrays' values, SHA-256 of it all;
// numbers are little endian.
func (d *Dir) Save(name string, c *Checkpoint) error {
	if d.events != nil {
		if err := d.events.file.Sync(); err != nil {
			return fmt.Errorf("run: sync the event log: %w", err)
		}
	}
	return replace(d.checkpoint(name), func(f *os.File) error { return encode(f, c) })
}

func encode(w io.Writer, c *Checkpoint) error {
	h := header{Events: c.Events, State: c.State}
	for _, a := range c.Arrays {
		h.Arrays = append(h.Arrays, struct {
			Name string `json:"name"`
			Dims []int  `json:"dims"`
		}{a.Name, a.Dims})
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	sum := sha256.New()
	buffered := bufio.NewWriterSize(io.MultiWriter(w, sum), 1<<20)
	// A buffered writer keeps its first error for Flush.
	_, _ = buffered.Write(magic[:])
	_, _ = buffered.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(text))))
	_, _ = buffered.Write(text)
	var word [4]byte
	for _, a := range c.Arrays {
		for _, v := range a.Values {
			binary.LittleEndian.PutUint32(word[:], math.Float32bits(v))
			_, _ = buffered.Write(word[:])
		}
	}
	if err := buffered.Flush(); err != nil {
		return err
	}
	_, err = w.Write(sum.Sum(nil))
	return err
}

// Load reads the named checkpoint and verifies its checksum.
func (d *Dir) Load(name string) (*Checkpoint, error) {
	path := d.checkpoint(name)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("run: read the checkpoint: %w", err)
	}
	c, err := decode(data)
	if err != nil {
		return nil, fmt.Errorf("run: %s: %w", path, err)
	}
	return c, nil
}

func decode(data []byte) (*Checkpoint, error) {
	damaged := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s: use the run's other checkpoint or train again", ErrDamaged, fmt.Sprintf(format, args...))
	}
	if len(data) < len(magic)+8+sha256.Size {
		return nil, damaged("%d bytes are too few", len(data))
	}
	if !bytes.Equal(data[:7], magic[:7]) {
		return nil, damaged("it does not begin as a checkpoint")
	}
	if data[7] != magic[7] {
		return nil, damaged("format version %d, this program reads %d", data[7], magic[7])
	}
	body, trailer := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if sum := sha256.Sum256(body); !bytes.Equal(sum[:], trailer) {
		return nil, damaged("the checksum does not match")
	}
	length := binary.LittleEndian.Uint64(data[8:16])
	if length > maxHeader || length > uint64(len(body)-16) {
		return nil, damaged("a header of %d bytes", length)
	}
	var h header
	if err := json.Unmarshal(body[16:16+length], &h); err != nil {
		return nil, damaged("header: %v", err)
	}
	values := body[16+length:]
	c := &Checkpoint{Events: h.Events, State: h.State}
	for _, a := range h.Arrays {
		n := 1
		for _, dim := range a.Dims {
			if dim < 0 || (dim > 0 && n > len(values)/4/dim) {
				return nil, damaged("array %q of shape %v is larger than the file", a.Name, a.Dims)
			}
			n *= dim
		}
		if n*4 > len(values) {
			return nil, damaged("array %q of shape %v is larger than the file", a.Name, a.Dims)
		}
		out := make([]float32, n)
		for i := range out {
			out[i] = math.Float32frombits(binary.LittleEndian.Uint32(values[i*4:]))
		}
		values = values[n*4:]
		c.Arrays = append(c.Arrays, Array{a.Name, a.Dims, out})
	}
	if len(values) != 0 {
		return nil, damaged("%d bytes too many", len(values))
	}
	return c, nil
}
