package avdigits

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"cggm/data"
	"cggm/data/idx"
	"cggm/data/mel"
	"cggm/data/wav"
)

// rate is the sampling rate of all recordings, in Hz.
const rate = 8000

// clip is one recording.
type clip struct {
	path    string
	digit   int
	speaker string
	index   int
}

func (c clip) test() bool { return c.index < testBelow }

// findClips lists the recordings of a folder by digit, speaker and index.
func findClips(dir string) ([]clip, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []clip
	for _, e := range entries {
		if !strings.EqualFold(filepath.Ext(e.Name()), ".wav") {
			continue
		}
		parts := strings.Split(strings.TrimSuffix(e.Name(), filepath.Ext(e.Name())), "_")
		c := clip{path: filepath.Join(dir, e.Name()), digit: -1, index: -1}
		if len(parts) == 3 {
			c.speaker = parts[1]
			c.digit, c.index = number(parts[0]), number(parts[2])
		}
		if c.digit < 0 || c.digit >= digits || c.index < 0 || c.speaker == "" {
			return nil, fmt.Errorf("%s: want the name {digit}_{speaker}_{index}.wav, as in 7_jackson_32.wav", c.path)
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no .wav files", dir)
	}
	slices.SortFunc(out, func(a, b clip) int {
		return cmp.Or(cmp.Compare(a.digit, b.digit), cmp.Compare(a.speaker, b.speaker), cmp.Compare(a.index, b.index))
	})
	return out, nil
}

// number reads digits, -1 for anything else.
func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// readClips returns the spectrograms of all recordings, [clips, Frames, Mels].
func readClips(ctx context.Context, clips []clip) ([]float32, error) {
	spectrogram, err := mel.New(mel.Options{Rate: rate, Frames: Frames, Mels: Mels})
	if err != nil {
		return nil, err
	}
	out := make([]float32, len(clips)*Frames*Mels)
	errs := make([]error, len(clips))
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				errs[i] = readClip(spectrogram, clips[i].path, out[i*Frames*Mels:][:Frames*Mels])
			}
		})
	}
	for i := range clips {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func readClip(spectrogram *mel.Spectrogram, path string, out []float32) error {
	sound, err := wav.Read(path)
	if err != nil {
		return err
	}
	if sound.Rate != rate {
		return fmt.Errorf("%s: %d samples a second, want %d", path, sound.Rate, rate)
	}
	values, err := spectrogram.Apply(sound.Mono()).Float32()
	copy(out, values)
	return err
}

// imageSet holds the images, [images, 28, 28], and their digits.
type imageSet struct {
	pixels []uint8
	labels []uint8
}

func readImages(dir string) (*imageSet, error) {
	pixels, err := readIDX(dir, "t10k-images-idx3-ubyte")
	if err != nil {
		return nil, err
	}
	labels, err := readIDX(dir, "t10k-labels-idx1-ubyte")
	if err != nil {
		return nil, err
	}
	s := &imageSet{}
	var ok [2]bool
	s.pixels, ok[0] = pixels.Values.([]uint8)
	s.labels, ok[1] = labels.Values.([]uint8)
	n := len(s.labels)
	if !ok[0] || !ok[1] || !slices.Equal(pixels.Shape, []int{n, side, side}) || len(labels.Shape) != 1 {
		return nil, fmt.Errorf("%s: images are %s of shape %v and labels %s of shape %v: want bytes, [n %d %d] and [n]",
			dir, pixels.Type(), pixels.Shape, labels.Type(), labels.Shape, side, side)
	}
	for i, y := range s.labels {
		if y >= digits {
			return nil, fmt.Errorf("%s: label %d of image %d: want 0 to %d", dir, y, i, digits-1)
		}
	}
	return s, nil
}

// readIDX reads a file that may be compressed.
func readIDX(dir, name string) (data.Array, error) {
	a, err := idx.Read(filepath.Join(dir, name+".gz"))
	if errors.Is(err, os.ErrNotExist) {
		a, err = idx.Read(filepath.Join(dir, name))
	}
	return a, err
}
