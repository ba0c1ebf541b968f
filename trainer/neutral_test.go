package trainer_test

import (
	"slices"
	"testing"

	"cggm/balance"
)

// neutral lists settings that switch a method off.
var neutral = []struct {
	method    string
	configure func(m balance.Method)
}{
	{"multi-loss", func(m balance.Method) { m.(*balance.MultiLoss).Weight = 0 }},
	{"modality-dropout", func(m balance.Method) { m.(*balance.ModalityDropout).Rate = 0 }},
	{"mbsd", func(m balance.Method) { m.(*balance.MBSD).Weight = 0 }},
	{"cml", func(m balance.Method) { m.(*balance.CML).Lambda, m.(*balance.CML).Without = 0, 0 }},
	{"lfm", func(m balance.Method) { m.(*balance.LFM).Schedule, m.(*balance.LFM).Weight = "constant", 0 }},
	{"reconboost", func(m balance.Method) { m.(*balance.ReconBoost).Alone = 0 }},
	{"arl", func(m balance.Method) { m.(*balance.ARL).Gamma, m.(*balance.ARL).Temperature = 0, 0 }},
	{"agm", func(m balance.Method) { m.(*balance.AGM).Alpha = 0 }},
	{"inforeg", func(m balance.Method) { m.(*balance.InfoReg).Weight, m.(*balance.InfoReg).Strength = 0, 0 }},
	{"relearning", func(m balance.Method) { m.(*balance.Relearning).Lambda, m.(*balance.Relearning).Every = 0, 1 }},
	{"balgrad", func(m balance.Method) { m.(*balance.BalGrad).Lambda, m.(*balance.BalGrad).Weight = 0, 0 }},
	{"opm", func(m balance.Method) { m.(*balance.OPM).Chance = 0 }},
	{"opm", func(m balance.Method) { m.(*balance.OPM).Warmup = 1000 }},
	{"amco", func(m balance.Method) { m.(*balance.AMCo).Pace, m.(*balance.AMCo).Weight = 0, 0 }},
	{"mslr", func(m balance.Method) { m.(*balance.MSLR).Strength = 0 }},
	{"miles", func(m balance.Method) { m.(*balance.MILES).Factor = 1 }},
	{"ogm", func(m balance.Method) { m.(*balance.OGM).Alpha = 0 }},
	{"ogm-ge", func(m balance.Method) { m.(*balance.OGM).Alpha = 0 }},
	{"ogm", func(m balance.Method) { m.(*balance.OGM).Start = 1000 }},
	{"cggm", func(m balance.Method) {
		c := m.(*balance.CGGM)
		c.Magnitude, c.Direction = false, false
	}},
	{"cggm", func(m balance.Method) { m.(*balance.CGGM).Warmup = 1000 }},
	{"pmr", func(m balance.Method) { m.(*balance.PMR).Alpha = 0 }},
	{"umt", func(m balance.Method) { m.(*balance.UMT).Lambda = 0 }},
	{"g2d", func(m balance.Method) {
		g := m.(*balance.G2D)
		g.Alpha, g.Beta, g.Priority = 0, 0, 0
	}},
	{"valuation-sample", func(m balance.Method) { m.(*balance.Valuation).Warmup = 1000 }},
	{"valuation-modality", func(m balance.Method) { m.(*balance.Valuation).Warmup = 1000 }},
	{"remix", func(m balance.Method) { m.(*balance.Remix).Warm, m.(*balance.Remix).Warmup = 0, 1000 }},
}

// notNeutral says why no setting of a method is joint training.
var notNeutral = map[string]string{
	"joint":        "it is joint training",
	"unimodal":     "nothing is joint",
	"ume":          "nothing is joint",
	"linear-probe": "its encoders are trained apart",
	"g-blend":      "its weights add up to one over the fused and the unimodal losses",
	"mmcosine":     "its logits are cosines",
	"mmpareto":     "its directions always hold the unimodal gradients",
	"dgl":          "its encoders never see the gradient of the fusion",
	"mla":          "its modalities learn in turns",
	"aug":          "its modalities learn from their own losses",
	"greedy":       "its bridges are parameters that joint training does not have",
	"mses":         "its unimodal losses decide and train",
}

// Neutral settings give joint training bit for bit.
func TestNeutralSettingsAreJointTraining(t *testing.T) {
	want := parameters(t, fixture{modalities: 2, method: "joint"})
	for _, test := range neutral {
		f := fixture{modalities: 2, method: test.method, configure: func(_ string, m balance.Method) error {
			test.configure(m)
			return nil
		}}
		got := parameters(t, f)
		for name, v := range want {
			if !slices.Equal(got[name], v) {
				t.Errorf("%s with neutral settings: %s differs from joint training", test.method, name)
			}
		}
	}
}

// Every method has neutral settings or a reason why it has none.
func TestNeutralCoversAllMethods(t *testing.T) {
	for _, method := range methods() {
		has := false
		for _, n := range neutral {
			has = has || n.method == method
		}
		if has == (notNeutral[method] != "") {
			t.Errorf("%s: give it a neutral setting, or say why it has none", method)
		}
	}
}
