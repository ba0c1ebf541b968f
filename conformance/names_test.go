package conformance

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParameter(t *testing.T) {
	for recorded, want := range map[string]string{
		"model/proj.2.weight":                                             "stem/2/project/weight",
		"model/encoders.0.layers.1.fc1.weight":                            "encoder/0/block1/fc1/weight",
		"model/encoders.0.layer_norm.bias":                                "encoder/0/norm/bias",
		"model/fusion.layers.0.self_attn.in_proj_bias":                    "fusion/block0/attention/in/bias",
		"model/fusion.layers.0.layer_norms.1.weight":                      "fusion/block0/norm1/gain",
		"model/proj2.bias":                                                "head/proj2/bias",
		"model/out_layer.weight":                                          "head/out/weight",
		"classifier/classifers.1.bone.layers.0.self_attn.out_proj.weight": "auxiliary/1/stack/block0/attention/out/weight",
		"classifier/classifers.1.proj1.weight":                            "auxiliary/1/proj1/weight",
		"model/proj3.weight":                                              "",
		"model/fusion.layers.0.fc3.weight":                                "",
		"encoder/0/norm/bias":                                             "",
	} {
		name, _, err := Parameter(recorded)
		if name != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v: want %q", recorded, name, err, want)
		}
	}
}

func TestConvert(t *testing.T) {
	// [2,3] by hand.
	got, dims, err := Transposed.Convert([]float32{1, 2, 3, 4, 5, 6}, []int{2, 3})
	if err != nil || !slices.Equal(got, []float32{1, 4, 2, 5, 3, 6}) || !slices.Equal(dims, []int{3, 2}) {
		t.Errorf("got %v %v, %v", got, dims, err)
	}
	if _, _, err := Pointwise.Convert(make([]float32, 6), []int{2, 3, 3}); err == nil {
		t.Error("a convolution of kernel size 3 is no linear layer: want an error")
	}
}

// Turning a weight twice gives it back.
func TestConvertTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dims := []int{rapid.IntRange(1, 6).Draw(t, "out"), rapid.IntRange(1, 6).Draw(t, "in")}
		values := rapid.SliceOfN(rapid.Float32(), dims[0]*dims[1], dims[0]*dims[1]).Draw(t, "values")
		once, turned, err := Transposed.Convert(values, dims)
		if err != nil {
			t.Fatal(err)
		}
		twice, back, err := Transposed.Convert(once, turned)
		if err != nil || !slices.Equal(twice, values) || !slices.Equal(back, dims) {
			t.Fatalf("%v %v became %v %v (%v)", values, dims, twice, back, err)
		}
	})
}

// A name is either refused or lies in one of the recorded groups.
func FuzzParameter(f *testing.F) {
	for _, seed := range []string{
		"model/proj.2.weight", "model/encoders.0.layers.1.fc1.weight", "classifier/classifers.1.bone.layer_norm.bias", "model/", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, recorded string) {
		name, _, err := Parameter(recorded)
		if (err == nil) != (name != "") {
			t.Fatalf("%q: name %q with error %v", recorded, name, err)
		}
		group, _, _ := strings.Cut(name, "/")
		if err == nil && !slices.Contains([]string{"stem", "encoder", "fusion", "head", "auxiliary"}, group) {
			t.Fatalf("%q: name %q in no group", recorded, name)
		}
	})
}

// A config is either refused or describes a valid model.
func FuzzParseConfig(f *testing.F) {
	f.Add(`{"mode":"paper","orig_dim":[9],"seq_len":[4],"proj_dim":20,"num_heads":5,"layers":3,"cls_layers":2,"output_dim":4,"batch":1,"steps":1}`)
	f.Add(`{"orig_dim":[]}`)
	f.Add(`{`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := ParseConfig(text)
		if err != nil {
			return
		}
		if err := c.Model().Validate(); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}
