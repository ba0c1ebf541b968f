package encoder_test

import (
	"fmt"
	"hash/fnv"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/backend"
	"cggm/classifier"
	"cggm/data"
	"cggm/data/npz"
	"cggm/data/safetensors"
	"cggm/encoder"
	"cggm/feature"
	"cggm/fusion"
	"cggm/head"
	"cggm/layer"
	"cggm/param"
)

// agreement is the largest difference to PyTorch, relative to the largest
// value, that rounding in another order explains.
const agreement = 1e-4

// noise is noise of testdata/generate.py.
func noise(name string, n int) []float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	out := make([]float64, n)
	for i := range out {
		z := uint64(i+1)*0x9E3779B97F4A7C15 + h.Sum64()
		z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
		z = (z ^ (z >> 27)) * 0x94D049BB133111EB
		z ^= z >> 31
		out[i] = float64(z>>40)/(1<<23) - 1
	}
	return out
}

// weight is weight of testdata/generate.py: the values of an array in
// PyTorch's layout.
func weight(name string, dims ...int) []float32 {
	n := 1
	for _, d := range dims {
		n *= d
	}
	u := noise(name, n)
	out := make([]float32, n)
	for i, v := range u {
		switch {
		case strings.HasSuffix(name, "running_var"):
			v = 1 + .4*v
		case len(dims) == 4:
			v *= math.Sqrt(3 / float64(n/dims[0]))
		case strings.HasSuffix(name, "weight"):
			v = 1 + .2*v
		default:
			v *= .2
		}
		out[i] = float32(v)
	}
	return out
}

var theirs = strings.NewReplacer("/gain", ".weight", "/mean", ".running_mean", "/variance", ".running_var", "/", ".")

// fill returns the value of a parameter whose PyTorch name is name.
func fill(name string, dims []int) []float32 {
	switch {
	case len(dims) == 4:
		h, w, in, out := dims[0], dims[1], dims[2], dims[3]
		return turn(weight(name, out, in, h, w), h, w, in, out)
	case len(dims) == 2: // the last layer, a convolution of size 1 in PyTorch
		return turn(weight(name, dims[1], dims[0], 1, 1), 1, 1, dims[0], dims[1])
	}
	return weight(name, dims...)
}

func turn(from []float32, h, w, in, out int) []float32 {
	to := make([]float32, len(from))
	for o := range out {
		for i := range in {
			for p := range h * w {
				to[(p*in+i)*out+o] = from[(o*in+i)*h*w+p]
			}
		}
	}
	return to
}

// result holds what a network computed.
type result struct {
	outputs [][]float32
	// moved holds, by parameter, the gradients of the sum of outputs[0] times
	// noise, under "input" that of the input, and the new moving statistics.
	moved map[string][]float32
}

// run executes the nodes that build returns for an input of the given shape,
// on parameters with PyTorch's values; rename gives PyTorch's name for ours.
func run(t *testing.T, training bool, input []int, rename func(string) string,
	build func(b *param.Binding, x *graph.Node) []*graph.Node,
) result {
	t.Helper()
	engine, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	b := &param.Binding{Graph: graph.NewGraph(engine, t.Name()), Set: &param.Set{}, Training: training}
	picture := tensor(noise("input", product(input)), input...)
	r := result{moved: make(map[string][]float32)}
	err = exceptions.TryCatch[error](func() {
		x := graph.Parameter(b.Graph, "input", picture.Shape())
		nodes := build(b, x)
		count := len(nodes)
		var names []string
		if training {
			more, targets := gradients(b, x, nodes[0])
			nodes, names = append(nodes, more...), targets
		}
		if err := b.Graph.Compile(nodes...); err != nil {
			panic(err)
		}
		in := make([]any, b.Graph.NumParameters())
		in[x.GetParameterHandle()] = picture
		for _, i := range b.Order() {
			spec := b.Set.Specs()[i]
			in[b.Node(i).GetParameterHandle()] = tensors.FromFlatDataAndDimensions(fill(rename(spec.Name), spec.Dims), spec.Dims...)
		}
		for i, out := range b.Graph.Run(in...) {
			flat, err := tensors.CopyFlatData[float32](out)
			if err != nil {
				panic(err)
			}
			if i < count {
				r.outputs = append(r.outputs, flat)
			} else {
				r.moved[names[i-count]] = flat
			}
		}
	})
	if err != nil {
		t.Fatalf("%+v", err)
	}
	return r
}

// gradients returns the nodes of result.moved and their names.
func gradients(b *param.Binding, x, out *graph.Node) (nodes []*graph.Node, names []string) {
	direction := graph.ConstTensor(b.Graph, tensor(noise("loss", out.Shape().Size()), out.Shape().Dimensions...))
	targets := []*graph.Node{x}
	names = []string{"input"}
	for _, i := range b.Order() {
		if spec := b.Set.Specs()[i]; !spec.Fixed {
			targets = append(targets, b.Node(i))
			names = append(names, spec.Name)
		}
	}
	nodes = graph.Gradient(graph.ReduceAllSum(graph.Mul(out, direction)), targets...)
	for _, i := range b.Order() {
		if u := b.Update(i); u != nil {
			nodes = append(nodes, u)
			names = append(names, b.Set.Specs()[i].Name)
		}
	}
	return nodes, names
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

func tensor(values []float64, dims ...int) *tensors.Tensor {
	flat := make([]float32, len(values))
	for i, v := range values {
		flat[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(flat, dims...)
}

// expected opens a file of testdata/generate.py.
func expected(t *testing.T, name string) *npz.Archive {
	t.Helper()
	a, err := npz.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// compare compares got with the named array, of which the last axis may hold
// the first values only.
func compare(t *testing.T, want *npz.Archive, name string, got []float32) {
	t.Helper()
	a, err := want.Array(name)
	if err != nil {
		t.Fatal(err)
	}
	values, err := a.Float32()
	if err != nil {
		t.Fatal(err)
	}
	kept := a.Shape[len(a.Shape)-1]
	width := len(got) / (len(values) / kept)
	if width < kept || len(got)%width != 0 {
		t.Fatalf("%s: %d values, want shape %v", name, len(got), a.Shape)
	}
	worst, top := 0., 0.
	for i, v := range values {
		top = max(top, math.Abs(float64(v)))
		d := math.Abs(float64(v - got[i/kept*width+i%kept]))
		if !(d <= worst) {
			worst = d
		}
	}
	if !(worst <= agreement*top) {
		t.Errorf("%s: largest difference %g of %g, want at most %g of it", name, worst, top, agreement)
	}
	t.Logf("%s: largest difference %.1e of %.3g", name, worst, top)
}

func resnetName(name string) string { return theirs.Replace(strings.TrimPrefix(name, "encoder/0/")) }

func TestResNetComputesWhatTorchvisionDoes(t *testing.T) {
	want := expected(t, "resnet.npz")
	for _, c := range []struct{ depth, stride, size int }{{18, 32, 64}, {18, 8, 32}, {34, 16, 32}, {50, 32, 48}, {50, 8, 32}, {101, 16, 32}} {
		name := fmt.Sprintf("%d_%d", c.depth, c.stride)
		t.Run(name, func(t *testing.T) {
			r := run(t, false, []int{2, c.size, c.size, 3}, resnetName, func(b *param.Binding, x *graph.Node) []*graph.Node {
				pooled := encode(&encoder.ResNet{Depth: c.depth, Stride: c.stride})(b, []*graph.Node{x})
				return []*graph.Node{pooled, encode(&encoder.ResNet{Depth: c.depth, Stride: c.stride, Dense: true})(b, []*graph.Node{x})}
			})
			compare(t, want, "high_"+name, r.outputs[0])
			compare(t, want, "map_"+name, r.outputs[1])
		})
	}
}

func TestResNetTrainsAsTorchvisionDoes(t *testing.T) {
	want := expected(t, "resnet.npz")
	r := run(t, true, []int{2, 32, 32, 3}, resnetName, func(b *param.Binding, x *graph.Node) []*graph.Node {
		return []*graph.Node{encode(&encoder.ResNet{Stride: 16})(b, []*graph.Node{x})}
	})
	compare(t, want, "train_pooled", r.outputs[0])
	compare(t, want, "train_input_gradient", r.moved["input"])
	compare(t, want, "train_conv1_gradient", r.moved["encoder/0/conv1/weight"])
	compare(t, want, "train_gain_gradient", r.moved["encoder/0/layer4.1.bn2/gain"])
	compare(t, want, "train_mean", r.moved["encoder/0/bn1/mean"])
	compare(t, want, "train_variance", r.moved["encoder/0/layer4.1.bn2/variance"])
}

// deeplabName returns the name in testdata/generate.py of a parameter of two
// encoders, the joint decoder or the second modality's classifier.
func deeplabName(name string) string {
	for m := range 2 {
		old, now := fmt.Sprintf("encoder/%d/", m), fmt.Sprintf("%d.", m)
		name = strings.ReplaceAll(name, old+"backbone/", now+"backbone.")
		name = strings.ReplaceAll(name, old+"pyramid/", now+"aspp.")
	}
	for ours, part := range map[string]string{
		"aspp.rate0": "aspp.convs.0.", "aspp.rate1": "aspp.convs.1.", "aspp.rate2": "aspp.convs.2.", "aspp.rate3": "aspp.convs.3.",
		"aspp.join": "aspp.project.", "fusion/low": "joint.low.", "fusion/conv0": "joint.conv0.", "fusion/conv1": "joint.conv1.",
		"auxiliary/1/low": "single.low.", "auxiliary/1/conv0": "single.conv0.", "auxiliary/1/conv1": "single.conv1.",
	} {
		name = strings.ReplaceAll(name, ours+"/weight", part+"0/weight")
		name = strings.ReplaceAll(name, ours+"/norm/", part+"1/")
	}
	name = strings.ReplaceAll(name, "aspp.mean/weight", "aspp.convs.4.1/weight")
	name = strings.ReplaceAll(name, "aspp.mean/norm/", "aspp.convs.4.2/")
	name = strings.ReplaceAll(name, "head/out", "joint.out")
	name = strings.ReplaceAll(name, "auxiliary/1/out", "single.out")
	return theirs.Replace(name)
}

func TestDeepLabComputesWhatPyTorchDoes(t *testing.T) {
	want := expected(t, "deeplab.npz")
	decoder := layer.Decoder{High: 8, Low: 5}
	for name, training := range map[string]bool{"eval": false, "train": true} {
		t.Run(name, func(t *testing.T) {
			r := run(t, training, []int{2, 48, 64, 2}, deeplabName, func(b *param.Binding, x *graph.Node) []*graph.Node {
				var features []feature.Feature
				for m := range 2 {
					e := &encoder.DeepLab{Depth: 18, Width: 8}
					channel := feature.Feature{Value: graph.SliceAxis(x, 3, graph.AxisRange(m, m+1))}
					features = append(features, e.Encode(b.Scope(param.Group{Kind: param.Stem, Modality: m}),
						b.Scope(param.Group{Kind: param.Encoder, Modality: m}), channel))
				}
				joint := (&fusion.Decoder{Layers: decoder, Width: 12}).Fuse(b.Scope(param.Group{Kind: param.Fusion}), features)
				logits := (&head.Dense{Size: 4, Height: 48, Width: 64}).Predict(b.Scope(param.Group{Kind: param.Head}), joint).Logits
				single := (&classifier.Decoder{Layers: decoder, Size: 4, Height: 48, Width: 64}).Classify(
					b.Scope(param.Group{Kind: param.Auxiliary, Modality: 1}), features[1], 12).Logits
				return []*graph.Node{logits, single}
			})
			compare(t, want, name+"_joint", r.outputs[0])
			compare(t, want, name+"_single", r.outputs[1])
			if training {
				compare(t, want, "dilated_gradient", r.moved["encoder/0/pyramid/rate1/weight"])
				compare(t, want, "join_gradient", r.moved["encoder/1/pyramid/join/weight"])
				compare(t, want, "low_gradient", r.moved["fusion/low/weight"])
				compare(t, want, "conv1_gradient", r.moved["encoder/0/backbone/conv1/weight"])
			}
		})
	}
}

// A file with torchvision's names gives every parameter its value.
func TestResNetStartsFromWeights(t *testing.T) {
	set := &param.Set{}
	trace := func(e *encoder.ResNet, channels int) error {
		engine, err := backend.Open()
		if err != nil {
			t.Fatal(err)
		}
		set = &param.Set{}
		b := &param.Binding{Graph: graph.NewGraph(engine, t.Name()), Set: set}
		return exceptions.TryCatch[error](func() {
			x := graph.Parameter(b.Graph, "input", tensor(make([]float64, 1024*channels), 1, 32, 32, channels).Shape())
			encode(e)(b, []*graph.Node{x})
		})
	}
	if err := trace(&encoder.ResNet{}, 3); err != nil {
		t.Fatal(err)
	}
	arrays := make(map[string]data.Array)
	for _, spec := range set.Specs() {
		dims := spec.Dims
		if len(dims) == 4 {
			dims = []int{dims[3], dims[2], dims[0], dims[1]}
		}
		name := resnetName(spec.Name)
		arrays[name] = data.Array{Shape: dims, Values: weight(name, dims...)}
	}
	arrays["fc.weight"] = data.Array{Shape: []int{2, 2}, Values: make([]float32, 4)}
	path := filepath.Join(t.TempDir(), "resnet18.safetensors")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := safetensors.Write(f, arrays, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}

	if err := trace(&encoder.ResNet{Weights: path}, 3); err != nil {
		t.Fatal(err)
	}
	for i, values := range set.Initial(1) {
		spec := set.Specs()[i]
		want := fill(resnetName(spec.Name), spec.Dims)
		for k, v := range values {
			if v != want[k] {
				t.Fatalf("%s, element %d: %g, want %g", spec.Name, k, v, want[k])
			}
		}
	}

	// Four equal channels give what three equal ones gave.
	if err := trace(&encoder.ResNet{Weights: path}, 4); err != nil {
		t.Fatal(err)
	}
	first, sum := set.Initial(1)[0], [2]float32{}
	for c := range 4 {
		sum[0] += first[c*64]
	}
	for c := range 3 {
		sum[1] += fill("conv1.weight", []int{7, 7, 3, 64})[c*64]
	}
	if math.Abs(float64(sum[0]-sum[1])) > 1e-6 {
		t.Errorf("the weights of a pixel sum to %g over four channels, to %g over three", sum[0], sum[1])
	}

	for want, e := range map[string]*encoder.ResNet{
		"no array":   {Depth: 34, Weights: path},
		"want [":     {Depth: 50, Weights: path},
		"no such":    {Weights: path + "x"},
		"choose 18":  {Depth: 19},
		"choose 8, ": {Stride: 4},
	} {
		if err := trace(e, 3); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got %v, want an error with %q", e, err, want)
		}
	}
}
