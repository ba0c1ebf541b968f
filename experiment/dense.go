package experiment

import (
	"maps"

	"cggm/classifier"
	"cggm/head"
	"cggm/network"
	"cggm/objective"
	"cggm/sample"
	"cggm/task"
)

// mapped returns the choices with which a model keeps positions where the data
// is labelled by position and the configuration says nothing else.
func mapped(c *Config, d *task.Data) (fusion, head, classifier Choice) {
	fusion, head, classifier = c.Fusion, c.Head, c.Classifier
	if d.Task != objective.Dense {
		return fusion, head, classifier
	}
	if kind := fusion.Kind(); kind == "concat" || kind == "sum" {
		fusion = Choice{"dense": true}
		maps.Copy(fusion, c.Fusion)
	}
	if head.Kind() == "linear" {
		head = Choice{"kind": "dense"}
	}
	if classifier.Kind() == "mlp" {
		classifier = Choice{"kind": "conv"}
	}
	return fusion, head, classifier
}

// extend tells the parts of a model that predict per position the extent of
// the labels.
func extend(m *network.Model, label sample.Layout) {
	height, width := label.Dims[0], label.Dims[1]
	if h, ok := m.Head.(*head.Dense); ok {
		h.Height, h.Width = height, width
	}
	switch c := m.Classifier.(type) {
	case *classifier.Conv:
		c.Dense, c.Height, c.Width = true, height, width
	case *classifier.Decoder:
		c.Height, c.Width = height, width
	}
}
