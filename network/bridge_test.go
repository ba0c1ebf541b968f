package network_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"cggm/backend"
	"cggm/encoder"
	"cggm/feature"
	"cggm/network"
	"cggm/param"
)

// A trial is one bridged pass over given inputs.
type trial struct {
	pass    *network.Pass
	binding *param.Binding
}

func bridged(t *testing.T, encoders []encoder.Encoder, present [][]float32, inputs ...any) trial {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	g := graph.NewGraph(b, "bridge")
	m := &network.Model{Bridged: true}
	features := make([]feature.Feature, len(inputs))
	for i, e := range encoders {
		m.Modalities = append(m.Modalities, network.Modality{Name: string(rune('a' + i)), Encoder: e})
		features[i] = feature.Feature{Value: graph.Const(g, inputs[i])}
	}
	var presence *graph.Node
	if present != nil {
		presence = graph.Const(g, present)
	}
	binding := &param.Binding{Graph: g, Set: &param.Set{}}
	return trial{m.NewPass(binding, features, presence), binding}
}

// features returns the features of all modalities for the given values of
// parameters; the others have their initial ones.
func (tr trial) features(t *testing.T, values map[string][]float32) [][]float32 {
	t.Helper()
	var nodes []*graph.Node
	for _, f := range tr.pass.Features() {
		nodes = append(nodes, f.Value)
	}
	if err := tr.binding.Graph.Compile(nodes...); err != nil {
		t.Fatal(err)
	}
	inputs := make([]any, tr.binding.Set.Len())
	initial := tr.binding.Set.Initial(1)
	for i, spec := range tr.binding.Set.Specs() {
		v, ok := values[spec.Name]
		if !ok {
			v = initial[i]
		}
		inputs[tr.binding.Node(i).GetParameterHandle()] = tensors.FromFlatDataAndDimensions(v, spec.Dims...)
	}
	var out [][]float32
	for _, o := range tr.binding.Graph.Run(inputs...) {
		v, err := tensors.CopyFlatData[float32](o)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

// Features 2 and 3, squeezed by S = (1, -1/2) and s = 1/2 to ReLU(2 - 3/2 + 1/2)
// = 1, excite gates of logits ln 3 and -ln 3: 3/4 and 1/4. The second sample
// lacks b: ReLU(2 + 1/2) = 5/2, gate 3^2.5/(1 + 3^2.5) = .939717.
func TestBridge(t *testing.T) {
	tr := bridged(t, []encoder.Encoder{&encoder.Linear{Width: 1}, &encoder.Linear{Width: 1}}, [][]float32{{1, 1}, {1, 0}},
		[][]float32{{2}, {2}}, [][]float32{{3}, {3}})
	log3 := float32(math.Log(3))
	got := tr.features(t, map[string][]float32{
		"encoder/0/weight": {1}, "encoder/0/bias": {0}, "encoder/1/weight": {1}, "encoder/1/bias": {0},
		"fusion/bridge0/squeeze/weight": {1, -.5}, "fusion/bridge0/squeeze/bias": {.5},
		"fusion/bridge0/excite0/weight": {log3}, "fusion/bridge0/excite0/bias": {0},
		"fusion/bridge0/excite1/weight": {-log3}, "fusion/bridge0/excite1/bias": {0},
	})
	for m, want := range [][]float32{{1.5, 1.879434}, {.75, 0}} {
		for i, v := range want {
			if math.Abs(float64(got[m][i]-v)) > 1e-5 {
				t.Errorf("modality %d, sample %d: %v, want %v", m, i, got[m][i], v)
			}
		}
	}
}

// Encoders of four stages and of two, on a map and on tokens, are joined behind
// their last two; a gate of 1 everywhere leaves what the encoders give alone.
func TestBridgesJoinTheLastStages(t *testing.T) {
	picture, words := &encoder.ResNet{Channels: 4}, &encoder.Conv1D{Channels: []int{5, 6}}
	pixels := make([][][][]float32, 1)
	pixels[0] = make([][][]float32, 32)
	for y := range pixels[0] {
		pixels[0][y] = make([][]float32, 32)
		for x := range pixels[0][y] {
			pixels[0][y][x] = []float32{float32(x*y%7) - 3, float32(x+y) / 32, 1}
		}
	}
	tokens := [][][]float32{{{1, 2}, {3, -1}, {0, 1}}}
	joined := bridged(t, []encoder.Encoder{picture, words}, nil, pixels, tokens)
	var widths [][2]int
	joined.pass.Gate = func(depth, modality int, gate *graph.Node) *graph.Node {
		if modality == 0 {
			widths = append(widths, [2]int{depth, gate.Shape().Dimensions[1]})
		}
		return graph.OnesLike(gate)
	}
	got := joined.features(t, nil)
	if n := len(joined.pass.Bridges()); n != 2 || len(widths) != 2 || widths[0] != [2]int{0, 16} || widths[1] != [2]int{1, 32} {
		t.Errorf("%d bridges of widths %v, want 2 behind the third and fourth stage, 16 and 32 wide", n, widths)
	}
	apart := bridged(t, []encoder.Encoder{picture, words}, nil, pixels, tokens)
	apart.pass.Model.Bridged = false
	for m, want := range apart.features(t, nil) {
		for i, v := range want {
			if math.Abs(float64(got[m][i]-v)) > 1e-6 {
				t.Fatalf("modality %d, value %d: %v with open gates, %v without bridges", m, i, got[m][i], v)
			}
		}
	}
}

func TestBridgeable(t *testing.T) {
	m := &network.Model{Modalities: []network.Modality{{Name: "a", Encoder: &encoder.MLP{}}, {Name: "ready", Encoder: &encoder.Identity{}}}}
	if err := m.Bridgeable(); err == nil || !strings.Contains(err.Error(), `"ready"`) {
		t.Errorf("got %v, want a refusal that names the modality without stages", err)
	}
	m.Modalities[1].Encoder = &encoder.Transformer{}
	if err := m.Bridgeable(); err != nil {
		t.Error(err)
	}
}
