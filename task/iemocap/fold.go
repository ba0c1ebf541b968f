package iemocap

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"

	"cggm/data"
	"cggm/data/npz"
)

// find returns the folder that holds A, L, V and target: dir, or the only one
// in it that does.
func find(dir string) (string, error) {
	holds := func(at string) bool {
		info, err := os.Stat(filepath.Join(at, "target"))
		return err == nil && info.IsDir()
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	if holds(dir) {
		return dir, nil
	}
	var found []string
	for _, e := range entries {
		if at := filepath.Join(dir, e.Name()); holds(at) {
			found = append(found, at)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%s: no folder target: want A/comparE.h5, A/comparE_mean_std.h5, L/bert_large.h5, V/denseface.h5 and target/1 to target/%d there",
			dir, Folds)
	case 1:
		return found[0], nil
	default:
		return "", fmt.Errorf("%s: %d folders in it hold a target, such as %s and %s: name one of them", dir, len(found), found[0], found[1])
	}
}

// readFold reads the names and the labels of a fold's splits.
func readFold(root string, fold int) ([3]*part, error) {
	var parts [3]*part
	var errs []error
	for i, key := range keys {
		p, err := readPart(filepath.Join(root, "target", strconv.Itoa(fold)), key)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		parts[i] = p
	}
	return parts, errors.Join(errs...)
}

func readPart(folder, key string) (*part, error) {
	names, err := readNames(filepath.Join(folder, key+"_int2name.npy"))
	if err != nil {
		return nil, err
	}
	path := filepath.Join(folder, key+"_label.npy")
	labels, err := readLabels(path)
	if err != nil {
		return nil, err
	}
	if len(names) != len(labels) {
		return nil, fmt.Errorf("%s: %d labels, but %d names in %s_int2name.npy: want one per utterance", path, len(labels), len(names), key)
	}
	return &part{ids: names, labels: labels}, nil
}

// readNames reads names of any shape with axes of length 1.
func readNames(path string) ([]string, error) {
	a, err := npz.Read(path)
	if err != nil {
		return nil, err
	}
	names, ok := a.Values.([]string)
	if !ok || !column(a) {
		return nil, fmt.Errorf("%s: %s %v: want strings [samples] or [samples, 1]", path, a.Type(), a.Shape)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("%s: no names", path)
	}
	for i, name := range names {
		if name == "" {
			return nil, fmt.Errorf("%s: the name of sample %d is empty", path, i)
		}
	}
	return names, nil
}

// column says whether an array has one element per row.
func column(a data.Array) bool { return len(a.Shape) > 0 && a.Len() == a.Shape[0] }

// readLabels reads classes, or rows of which the largest element is the class.
func readLabels(path string) ([]int32, error) {
	a, err := npz.Read(path)
	if err != nil {
		return nil, err
	}
	if column(a) {
		classes, err := a.Ints()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		out := make([]int32, len(classes))
		for i, y := range classes {
			if y < 0 || y >= len(Emotions) {
				return nil, fmt.Errorf("%s: sample %d has the label %d: want 0 to %d", path, i, y, len(Emotions)-1)
			}
			out[i] = int32(y)
		}
		return out, nil
	}
	if len(a.Shape) != 2 || a.Shape[1] != len(Emotions) || a.Len() == 0 {
		return nil, fmt.Errorf("%s: shape %v: want one-hot rows [samples, %d], or a class for each sample", path, a.Shape, len(Emotions))
	}
	values, err := a.Float32()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	out := make([]int32, a.Shape[0])
	for i := range out {
		row := values[i*len(Emotions):][:len(Emotions)]
		best, ties := 0, 0
		for y, v := range row {
			switch {
			case math.IsNaN(float64(v)):
				ties = len(row)
			case v > row[best]:
				best, ties = y, 0
			case v == row[best] && y > best:
				ties++
			}
		}
		if ties > 0 {
			return nil, fmt.Errorf("%s: sample %d has the label %v: want one element larger than the others", path, i, row)
		}
		out[i] = int32(best)
	}
	return out, nil
}
