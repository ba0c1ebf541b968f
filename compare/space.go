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
// all have: the one to three settings that their papers tune, around the
// defaults. A nil space leaves the learning rate alone to choose.
var spaces = map[string][]dimension{
	"joint":              nil,
	"unimodal":           nil,
	"ume":                {{setting: "weigh", choices: []string{"uniform", "validation"}}},
	"linear-probe":       nil,
	"multi-loss":         {{setting: "weight", low: .1, high: 4, log: true}},
	"modality-dropout":   {{setting: "rate", low: .05, high: .5}},
	"mbsd":               {{setting: "weight", low: .1, high: 4, log: true}},
	"cml":                {{setting: "lambda", low: .02, high: 1, log: true}, {setting: "without", low: .2, high: 2, log: true}},
	"lfm":                {{setting: "schedule", choices: []string{"linear", "poly", "learned"}}, {setting: "weight", low: .3, high: .95}},
	"umt":                {{setting: "lambda", low: 1, high: 50, log: true}},
	"g-blend":            {{setting: "every", low: 5, high: 20, whole: true}},
	"mmcosine":           {{setting: "scale", low: 5, high: 30, log: true}},
	"cggm":               {{setting: "rho", low: .5, high: 2, log: true}, {setting: "lambda", low: .02, high: .5, log: true}},
	"ogm":                {{setting: "alpha", low: .05, high: 1, log: true}},
	"ogm-ge":             {{setting: "alpha", low: .05, high: 1, log: true}},
	"agm":                {{setting: "alpha", low: .2, high: 4, log: true}},
	"arl":                {{setting: "gamma", low: .2, high: 4, log: true}, {setting: "temperature", low: 2, high: 16, log: true}},
	"inforeg":            {{setting: "weight", low: .2, high: 4, log: true}, {setting: "strength", low: .2, high: 2, log: true}},
	"pmr":                {{setting: "alpha", low: .1, high: 4, log: true}, {setting: "momentum", low: 0, high: .9}},
	"mmpareto":           {{setting: "gamma", low: 1, high: 2}},
	"greedy":             {{setting: "epsilon", low: .001, high: .1, log: true}, {setting: "window", low: 2, high: 20, whole: true}},
	"balgrad":            {{setting: "lambda", low: .1, high: 4, log: true}, {setting: "weight", low: .2, high: 4, log: true}},
	"dgl":                {{setting: "alpha", low: .5, high: 16, log: true}},
	"g2d":                {{setting: "alpha", low: .2, high: 4, log: true}, {setting: "beta", low: .2, high: 4, log: true}},
	"opm":                {{setting: "rate", low: .2, high: .7}, {setting: "chance", low: .5, high: 1}},
	"amco":               {{setting: "pace", low: .02, high: .5, log: true}, {setting: "weight", low: .2, high: 4, log: true}},
	"valuation-sample":   {{setting: "warmup", low: 1, high: 10, whole: true}},
	"valuation-modality": {{setting: "strength", low: .2, high: 4, log: true}, {setting: "warmup", low: 1, high: 10, whole: true}},
	"remix":              {{setting: "gamma", low: .2, high: 4, log: true}, {setting: "warmup", low: 2, high: 15, whole: true}},
	"mslr":               {{setting: "strength", low: .25, high: 4, log: true}, {setting: "window", low: 2, high: 10, whole: true}},
	"miles":              {{setting: "threshold", low: .02, high: .3, log: true}, {setting: "factor", low: .2, high: .9}},
	"mses":               {{setting: "patience", low: 3, high: 10, whole: true}, {setting: "smooth", low: 0, high: .9}},
	"relearning":         {{setting: "lambda", low: .5, high: 8, log: true}, {setting: "every", low: 5, high: 15, whole: true}},
	"mla":                {{setting: "normalize", choices: []string{"true", "false"}}},
	"reconboost":         {{setting: "alone", low: 1, high: 6, whole: true}, {setting: "memory", low: .01, high: 1, log: true}},
	"aug":                {{setting: "lambda", low: .5, high: 2, log: true}, {setting: "residual", low: .2, high: .8}},
}

// assignments returns the assignments of a trial. Trial 1 changes nothing. Others
// depend on the names of the settings and on the trial alone: a larger number
// of trials begins with the same ones, and in every trial all methods have the
// same learning rate.
func assignments(method string, trial int, rate float64) []string {
	if trial == 1 {
		return nil
	}
	shared := dimension{setting: "optimizer.rate", low: rate / rateSpan, high: rate * rateSpan, log: true}
	all := []string{shared.assign("optimizer.rate", trial)}
	for _, part := range balance.Split(method) {
		for _, d := range spaces[part] {
			all = append(all, d.assign("options."+part+"."+d.setting, trial))
		}
	}
	return all
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
