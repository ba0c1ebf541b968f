package manifest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"cggm/data/mel"
	"cggm/data/wav"
	"cggm/sample"
)

// sounds reads the recordings that the series names as log-mel spectrograms.
func (m Modality) sounds(ctx context.Context, s *series, base string) (*draft, error) {
	files, err := filesOf(s, base, m.Folder)
	if err != nil {
		return nil, err
	}
	frames, mels := m.Frames, m.Mels
	if frames == 0 {
		frames = defaultFrames
	}
	if mels == 0 {
		mels = defaultMels
	}
	size := frames * mels
	if len(files)*size > maxValues {
		return nil, fmt.Errorf("%s: %d spectrograms of %d values: want at most %d in all", s.origin(), len(files), size, maxValues)
	}
	d := &draft{present: presence(files)}
	d.column = sample.Column{
		Layout: sample.Layout{Name: m.Name, Dims: []int{frames, mels}, Ragged: m.Sequence},
		Floats: make([]float32, len(files)*size),
	}
	if m.Sequence {
		d.column.Lengths = make([]int32, len(files))
	} else {
		d.final = []int{frames, mels, 1}
	}
	options := mel.Options{Mels: mels, Frames: frames}
	if m.Sequence {
		options.Frames = 0
	}
	listen, err := newListener(files, options)
	if err != nil {
		return nil, err
	}
	err = each(ctx, len(files), func(i int) error {
		if files[i] == "" {
			return nil
		}
		values, n, err := listen.spectrum(files[i])
		if err != nil {
			return &rowError{s.at(i), err}
		}
		n = min(n, frames)
		copy(d.column.Floats[i*size:][:n*mels], values)
		if m.Sequence {
			d.column.Lengths[i] = int32(n)
		}
		return nil
	})
	return d, err
}

// listener computes spectrograms of recordings that all have the rate of the
// first.
type listener struct {
	spectrogram *mel.Spectrogram
	first       string
}

func newListener(files []string, o mel.Options) (*listener, error) {
	i := slices.IndexFunc(files, func(f string) bool { return f != "" })
	if i < 0 {
		return nil, errors.New("no sample names a recording")
	}
	sound, err := wav.Read(files[i])
	if err != nil {
		return nil, err
	}
	o.Rate = sound.Rate
	spectrogram, err := mel.New(o)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", files[i], err)
	}
	return &listener{spectrogram, files[i]}, nil
}

// spectrum returns the spectrogram of a file and its number of frames.
func (l *listener) spectrum(path string) ([]float32, int, error) {
	sound, err := wav.Read(path)
	if err != nil {
		return nil, 0, err
	}
	if rate := l.spectrogram.Options().Rate; sound.Rate != rate {
		return nil, 0, fmt.Errorf("%s: %d samples a second, but %d in %s: convert them to one rate", path, sound.Rate, rate, l.first)
	}
	if len(sound.Samples) == 0 {
		return nil, 0, fmt.Errorf("%s: the recording is empty", path)
	}
	a := l.spectrogram.Apply(sound.Mono())
	values, err := a.Float32()
	return values, a.Rows(), err
}
