package experiment

import (
	"fmt"

	"cggm/sample"
	"cggm/score"
)

// bratsScores are the Dice overlaps of the regions of BraTS (whole tumour,
// tumour core, enhancing tumour) and their mean, and the 95 % Hausdorff
// distance in pixels likewise.
var bratsScores = []string{
	"mean_dice", "dice_wt", "dice_tc", "dice_et", "hausdorff95", "hausdorff95_wt", "hausdorff95_tc", "hausdorff95_et",
}

// scoreTumours returns the means over the samples, each a slice of a patient.
func scoreTumours(logits []float32, labels *sample.Column, classes int) (map[string]float64, error) {
	predicted, err := score.Argmax(logits, classes)
	if err != nil {
		return nil, err
	}
	size, cases := labels.Size(), labels.Len()
	grid := score.Grid{Shape: [3]int{1, labels.Dims[0], labels.Dims[1]}, Spacing: [3]float64{1, 1, 1}}
	var dice, distance score.Regions
	for i := range cases {
		p, y := predicted[i*size:(i+1)*size], labels.Ints[i*size:(i+1)*size]
		d, err := score.BraTSDice(p, y)
		if err != nil {
			return nil, fmt.Errorf("experiment: Dice of sample %d: %w", i, err)
		}
		h, err := score.BraTSHausdorff95(p, y, grid)
		if err != nil {
			return nil, fmt.Errorf("experiment: Hausdorff distance of sample %d: %w", i, err)
		}
		add(&dice, d)
		add(&distance, h)
	}
	scale(&dice, cases)
	scale(&distance, cases)
	return map[string]float64{
		"mean_dice": dice.Mean(), "dice_wt": dice.WT, "dice_tc": dice.TC, "dice_et": dice.ET,
		"hausdorff95": distance.Mean(), "hausdorff95_wt": distance.WT, "hausdorff95_tc": distance.TC, "hausdorff95_et": distance.ET,
	}, nil
}

func add(sum *score.Regions, r score.Regions) {
	sum.WT, sum.TC, sum.ET = sum.WT+r.WT, sum.TC+r.TC, sum.ET+r.ET
}

func scale(sum *score.Regions, n int) {
	sum.WT, sum.TC, sum.ET = sum.WT/float64(n), sum.TC/float64(n), sum.ET/float64(n)
}
