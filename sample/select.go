package sample

import "context"

// selected is a source with some of the modalities of another.
type selected struct {
	Source
	modalities []int
}

// Selected returns the source with the given modalities only, in that order.
// The others are read, and left out.
func Selected(s Source, modalities []int) Source {
	if set, ok := s.(*Set); ok {
		return set.Select(modalities)
	}
	return &selected{s, modalities}
}

// Inputs returns the layouts of the chosen modalities.
func (s *selected) Inputs() []Layout {
	all := s.Source.Inputs()
	out := make([]Layout, len(s.modalities))
	for k, m := range s.modalities {
		out[k] = all[m]
	}
	return out
}

// Complete reports whether no sample lacks a modality.
func (s *selected) Complete() bool {
	c, ok := s.Source.(interface{ Complete() bool })
	return ok && c.Complete()
}

// Read returns the samples with the chosen modalities.
func (s *selected) Read(ctx context.Context, indices []int, draw Draw) (*Batch, error) {
	b, err := s.Source.Read(ctx, indices, draw)
	if err != nil {
		return nil, err
	}
	out := &Batch{Label: b.Label}
	for _, m := range s.modalities {
		out.Inputs = append(out.Inputs, b.Inputs[m])
	}
	if b.Present != nil {
		for row := range indices {
			for _, m := range s.modalities {
				out.Present = append(out.Present, b.Present[row*len(b.Inputs)+m])
			}
		}
	}
	return out, nil
}
