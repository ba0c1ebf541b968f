// Package avdigits opens pairs of a spoken and a written digit: recordings of
// the Free Spoken Digit Dataset with images of MNIST's test set. Every
// recording is paired, with a fixed seed, with images of the same digit.
//
// The folder holds fsdd/recordings/{digit}_{speaker}_{index}.wav and
// mnist_t10k/t10k-{images-idx3,labels-idx1}-ubyte.gz. Test is the recordings'
// official one, index 0 to 4, paired with images 8000 to 9999; training and
// validation share the other recordings (validation: index 5 to 11) and images
// 0 to 7999, no image being in both.
package avdigits

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"cggm/data/idx"
	"cggm/data/mel"
	"cggm/data/wav"
	"cggm/objective"
	"cggm/sample"
	"cggm/task"
	"cggm/task/normal"
)

const (
	rate   = 8000
	frames = 64
	mels   = 40
	side   = 28

	testIndices = 5  // recordings 0 to 4 are the official test set
	valIndices  = 12 // 5 to 11 validate
	testImages  = 8000
	valImages   = 6800 // images 6800 to 7999 validate
	pairSeed    = 28
)

// Task opens the data.
type Task struct{}

var (
	_ task.Opener = Task{}
	_ task.Doctor = Task{}
)

var fileName = regexp.MustCompile(`^(\d)_([A-Za-z]+)_(\d+)\.wav$`)

type recording struct {
	path    string
	digit   int
	speaker string
	index   int
}

// Open reads the folder o.Dir; the seed has no effect.
func (t Task) Open(ctx context.Context, o task.Options) (*task.Data, error) {
	d, _, err := t.open(ctx, o)
	return d, err
}

// Doctor checks the files, their pairing, values and splits.
func (t Task) Doctor(ctx context.Context, o task.Options) (*task.Report, error) {
	return task.Diagnose(ctx, o, t.open)
}

func (Task) open(ctx context.Context, o task.Options) (*task.Data, *task.Groups, error) {
	recordings, err := list(filepath.Join(o.Dir, "fsdd", "recordings"))
	if err != nil {
		return nil, nil, fmt.Errorf("avdigits: %w", err)
	}
	images, byDigit, err := pictures(filepath.Join(o.Dir, "mnist_t10k"))
	if err != nil {
		return nil, nil, fmt.Errorf("avdigits: %w", err)
	}
	spectrogram, err := mel.New(mel.Options{Rate: rate, Mels: mels, Frames: frames})
	if err != nil {
		return nil, nil, fmt.Errorf("avdigits: %w", err)
	}
	var parts [3][]recording
	for _, r := range recordings {
		parts[r.part()] = append(parts[r.part()], r)
	}
	var sets [3]*sample.Set
	for part, list := range parts {
		if len(list) == 0 {
			return nil, nil, fmt.Errorf("avdigits: %s: no recordings for the %s set: want index 0-4 for test, 5-11 for validation, 12 and up for training",
				o.Dir, [...]string{"training", "validation", "test"}[part])
		}
		if sets[part], err = pair(ctx, list, part, images, byDigit, spectrogram); err != nil {
			return nil, nil, fmt.Errorf("avdigits: %w", err)
		}
	}
	scaled, _, err := normal.Splits(nil, sets[0], sets[1], sets[2])
	if err != nil {
		return nil, nil, fmt.Errorf("avdigits: %w", err)
	}
	info := task.Info{Task: objective.Classification, Outputs: 10, Vocabulary: []int{0, 0}}
	for d := range 10 {
		info.Classes = append(info.Classes, strconv.Itoa(d))
	}
	return task.FromSets(info, scaled[0], scaled[1], scaled[2]), nil, nil
}

// part returns 0 for training, 1 for validation and 2 for test.
func (r recording) part() int {
	switch {
	case r.index < testIndices:
		return 2
	case r.index < valIndices:
		return 1
	}
	return 0
}

func list(dir string) ([]recording, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the recordings: %w: name the folder that holds fsdd and mnist_t10k", err)
	}
	var out []recording
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".wav" {
			continue
		}
		m := fileName.FindStringSubmatch(e.Name())
		if m == nil {
			return nil, fmt.Errorf("%s: found a file named %q: want {digit}_{speaker}_{index}.wav", dir, e.Name())
		}
		digit, _ := strconv.Atoi(m[1])
		index, err := strconv.Atoi(m[3])
		if err != nil {
			return nil, fmt.Errorf("%s: %s: index: %w", dir, e.Name(), err)
		}
		out = append(out, recording{filepath.Join(dir, e.Name()), digit, m[2], index})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no .wav files: want {digit}_{speaker}_{index}.wav", dir)
	}
	return out, nil
}

// pictures returns the images, row-major, and their numbers by digit and part.
func pictures(dir string) ([]uint8, [3][10][]int, error) {
	var byDigit [3][10][]int
	x, err := idx.Read(filepath.Join(dir, "t10k-images-idx3-ubyte.gz"))
	if err != nil {
		return nil, byDigit, err
	}
	y, err := idx.Read(filepath.Join(dir, "t10k-labels-idx1-ubyte.gz"))
	if err != nil {
		return nil, byDigit, err
	}
	pixels, ok := x.Values.([]uint8)
	labels, ok2 := y.Values.([]uint8)
	if !ok || !ok2 || len(x.Shape) != 3 || x.Shape[1] != side || x.Shape[2] != side || !slices.Equal(y.Shape, x.Shape[:1]) {
		return nil, byDigit, fmt.Errorf("%s: images of shape %v (%s) with labels of shape %v (%s): want [n,28,28] and [n], both uint8",
			dir, x.Shape, x.Type(), y.Shape, y.Type())
	}
	for i, digit := range labels {
		if digit > 9 {
			return nil, byDigit, fmt.Errorf("%s: label %d of image %d: want 0 to 9", dir, digit, i)
		}
		part := 0
		switch {
		case i >= testImages:
			part = 2
		case i >= valImages:
			part = 1
		}
		byDigit[part][digit] = append(byDigit[part][digit], i)
	}
	return pixels, byDigit, nil
}

// pair joins recordings with images of the same digit, in a seeded order.
func pair(ctx context.Context, list []recording, part int, pixels []uint8, byDigit [3][10][]int, s *mel.Spectrogram) (*sample.Set, error) {
	rng := rand.New(rand.NewPCG(pairSeed, uint64(part)))
	var order [10][]int
	for digit := range order {
		order[digit] = slices.Clone(byDigit[part][digit])
		rng.Shuffle(len(order[digit]), func(i, j int) { order[digit][i], order[digit][j] = order[digit][j], order[digit][i] })
	}
	audio := sample.Column{Layout: sample.Layout{Name: "audio", Dims: []int{frames, mels, 1}}}
	picture := sample.Column{Layout: sample.Layout{Name: "picture", Kind: sample.Byte, Dims: []int{side, side, 1}}}
	label := sample.Column{Layout: sample.Layout{Name: "digit", Kind: sample.Int}}
	var used [10]int
	for _, r := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		sound, err := wav.Read(r.path)
		if err != nil {
			return nil, err
		}
		if sound.Rate != rate {
			return nil, fmt.Errorf("%s: %d samples a second: want %d", r.path, sound.Rate, rate)
		}
		values, err := s.Apply(sound.Mono()).Float32()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.path, err)
		}
		images := order[r.digit]
		if len(images) == 0 {
			return nil, errors.New("the image file has no image of digit " + strconv.Itoa(r.digit))
		}
		image := images[used[r.digit]%len(images)]
		used[r.digit]++
		audio.Floats = append(audio.Floats, values...)
		picture.Bytes = append(picture.Bytes, pixels[image*side*side:(image+1)*side*side]...)
		label.Ints = append(label.Ints, int32(r.digit))
	}
	return sample.NewSet([]sample.Column{audio, picture}, label, nil)
}
