package balance

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// Entry describes a method that can be chosen by name.
type Entry struct {
	Name    string
	Title   string // what it stands for
	Source  string // paper, venue and year; "" for controls
	Hook    string // where it acts
	Cost    string // extra work per step over joint training
	Default func() Method
}

// entries is the list of all methods, in the order of documentation. Adding a
// method is adding one line.
var entries = []Entry{
	{"joint", "plain joint training", "", "none", "none", func() Method { return &Joint{} }},
	{"unimodal", "every modality alone, and their ensemble", "", "objective", "none", func() Method { return &Unimodal{} }},
	{"ume", "unimodal ensemble, each at its best epoch", "ICML 2023", "objective, prediction", "one validation pass per epoch", func() Method { return DefaultUME() }},
	{"linear-probe", "fusion and head on frozen unimodal encoders", "ICML 2023", "objective", "unimodal training first", func() Method { return DefaultLinearProbe() }},
	{"multi-loss", "joint plus one loss per modality", "", "loss", "unimodal logits", func() Method { return DefaultMultiLoss() }},
	{"modality-dropout", "leaves out modalities of samples at random", "", "objective", "none", func() Method { return DefaultModalityDropout() }},
	{"mbsd", "modality-balanced self-distillation", "WSDM 2023", "loss", "unimodal logits", func() Method { return DefaultMBSD() }},
	{"cml", "calibrated multimodal learning", "ICML 2023", "loss", "M-1 fusion passes", func() Method { return DefaultCML() }},
	{"lfm", "dynamically learning the modality gap", "NeurIPS 2024", "objective", "unimodal logits; learned: two backward passes", func() Method { return DefaultLFM() }},
	{"umt", "unimodal teachers", "ICML 2023", "loss", "unimodal training first, M encoder passes", func() Method { return DefaultUMT() }},
	{"g-blend", "gradient blending", "CVPR 2020", "objective", "M+1 trainings aside", func() Method { return DefaultGBlend() }},
	{"mmcosine", "cosine logits per modality", "ICASSP 2023", "objective, prediction", "none", func() Method { return DefaultMMCosine() }},
	{"cggm", "classifier-guided gradient modulation", "NeurIPS 2024", "loss, gradient scale", "M classifiers", func() Method { return DefaultCGGM() }},
	{"ogm", "on-the-fly gradient modulation", "CVPR 2022", "gradient scale", "unimodal logits", func() Method { return DefaultOGM() }},
	{"ogm-ge", "OGM with generalisation noise", "CVPR 2022", "gradient scale, noise", "unimodal logits, noise", func() Method { return DefaultOGMGE() }},
	{"agm", "adaptive gradient modulation", "ICCV 2023", "objective", "2^M - 2 fusion passes", func() Method { return DefaultAGM() }},
	{"arl", "asymmetric representation learning", "ICCV 2025", "loss, gradient scale", "unimodal logits", func() Method { return DefaultARL() }},
	{"inforeg", "adaptive unimodal regulation in the prime learning window", "CVPR 2025", "loss, gradient edit", "unimodal logits, a second copy of the encoders", func() Method { return DefaultInfoReg() }},
	{"pmr", "prototypical modal rebalance", "CVPR 2023", "loss", "one look at a share per epoch", func() Method { return DefaultPMR() }},
	{"mmpareto", "Pareto combination of fused and unimodal gradients", "ICML 2024", "gradient edit", "one backward pass", func() Method { return DefaultMMPareto() }},
	{"greedy", "balanced learning of encoders joined by bridges", "ICML 2022", "features, gates", "bridges between the encoders", func() Method { return DefaultGreedy() }},
	{"balgrad", "see-saw modality balance: a skeleton of its idea", "NAACL 2025", "loss, gradient edit", "unimodal logits, two backward passes", func() Method { return DefaultBalGrad() }},
	{"dgl", "disentangled gradient learning", "ICCV 2025", "stop-gradients", "M fusion passes", func() Method { return DefaultDGL() }},
	{"g2d", "gradient-guided distillation", "ICCV 2025", "loss, gradient scale", "unimodal training first, M encoder passes", func() Method { return DefaultG2D() }},
	{"opm", "on-the-fly prediction modulation", "TPAMI 2024", "features, objective", "unimodal logits", func() Method { return DefaultOPM() }},
	{"amco", "adaptive mask co-optimisation", "ICASSP 2023", "loss, objective", "unimodal logits, one fusion pass", func() Method { return DefaultAMCo() }},
	{"valuation-sample", "resampling by each sample's modality contributions", "CVPR 2024", "samples", "2^M - 1 looks per epoch, up to 3M updates more", func() Method { return DefaultSampleValuation() }},
	{"valuation-modality", "resampling by mean modality contributions", "CVPR 2024", "samples", "2^M - 1 looks at a share per epoch", func() Method { return DefaultModalityValuation() }},
	{"remix", "data remixing", "ICML 2025", "samples, loss", "one look at the training set per epoch", func() Method { return DefaultRemix() }},
	{"mslr", "modality-specific learning rates", "Findings of ACL 2022", "learning rate", "none", func() Method { return DefaultMSLR() }},
	{"miles", "modality-informed learning rate scheduler", "IJCNN 2025", "learning rate", "M fusion passes over the validation set per epoch", func() Method { return DefaultMILES() }},
	{"mses", "modality-specific early stopping", "ACPR 2019", "learning rate, epochs", "unimodal logits", func() Method { return DefaultMSES() }},
	{"relearning", "diagnosing and re-learning", "ECCV 2024", "initial values, a few epochs", "k-means on features, a few times", func() Method { return DefaultRelearning() }},
	{"mla", "alternating unimodal adaptation", "CVPR 2024", "phases", "M updates per batch", func() Method { return DefaultMLA() }},
	{"reconboost", "boosting over modalities that take turns", "ICML 2024", "phases, objective, prediction", "none", func() Method { return DefaultReconBoost() }},
	{"aug", "growing the classifier of the weakest modality", "NeurIPS 2025", "phases, prediction", "M updates per batch", func() Method { return DefaultAUG() }},
}

// Entries returns all methods in the order of documentation.
func Entries() []Entry { return slices.Clone(entries) }

// Find returns the entry with the given name; the error of an unknown name
// lists the known ones.
func Find(name string) (Entry, error) {
	names := make([]string, len(entries))
	for i, e := range entries {
		if e.Name == name {
			return e, nil
		}
		names[i] = e.Name
	}
	sort.Strings(names)
	return Entry{}, fmt.Errorf("balance: unknown method %q: choose one of %s, or join two with +", name, strings.Join(names, ", "))
}

// New returns the method with the given name, or the composition of several
// joined by "+". configure is called with every part's settings, ready to be
// overwritten; nil keeps the defaults.
func New(name string, configure func(part string, settings Method) error) (Method, error) {
	var parts []Named
	for _, part := range Split(name) {
		entry, err := Find(part)
		if err != nil {
			return nil, err
		}
		m := entry.Default()
		if configure != nil {
			if err := configure(part, m); err != nil {
				return nil, err
			}
			if err := checkFinite(part, m); err != nil {
				return nil, err
			}
		}
		parts = append(parts, Named{part, m})
	}
	return Compose(parts...)
}

// checkFinite refuses settings that are no numbers: they pass comparisons that
// are meant to keep them out, and would show as a training that diverges.
func checkFinite(name string, m Method) error {
	v := reflect.Indirect(reflect.ValueOf(m))
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.Type.Kind() != reflect.Float64 {
			continue
		}
		if x := v.Field(i).Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			setting, _, _ := strings.Cut(field.Tag.Get("yaml"), ",")
			return fmt.Errorf("balance: %s: %s %g: must be a finite number", name, setting, x)
		}
	}
	return nil
}
