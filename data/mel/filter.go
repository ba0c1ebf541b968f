package mel

import (
	"fmt"
	"math"
)

// The constants of the mel scale in the formula of HTK:
// mel = 2595 log10(1 + f/700).
const (
	htkFactor = 2595
	htkBreak  = 700
)

func toMel(hz float64) float64 { return htkFactor * math.Log10(1+hz/htkBreak) }
func toHz(mel float64) float64 { return htkBreak * (math.Pow(10, mel/htkFactor) - 1) }

// filter is a triangle over the bins [from, from+len(weights)).
type filter struct {
	from    int
	weights []float64
}

// filters returns triangles whose corners are equally spaced in mel, each with
// peak 1.
func (o Options) filters() ([]filter, error) {
	corners := make([]float64, o.Mels+2)
	low, high := toMel(o.Low), toMel(o.High)
	for i := range corners {
		corners[i] = toHz(low + (high-low)*float64(i)/float64(o.Mels+1))
	}
	bins := o.FFT/2 + 1
	out := make([]filter, o.Mels)
	for m := range out {
		left, centre, right := corners[m], corners[m+1], corners[m+2]
		for bin := range bins {
			hz := float64(bin) * float64(o.Rate) / float64(o.FFT)
			w := min((hz-left)/(centre-left), (right-hz)/(right-centre))
			if w <= 0 {
				continue
			}
			if len(out[m].weights) == 0 {
				out[m].from = bin
			}
			out[m].weights = append(out[m].weights, w)
		}
		if len(out[m].weights) == 0 {
			return nil, fmt.Errorf("mel: filter %d of %d, %.0f to %.0f Hz, falls between the bins of an FFT of %d at %d Hz: "+
				"want fewer mels or a longer FFT", m, o.Mels, left, right, o.FFT, o.Rate)
		}
	}
	return out, nil
}
