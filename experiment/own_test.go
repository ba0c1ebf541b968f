package experiment_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cggm/data"
	"cggm/data/npz"
	"cggm/experiment"
)

// A folder of an npz file and a table, described by YAML, trains as it is.
func TestOwnDataTrains(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 1))
	const n = 120
	var rows strings.Builder
	rows.WriteString("words,level,kind\n")
	features := make([]float32, n*4)
	for i := range n {
		k := i % 3
		for j := range 4 {
			features[i*4+j] = float32(rng.NormFloat64() * .3)
		}
		features[i*4+k] += 2
		fmt.Fprintf(&rows, "%s thing,%.2f,%s\n", []string{"red", "green", "blue"}[k], float64(k)+rng.NormFloat64(), []string{"a", "b", "c"}[k])
	}
	table := filepath.Join(dir, "rows.csv")
	if err := os.WriteFile(table, []byte(rows.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "features.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if err := npz.Write(f, map[string]data.Array{"x": {Shape: []int{n, 4}, Values: features}}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	manifest := filepath.Join(dir, "own.yaml")
	if err := os.WriteFile(manifest, []byte(`
task: classification
file: rows.csv
modalities:
  - {name: text, text: words}
  - {name: level, columns: [level]}
  - {name: features, file: features.npz, array: x}
label: {from: kind}
split: {train: 60, val: 20, test: 20}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := experiment.Load("", manifest, []string{"train.batch=16", "optimizer.rate=1e-2"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	// The words alone tell the three kinds apart.
	if acc := r.Scores.Test["accuracy"]; acc < .9 || len(r.Modalities) != 3 {
		t.Errorf("test accuracy %v on %d modalities, want at least .9 on 3", acc, len(r.Modalities))
	}
}

func ExampleRun() {
	root, err := os.MkdirTemp("", "runs")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(root) //nolint:errcheck // a leftover in the temporary folder does no harm
	c, err := experiment.Load("synthetic", "", []string{"train.epochs=2", "method=cggm"})
	if err != nil {
		log.Fatal(err)
	}
	result, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: root})
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range result.Modalities {
		fmt.Println(m.Name, m.Test["accuracy"] > .25)
	}
	// Output:
	// fast true
	// slow true
}
