package brats2021

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/data/npz"
	"cggm/sample"
	"cggm/task"
)

func cropTo(n int) Task { return Task{Config: Config{Crop: n}} }

// write makes a folder with ten patients in NIfTI files.
func write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for i := range 10 {
		writePatient(t, dir, fmt.Sprintf("BraTS2021_%05d", i))
	}
	return dir
}

func open(t testing.TB, o Task, dir string) *task.Data {
	t.Helper()
	d, err := o.Open(context.Background(), task.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func read(t testing.TB, s sample.Source, draw sample.Draw, indices ...int) *sample.Batch {
	t.Helper()
	b, err := s.Read(context.Background(), indices, draw)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestVolumes(t *testing.T) {
	dir := write(t)
	d := open(t, cropTo(8), dir)
	if d.Train.Len() != 8 || d.Val.Len() != 1 || d.Test.Len() != 1 || len(d.Warnings) != 1 {
		t.Fatalf("splits of %d, %d and %d, warnings %q", d.Train.Len(), d.Val.Len(), d.Test.Len(), d.Warnings)
	}
	b := read(t, d.Val, sample.Draw{}, 0)
	// Slice 2 has the largest tumour. The crop starts at (12-8)/2 and
	// (10-8)/2.
	for m := range Modalities {
		var sum, squares, n float64
		for z := range extent[2] {
			for x := range extent[0] {
				for y := range extent[1] {
					if v := float64(scanned(m)(x, y, z)); v != 0 {
						sum, squares, n = sum+v, squares+v*v, n+1
					}
				}
			}
		}
		mean := sum / n
		deviation := math.Sqrt(squares/n - mean*mean)
		for r := range 8 {
			for c := range 8 {
				want := (float64(scanned(m)(2+r, 1+c, 2)) - mean) / deviation
				if got := float64(b.Inputs[m].Floats[8*r+c]); math.Abs(got-want) > 1e-4 {
					t.Fatalf("%s at %d, %d: %g, want %g", Modalities[m], r, c, got, want)
				}
			}
		}
	}
	for r := range 8 {
		for c := range 8 {
			want := int32(marked(2+r, 1+c, 2))
			if want == 4 {
				want = 3
			}
			if got := b.Label.Ints[8*r+c]; got != want {
				t.Fatalf("label at %d, %d: %d, want %d", r, c, got, want)
			}
		}
	}
	if again := open(t, cropTo(8), dir); again.Fingerprints != d.Fingerprints {
		t.Error("opened again, the fingerprints differ")
	}
}

// In training every epoch shows another slice with tumour, by the seed; with
// a cache the same.
func TestTrainingSlices(t *testing.T) {
	dir := write(t)
	cached := Task{Config: Config{Crop: 8, Cache: filepath.Join(t.TempDir(), "cache")}}
	var before [][]float32
	for _, o := range []Task{cropTo(8), cached, cached} {
		var seen [][]float32
		d := open(t, o, dir)
		for epoch := range 12 {
			b := read(t, d.Train, sample.Draw{Seed: 3, Epoch: epoch, Augment: true}, 5, 2, 5)
			if !slices.ContainsFunc(b.Label.Ints[64:128], func(y int32) bool { return y > 0 }) {
				t.Errorf("epoch %d: a slice without tumour", epoch)
			}
			if !slices.Equal(b.Inputs[1].Floats[:64], b.Inputs[1].Floats[128:]) {
				t.Errorf("epoch %d: one sample read twice differs", epoch)
			}
			seen = append(seen, b.Inputs[1].Floats[64:128])
		}
		distinct := slices.CompactFunc(slices.SortedFunc(slices.Values(seen), slices.Compare), slices.Equal)
		if len(distinct) != 3 {
			t.Errorf("%d slices in 12 epochs, want the 3 with tumour", len(distinct))
		}
		if before != nil && !slices.EqualFunc(before, seen, slices.Equal) {
			t.Error("the cache changes what is read")
		}
		before = seen
	}
}

// The values of the HDF5 files are those that h5py wrote.
func TestHDF5(t *testing.T) {
	expected, err := npz.Open(filepath.Join("testdata", "expected.npz"))
	if err != nil {
		t.Fatal(err)
	}
	image, label := values(t, expected, "image"), values(t, expected, "label")
	for name, file := range map[string]string{"volume": "volume.h5", "slice": "slice.h5"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, split := range []string{"train", "valid", "test"} {
				stem := split + "_a"
				if name == "slice" {
					stem += "_slice_3"
				}
				copyFixture(t, file, filepath.Join(dir, split, stem+".h5"))
			}
			d := open(t, cropTo(16), dir)
			b := read(t, d.Test, sample.Draw{}, 0)
			// Slice 3 of 6 has the largest tumour. h5py's order is flair,
			// t1ce, t1, t2.
			for m, at := range []int{2, 1, 3, 0} {
				for r := range 16 {
					for c := range 16 {
						want := image[((at*20+2+r)*20+2+c)*6+3]
						if got := b.Inputs[m].Floats[16*r+c]; got != want {
							t.Fatalf("%s at %d, %d: %g, want %g", Modalities[m], r, c, got, want)
						}
					}
				}
			}
			for r := range 16 {
				for c := range 16 {
					want := int32(label[((2+r)*20+2+c)*6+3])
					if want == 4 {
						want = 3
					}
					if got := b.Label.Ints[16*r+c]; got != want {
						t.Fatalf("label at %d, %d: %d, want %d", r, c, got, want)
					}
				}
			}
			if b := read(t, d.Train, sample.Draw{Augment: true}, 0); b.Label.Len() != 1 {
				t.Error("no training sample")
			}
		})
	}
}

func values(t *testing.T, f *npz.Archive, name string) []float32 {
	t.Helper()
	a, err := f.Array(name)
	if err != nil {
		t.Fatal(err)
	}
	v, err := a.Float32()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestDamagedVolumes(t *testing.T) {
	const id = "BraTS2021_00003"
	file := func(name string) string { return id + "/" + id + "_" + name + ".nii.gz" }
	for _, test := range []struct {
		name, file string
		content    []byte // nil: the file is removed
		want       string
	}{
		{"missing", file("t1ce"), nil, "no " + id + "_t1ce.nii.gz"},
		{"no labels", file("seg"), nil, "no " + id + "_seg.nii.gz"},
		{"twice", id + "/x_t2.nii", niftiFile(extent, 0, scanned(2)), "are the same image"},
		{"cut", file("flair"), compressed(t, niftiFile(extent, 0, scanned(3)))[:200], "flair.nii.gz"},
		{"not NIfTI", file("t1"), []byte("hello"), "t1.nii.gz"},
		{"empty", file("t1"), []byte{}, "t1.nii.gz"},
		{"label", file("seg"), compressed(t, niftiFile(extent, 0, func(x, y, z int) int16 { return int16(x) })), "label 5 at voxel"},
		{"negative label", file("seg"), compressed(t, niftiFile(extent, 0, func(int, int, int) int16 { return -1 })), "label -1"},
		{"shallow", file("t2"), compressed(t, niftiFile([3]int{12, 10, 2}, 0, scanned(2))), "shape [12 10 2]"},
		{"narrow", file("t2"), compressed(t, niftiFile([3]int{12, 9, 5}, 0, scanned(2))), "shape [12 9 5]"},
		{"elsewhere", file("t2"), compressed(t, niftiFile(extent, 30, scanned(2))), "lies elsewhere in space"},
		{"stray", "notes/readme.txt", []byte("x"), "notes: no notes_t1.nii.gz"},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := write(t)
			path := filepath.Join(dir, test.file)
			if test.content == nil {
				if err := os.Remove(path); err != nil {
					t.Fatal(err)
				}
			} else {
				put(t, path, test.content)
			}
			report, err := cropTo(8).Doctor(context.Background(), task.Options{Dir: dir})
			if err != nil || report.Count(task.SeverityError) == 0 || !strings.Contains(report.String(), test.want) {
				t.Errorf("error %v, findings\n%vwant %q", err, report, test.want)
			}
			if test.name == "elsewhere" {
				return
			}
			if err := useAll(cropTo(8), dir); err == nil || !strings.Contains(err.Error(), id) && !strings.Contains(err.Error(), test.want) {
				t.Errorf("reading it: %v", err)
			}
		})
	}
}

// useAll opens a folder and reads every sample.
func useAll(o Task, dir string) error {
	d, err := o.Open(context.Background(), task.Options{Dir: dir})
	if err != nil {
		return err
	}
	for _, s := range []sample.Source{d.Train, d.Val, d.Test} {
		for i := range s.Len() {
			if _, err := s.Read(context.Background(), []int{i}, sample.Draw{}); err != nil {
				return err
			}
		}
	}
	return nil
}

func TestDamagedHDF5(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "volume.h5"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"no_label.h5":         "no dataset label",
		"three_modalities.h5": "image [3 8 8 2] and label [8 8 2]: want [4 x y z]",
		"channels_last.h5":    "image [8 8 2 4]",
		"other_extent.h5":     "label [7 8 2]",
		"bad_label.h5":        "label 7 at voxel",
		"fraction.h5":         "bad.h5: label",
		"nan.h5":              "t1ce: value NaN",
		"text.h5":             "bad.h5: image",
		"cut":                 "bad.h5",
		"empty":               "bad.h5",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for _, split := range []string{"train", "valid"} {
				copyFixture(t, "volume.h5", filepath.Join(dir, split, split+".h5"))
			}
			bad := filepath.Join(dir, "test", "bad.h5")
			switch name {
			case "cut":
				put(t, bad, whole[:len(whole)/2])
			case "empty":
				put(t, bad, nil)
			default:
				copyFixture(t, name, bad)
			}
			if err := useAll(cropTo(2), dir); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("error %v, want %q", err, want)
			}
			report, err := cropTo(2).Doctor(context.Background(), task.Options{Dir: dir})
			if err != nil || !strings.Contains(report.String(), want) || report.Count(task.SeverityError) == 0 {
				t.Errorf("error %v, findings\n%v", err, report)
			}
		})
	}
}

// A file with any byte changed is an error or something else, never a crash.
func TestFlippedBytes(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "slice.h5"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "x.h5")
	for at := 0; at < len(whole); at += 97 {
		damaged := slices.Clone(whole)
		damaged[at] ^= 0x41
		put(t, path, damaged)
		s := hdf5Scan{[]string{path}}
		if v, err := s.labels(); err == nil && v.depth > 0 {
			_, _ = s.images(context.Background(), []int{0}) // only a crash is wrong here
		}
	}
}

func TestFoldersRefused(t *testing.T) {
	overlap := t.TempDir()
	for _, split := range []string{"train", "val", "test"} {
		writePatient(t, filepath.Join(overlap, split), "same")
	}
	partial := t.TempDir()
	writePatient(t, filepath.Join(partial, "train"), "a")
	few := t.TempDir()
	writePatient(t, few, "a")
	for name, test := range map[string]struct {
		dir  string
		crop int
		want string
	}{
		"overlap":   {overlap, 8, "patient same is in train and in val"},
		"partial":   {partial, 8, "no patients for the split val"},
		"few":       {few, 8, "split 1 patients"},
		"empty":     {t.TempDir(), 8, "no patients: want folders"},
		"absent":    {filepath.Join(few, "nothing"), 8, "nothing"},
		"crop":      {write(t), 11, "slices of 12 x 10, smaller than the crop: set data.settings.crop to at most 10"},
		"no folder": {"", 8, "no folder given"},
		"zero crop": {few, 0, "crop 0: must be in"},
	} {
		t.Run(name, func(t *testing.T) {
			report, err := cropTo(test.crop).Doctor(context.Background(), task.Options{Dir: test.dir})
			if err != nil || !strings.Contains(report.String(), test.want) || report.Count(task.SeverityError) == 0 {
				t.Errorf("error %v, findings\n%vwant %q", err, report, test.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := cropTo(8).Open(ctx, task.Options{Dir: write(t)}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestGenerated(t *testing.T) {
	o := Task{Config: Config{Crop: 32}, Generate: true}
	report, err := o.Doctor(context.Background(), task.Options{Seed: 1})
	if err != nil || report.Count(task.SeverityError) > 0 || !strings.Contains(report.String(), "the data is generated") {
		t.Errorf("error %v, findings\n%v", err, report)
	}
	d, err := o.Open(context.Background(), task.Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	other, err := o.Open(context.Background(), task.Options{Seed: 2})
	if err != nil || other.Fingerprints == d.Fingerprints {
		t.Errorf("another seed: error %v, same data", err)
	}
}
