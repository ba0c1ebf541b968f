package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cggm/internal/manual"
)

func TestWaiting(t *testing.T) {
	for method, want := range map[string][]string{"remix": {"warmup"}, "arl": {"start"}, "joint": nil} {
		if got, err := waiting(method); err != nil || !slices.Equal(got, want) {
			t.Errorf("waiting(%s) = %v, %v, want %v", method, got, err, want)
		}
	}
	if _, err := waiting("nobody"); err == nil {
		t.Error("an unknown method has no error")
	}
}

// TestEpochs trains one epoch as the processes of methodsCommand do.
func TestEpochs(t *testing.T) {
	if testing.Short() {
		t.Skip("trains an epoch")
	}
	var out bytes.Buffer
	if err := epochsCommand(t.Context(), []string{"--method=joint", "--epochs=1"}, &out); err != nil {
		t.Fatal(err)
	}
	var got training
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Seconds <= 0 || got.Peak < 1<<20 {
		t.Errorf("%+v: want seconds and bytes", got)
	}
}

func TestCosts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "cost.json")
	if err := os.WriteFile(file, []byte(`{"gone": {"time": 3}, "cggm": {"time": 2}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	costs, err := readCosts(file)
	if err != nil {
		t.Fatal(err)
	}
	costs["joint"] = manual.Measurement{Time: 1, Memory: 1}
	if err := writeCosts(file, costs); err != nil {
		t.Fatal(err)
	}
	again, err := readCosts(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := again["gone"]; ok || again["cggm"].Time != 2 || again["joint"].Memory != 1 {
		t.Errorf("read back %v", again)
	}
}

func TestMethodsRefuses(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"--methods=nobody"}, `unknown method "nobody"`},
		{[]string{"--long=1"}, "long above short"},
	} {
		if err := methodsCommand(t.Context(), test.args, io.Discard); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v: error %v, want %q", test.args, err, test.want)
		}
	}
}
