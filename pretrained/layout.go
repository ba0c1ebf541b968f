package pretrained

// Linear reads the weight of a linear layer, [out, in] in PyTorch, as
// [in, out].
func (w *Weights) Linear(name string, in, out int) ([]float32, error) {
	values, err := w.Read(name, out, in)
	if err != nil {
		return nil, err
	}
	turned := make([]float32, len(values))
	for o := range out {
		for i := range in {
			turned[i*out+o] = values[o*in+i]
		}
	}
	return turned, nil
}

// colours is the number of inputs of a network for pictures.
const colours = 3

// Kernel reads the weight of a convolution, [out, in, height, width] in
// PyTorch, as [height, width, in, out]. Where the file's convolution reads
// three colours and in is another number, every input gets the sum over the
// colours divided by in: inputs that are all alike give what a gray picture
// gave.
func (w *Weights) Kernel(name string, height, width, in, out int) ([]float32, error) {
	have := in
	if shape, ok := w.Shape(name); ok && len(shape) == 4 && shape[1] == colours {
		have = colours
	}
	values, err := w.Read(name, out, have, height, width)
	if err != nil {
		return nil, err
	}
	area := height * width
	turned := make([]float32, area*in*out)
	for o := range out {
		for p := range area {
			at := func(i int) float32 { return values[(o*have+i)*area+p] }
			for i := range in {
				v := float32(0)
				if have == in {
					v = at(i)
				} else {
					v = (at(0) + at(1) + at(2)) / float32(in)
				}
				turned[(p*in+i)*out+o] = v
			}
		}
	}
	return turned, nil
}
