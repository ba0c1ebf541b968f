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
