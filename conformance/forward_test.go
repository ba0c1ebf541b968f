package conformance

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/feature"
	"cggm/param"
)

// recorded is a float32 tensor of a trace.
type recorded struct {
	dims   []int
	values []float32
}

// load reads the float32 tensors and the config of a safetensors file: eight
// bytes of header length, a JSON header, the data.
func load(t *testing.T, file string) (map[string]recorded, *Config) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	body := data[8:]
	n := binary.LittleEndian.Uint64(data)
	var header map[string]json.RawMessage
	if err := json.Unmarshal(body[:n], &header); err != nil {
		t.Fatal(err)
	}
	var meta struct{ Config string }
	if err := json.Unmarshal(header["__metadata__"], &meta); err != nil {
		t.Fatal(err)
	}
	config, err := ParseConfig(meta.Config)
	if err != nil {
		t.Fatal(err)
	}
	delete(header, "__metadata__")
	all := make(map[string]recorded)
	for name, raw := range header {
		var h struct {
			DType   string
			Shape   []int
			Offsets [2]int `json:"data_offsets"`
		}
		if err := json.Unmarshal(raw, &h); err != nil {
			t.Fatal(err)
		}
		if h.DType != "F32" {
			continue
		}
		bytes := body[n:][h.Offsets[0]:h.Offsets[1]]
		r := recorded{dims: h.Shape, values: make([]float32, len(bytes)/4)}
		for i := range r.values {
			r.values[i] = math.Float32frombits(binary.LittleEndian.Uint32(bytes[4*i:]))
		}
		all[name] = r
	}
	return all, config
}

// The forward pass on the recorded initial parameters gives the recorded
// predictions of the first step. CGGM_GOLDEN names the folder of the traces.
func TestForward(t *testing.T) {
	folder := os.Getenv("CGGM_GOLDEN")
	if folder == "" {
		t.Skip("CGGM_GOLDEN does not name a folder of recorded traces")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*.safetensors"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces in %s (%v)", folder, err)
	}
	backend, err := compute.NewWithConfig("go:ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".safetensors"), func(t *testing.T) {
			all, config := load(t, file)
			g := graph.NewGraph(backend, "forward")
			set := &param.Set{}
			b := &param.Binding{Graph: g, Set: set}
			var inputs []feature.Feature
			arguments := make(map[graph.ParameterHandle]recorded)
			for i := range config.Widths {
				name := fmt.Sprintf("x%d", i)
				x := all["step0/"+name]
				n := graph.Parameter(g, name, shapes.Make(dtypes.Float32, x.dims...))
				arguments[n.GetParameterHandle()] = x
				inputs = append(inputs, feature.Feature{Value: n})
			}
			pass := config.Model().NewPass(b, inputs, nil)
			outputs := map[string]*graph.Node{"step0/pred": pass.Fused().Logits}
			for i := range config.Widths {
				if name := fmt.Sprintf("step0/classifier_pred%d", i); config.Mode != "none" {
					outputs[name] = pass.Classifier(i).Logits
				}
			}
			names := slices.Sorted(maps.Keys(outputs))
			nodes := make([]*graph.Node, len(names))
			for k, name := range names {
				nodes[k] = outputs[name]
			}
			if err := g.Compile(nodes...); err != nil {
				t.Fatal(err)
			}
			used := 0
			for name, r := range all {
				recordedName, ok := strings.CutPrefix(name, "init/")
				if !ok || config.Mode == "none" && strings.HasPrefix(recordedName, "classifier/") {
					continue
				}
				own, layout, err := Parameter(recordedName)
				if err != nil {
					t.Fatal(err)
				}
				i := set.Index(own)
				if i < 0 {
					t.Fatalf("%s: the model has no parameter %q", name, own)
				}
				r.values, r.dims, err = layout.Convert(r.values, r.dims)
				if err != nil {
					t.Fatal(err)
				}
				if want := set.Specs()[i].Dims; !slices.Equal(r.dims, want) {
					t.Fatalf("%s: shape %v, want %v", name, r.dims, want)
				}
				arguments[b.Node(i).GetParameterHandle()] = r
				used++
			}
			if used != set.Len() {
				t.Errorf("%d of %d parameters are recorded", used, set.Len())
			}
			in := make([]any, g.NumParameters())
			for handle, r := range arguments {
				in[handle] = tensors.FromFlatDataAndDimensions(r.values, r.dims...)
			}
			for k, out := range g.Run(in...) {
				got, err := tensors.CopyFlatData[float32](out)
				if err != nil {
					t.Fatal(err)
				}
				agree(t, names[k], got, all[names[k]].values)
			}
		})
	}
}

func agree(t *testing.T, name string, got, want []float32) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: %d values, want %d", name, len(got), len(want))
	}
	var worst float64
	for i := range want {
		d := math.Abs(float64(got[i] - want[i]))
		worst = math.Max(worst, d)
		if !(d <= 1e-4+1e-3*math.Abs(float64(want[i]))) {
			t.Errorf("%s, element %d: %v, recorded %v", name, i, got[i], want[i])
		}
	}
	t.Logf("%s: largest difference %.2g", name, worst)
}
