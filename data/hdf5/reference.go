package hdf5

import (
	"fmt"
	"io"
	"slices"

	"cggm/data"
)

// References reads a dataset of references to other datasets: its shape, and
// the name of the dataset that each element refers to, "" where it refers to
// none. ok is false if the elements of the dataset are no references.
func (f *File) References(name string) (shape []int, names []string, ok bool, err error) {
	d, err := f.dataset(name)
	if err != nil || !d.element.reference {
		return nil, nil, false, err
	}
	b := f.blocks.fresh()
	r, _, err := d.bytes(b, 0, d.rows(), d.elements)
	if err != nil {
		return nil, nil, false, f.located(err, name)
	}
	buf := make([]byte, d.element.size)
	for i := range d.elements {
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, nil, false, f.located(err, name)
		}
		c := &cursor{b: buf, offsets: d.element.size}
		address := c.address()
		target, known := f.objects[address]
		if !known && address != 0 && address != undefined {
			return nil, nil, false, f.located(&data.FileError{
				Where: fmt.Sprintf("element %d", i), Found: "a reference to " + place(address), Want: "the address of a dataset",
			}, name)
		}
		names = append(names, target)
	}
	return slices.Clone(d.shape), names, true, nil
}
