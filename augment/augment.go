// Package augment changes training pictures at random: mirrors, rotations,
// colours, blur and noise. What happens to a sample is a function of the seed,
// the epoch and the sample's index alone.
package augment

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"

	"cggm/sample"
)

// Options choose the changes, which apply in the order of the fields. The zero
// value changes nothing.
type Options struct {
	// Modalities lists those that change; default: all that are maps.
	Modalities []string `yaml:"modalities"`
	// Flip is the probability of mirroring left and right, in [0,1].
	Flip float64 `yaml:"flip"`
	// FlipVertical is the probability of mirroring top and bottom, in [0,1].
	FlipVertical float64 `yaml:"flip_vertical"`
	// Turn turns square maps by a random multiple of 90 degrees.
	Turn bool `yaml:"turn"`
	// Rotate is the largest angle of a rotation, in degrees in [0,180]. What
	// comes from outside is 0.
	Rotate float64 `yaml:"rotate"`
	// Brightness, Contrast and Saturation are the largest changes of their
	// factors from 1, in [0,1], and Hue that of the hue's circle, in [0,0.5],
	// for pictures in colour. They apply in random order.
	Brightness float64 `yaml:"brightness"`
	Contrast   float64 `yaml:"contrast"`
	Saturation float64 `yaml:"saturation"`
	Hue        float64 `yaml:"hue"`
	// Jitter is the probability of these four changes, in [0,1]; 0: always.
	Jitter float64 `yaml:"jitter"`
	// Grayscale is the probability of removing the colour, in [0,1].
	Grayscale float64 `yaml:"grayscale"`
	// Blur is the probability of a Gaussian blur, in [0,1].
	Blur float64 `yaml:"blur"`
	// BlurWidth is the range of the blur's standard deviation in pixels, two
	// numbers; default: 0.1 to 2.
	BlurWidth []float64 `yaml:"blur_width"`
	// Noise is the standard deviation of Gaussian noise, where pictures have
	// the range [0,1], at least 0.
	Noise float64 `yaml:"noise"`
}

// Validate reports settings outside their ranges.
func (o Options) Validate() error {
	for _, r := range []struct {
		name       string
		value, top float64
	}{
		{"flip", o.Flip, 1},
		{"flip_vertical", o.FlipVertical, 1},
		{"rotate", o.Rotate, 180},
		{"brightness", o.Brightness, 1},
		{"contrast", o.Contrast, 1},
		{"saturation", o.Saturation, 1},
		{"hue", o.Hue, .5},
		{"jitter", o.Jitter, 1},
		{"grayscale", o.Grayscale, 1},
		{"blur", o.Blur, 1},
	} {
		if !(r.value >= 0 && r.value <= r.top) {
			return fmt.Errorf("augment: %s %g: must be in [0,%g]", r.name, r.value, r.top)
		}
	}
	if w := o.BlurWidth; len(w) > 0 && (len(w) != 2 || !(w[0] > 0 && w[1] >= w[0] && w[1] <= maxWidth)) {
		return fmt.Errorf("augment: blur_width %v: want two ascending numbers in (0,%d]", w, maxWidth)
	}
	if !(o.Noise >= 0 && o.Noise <= 1e6) {
		return fmt.Errorf("augment: noise %g: must not be negative", o.Noise)
	}
	return nil
}

// Active reports whether anything changes.
func (o Options) Active() bool {
	return o.Turn || max(o.Flip, o.FlipVertical, o.Rotate, o.Brightness, o.Contrast, o.Saturation, o.Hue, o.Grayscale, o.Blur, o.Noise) > 0
}

// Sample is what changes together: maps and labels of one extent are mirrored
// and rotated alike.
type Sample struct {
	Maps []*Map
	// Labels holds one class per position, or is nil.
	Labels *Map
}

// Map is a picture or another map, [Height, Width, Channels] in row-major
// order.
type Map struct {
	Height, Width, Channels int
	Values                  []float32
	// Picture says that the values lie in [0,1] and stay there, and that three
	// channels are red, green and blue.
	Picture bool
}

// Random returns the random numbers that belong to a sample's use in an epoch
// and to a purpose; numbers for one purpose do not depend on any other's.
func Random(draw sample.Draw, index int, purpose string) *rand.Rand {
	h := fnv.New64a()
	_, _ = fmt.Fprintf(h, "%d/%d/%s", draw.Seed, draw.Epoch, purpose) // a hash never fails
	return rand.New(rand.NewPCG(h.Sum64(), uint64(index)))
}

// Apply changes the sample with the given index.
func (o Options) Apply(draw sample.Draw, index int, s *Sample) {
	random := func(purpose string) *rand.Rand { return Random(draw, index, purpose) }
	if random("flip").Float64() < o.Flip {
		s.move(FlipHorizontal)
	}
	if random("flip_vertical").Float64() < o.FlipVertical {
		s.move(FlipVertical)
	}
	if o.Turn {
		for range random("turn").IntN(4) {
			s.move(func(m *Map) {
				if m.Height == m.Width {
					Turn(m)
				}
			})
		}
	}
	if o.Rotate > 0 {
		angle := (2*random("rotate").Float64() - 1) * o.Rotate
		for _, m := range s.Maps {
			Rotate(m, angle, false)
		}
		if s.Labels != nil {
			Rotate(s.Labels, angle, true)
		}
	}
	for i, m := range s.Maps {
		o.look(func(purpose string) *rand.Rand { return random(fmt.Sprintf("%s/%d", purpose, i)) }, m)
	}
}

// look changes the values of one map.
func (o Options) look(random func(purpose string) *rand.Rand, m *Map) {
	if m.Picture && m.Channels == 3 {
		if o.Jitter == 0 || random("jitter").Float64() < o.Jitter {
			o.jitter(random, m)
		}
		if random("grayscale").Float64() < o.Grayscale {
			Saturation(m, 0)
		}
	}
	if random("blur").Float64() < o.Blur {
		width := o.BlurWidth
		if len(width) == 0 {
			width = []float64{.1, 2}
		}
		Blur(m, width[0]+(width[1]-width[0])*random("blur_width").Float64())
	}
	if o.Noise > 0 {
		rng := random("noise")
		for i := range m.Values {
			m.Values[i] += float32(rng.NormFloat64() * o.Noise)
		}
	}
	if m.Picture {
		clamp(m)
	}
}

// jitter changes the colours.
func (o Options) jitter(random func(purpose string) *rand.Rand, m *Map) {
	// around draws a number that differs from the middle by at most reach.
	around := func(purpose string, middle, reach float64) float64 {
		return middle + reach*(2*random(purpose).Float64()-1)
	}
	changes := []func(){
		func() { Brightness(m, around("brightness", 1, o.Brightness)) },
		func() { Contrast(m, around("contrast", 1, o.Contrast)) },
		func() { Saturation(m, around("saturation", 1, o.Saturation)) },
		func() { Hue(m, around("hue", 0, o.Hue)) },
	}
	reach := []float64{o.Brightness, o.Contrast, o.Saturation, o.Hue}
	for _, i := range random("order").Perm(len(changes)) {
		if reach[i] > 0 {
			changes[i]()
		}
	}
}

// move changes maps and labels alike.
func (s *Sample) move(f func(m *Map)) {
	for _, m := range s.Maps {
		f(m)
	}
	if s.Labels != nil {
		f(s.Labels)
	}
}

// wants reports whether the column is one of those that change.
func (o Options) wants(l sample.Layout) bool {
	return len(l.Dims) == 3 && l.Kind != sample.Int && (len(o.Modalities) == 0 || slices.Contains(o.Modalities, l.Name))
}
