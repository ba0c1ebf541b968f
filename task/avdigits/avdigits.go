// Package avdigits opens spoken digits paired with written ones: recordings of
// the Free Spoken Digit Dataset as log-mel spectrograms, and MNIST images.
//
// The folder holds fsdd/recordings/{digit}_{speaker}_{index}.wav and
// mnist_t10k/t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, both also with
// .gz. The recordings with index 0 to 4 are the test split, as published, and
// get their images from 8000 on; the others get images below 8000. Every
// recording has an image of its own of the same digit. A part of the training
// recordings, stratified by digit and speaker, is for validation.
package avdigits

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strconv"

	"cggm/objective"
	"cggm/sample"
	"cggm/task"
	"cggm/task/internal/split"
	"cggm/task/normal"
)

// Frames and Mels are the size of a spectrogram: 64 frames of 25 ms, one every
// 10 ms. Longer recordings are cut, shorter ones are followed by silence.
const (
	Frames = 64
	Mels   = 40
)

const (
	digits     = 10
	testBelow  = 5    // recordings with a lower index are for test
	imageSplit = 8000 // images from here on are for test
	side       = 28
	pairSeed   = 2018 // pairs recordings and images, and cuts validation
)

// Task opens the data set.
type Task struct{}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

// Open reads the folder o.Dir; the seed has no effect. Spectrograms are
// standardised by mel band with numbers fitted on the training split.
func (Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	if o.Dir == "" {
		return nil, errors.New("avdigits: no folder given: name the one that holds fsdd and mnist_t10k")
	}
	d, err := open(ctx, o.Dir)
	if err != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("avdigits: %w", err)
	}
	return d, err
}

// Doctor reads the folder and examines the data.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	return task.Diagnose(ctx, o, func(ctx context.Context, o task.Options) (*task.Data, *task.Groups, error) {
		d, err := t.Open(ctx, o)
		return d, nil, err
	})
}

func open(ctx context.Context, dir string) (*task.Data, error) {
	images, err := readImages(filepath.Join(dir, "mnist_t10k"))
	if err != nil {
		return nil, err
	}
	clips, err := findClips(filepath.Join(dir, "fsdd", "recordings"))
	if err != nil {
		return nil, err
	}
	pictures, err := pair(clips, images.labels)
	if err != nil {
		return nil, err
	}
	train, val, test, err := divide(clips)
	if err != nil {
		return nil, err
	}
	spectra, err := readClips(ctx, clips)
	if err != nil {
		return nil, err
	}
	label := sample.Column{Layout: sample.Layout{Name: "digit", Kind: sample.Int}, Ints: make([]int32, len(clips))}
	audio := sample.Column{Layout: sample.Layout{Name: "audio", Dims: []int{Frames, Mels}}, Floats: spectra}
	picture := sample.Column{Layout: sample.Layout{Name: "picture", Kind: sample.Byte, Dims: []int{side, side, 1}}}
	for i, c := range clips {
		label.Ints[i] = int32(c.digit)
		picture.Bytes = append(picture.Bytes, images.pixels[pictures[i]*side*side:][:side*side]...)
	}
	all, err := sample.NewSet([]sample.Column{audio, picture}, label, nil)
	if err != nil {
		return nil, err
	}
	sets, _, err := normal.Splits(nil, all.Subset(train), all.Subset(val), all.Subset(test))
	if err != nil {
		return nil, err
	}
	for i := range sets {
		if sets[i], err = asMap(sets[i]); err != nil {
			return nil, err
		}
	}
	info := task.Info{Task: objective.Classification, Outputs: digits, Vocabulary: []int{0, 0}, Warnings: warnings(clips, images)}
	for d := range digits {
		info.Classes = append(info.Classes, strconv.Itoa(d))
	}
	return task.FromSets(info, sets[0], sets[1], sets[2]), nil
}

// asMap gives spectrograms, standardised by band, their channel axis.
func asMap(s *sample.Set) (*sample.Set, error) {
	inputs, label, present := s.Columns()
	inputs[0].Dims = []int{Frames, Mels, 1}
	return sample.NewSet(inputs, label, present)
}

// pair gives every recording an image of its digit, none used twice.
func pair(clips []clip, labels []uint8) ([]int, error) {
	rng := rand.New(rand.NewPCG(pairSeed, 0))
	var pools [2][digits][]int
	for i, y := range labels {
		part := 0
		if i >= imageSplit {
			part = 1
		}
		pools[part][y] = append(pools[part][y], i)
	}
	for part := range pools {
		for d := range pools[part] {
			pool := pools[part][d]
			rng.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		}
	}
	out := make([]int, len(clips))
	for i, c := range clips {
		part := 0
		if c.test() {
			part = 1
		}
		pool := &pools[part][c.digit]
		if len(*pool) == 0 {
			return nil, fmt.Errorf("%s: no image of digit %d is left: images 0 to %d are for training recordings, the others for test recordings",
				c.path, c.digit, imageSplit-1)
		}
		out[i], *pool = (*pool)[0], (*pool)[1:]
	}
	return out, nil
}

// divide returns the recordings of the three splits.
func divide(clips []clip) (train, val, test []int, err error) {
	speakers := make(map[string]int32)
	var rest []int
	var strata []int32
	for i, c := range clips {
		if c.test() {
			test = append(test, i)
			continue
		}
		if _, ok := speakers[c.speaker]; !ok {
			speakers[c.speaker] = int32(len(speakers))
		}
		rest = append(rest, i)
		strata = append(strata, speakers[c.speaker]*digits+int32(c.digit))
	}
	if len(test) == 0 {
		return nil, nil, nil, fmt.Errorf("no test recordings: want {digit}_{speaker}_{index}.wav with an index below %d", testBelow)
	}
	cut, err := split.Stratified(strata, split.Parts{Train: 85, Val: 15}, pairSeed)
	if err != nil {
		return nil, nil, nil, fmt.Errorf("cut %d training recordings: %w", len(rest), err)
	}
	for _, i := range cut.Train {
		train = append(train, rest[i])
	}
	for _, i := range cut.Val {
		val = append(val, rest[i])
	}
	return train, val, test, nil
}

// warnings tells where the files differ from the published ones.
func warnings(clips []clip, images *imageSet) []string {
	var out []string
	if n := len(clips); n != 3000 {
		out = append(out, fmt.Sprintf("%d recordings, 3000 are published", n))
	}
	if n := len(images.labels); n != 10000 {
		out = append(out, fmt.Sprintf("%d images, 10000 are published", n))
	}
	return out
}
