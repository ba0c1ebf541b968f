package iemocap

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// madeUtterances are the made-up utterances of each actor.
const madeUtterances = 75

// madeSteps are the most steps of each modality.
var madeSteps = [3]int{8, 24, 12}

// madeShown is how often each modality shows the emotion and no other one.
var madeShown = [3]float64{.8, .6, .7}

// generate returns made-up samples with the widths of the published features
// and the actors of its first fold: every modality shows an emotion in the
// direction of a quarter of its steps under noise.
func generate(seed uint64) *content {
	c := &content{fold: 1, warnings: []string{
		"the data is generated: noise with emotions in it, of the widths of IEMOCAP, no people; scores on it say nothing about them. Give the published files with --data DIR",
	}}
	rng := rand.New(rand.NewPCG(seed, 0x69656d6f))
	var directions [3][len(Emotions)][]float64
	for m := range directions {
		for y := range directions[m] {
			norm := 0.
			for range publishedWidths[m] {
				v := rng.NormFloat64()
				directions[m][y] = append(directions[m][y], v)
				norm += v * v
			}
			for j := range directions[m][y] {
				directions[m][y][j] *= 6 / math.Sqrt(norm)
			}
		}
	}
	for i, speakers := range [3][]string{{"2F", "2M", "3F", "3M", "4F", "4M", "5F", "5M"}, {"1F"}, {"1M"}} {
		perSpeaker := madeUtterances
		if i > 0 {
			perSpeaker *= 2
		}
		n := len(speakers) * perSpeaker
		p := &part{}
		for m := range p.inputs {
			p.inputs[m] = input{steps: madeSteps[m], width: publishedWidths[m], values: make([]float32, n*madeSteps[m]*publishedWidths[m])}
		}
		for u := range n {
			emotion := rng.IntN(len(Emotions))
			speaker := speakers[u/perSpeaker]
			p.labels = append(p.labels, int32(emotion))
			p.ids = append(p.ids, fmt.Sprintf("Ses0%cF_made%02d_%c%03d", speaker[0], u%perSpeaker/25, speaker[1], u%25))
			for m := range p.inputs {
				shown := emotion
				if rng.Float64() > madeShown[m] {
					shown = rng.IntN(len(Emotions))
				}
				p.inputs[m].make(rng, u, directions[m][shown])
			}
		}
		c.parts[i] = p
	}
	return c
}

// make fills in a sample that shows an emotion.
func (in *input) make(rng *rand.Rand, row int, direction []float64) {
	length := in.steps/2 + rng.IntN(in.steps/2+1)
	in.lengths = append(in.lengths, int32(length))
	for t := range length {
		for j, d := range direction {
			if t%4 > 0 {
				d = 0
			}
			in.values[(row*in.steps+t)*in.width+j] = float32(d + .5*rng.NormFloat64())
		}
	}
}
