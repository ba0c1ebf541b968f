package food101

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"cggm/data"
)

// The made-up samples: their classes, and how many of each per split.
const (
	madeClasses                  = 8
	madeTrain, madeVal, madeTest = 60, 15, 15
)

// dishNames names the made-up classes; the words of a title are these and
// those that all share.
var (
	dishNames = [madeClasses]string{
		"apple_pie", "beet_salad", "carrot_cake", "clam_chowder", "french_fries", "onion_rings", "pork_chop", "tuna_tartare",
	}
	fillers = []string{"easy", "recipe", "best", "the", "with", "homemade", "how", "to", "make", "food", "quick", "classic", "and"}
)

// generate returns made-up samples with pictures of the given extent: a title names its dish, or in part another
// one, in three of four; a picture has the colours and stripes of its class
// under noise.
func generate(seed uint64, side int) *menu {
	m := &menu{classes: dishNames[:], generated: true, warnings: []string{
		"the data is generated: coloured stripes and titles of a few words in the layout of UPMC Food-101, no photographs; scores on it say nothing about food. Give the published files with --data DIR",
	}}
	rng := rand.New(rand.NewPCG(seed, 0x666f6f64))
	for i, count := range [3]int{madeTrain, madeVal, madeTest} {
		for n := range count {
			for class := range dishNames {
				m.splits[i] = append(m.splits[i], dish{
					id: fmt.Sprintf("%s_%d_%d.jpg", dishNames[class], i, n), title: titleOf(rng, class), class: class,
					pixels: data.Array{Shape: []int{side, side, 3}, Values: stripes(rng, class, side)},
				})
			}
		}
	}
	return m
}

// titleOf returns a title for a class.
func titleOf(rng *rand.Rand, class int) string {
	var words []string
	for range 2 + rng.IntN(4) {
		words = append(words, fillers[rng.IntN(len(fillers))])
	}
	if rng.IntN(4) == 0 {
		class = rng.IntN(madeClasses)
	}
	words = append(words, strings.Split(dishNames[class], "_")...)
	rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return strings.Join(words, " ")
}

// stripes returns a picture for a class: the direction of the stripes and the
// colour each tell four groups of classes apart.
func stripes(rng *rand.Rand, class, side int) []uint8 {
	angle := math.Pi/4*float64(class%4) + .2*rng.NormFloat64()
	phase := 2 * math.Pi * rng.Float64()
	cos, sin := math.Cos(angle), math.Sin(angle)
	out := make([]uint8, 0, side*side*3)
	for y := range side {
		for x := range side {
			wave := math.Sin(float64(cos*float64(x))*.8 + float64(sin*float64(y))*.8 + phase)
			for c := range 3 {
				colour := 128.
				if (class/2)%4 == c {
					colour = 158
				}
				out = append(out, uint8(min(max(colour+45*wave+50*rng.NormFloat64(), 0), 255)))
			}
		}
	}
	return out
}
