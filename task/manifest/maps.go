package manifest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"slices"

	"cggm/data"
	"cggm/data/picture"
)

// classMaps reads the pictures that the series names as maps of classes,
// [samples, height, width]. Maps of another size are scaled to size by taking
// the nearest pixel; without a size, all must be alike.
func classMaps(ctx context.Context, s *series, base, folder string, size []int) (*series, error) {
	files, err := filesOf(s, base, folder)
	if err != nil {
		return nil, err
	}
	if i := slices.Index(files, ""); i >= 0 {
		return nil, fmt.Errorf("%s: the label is empty", s.at(i))
	}
	fixed := size == nil
	if fixed {
		first, err := decodeMap(files[0])
		if err != nil {
			return nil, &rowError{s.at(0), err}
		}
		size = []int{first.Bounds().Dy(), first.Bounds().Dx()}
	}
	height, width := size[0], size[1]
	if len(files)*height*width > maxValues {
		return nil, fmt.Errorf("%s: %d maps of %d x %d pixels: want at most %d pixels in all", s.origin(), len(files), height, width, maxValues)
	}
	values := make([]int32, len(files)*height*width)
	err = each(ctx, len(files), func(i int) error {
		m, err := decodeMap(files[i])
		if err != nil {
			return &rowError{s.at(i), err}
		}
		if err := classes(values[i*height*width:][:height*width], m, height, width, fixed); err != nil {
			return &rowError{s.at(i), fmt.Errorf("%s: %w", files[i], err)}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &series{
		file: s.file, name: s.name, place: s.place,
		values: data.Array{Shape: []int{len(files), height, width}, Values: values},
	}, nil
}

// classes writes the class of every pixel: its gray value or palette index.
// With fixed, the picture must be of the given size.
func classes(out []int32, m image.Image, height, width int, fixed bool) error {
	b := m.Bounds()
	if fixed && (b.Dy() != height || b.Dx() != width) {
		return fmt.Errorf("%d x %d pixels, but %d x %d in the first sample: set the label's size", b.Dy(), b.Dx(), height, width)
	}
	var at func(x, y int) int32
	switch p := m.(type) {
	case *image.Gray:
		at = func(x, y int) int32 { return int32(p.GrayAt(x, y).Y) }
	case *image.Gray16:
		at = func(x, y int) int32 { return int32(p.Gray16At(x, y).Y) }
	case *image.Paletted:
		at = func(x, y int) int32 { return int32(p.ColorIndexAt(x, y)) }
	default:
		at = func(x, y int) int32 {
			c, ok := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			if !ok || c.R != c.G || c.G != c.B {
				return -1
			}
			return int32(c.R)
		}
	}
	for y := range height {
		for x := range width {
			v := at(b.Min.X+x*b.Dx()/width, b.Min.Y+y*b.Dy()/height)
			if v < 0 {
				return errors.New("a colour picture: class maps are grayscale or have a palette")
			}
			out[y*width+x] = v
		}
	}
	return nil
}

// decodeMap reads a PNG file of bounded size with its palette.
func decodeMap(path string) (image.Image, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	config, err := png.DecodeConfig(bufio.NewReader(file))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: not a PNG picture: %w", path, err)
	case config.Width > picture.MaxPixels/config.Height:
		return nil, fmt.Errorf("%s: %d x %d pixels: want at most %d", path, config.Height, config.Width, picture.MaxPixels)
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	out, err := png.Decode(bufio.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%s: damaged picture: %w", path, err)
	}
	return out, nil
}
