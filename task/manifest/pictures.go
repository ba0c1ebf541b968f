package manifest

import (
	"context"
	"fmt"

	"cggm/data/picture"
	"cggm/sample"
)

// pictures reads the pictures that the series names, scaled to the modality's
// size: [height, width, 3], or 1 channel when gray.
func (m Modality) pictures(ctx context.Context, s *series, base string) (*draft, error) {
	files, err := filesOf(s, base, m.Folder)
	if err != nil {
		return nil, err
	}
	height, width, channels := defaultSide, defaultSide, 3
	if m.Size != nil {
		height, width = m.Size[0], m.Size[1]
	}
	if m.Gray {
		channels = 1
	}
	size := height * width * channels
	if len(files)*size > maxPictureBytes {
		return nil, fmt.Errorf("%s: %d pictures of %d values: want at most %d in all", s.origin(), len(files), size, maxPictureBytes)
	}
	d := &draft{present: presence(files)}
	d.column = sample.Column{
		Layout: sample.Layout{Name: m.Name, Kind: sample.Byte, Dims: []int{height, width, channels}},
		Bytes:  make([]uint8, len(files)*size),
	}
	err = each(ctx, len(files), func(i int) error {
		if files[i] == "" {
			return nil
		}
		a, err := picture.Read(files[i], picture.Options{Height: height, Width: width, Gray: m.Gray})
		if err != nil {
			return &rowError{s.at(i), err}
		}
		pixels, ok := a.Values.([]uint8)
		if !ok || len(pixels) != size {
			return &rowError{s.at(i), fmt.Errorf("%s: pixels are %s of shape %v", files[i], a.Type(), a.Shape)}
		}
		copy(d.column.Bytes[i*size:], pixels)
		return nil
	})
	return d, err
}
