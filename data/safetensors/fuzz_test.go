package safetensors_test

import (
	"bytes"
	"os"
	"testing"

	"cggm/data"
	"cggm/data/safetensors"
)

func FuzzNew(f *testing.F) {
	good, err := os.ReadFile("testdata/numbers.safetensors")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(file(`{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}`, 4))
	f.Add(file(`{"__metadata__":{"a":"b"},"a":{"dtype":"U8","shape":[0,5],"data_offsets":[0,0]}}`, 0))
	f.Fuzz(func(t *testing.T, in []byte) {
		s, err := safetensors.New(bytes.NewReader(in), int64(len(in)), "fuzz")
		if err != nil {
			return
		}
		tensors := make(map[string]data.Array)
		for _, name := range s.Names() {
			a, err := s.Tensor(name)
			if err != nil {
				return
			}
			if err := a.Check(); err != nil {
				t.Fatal(err)
			}
			tensors[name] = a
		}
		if err := safetensors.Write(&bytes.Buffer{}, tensors, s.Metadata()); err != nil {
			t.Fatal(err)
		}
	})
}
