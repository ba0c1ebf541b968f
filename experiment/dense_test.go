package experiment_test

import (
	"context"
	"strings"
	"testing"

	"cggm/experiment"
)

// dense is generated data with labels per position.
var dense = []string{
	"data.synthetic={task: dense, outputs: 3, height: 16, width: 16, grain: 4, train: 24, val: 8, test: 8, " +
		"modalities: [{name: a, width: 6, signal_to_noise: 8, unique: .6}, {name: b, width: 6, signal_to_noise: 8, unique: .2}]}",
	"train.epochs=1", "train.batch=8",
}

func TestDensePredictions(t *testing.T) {
	encoder := "modalities={a: {encoder: {kind: deeplab, depth: 18, width: 8, rates: [1, 2], dropout: 0}}, " +
		"b: {encoder: {kind: deeplab, depth: 18, width: 8, rates: [1, 2]}}}"
	for name, sets := range map[string][]string{
		"usual":     nil,
		"augmented": {"augment={flip: .5, turn: true, rotate: 10, noise: .1}"},
		"deeplab": {
			encoder, "fusion={kind: decoder, width: 8, layers: {high: 8, low: 4}}", "classifier={kind: decoder, layers: {high: 8, low: 4}}",
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := experiment.Load("synthetic", "", append(sets, dense...))
			if err != nil {
				t.Fatal(err)
			}
			r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
			if err != nil {
				t.Fatal(err)
			}
			if v, ok := r.Scores.Test["mean_dice"]; !ok || !(v >= 0 && v <= 1) {
				t.Errorf("scores %v: want a mean Dice in [0,1]", r.Scores.Test)
			}
		})
	}
	c, err := experiment.Load("synthetic", "", append(dense, "fusion={kind: decoder}"))
	if err != nil {
		t.Fatal(err)
	}
	if err := experiment.DryRun(context.Background(), experiment.Request{Config: c}); err == nil || !strings.Contains(err.Error(), "use the encoder deeplab") {
		t.Errorf("a decoder without deeplab: got %v", err)
	}
}
