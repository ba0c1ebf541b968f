package compare

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"

	"cggm/balance"
)

// dimension is a setting of a search space: a range, or a list of choices.
type dimension struct {
	setting string // as in an assignment; of a method: without "options.NAME."
	low     float64
	high    float64
	log     bool // uniform in the logarithm
	whole   bool // rounded to whole numbers
	choices []string
}

// rateSpan is how far the learning rate goes from the task's, either way.
const rateSpan = 5

// spaces holds the search space of every method, beside the learning rate, which
// all have.
var spaces = map[string][]dimension{
	"joint": nil,
}

// draw returns the assignments of a trial. Trial 1 changes nothing. Others
// depend on the names of the settings and on the trial alone: a larger number
// of trials begins with the same ones, and in every trial all methods have the
// same learning rate.
func draw(method string, trial int, rate float64) []string {
	if trial == 1 {
		return nil
	}
	shared := dimension{setting: "optimizer.rate", low: rate / rateSpan, high: rate * rateSpan, log: true}
	assignments := []string{shared.assign("optimizer.rate", trial)}
	for _, part := range balance.Split(method) {
		for _, d := range spaces[part] {
			assignments = append(assignments, d.assign("options."+part+"."+d.setting, trial))
		}
	}
	return assignments
}

// assign draws a value for the setting with the given full name.
func (d dimension) assign(name string, trial int) string {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	u := rand.New(rand.NewPCG(h.Sum64(), uint64(trial))).Float64()
	if d.choices != nil {
		return name + "=" + d.choices[int(u*float64(len(d.choices)))]
	}
	v := d.low + u*(d.high-d.low)
	if d.log {
		v = d.low * math.Pow(d.high/d.low, u)
	}
	if d.whole {
		return fmt.Sprintf("%s=%d", name, int(math.Round(v)))
	}
	return name + "=" + strconv.FormatFloat(v, 'g', 3, 64)
}
