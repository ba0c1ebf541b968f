package vit

import (
	"encoding/json"
	"fmt"
	"os"

	"cggm/data"
)

// Processor prepares pictures for a network as Hugging Face's image processors
// do, from the settings in a preprocessor_config.json: it resizes them,
// multiplies the bytes by Rescale and standardises the channels.
type Processor struct {
	// Height and Width of the result.
	Height, Width int
	// Filter resizes.
	Filter Filter
	// Rescale is the factor that takes bytes to [0,1].
	Rescale float64
	// Mean and Deviation of the channels after rescaling.
	Mean, Deviation [3]float64
}

// DefaultProcessor returns the settings of vit-base-patch16-224.
func DefaultProcessor() Processor {
	half := [3]float64{.5, .5, .5}
	return Processor{Height: 224, Width: 224, Filter: Bilinear, Rescale: 1. / 255, Mean: half, Deviation: half}
}

// ReadProcessor reads a preprocessor_config.json. What it leaves out is as in
// [DefaultProcessor].
func ReadProcessor(path string) (Processor, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Processor{}, fmt.Errorf("vit: %w", err)
	}
	p, err := parseProcessor(text)
	if err != nil {
		return Processor{}, fmt.Errorf("vit: %s: %w", path, err)
	}
	return p, nil
}

func parseProcessor(text []byte) (Processor, error) {
	p := DefaultProcessor()
	c := struct {
		Size      json.RawMessage `json:"size"`
		Resample  int             `json:"resample"`
		Factor    float64         `json:"rescale_factor"`
		Mean      []float64       `json:"image_mean"`
		Deviation []float64       `json:"image_std"`
		Resize    *bool           `json:"do_resize"`
		Rescale   *bool           `json:"do_rescale"`
		Normalize *bool           `json:"do_normalize"`
		Crop      bool            `json:"do_center_crop"`
	}{Resample: int(Bilinear), Factor: p.Rescale, Mean: p.Mean[:], Deviation: p.Deviation[:]}
	if err := json.Unmarshal(text, &c); err != nil {
		return p, fmt.Errorf("%w: want the settings of an image processor", err)
	}
	if refused(c.Resize) || c.Crop {
		return p, fmt.Errorf("do_resize false or do_center_crop true: want pictures that are resized to the network's size")
	}
	if len(c.Size) > 0 {
		var extent int
		var both struct{ Height, Width int }
		switch {
		case json.Unmarshal(c.Size, &extent) == nil:
			p.Height, p.Width = extent, extent
		case json.Unmarshal(c.Size, &both) == nil:
			p.Height, p.Width = both.Height, both.Width
		default:
			p.Height = 0
		}
		if min(p.Height, p.Width) < 1 || max(p.Height, p.Width) > maxExtent {
			return p, fmt.Errorf("size %s: want a number, or height and width, from 1 to %d", c.Size, maxExtent)
		}
	}
	p.Filter, p.Rescale = Filter(c.Resample), c.Factor
	if _, ok := filters[p.Filter]; !ok {
		return p, fmt.Errorf("resample %d: want 2 (bilinear) or 3 (bicubic)", c.Resample)
	}
	if refused(c.Rescale) {
		p.Rescale = 1
	}
	if refused(c.Normalize) {
		c.Mean, c.Deviation = []float64{0, 0, 0}, []float64{1, 1, 1}
	}
	if copy(p.Mean[:], c.Mean) != 3 || copy(p.Deviation[:], c.Deviation) != 3 || len(c.Mean) != 3 || len(c.Deviation) != 3 {
		return p, fmt.Errorf("image_mean %v, image_std %v: want three numbers each", c.Mean, c.Deviation)
	}
	for _, d := range p.Deviation {
		if !(d > 0) {
			return p, fmt.Errorf("image_std %v: want positive numbers", p.Deviation)
		}
	}
	return p, nil
}

// refused reports whether a step of the processor, on by default, is off.
func refused(step *bool) bool { return step != nil && !*step }

// maxExtent bounds pictures; networks read hundreds of pixels.
const maxExtent = 4096

// Process returns the picture, uint8 [height, width, 3], as the network reads
// it: float32 [Height, Width, 3].
func (p Processor) Process(picture data.Array) ([]float32, error) {
	values, ok := picture.Values.([]uint8)
	if err := picture.Check(); err != nil {
		return nil, fmt.Errorf("vit: %w", err)
	}
	if !ok || len(picture.Shape) != 3 || picture.Shape[2] != 3 || len(values) == 0 {
		return nil, fmt.Errorf("vit: picture of %s %v: want uint8 [height, width, 3]", picture.Type(), picture.Shape)
	}
	pixels := resize(values, picture.Shape[0], picture.Shape[1], p.Height, p.Width, p.Filter)
	var table [3][256]float32
	for c := range table {
		for v := range table[c] {
			// Rounded where the published processor rounds.
			scaled := float64(float32(float64(v) * p.Rescale))
			table[c][v] = float32((scaled - p.Mean[c]) / p.Deviation[c])
		}
	}
	out := make([]float32, len(pixels))
	for i, v := range pixels {
		out[i] = table[i%3][v]
	}
	return out, nil
}
