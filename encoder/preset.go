package encoder

import (
	"math/rand/v2"

	"cggm/param"
	"cggm/pretrained"
)

// openWeights opens the file at path, "" for none.
func openWeights(path string) *pretrained.Weights {
	if path == "" {
		return nil
	}
	w, err := pretrained.Open(path)
	if err != nil {
		panic(err)
	}
	return w
}

// preset makes the named parameter start from what read returns. It reads
// once now, so that a file that does not fit is refused while the graph is
// built, and again for the values: holding them would double the memory.
func preset(s param.Scope, name string, read func() ([]float32, error)) {
	if _, err := read(); err != nil {
		panic(err)
	}
	s.Preset(name, func(_ *rand.Rand, _ []int, values []float32) {
		from, err := read()
		if err != nil {
			panic(err)
		}
		copy(values, from)
	})
}
