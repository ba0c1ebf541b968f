package mosi

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// The made-up samples: utterances per video, videos per split, and steps.
const (
	madeUtterances = 10
	madeSteps      = 20
	madeTextWidth  = 50
)

var madeVideos = [3]int{60, 15, 15}

// madeNoise is the noise of the sentiment that each modality sees.
var madeNoise = [3]float64{.7, 1.2, 1.5}

// generate returns made-up samples in the layout of MMSA's unaligned files:
// every modality shows the sentiment, each with its own error, in the
// direction of a quarter of its steps under noise.
func generate(k Corpus, seed uint64) *content {
	c := &content{layout: "MMSA", warnings: []string{
		"the data is generated: noise with a sentiment in it, in the layout of " + k.Title + ", no people; scores on it say nothing about them. Give the published files with --data DIR",
	}}
	rng := rand.New(rand.NewPCG(seed, 0x6d6f7369))
	widths := [3]int{madeTextWidth, k.widths[1], k.widths[2]}
	var directions [3][]float64
	for m, width := range widths {
		norm := 0.
		for range width {
			v := rng.NormFloat64()
			directions[m] = append(directions[m], v)
			norm += v * v
		}
		for j := range directions[m] {
			directions[m][j] *= 2 / math.Sqrt(norm)
		}
	}
	for i, videos := range madeVideos {
		n := videos * madeUtterances
		p := &part{keys: []string{"text", "audio", "vision", "regression_labels", "id"}}
		for m, width := range widths {
			p.inputs[m] = input{rows: n, steps: madeSteps, width: width, values: make([]float32, n*madeSteps*width)}
		}
		for u := range n {
			sentiment := min(max(1.6*rng.NormFloat64(), -highest), highest)
			// A label is a mean of five annotators.
			sentiment = math.Round(sentiment*5) / 5
			video := fmt.Sprintf("%s%03d", splitNames[i], u/madeUtterances)
			p.labels = append(p.labels, float32(sentiment))
			p.ids = append(p.ids, fmt.Sprintf("%s$_$%d", video, u%madeUtterances))
			p.videos = append(p.videos, video)
			for m := range p.inputs {
				p.inputs[m].make(rng, u, sentiment+madeNoise[m]*rng.NormFloat64(), directions[m])
			}
		}
		c.parts[i] = p
	}
	return c
}

// make fills in a sample that shows the signal.
func (in *input) make(rng *rand.Rand, row int, signal float64, direction []float64) {
	length := madeSteps/2 + rng.IntN(madeSteps/2+1)
	in.lengths = append(in.lengths, int32(length))
	for t := range length {
		shown := 0.
		if t%4 == 0 {
			shown = signal
		}
		for j, d := range direction {
			in.values[(row*in.steps+t)*in.width+j] = float32(shown*d + .5*rng.NormFloat64())
		}
	}
}
