// Package encoder turns one modality's input into features.
package encoder

import (
	"cggm/feature"
	"cggm/param"
)

// Encoder builds the network of one modality.
type Encoder interface {
	// Encode maps the input to features. Input projections are declared in
	// stem, everything that gradient modulation scales in body. It panics when
	// the input has a shape that the encoder cannot take.
	Encode(stem, body param.Scope, input feature.Feature) feature.Feature
}

// Staged is an encoder whose network can be built stage by stage, for example
// to let encoders exchange features in between.
type Staged interface {
	Encoder
	// Stages returns the network in parts, at least one, one behind the other:
	// the first maps the encoder's input, the last returns its features. Built
	// in order they are what Encode builds.
	Stages(stem, body param.Scope) []Stage
}

// Stage builds a part of an encoder on the features of the part before it.
type Stage func(f feature.Feature) feature.Feature

// through builds the stages one behind the other.
func through(stages []Stage, f feature.Feature) feature.Feature {
	for _, stage := range stages {
		f = stage(f)
	}
	return f
}
