package bert

import (
	"encoding/json"
	"fmt"
	"os"
)

// Config is the size of a BERT, in the form of Hugging Face's config.json.
type Config struct {
	// Model is the kind of network, "bert".
	Model string `json:"model_type"`
	// Vocabulary is the number of token ids.
	Vocabulary int `json:"vocab_size"`
	// Width of the hidden states, a multiple of Heads.
	Width int `json:"hidden_size"`
	// Layers is the number of blocks.
	Layers int `json:"num_hidden_layers"`
	// Heads of the attention.
	Heads int `json:"num_attention_heads"`
	// Inner is the width inside the feed-forward layers.
	Inner int `json:"intermediate_size"`
	// Positions is the largest number of tokens.
	Positions int `json:"max_position_embeddings"`
	// Types is the number of token types.
	Types int `json:"type_vocab_size"`
	// Activation of the feed-forward layers: gelu, gelu_new, relu or silu.
	Activation string `json:"hidden_act"`
	// Epsilon guards the layer normalisations.
	Epsilon float64 `json:"layer_norm_eps"`
	// Place is the kind of positions; only "absolute" is known.
	Place string `json:"position_embedding_type"`
}

// Base is the configuration of bert-base-uncased.
func Base() Config {
	return Config{
		Model: "bert", Vocabulary: 30522, Width: 768, Layers: 12, Heads: 12, Inner: 3072, Positions: 512, Types: 2,
		Activation: "gelu", Epsilon: 1e-12, Place: "absolute",
	}
}

// ReadConfig reads a config.json. What it leaves out is as in [Base].
func ReadConfig(path string) (Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("bert: %w", err)
	}
	c := Base()
	if err := json.Unmarshal(text, &c); err != nil {
		return Config{}, fmt.Errorf("bert: %s: %w: want the config.json of a BERT", path, err)
	}
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("bert: %s: %w", path, err)
	}
	return c, nil
}

// Validate reports what is impossible or unknown about the configuration.
func (c Config) Validate() error {
	switch {
	case c.Model != "bert":
		return fmt.Errorf("bert: model_type %q: want bert", c.Model)
	case c.Place != "absolute":
		return fmt.Errorf("bert: position_embedding_type %q: want absolute", c.Place)
	case min(c.Vocabulary, c.Width, c.Layers, c.Heads, c.Inner, c.Positions, c.Types) < 1:
		return fmt.Errorf("bert: sizes %+v: want positive numbers", c)
	case c.Width%c.Heads != 0:
		return fmt.Errorf("bert: hidden_size %d with num_attention_heads %d: the width must be a multiple of the heads", c.Width, c.Heads)
	case !(c.Epsilon > 0):
		return fmt.Errorf("bert: layer_norm_eps %g: want a positive number", c.Epsilon)
	}
	return nil
}
