package manual

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// Imbalance is how unequal the modalities' features are after training on the
// task synthetic, whose imbalance is planted: the accuracy of a linear
// classifier on frozen features of the best modality less that of the worst,
// over seeds, for a method's defaults and for joint training on the same seeds.
type Imbalance struct {
	// Gap is the mean difference of the modalities, Worst the mean accuracy of
	// the worse one and Fused that of the model.
	Gap   float64 `json:"gap"`
	Worst float64 `json:"worst"`
	Fused float64 `json:"fused"`
	// Change is the mean of Gap less that of joint training; Low and High are
	// its 95 % interval by Student's t on paired seeds. All 0 for joint
	// training itself.
	Change float64 `json:"change"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Seeds  int     `json:"seeds"`
	Date   string  `json:"date"`
}

// imbalances is written by "go run ./bench imbalance".
//
//go:embed imbalance.json
var imbalances []byte

func readImbalances() (map[string]Imbalance, error) {
	all := make(map[string]Imbalance)
	if err := json.Unmarshal(imbalances, &all); err != nil {
		return nil, fmt.Errorf("manual: imbalance.json: %w", err)
	}
	return all, nil
}

// Column returns the cell of a table: the change against joint training, with
// a star where its interval excludes 0.
func (i *Imbalance) Column() string {
	switch {
	case i == nil:
		return "-"
	case i.Change == 0 && i.Low == 0 && i.High == 0:
		return fmt.Sprintf("%+.3f", 0.)
	case i.Low > 0 || i.High < 0:
		return fmt.Sprintf("%+.3f*", i.Change)
	}
	return fmt.Sprintf("%+.3f", i.Change)
}

// Text says in words what was measured.
func (i *Imbalance) Text() string {
	if i == nil {
		return ""
	}
	state := fmt.Sprintf("gap of the modalities %.3f, worse one %.3f, fused %.3f (linear probes on the task synthetic, %d seeds, %s)", i.Gap, i.Worst, i.Fused, i.Seeds, i.Date)
	change := fmt.Sprintf("%+.3f [%+.3f, %+.3f]", i.Change, i.Low, i.High)
	switch {
	case i.Low == 0 && i.High == 0 && i.Change == 0:
		return state
	case i.High < 0:
		return "reduces the imbalance, " + change + ": " + state
	case i.Low > 0:
		return "increases the imbalance, " + change + ": " + state
	}
	return "does not change the imbalance measurably, " + change + ": " + state
}
