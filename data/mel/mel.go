// Package mel computes log-mel spectrograms of sound.
package mel

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"gonum.org/v1/gonum/dsp/fourier"

	"cggm/data"
)

// Options describe a spectrogram. Zero fields have the default given.
type Options struct {
	// Rate is the number of samples a second. It has no default.
	Rate int
	// Window is the number of samples of a frame. Default: 25 ms.
	Window int
	// Hop is the number of samples between the starts of frames. Default: 10 ms.
	Hop int
	// FFT is the length of the transform, at least Window; frames are extended
	// by zeros. Default: the power of two at or above Window.
	FFT int
	// Mels is the number of filters. Default: 40.
	Mels int
	// Low and High bound the filters, in Hz. Default: 0 and half the rate.
	Low, High float64
	// Floor is the least power, below which the logarithm does not see.
	// Default: 1e-6.
	Floor float64
	// Frames is the number of frames that come out: longer sounds lose their
	// end, shorter ones are followed by silence. Default: as many as the sound
	// fills.
	Frames int
}

const (
	defaultMels  = 40
	defaultFloor = 1e-6
)

// withDefaults returns the options with every zero field replaced.
func (o Options) withDefaults() Options {
	fill := func(p *int, v int) {
		if *p == 0 {
			*p = v
		}
	}
	fill(&o.Window, max(1, o.Rate/40))
	fill(&o.Hop, max(1, o.Rate/100))
	fill(&o.FFT, 1<<bits.Len(uint(max(1, o.Window)-1)))
	fill(&o.Mels, defaultMels)
	if o.High == 0 {
		o.High = float64(o.Rate) / 2
	}
	if o.Floor == 0 {
		o.Floor = defaultFloor
	}
	return o
}

func (o Options) check() error {
	const longest = 1 << 20
	bad := func(name string, found any, want string) error {
		return fmt.Errorf("mel: %s is %v, want %s", name, found, want)
	}
	var errs []error
	if o.Rate < 1 {
		errs = append(errs, bad("rate", o.Rate, "at least 1 Hz"))
	}
	if o.Window < 2 || o.Window > longest {
		errs = append(errs, bad("window", o.Window, fmt.Sprintf("2 to %d samples", longest)))
	}
	if o.Hop < 1 {
		errs = append(errs, bad("hop", o.Hop, "at least 1 sample"))
	}
	if o.FFT < o.Window || o.FFT > longest {
		errs = append(errs, bad("FFT", o.FFT, fmt.Sprintf("window to %d samples", longest)))
	}
	if o.Mels < 1 || o.Mels > o.FFT {
		errs = append(errs, bad("mels", o.Mels, "1 to the length of the FFT"))
	}
	if !(o.Low >= 0 && o.Low < o.High && o.High <= float64(o.Rate)/2) {
		errs = append(errs, bad("band", fmt.Sprintf("%v to %v Hz", o.Low, o.High), "0 <= low < high <= half the rate"))
	}
	if !(o.Floor > 0) || math.IsInf(o.Floor, 1) {
		errs = append(errs, bad("floor", o.Floor, "a positive power"))
	}
	if o.Frames < 0 {
		errs = append(errs, bad("frames", o.Frames, "0 or a number of frames"))
	}
	return errors.Join(errs...)
}

// Spectrogram turns sound into log-mel spectrograms: frames weighted by a
// periodic Hann window, the squared magnitudes of their Fourier transform,
// triangular filters equally spaced on the mel scale, the natural logarithm.
// It is safe for concurrent use.
type Spectrogram struct {
	options Options
	window  []float64
	filters []filter
}

// New returns the spectrogram of the given options, or an error that lists all
// that is wrong with them.
func New(o Options) (*Spectrogram, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	filters, err := o.filters()
	if err != nil {
		return nil, err
	}
	window := make([]float64, o.Window)
	for i := range window {
		window[i] = .5 - .5*math.Cos(2*math.Pi*float64(i)/float64(o.Window))
	}
	return &Spectrogram{o, window, filters}, nil
}

// Options returns the options with defaults filled in.
func (s *Spectrogram) Options() Options { return s.options }

// Frames returns the number of frames of a sound of the given length.
func (s *Spectrogram) Frames(samples int) int {
	if s.options.Frames > 0 {
		return s.options.Frames
	}
	return s.filled(samples)
}

// filled returns the number of frames that hold some of the sound: all that
// fit, and one for a sound shorter than a frame.
func (s *Spectrogram) filled(samples int) int {
	return 1 + max(0, samples-s.options.Window)/s.options.Hop
}

// Apply returns the spectrogram of mono samples, [frames, mels] float32.
func (s *Spectrogram) Apply(samples []float32) data.Array {
	o := s.options
	frames := s.Frames(len(samples))
	out := make([]float32, frames*o.Mels)
	silence := float32(math.Log(o.Floor))
	for i := range out {
		out[i] = silence
	}
	fft := fourier.NewFFT(o.FFT)
	frame := make([]float64, o.FFT)
	power := make([]float64, o.FFT/2+1)
	var spectrum []complex128
	for f := range min(frames, s.filled(len(samples))) {
		part := samples[min(f*o.Hop, len(samples)):min(f*o.Hop+o.Window, len(samples))]
		clear(frame)
		for i, v := range part {
			frame[i] = float64(v) * s.window[i]
		}
		spectrum = fft.Coefficients(spectrum, frame)
		for i, c := range spectrum {
			power[i] = real(c)*real(c) + imag(c)*imag(c)
		}
		for m, tri := range s.filters {
			sum := 0.
			for i, w := range tri.weights {
				sum += w * power[tri.from+i]
			}
			out[f*o.Mels+m] = float32(math.Log(max(sum, o.Floor)))
		}
	}
	return data.Array{Shape: []int{frames, o.Mels}, Values: out}
}
