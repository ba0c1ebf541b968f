package nifti_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"reflect"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/nifti"
)

// Slices are the columns along the last axis of the whole volume.
func TestSlices(t *testing.T) {
	for _, name := range []string{"i2.nii", "packed.nii.gz", "big.nii", "scaled.nii", "time.nii", "second_big.nii"} {
		whole, err := nifti.Read("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		all, err := whole.Array.Float32()
		if err != nil {
			t.Fatal(err)
		}
		s, err := nifti.OpenSlices("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		shape := s.Shape()
		last := shape[len(shape)-1]
		if !reflect.DeepEqual(shape, whole.Array.Shape) || s.Affine() != whole.Affine || !reflect.DeepEqual(s.Spacing(), whole.Spacing) {
			t.Errorf("%s: shape %v, want %v", name, shape, whole.Array.Shape)
		}
		if err := s.Skip(1); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for k := 1; k < last; k++ {
			a, err := s.Next()
			if err != nil || a.Check() != nil || a.Type() != whole.Array.Type() {
				t.Fatalf("%s: slice %d: %v", name, k, err)
			}
			got, err := a.Float32()
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range got {
				if v != all[i*last+k] {
					t.Fatalf("%s: slice %d, value %d: %v, want %v", name, k, i, v, all[i*last+k])
				}
			}
		}
		if err := s.Skip(1); err == nil {
			t.Errorf("%s: skipped beyond the end", name)
		}
		if _, err := s.Next(); !errors.Is(err, io.EOF) {
			t.Errorf("%s: after the last slice: %v", name, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestSlicesDamaged(t *testing.T) {
	b, err := os.ReadFile("testdata/packed.nii.gz")
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-6] ^= 1 // of the checksum
	s, err := nifti.NewSlices(bytes.NewReader(b), int64(len(b)), "x.nii.gz")
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = s.Next()
	}
	if !errors.Is(err, data.ErrFormat) || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("damaged checksum: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// Voxel (i, j, k) of the fixtures holds 12 i + 4 j + k: testdata/generate.py.
func TestStack(t *testing.T) {
	for _, name := range []string{"i2.nii", "packed.nii.gz", "big.nii"} {
		a, err := nifti.Stack("testdata/" + name)
		if err != nil || !reflect.DeepEqual(a.Shape, []int{4, 3, 2}) {
			t.Fatalf("%s: %v, %v", name, a.Shape, err)
		}
		if got := a.Row(3).Row(1).Values; !reflect.DeepEqual(got, []int16{7, 19}) {
			t.Errorf("%s: %v, want voxels (0,1,3) and (1,1,3)", name, got)
		}
	}
	if _, err := nifti.Stack("testdata/absent.nii"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent file: %v", err)
	}
}
