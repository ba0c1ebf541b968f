package brats2021

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"testing"
)

// niftiFile returns a volume of little-endian 16-bit integers, x fastest, as
// the data set is published.
func niftiFile(shape [3]int, shift float32, value func(x, y, z int) int16) []byte {
	b := make([]byte, 352)
	binary.LittleEndian.PutUint32(b, 348)
	binary.LittleEndian.PutUint16(b[40:], 3)
	for i, n := range shape {
		binary.LittleEndian.PutUint16(b[42+2*i:], uint16(n))
	}
	binary.LittleEndian.PutUint16(b[70:], 4) // int16
	binary.LittleEndian.PutUint16(b[72:], 16)
	float := func(at int, v float32) { binary.LittleEndian.PutUint32(b[at:], math.Float32bits(v)) }
	for i := range 4 {
		float(76+4*i, 1)
	}
	float(108, 352)
	binary.LittleEndian.PutUint16(b[254:], 1) // the matrix below counts
	for i := range 3 {
		float(280+20*i, 1)
	}
	float(292, shift)
	copy(b[344:], "n+1\x00")
	for z := range shape[2] {
		for y := range shape[1] {
			for x := range shape[0] {
				b = binary.LittleEndian.AppendUint16(b, uint16(value(x, y, z)))
			}
		}
	}
	return b
}

func compressed(t testing.TB, raw []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(raw); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func put(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// extent is that of the volumes that the tests write.
var extent = [3]int{12, 10, 5}

// marked is a tumour in slices 1 to 3, the largest in slice 2.
func marked(x, y, z int) int16 {
	reach := map[int]int{1: 1, 2: 3, 3: 2}[z]
	switch {
	case x >= 6-reach && x < 6+reach && y >= 5-reach && y < 5+reach:
		return []int16{2, 1, 4}[x%3]
	default:
		return 0
	}
}

// scanned is a brain without its border; the values tell modality and place.
func scanned(modality int) func(x, y, z int) int16 {
	return func(x, y, z int) int16 {
		if x == 0 || y == 0 {
			return 0
		}
		return int16(1000*(modality+1) + 50*z + 4*y + x)
	}
}

// writePatient writes the five files of a patient.
func writePatient(t testing.TB, dir, id string) {
	t.Helper()
	file := func(name string) string { return filepath.Join(dir, id, id+"_"+name+".nii.gz") }
	for m, name := range Modalities {
		put(t, file(name), compressed(t, niftiFile(extent, 0, scanned(m))))
	}
	put(t, file("seg"), compressed(t, niftiFile(extent, 0, marked)))
}

// copyFixture copies a file of testdata.
func copyFixture(t testing.TB, name, to string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	put(t, to, content)
}
