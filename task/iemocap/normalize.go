package iemocap

import (
	"fmt"
	"math"
	"path/filepath"
	"strconv"

	"cggm/data/hdf5"
	"cggm/task/normal"
)

// normalize standardises the audio.
func (c *content) normalize(config Config) error {
	train := c.parts[0].inputs[audio].column(audio)
	var scaler *normal.Scaler
	var err error
	switch config.Normalize {
	case NormalizeNone:
		return nil
	case NormalizeUtterance:
		for _, p := range c.parts {
			p.inputs[audio].normalizeEach()
		}
		return nil
	case NormalizeTrain:
		scaler, err = normal.Fit(&train, nil)
	default:
		if scaler, err = readScaler(filepath.Join(c.root, "A", "comparE_mean_std.h5"), config.Fold, train.Dims[1]); err == nil {
			err = c.doubt(scaler)
		}
	}
	if err != nil {
		return err
	}
	for _, p := range c.parts {
		in := &p.inputs[audio]
		for row := range in.lengths {
			values := in.row(row)
			for i, v := range values {
				k := i % in.width
				values[i] = float32((float64(v) - scaler.Mean[k]) / scaler.Std[k])
			}
		}
	}
	return nil
}

// readScaler reads the mean and the deviation of a fold's training split.
func readScaler(path string, fold, width int) (*normal.Scaler, error) {
	f, err := hdf5.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: data.settings.normalize=train computes what the file holds", err)
	}
	defer f.Close() //nolint:errcheck // nothing was written
	names := [2]string{strconv.Itoa(fold) + "/mean", strconv.Itoa(fold) + "/std"}
	if err := f.Expect(names[:]...); err != nil {
		return nil, err
	}
	var read [2][]float64
	for i, name := range names {
		a, err := f.Array(name)
		if err != nil {
			return nil, err
		}
		values, err := a.Float32()
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, name, err)
		}
		if len(values) != width {
			return nil, fmt.Errorf("%s: %s: shape %v: want [%d], one for each feature of the audio", path, name, a.Shape, width)
		}
		for k, v := range values {
			wide := float64(v)
			if math.IsNaN(wide) || math.IsInf(wide, 0) || (i == 1 && v <= 0) {
				return nil, fmt.Errorf("%s: %s: feature %d is %v: want finite numbers, deviations above 0", path, name, k, v)
			}
			read[i] = append(read[i], wide)
		}
	}
	return &normal.Scaler{Name: Modalities[audio], Mean: read[0], Std: read[1]}, nil
}

// doubt warns about numbers that are not those of the training split, which
// may have seen the others. Of samples that were cut nobody can tell.
func (c *content) doubt(read *normal.Scaler) error {
	in := &c.parts[0].inputs[audio]
	if in.long+in.cleaned > 0 {
		return nil
	}
	train := in.column(audio)
	fitted, err := normal.Fit(&train, nil)
	if err != nil {
		return err
	}
	const most = .01
	for k := range fitted.Mean {
		if math.Abs(fitted.Mean[k]-read.Mean[k]) > most*fitted.Std[k] || math.Abs(fitted.Std[k]-read.Std[k]) > most*fitted.Std[k] {
			c.warnings = append(c.warnings, fmt.Sprintf(
				"A/comparE_mean_std.h5: mean %.4g and deviation %.4g of feature %d, but the training split of fold %d has %.4g and %.4g: other samples were counted, or other features; data.settings.normalize=train computes them",
				read.Mean[k], read.Std[k], k, c.fold, fitted.Mean[k], fitted.Std[k]))
			return nil
		}
	}
	return nil
}

// normalizeEach standardises every sample by its own mean and unbiased
// deviation, 1 where a feature is constant.
func (in *input) normalizeEach() {
	for row := range in.lengths {
		values, n := in.row(row), float64(in.lengths[row])
		for k := range in.width {
			mean, squares := 0., 0.
			for i := k; i < len(values); i += in.width {
				mean += float64(values[i])
			}
			mean /= n
			for i := k; i < len(values); i += in.width {
				d := float64(values[i]) - mean
				squares += d * d
			}
			std := math.Sqrt(squares / max(1, n-1))
			if std == 0 {
				std = 1
			}
			for i := k; i < len(values); i += in.width {
				values[i] = float32((float64(values[i]) - mean) / std)
			}
		}
	}
}
