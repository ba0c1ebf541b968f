// Package digits is a data set of six modalities that needs no download: 2000 handwritten numerals 0-9 from Dutch
// utility maps, each described by six feature sets (UCI Multiple Features). It is embedded in the program; the folder
// data holds its licence and source.
//
// The views differ in strength. Test accuracy of a logistic regression (scikit-learn, standardised, C=.1) on this split:
// pix .973, fou .790, fac .975, zer .808, kar .930, mor .703, all six concatenated .988.
package digits

import (
	"embed"
	"fmt"
	"slices"
	"sync"

	"cggm/task/internal/pack"
)

// Count is the number of views.
const Count = 6

// Classes is the number of classes, the digits 0 to 9.
const Classes = 10

// Set is the data. Load shares one Set among its callers: do not change it.
type Set struct {
	// Views holds the features of each view, row-major [digits, width].
	Views [Count][]float32
	// Names of the views: pix (240 pixel averages in 2x3 windows, 0..6), fou (76 Fourier coefficients of the shape),
	// fac (216 profile correlations), zer (47 Zernike moments), kar (64 Karhunen-Loeve coefficients) and mor (6
	// morphological features, the last in the thousands: standardise them).
	Names [Count]string
	// Widths is the number of features of each view.
	Widths [Count]int
	// Labels holds the digit of every row, 0..9.
	Labels []int32
	// Train, Val and Test are the rows of the fixed stratified 60/20/20 split, each ascending.
	Train, Val, Test []int
}

// names and widths of the views in the order of Set.Views.
var (
	names  = [Count]string{"pix", "fou", "fac", "zer", "kar", "mor"}
	widths = [Count]int{240, 76, 216, 47, 64, 6}
)

//go:embed data/digits.pack data/SHA256SUMS
var files embed.FS

// Load returns the data set, decoded and checked at the first call. The error, which wraps the cause, says that the
// embedded file is damaged.
func Load() (*Set, error) {
	return load()
}

var load = sync.OnceValues(func() (*Set, error) {
	packed, err := pack.ReadFile(files, "data/digits.pack")
	if err != nil {
		return nil, fmt.Errorf("digits: %w", err)
	}
	return decode(packed)
})

// decode reads the packed file: the views by name, "label" and "set" (0 train, 1 validation, 2 test).
func decode(packed []byte) (*Set, error) {
	matrices, err := pack.Decode(packed)
	if err != nil {
		return nil, fmt.Errorf("digits: %w", err)
	}
	find := func(name string, cols int) ([]float32, error) {
		i := slices.IndexFunc(matrices, func(m pack.Matrix) bool { return m.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("digits: the packed file has no matrix %q", name)
		}
		if m := matrices[i]; m.Cols != cols || m.Rows != matrices[0].Rows {
			return nil, fmt.Errorf("digits: matrix %q is %dx%d, want %dx%d", name, m.Rows, m.Cols, matrices[0].Rows, cols)
		}
		return matrices[i].Values, nil
	}
	s := &Set{Names: names, Widths: widths}
	for v, name := range names {
		if s.Views[v], err = find(name, widths[v]); err != nil {
			return nil, err
		}
	}
	labels, err := find("label", 1)
	if err != nil {
		return nil, err
	}
	sets, err := find("set", 1)
	if err != nil {
		return nil, err
	}
	for row, label := range labels {
		if label < 0 || label >= Classes {
			return nil, fmt.Errorf("digits: label %v of row %d outside [0,%d)", label, row, Classes)
		}
		s.Labels = append(s.Labels, int32(label))
		switch sets[row] {
		case 0:
			s.Train = append(s.Train, row)
		case 1:
			s.Val = append(s.Val, row)
		case 2:
			s.Test = append(s.Test, row)
		default:
			return nil, fmt.Errorf("digits: set %v of row %d, valid are 0, 1 and 2", sets[row], row)
		}
	}
	return s, nil
}
