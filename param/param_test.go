package param

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"

	"cggm/backend"
)

func open(t *testing.T) compute.Backend {
	t.Helper()
	b, err := backend.Open()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestEveryParameterIsInItsDeclaredGroup(t *testing.T) {
	set := &Set{}
	b := &Binding{Graph: graph.NewGraph(open(t), "groups"), Set: set}
	// Names that contain each other must not be taken for one another.
	for m := range 11 {
		b.Scope(Group{Encoder, m}).In("dense").Var("weight", Glorot, 2, 3)
	}
	b.Scope(Group{Kind: Head}).Var("weight", Zeros, 3)
	for i, spec := range set.Specs()[:11] {
		if want := (Group{Encoder, i}); spec.Group != want {
			t.Errorf("%s is in %v, want %v", spec.Name, spec.Group, want)
		}
	}
	if got := len(set.Groups()); got != 12 {
		t.Errorf("%d groups, want 12", got)
	}
	if set.Index("encoder/10/dense/weight") != 10 || set.Index("missing") != -1 {
		t.Error("Index does not find parameters by their full names")
	}
}

func TestVarTwiceIsOneParameter(t *testing.T) {
	set := &Set{}
	b := &Binding{Graph: graph.NewGraph(open(t), "twice"), Set: set}
	s := b.Scope(Group{Kind: Fusion})
	first, second := s.Var("w", Ones, 4), s.Var("w", Ones, 4)
	if first != second || set.Len() != 1 {
		t.Error("asking twice for a parameter must give the same node")
	}
	err := exceptions.TryCatch[error](func() { s.Var("w", Ones, 5) })
	if err == nil || !strings.Contains(err.Error(), "fusion/w") {
		t.Errorf("another shape under the same name: got %v, want an error that names it", err)
	}
}

func TestInitialDependsOnSeedAndNameOnly(t *testing.T) {
	declare := func(names ...string) *Set {
		set := &Set{}
		b := &Binding{Graph: graph.NewGraph(open(t), "initial"), Set: set}
		for _, name := range names {
			b.Scope(Group{Kind: Fusion}).Var(name, Glorot, 30, 50)
		}
		return set
	}
	one, two := declare("a", "b"), declare("b", "c", "a")
	if !slices.Equal(one.Initial(7)[0], two.Initial(7)[2]) {
		t.Error("another parameter changed the initial value of fusion/a")
	}
	if slices.Equal(one.Initial(7)[0], one.Initial(8)[0]) {
		t.Error("another seed gave the same initial value")
	}
	// Glorot's bound for 30 inputs and 50 outputs is sqrt(6/80), its
	// standard deviation bound/sqrt(3).
	bound, sum := math.Sqrt(6./80), 0.
	for _, v := range one.Initial(7)[0] {
		if math.Abs(float64(v)) > bound {
			t.Fatalf("value %v outside the bound %v", v, bound)
		}
		sum += float64(v) * float64(v)
	}
	if std := math.Sqrt(sum / 1500); math.Abs(std-bound/math.Sqrt(3)) > .01 {
		t.Errorf("standard deviation %v, want %v", std, bound/math.Sqrt(3))
	}
}

func TestRandomNumbersBelongToTheirSite(t *testing.T) {
	backend := open(t)
	draw := func(seed uint64, sites ...string) [][]float32 {
		g := graph.NewGraph(backend, "random")
		state := graph.Parameter(g, "state", graph.RNGStateShape)
		b := &Binding{Graph: g, Set: &Set{}, Random: state}
		var nodes []*graph.Node
		for _, site := range sites {
			nodes = append(nodes, b.Scope(Group{Kind: Fusion}).In(site).Uniform(shapes.Make(dtypes.Float32, 2000)))
		}
		if err := g.Compile(nodes...); err != nil {
			t.Fatal(err)
		}
		var out [][]float32
		for _, o := range g.Run(tensors.FromFlatDataAndDimensions([]uint64{seed, 3, 0}, 3)) {
			v, err := tensors.CopyFlatData[float32](o)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, v)
		}
		return out
	}
	a, b := draw(1, "x", "y"), draw(1, "y", "z", "x")
	if !slices.Equal(a[0], b[2]) || !slices.Equal(a[1], b[0]) {
		t.Error("a site's numbers changed with the other sites of the graph")
	}
	if slices.Equal(a[0], a[1]) || slices.Equal(a[0], draw(2, "x")[0]) {
		t.Error("two sites or two seeds drew the same numbers")
	}
	mean := 0.
	for _, v := range a[0] {
		mean += float64(v) / 2000
	}
	// 2000 uniform numbers: the mean's standard deviation is .0065.
	if math.Abs(mean-.5) > .03 {
		t.Errorf("mean %v, want .5", mean)
	}
}

func TestFrozenScopePassesNoGradient(t *testing.T) {
	g := graph.NewGraph(open(t), "frozen")
	b := &Binding{Graph: g, Set: &Set{}}
	s := b.Scope(Group{Kind: Head})
	w := s.Var("w", Ones, 1)
	loss := graph.ReduceAllSum(graph.Mul(s.Frozen().Var("w", Ones, 1), graph.MulScalar(w, 3)))
	if err := g.Compile(graph.Gradient(loss, w)[0]); err != nil {
		t.Fatal(err)
	}
	// d/dw of (constant 2)*3w is 6; of 3w*w it would be 12.
	got, err := tensors.CopyFlatData[float32](g.Run(tensors.FromFlatDataAndDimensions([]float32{2}, 1))[0])
	if err != nil || got[0] != 6 {
		t.Errorf("gradient %v (%v), want 6", got, err)
	}
}

func TestPresetReplacesTheInitialValue(t *testing.T) {
	set := &Set{}
	b := &Binding{Graph: graph.NewGraph(open(t), "preset"), Set: set}
	s := b.Scope(Group{Kind: Head})
	s.Var("w", Ones, 2)
	s.Fixed("mean", Zeros, 2)
	s.Preset("w", Constant(3))
	s.Preset("mean", Constant(4))
	s.Var("w", Ones, 2) // asking again must not bring the old value back
	if got := set.Initial(1); !slices.Equal(got[0], []float32{3, 3}) || !slices.Equal(got[1], []float32{4, 4}) {
		t.Errorf("initial values %v, want those of the presets", got)
	}
	if err := exceptions.TryCatch[error](func() { s.Preset("missing", Ones) }); err == nil {
		t.Error("a preset for an unknown parameter must be refused")
	}
}

// A copy has names of its own, belongs to State, is fixed and lets no gradient
// through; the parameter itself is another node.
func TestCopyIsFixed(t *testing.T) {
	g := graph.NewGraph(open(t), "copy")
	set := &Set{}
	b := &Binding{Graph: g, Set: set, Training: true}
	w := b.Scope(Group{Encoder, 1}).Var("w", Ones, 1)
	c := b.Copy("teacher")
	s := c.Scope(Group{Encoder, 1})
	loss := graph.ReduceAllSum(graph.Mul(s.Var("w", Ones, 1), graph.Square(w)))
	spec := set.Specs()[1]
	if spec.Name != "state/teacher/encoder/1/w" || spec.Group != (Group{Kind: State}) || !spec.Fixed || c.Training || s.Training() {
		t.Errorf("copy %+v, training %v", spec, s.Training())
	}
	if err := g.Compile(graph.Gradient(loss, w, b.Node(1))...); err != nil {
		t.Fatal(err)
	}
	// w = 3, its copy 5: d/dw of 5 w^2 is 30; d/dcopy would be 9.
	out := g.Run(tensors.FromFlatDataAndDimensions([]float32{3}, 1), tensors.FromFlatDataAndDimensions([]float32{5}, 1))
	for i, want := range []float32{30, 0} {
		if got, err := tensors.CopyFlatData[float32](out[i]); err != nil || got[0] != want {
			t.Errorf("gradient %d is %v (%v), want %v", i, got, err, want)
		}
	}
}
