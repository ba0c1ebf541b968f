// Package pickle reads pickles of Python, protocols 0 to 5, whose leaves are
// plain values and arrays of numpy. Nothing in a pickle is executed: the few
// classes that arrays are made of are rebuilt here, and any other class is an
// error.
package pickle

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"

	"cggm/data"
)

// Class stands for a Python class or function: it is called with the arguments
// in the pickle.
type Class func(args []any) (any, error)

// Loader reads pickles. The zero value knows the classes of numpy arrays and
// of ordered dictionaries.
type Loader struct {
	// Classes are known besides, by "module.name".
	Classes map[string]Class
	// Persistent replaces references to objects outside of the pickle. Nil:
	// they are an error.
	Persistent func(id any) (any, error)
}

// Read reads the pickle at path: see [Decode].
func Read(path string) (any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("pickle: %w", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("pickle: %w", err)
	}
	return Decode(f, info.Size(), path)
}

// Decode reads a pickle of size bytes; name stands for the file in errors. It
// returns nil, bool, int64, *big.Int beyond that, float64, string, []byte (the
// strings of Python 2 too), [data.Array], [Tuple], [*List] (sets too), [*Dict]
// or [*Objects].
func Decode(r io.Reader, size int64, name string) (any, error) {
	return Loader{}.Decode(r, size, name)
}

// Decode reads a pickle as the function Decode does, with the classes of the
// loader.
func (l Loader) Decode(r io.Reader, size int64, name string) (any, error) {
	b := bufio.NewReader(r)
	v, n, err := l.Next(b, size, name)
	if err != nil {
		return nil, err
	}
	if rest, _ := b.Peek(1); len(rest) > 0 {
		return nil, &data.FileError{
			Path: name, Where: fmt.Sprintf("offset %d", n), Found: "bytes after the object", Want: "a file of one pickle",
		}
	}
	return v, nil
}

// Next reads one pickle, of at most size bytes, from a stream that goes on
// after it, and returns the number of its bytes too.
func (l Loader) Next(r *bufio.Reader, size int64, name string) (v any, n int64, err error) {
	m := &machine{r: r, size: size, loader: l, sparse: make(map[int]any)}
	m.budget = arrayFactor*size + arraySlack
	if v, err = m.run(); err == nil {
		v, err = m.finish(v)
	}
	var fe *data.FileError
	if errors.As(err, &fe) {
		fe.Path = name
		if fe.Where == "" {
			fe.Where = fmt.Sprintf("offset %d", m.op)
		}
		return nil, m.at, fe
	}
	if err != nil {
		return nil, m.at, fmt.Errorf("pickle: %s: %w", name, err)
	}
	return v, m.at, nil
}

// The bytes of arrays may come out of a pickle as often as it refers to them:
// together they are bounded by a multiple of its size.
const (
	arrayFactor = 4
	arraySlack  = 1 << 16
)

// bad returns an error about the file at the current place.
func bad(found, want string, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return &data.FileError{Found: found, Want: want, Err: err}
}
