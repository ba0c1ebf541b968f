// Package conformance compares this library with recorded traces of the
// authors' training in PyTorch.
package conformance

import (
	"fmt"
	"regexp"
	"strings"
)

// Layout says how the axes of a recorded tensor map to those of a parameter.
type Layout uint8

// The layouts of recorded tensors. Transposed is a linear layer's weight
// [out, in], Pointwise a convolution's of kernel size 1, [out, in, 1]; both
// become [in, out].
const (
	Same Layout = iota
	Transposed
	Pointwise
)

// place maps a pattern of recorded names to a prefix of parameter names, which
// may refer to the pattern's groups.
type place struct {
	pattern *regexp.Regexp
	prefix  string
}

// places in the order in which they are tried. The authors spell classifers.
var places = []place{
	{regexp.MustCompile(`^model/proj\.(\d+)\.`), "stem/$1/project/"},
	{regexp.MustCompile(`^model/encoders\.(\d+)\.`), "encoder/$1/"},
	{regexp.MustCompile(`^model/fusion\.`), "fusion/"},
	{regexp.MustCompile(`^model/(proj1|proj2)\.`), "head/$1/"},
	{regexp.MustCompile(`^model/out_layer\.`), "head/out/"},
	{regexp.MustCompile(`^classifier/classifers\.(\d+)\.bone\.`), "auxiliary/$1/stack/"},
	{regexp.MustCompile(`^classifier/classifers\.(\d+)\.proj1\.`), "auxiliary/$1/proj1/"},
	{regexp.MustCompile(`^classifier/classifers\.(\d+)\.out_layer\.`), "auxiliary/$1/out/"},
}

// parts maps what follows the place inside a transformer.
var parts = []place{
	{regexp.MustCompile(`^layers\.(\d+)\.self_attn\.(in|out)_proj[._](weight|bias)$`), "block$1/attention/$2/$3"},
	{regexp.MustCompile(`^layers\.(\d+)\.layer_norms\.([01])\.weight$`), "block$1/norm$2/gain"},
	{regexp.MustCompile(`^layers\.(\d+)\.layer_norms\.([01])\.bias$`), "block$1/norm$2/bias"},
	{regexp.MustCompile(`^layers\.(\d+)\.(fc[12])\.(weight|bias)$`), "block$1/$2/$3"},
	{regexp.MustCompile(`^layer_norm\.weight$`), "norm/gain"},
	{regexp.MustCompile(`^layer_norm\.bias$`), "norm/bias"},
	{regexp.MustCompile(`^(weight|bias)$`), "$1"},
}

// Parameter returns the name of the parameter that a recorded tensor holds,
// and its layout. recorded is the tensor's name without "init/" or "final/",
// for example "model/encoders.0.layers.1.fc1.weight".
func Parameter(recorded string) (name string, layout Layout, err error) {
	prefix, rest, ok := replace(places, recorded)
	if ok {
		var part string
		if part, rest, ok = replace(parts, rest); ok && rest == "" {
			name = prefix + part
			switch {
			case strings.HasPrefix(name, "stem/") && part == "weight":
				layout = Pointwise
			case strings.HasSuffix(name, "/weight"):
				layout = Transposed
			}
			return name, layout, nil
		}
	}
	return "", 0, fmt.Errorf("conformance: recorded parameter %q: not part of the reference model: want names such as %q",
		recorded, "model/encoders.0.layers.1.fc1.weight")
}

// replace finds the pattern at the start of s and returns its replacement and
// what follows it.
func replace(places []place, s string) (replaced, rest string, ok bool) {
	for _, p := range places {
		if at := p.pattern.FindStringSubmatchIndex(s); at != nil {
			return string(p.pattern.ExpandString(nil, braces(p.prefix), s, at)), s[at[1]:], true
		}
	}
	return "", "", false
}

var reference = regexp.MustCompile(`\$(\d)`)

// braces writes $1 as ${1}, so that letters may follow.
func braces(template string) string { return reference.ReplaceAllString(template, "$${$1}") }

// Convert returns a recorded tensor as the values and the shape of the
// parameter.
func (l Layout) Convert(values []float32, dims []int) ([]float32, []int, error) {
	if l == Same {
		return values, dims, nil
	}
	if l == Pointwise && len(dims) == 3 && dims[2] == 1 {
		dims = dims[:2]
	}
	if len(dims) != 2 || len(values) != dims[0]*dims[1] {
		return nil, nil, fmt.Errorf("conformance: recorded weight of shape %v with %d values: want [out, in], or [out, in, 1] for projections",
			dims, len(values))
	}
	out, in := dims[0], dims[1]
	turned := make([]float32, len(values))
	for o := range out {
		for i := range in {
			turned[i*out+o] = values[o*in+i]
		}
	}
	return turned, []int{in, out}, nil
}
