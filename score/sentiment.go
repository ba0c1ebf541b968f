package score

import (
	"fmt"
	"math"
)

// Sentiment holds the scores that are usual for sentiment in [-3,3], as of CMU-MOSI and CMU-MOSEI.
//
// The binary scores exist in three versions, and published tables mix them: negative against non-negative, of all rows
// (Zadeh et al., 2018); negative against positive, without the rows whose true sentiment is 0 (Tsai et al., 2019); and
// positive against the rest, of all rows, as the public code of CGGM counts (Guo et al., 2024).
type Sentiment struct {
	Acc2NonNegative float64 // share of rows with (prediction >= 0) = (truth >= 0)
	F1NonNegative   float64 // weighted F1 of the same two classes
	Acc2Positive    float64 // share of rows with (prediction > 0) = (truth > 0), among those whose truth is not 0
	F1Positive      float64 // weighted F1 of the same two classes
	Acc2Above       float64 // share of rows with (prediction > 0) = (truth > 0), of all rows
	F1Above         float64 // weighted F1 of the same two classes
	Acc5            float64 // share of rows equal after clipping to [-2,2] and rounding
	Acc7            float64 // share of rows equal after clipping to [-3,3] and rounding
	MAE             float64
	Correlation     float64 // Pearson, 0 if a side is constant
}

// SentimentOf computes the sentiment scores. Rounding is to the nearest integer, halves to the even one, as the
// published scripts do. The error wraps ErrEmpty also when every true sentiment is 0.
func SentimentOf(pred, truth []float32) (Sentiment, error) {
	var s Sentiment
	var err error
	if s.MAE, err = MAE(pred, truth); err != nil {
		return Sentiment{}, err
	}
	if s.Correlation, err = Pearson(pred, truth); err != nil {
		return Sentiment{}, err
	}
	s.Acc5, s.Acc7 = roundedAccuracy(pred, truth, 2), roundedAccuracy(pred, truth, 3)

	all, signed, above := twoClasses(), twoClasses(), twoClasses()
	for i, t := range truth {
		all.countOne(pred[i] >= 0, t >= 0)
		above.countOne(pred[i] > 0, t > 0)
		if t != 0 {
			signed.countOne(pred[i] > 0, t > 0)
		}
	}
	if signed.rows == 0 {
		return Sentiment{}, fmt.Errorf("%w with a sentiment other than 0", ErrEmpty)
	}
	if s.Acc2NonNegative, s.F1NonNegative, err = binary(all); err != nil {
		return Sentiment{}, err
	}
	if s.Acc2Above, s.F1Above, err = binary(above); err != nil {
		return Sentiment{}, err
	}
	s.Acc2Positive, s.F1Positive, err = binary(signed)
	return s, err
}

func twoClasses() *Confusion { return &Confusion{classes: 2, counts: make([]int, 4)} }

func binary(c *Confusion) (accuracy, weightedF1 float64, err error) {
	if accuracy, err = c.Accuracy(); err != nil {
		return 0, 0, err
	}
	weightedF1, err = c.WeightedF1()
	return accuracy, weightedF1, err
}

// countOne adds one row of a matrix of two classes.
func (c *Confusion) countOne(pred, truth bool) {
	cell := 0
	if truth {
		cell += 2
	}
	if pred {
		cell++
	}
	c.counts[cell]++
	c.rows++
}

// roundedAccuracy returns the share of rows that are equal after clipping to [-limit, limit] and rounding.
func roundedAccuracy(pred, truth []float32, limit float64) float64 {
	class := func(v float32) float64 { return math.RoundToEven(max(-limit, min(limit, float64(v)))) }
	hits := 0
	for i, t := range truth {
		if class(pred[i]) == class(t) {
			hits++
		}
	}
	return float64(hits) / float64(len(truth))
}
