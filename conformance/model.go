package conformance

import (
	"encoding/json"
	"fmt"

	"cggm/classifier"
	"cggm/encoder"
	"cggm/fusion"
	"cggm/head"
	"cggm/network"
)

// Config describes a recorded training; it is the metadata "config" of a trace.
type Config struct {
	// Mode is none (joint training), reference or paper.
	Mode string `json:"mode"`
	Seed int    `json:"seed"`
	// Widths and Lengths of the modalities' sequences.
	Widths  []int `json:"orig_dim"`
	Lengths []int `json:"seq_len"`
	// Width, heads and number of blocks of the encoders; the fusion has two
	// blocks less.
	Width            int `json:"proj_dim"`
	Heads            int `json:"num_heads"`
	Layers           int `json:"layers"`
	ClassifierLayers int `json:"cls_layers"`
	Outputs          int `json:"output_dim"`
	// Loss is l1 or cross_entropy.
	Loss           string  `json:"loss"`
	Rate           float64 `json:"lr"`
	ClassifierRate float64 `json:"cls_lr"`
	// Clip bounds the global norm of the model's gradients.
	Clip   float64 `json:"clip"`
	Rho    float64 `json:"rho"`
	Lambda float64 `json:"lambda"`
	Batch  int     `json:"batch"`
	Steps  int     `json:"steps"`
}

// ParseConfig reads the metadata of a trace.
func ParseConfig(text string) (*Config, error) {
	var c Config
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return nil, fmt.Errorf("conformance: metadata config: %w", err)
	}
	n := len(c.Widths)
	switch {
	case n < 1 || n > 8 || len(c.Lengths) != n:
		return nil, fmt.Errorf("conformance: config: %d widths and %d lengths of modalities: want the same number, 1 to 8", n, len(c.Lengths))
	case c.Heads < 1 || c.Width < 1 || c.Width%c.Heads != 0:
		return nil, fmt.Errorf("conformance: config: proj_dim %d with %d heads: want a multiple of the heads", c.Width, c.Heads)
	case c.Layers < 3 || c.ClassifierLayers < 1 || c.Outputs < 1:
		return nil, fmt.Errorf("conformance: config: layers %d, cls_layers %d, output_dim %d: want at least 3, 1 and 1",
			c.Layers, c.ClassifierLayers, c.Outputs)
	case c.Batch < 1 || c.Steps < 1:
		return nil, fmt.Errorf("conformance: config: batch %d, steps %d: want at least 1", c.Batch, c.Steps)
	}
	return &c, nil
}

// Model returns the recorded model, without dropout. Its parameters have the
// names that Parameter gives.
func (c *Config) Model() *network.Model {
	m := &network.Model{
		Fusion:     &fusion.Transformer{Heads: c.Heads, Layers: c.Layers - 2},
		Head:       &head.Residual{Size: c.Outputs},
		Classifier: &classifier.Transformer{Size: c.Outputs, Heads: c.Heads, Layers: c.ClassifierLayers},
	}
	for i := range c.Widths {
		m.Modalities = append(m.Modalities, network.Modality{
			Name:    fmt.Sprintf("x%d", i),
			Encoder: &encoder.Transformer{Width: c.Width, Heads: c.Heads, Layers: c.Layers},
		})
	}
	return m
}
