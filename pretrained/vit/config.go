package vit

import (
	"encoding/json"
	"fmt"
	"os"
)

// Config is the size of a vision transformer, in the form of Hugging Face's
// config.json.
type Config struct {
	// Model is the kind of network, "vit".
	Model string `json:"model_type"`
	// Extent is the height and the width of pictures.
	Extent int `json:"image_size"`
	// Patch is the height and the width of the patches; it divides Extent.
	Patch int `json:"patch_size"`
	// Channels of the pictures.
	Channels int `json:"num_channels"`
	// Width of the hidden states, a multiple of Heads.
	Width int `json:"hidden_size"`
	// Layers is the number of blocks.
	Layers int `json:"num_hidden_layers"`
	// Heads of the attention.
	Heads int `json:"num_attention_heads"`
	// Inner is the width inside the feed-forward layers.
	Inner int `json:"intermediate_size"`
	// Activation of the feed-forward layers: gelu, gelu_new, relu or silu.
	Activation string `json:"hidden_act"`
	// Epsilon guards the layer normalisations.
	Epsilon float64 `json:"layer_norm_eps"`
}

// Base is the configuration of vit-base-patch16-224.
func Base() Config {
	return Config{
		Model: "vit", Extent: 224, Patch: 16, Channels: 3, Width: 768, Layers: 12, Heads: 12, Inner: 3072,
		Activation: "gelu", Epsilon: 1e-12,
	}
}

// ReadConfig reads a config.json. What it leaves out is as in [Base].
func ReadConfig(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("vit: %w", err)
	}
	c := Base()
	if err := json.Unmarshal(text, &c); err != nil {
		return Config{}, fmt.Errorf("vit: %s: %w: want the config.json of a ViT", path, err)
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("vit: %s: %w", path, err)
	}
	return c, nil
}

// Validate reports what is impossible or unknown about the configuration.
func (c Config) Validate() error {
	switch {
	case c.Model != "vit":
		return fmt.Errorf("vit: model_type %q: want vit", c.Model)
	case min(c.Extent, c.Patch, c.Channels, c.Width, c.Layers, c.Heads, c.Inner) < 1:
		return fmt.Errorf("vit: sizes %+v: want positive numbers", c)
	case c.Extent%c.Patch != 0:
		return fmt.Errorf("vit: image_size %d with patch_size %d: the patches must fill the picture", c.Extent, c.Patch)
	case c.Width%c.Heads != 0:
		return fmt.Errorf("vit: hidden_size %d with num_attention_heads %d: the width must be a multiple of the heads", c.Width, c.Heads)
	case !(c.Epsilon > 0):
		return fmt.Errorf("vit: layer_norm_eps %g: want a positive number", c.Epsilon)
	}
	return nil
}

// Tokens returns the number of hidden states of a picture: one for the class
// and one for each patch.
func (c Config) Tokens() int { return 1 + (c.Extent/c.Patch)*(c.Extent/c.Patch) }
