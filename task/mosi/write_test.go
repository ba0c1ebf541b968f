package mosi

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// Dict is a dictionary to write, its keys in the order of Keys.
type Dict struct {
	Keys   []string
	Values map[string]any
}

// Set adds or replaces a value; nil removes the key.
func (d *Dict) Set(key string, v any) {
	for i, k := range d.Keys {
		if k == key {
			if v == nil {
				d.Keys = append(d.Keys[:i], d.Keys[i+1:]...)
			}
			d.Values[key] = v
			return
		}
	}
	d.Keys = append(d.Keys, key)
	if d.Values == nil {
		d.Values = make(map[string]any)
	}
	d.Values[key] = v
}

// Array is an array of float32 to write.
type Array struct {
	Shape  []int
	Values []float32
}

// pickled returns protocol 3 of dictionaries, lists, arrays, texts and
// integers.
func pickled(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	b.WriteString("\x80\x03")
	write(t, &b, v)
	b.WriteByte('.')
	return b.Bytes()
}

func write(t testing.TB, b *bytes.Buffer, v any) {
	t.Helper()
	number := func(code byte, n int) {
		b.WriteByte(code)
		_ = binary.Write(b, binary.LittleEndian, uint32(n))
	}
	switch v := v.(type) {
	case *Dict:
		b.WriteString("}(")
		for _, k := range v.Keys {
			write(t, b, k)
			write(t, b, v.Values[k])
		}
		b.WriteByte('u')
	case []string:
		b.WriteString("](")
		for _, s := range v {
			write(t, b, s)
		}
		b.WriteByte('e')
	case []int:
		b.WriteString("](")
		for _, n := range v {
			number('J', n)
		}
		b.WriteByte('e')
	case string:
		number('X', len(v))
		b.WriteString(v)
	case Array:
		b.WriteString("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\x00tC\x01btR(K\x01(")
		for _, n := range v.Shape {
			number('J', n)
		}
		b.WriteString("tcnumpy\ndtype\n(X\x02\x00\x00\x00f4K\x00K\x01tR(K\x03X\x01\x00\x00\x00<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89")
		number('B', 4*len(v.Values))
		_ = binary.Write(b, binary.LittleEndian, v.Values)
		b.WriteString("tb")
	default:
		t.Fatalf("cannot write %T", v)
	}
}

// layouts of files to write.
const (
	layoutCGGM      = "cggm"
	layoutUnaligned = "unaligned"
)

// widths and steps of the written modalities.
var (
	testWidths = [3]int{6, 3, 4}
	testSteps  = map[string][3]int{layoutCGGM: {5, 5, 5}, layoutUnaligned: {5, 8, 7}}
	testRows   = [3]int{24, 8, 8}
)

// made returns the dictionary of a layout, of which tests change parts.
func made(layout string) *Dict {
	d := &Dict{}
	for s, key := range keys {
		n := testRows[s]
		p := &Dict{}
		labels := make([]float32, n)
		ids := make([]string, n)
		for i := range n {
			labels[i] = float32(i%7) - 3
			ids[i] = fmt.Sprintf("video_%s%d$_$%d", key, i/4, i)
		}
		for m, name := range Modalities {
			a := Array{Shape: []int{n, testSteps[layout][m], testWidths[m]}}
			for i := range n {
				for k := range a.Shape[1] * a.Shape[2] {
					a.Values = append(a.Values, labels[i]/float32(m+1)+float32(math.Sin(float64(s+3*m+7*i+11*k))))
				}
			}
			p.Set(name, a)
		}
		if layout == layoutCGGM {
			p.Set("labels", Array{[]int{n, 1, 1}, labels})
		} else {
			p.Set("regression_labels", Array{[]int{n}, labels})
			for m, name := range Modalities[1:] {
				lengths := make([]int, n)
				for i := range lengths {
					lengths[i] = 1 + i%testSteps[layout][m+1]
				}
				p.Set(name+"_lengths", lengths)
			}
		}
		p.Set("id", ids)
		d.Set(key, p)
	}
	return d
}

// split returns the dictionary of a split.
func (d *Dict) split(key string) *Dict { return d.Values[key].(*Dict) }

// save writes a dictionary into a new folder under a known name.
func save(t testing.TB, d *Dict, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), pickled(t, d), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// copyFixture puts a fixture into a new folder under a known name.
func copyFixture(t testing.TB, fixture, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", fixture))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}
