package config

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

type inner struct {
	Rate  float64       `yaml:"rate"`
	Limit time.Duration `yaml:"limit"`
	Names []string      `yaml:"names"`
}

type outer struct {
	Task    string                    `yaml:"task"`
	Train   inner                     `yaml:"train"`
	Parts   map[string]inner          `yaml:"parts"`
	Fusion  map[string]any            `yaml:"fusion"`
	Options map[string]map[string]any `yaml:"options"`
	hidden  int                       //nolint:unused // that it is not a setting is what the test checks
}

func base() *outer {
	return &outer{
		Task: "a", Train: inner{Rate: 1, Names: []string{"x"}},
		Parts:  map[string]inner{"p": {Rate: 2}, "q": {Rate: 3}},
		Fusion: map[string]any{"kind": "gated", "width": 8},
	}
}

func TestLayersMerge(t *testing.T) {
	got := base()
	err := Merge("f.yaml", []byte("train: {rate: 5}\nparts: {p: {names: [u, v]}}\nfusion: {width: 16}\n"), got)
	if err != nil {
		t.Fatal(err)
	}
	want := base()
	want.Train.Rate = 5
	want.Parts["p"] = inner{Rate: 2, Names: []string{"u", "v"}}
	want.Fusion["width"] = uint64(16)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	// Another kind drops the settings of the one before.
	if err := Merge("f.yaml", []byte("fusion: {kind: sum}"), got); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Fusion, map[string]any{"kind": "sum"}) {
		t.Errorf("fusion is %v", got.Fusion)
	}
}

func TestSet(t *testing.T) {
	got := base()
	for _, a := range []string{
		"task=b", "train.rate=1e-3", "train.limit=90s", "train.names=[m, n]", "parts.p.rate=7",
		"fusion.kind=concat", "options.cggm.rho=1.5", "options.cggm.variant=reference",
	} {
		if err := Set(got, a); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
	}
	want := &outer{
		Task: "b", Train: inner{Rate: 1e-3, Limit: 90 * time.Second, Names: []string{"m", "n"}},
		Parts:   map[string]inner{"p": {Rate: 7}, "q": {Rate: 3}},
		Fusion:  map[string]any{"kind": "concat"},
		Options: map[string]map[string]any{"cggm": {"rho": 1.5, "variant": "reference"}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"unknown key", "task: a\ntrian: {rate: 1}\n", `line 2: unknown key "trian" (did you mean "train"?)`},
		{"unknown nested key", "train:\n  rte: 1\n", `line 2: unknown key "rte" (did you mean "rate"?)`},
		{"wrong type", "train: {rate: fast}\n", "f.yaml"},
		{"not YAML", "train: [", "f.yaml"},
		{"alias", "task: &a x\nparts: *a\n", "anchors and aliases"},
		{"malformed tag", "train: !00 \n", "f.yaml"},
		{"hidden field", "hidden: 3\n", `unknown key "hidden"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := base()
			err := Merge("f.yaml", []byte(test.text), got)
			if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want it to contain %q", err, test.want)
			}
			if !reflect.DeepEqual(got, base()) {
				t.Errorf("a rejected file changed the configuration: %+v", got)
			}
		})
	}
	for assignment, want := range map[string]string{
		"train.rat=1":     `(did you mean "rate"?)`,
		"train.rate=fast": "does not fit a number",
		"train.rate":      "key.of.setting=value",
		"train=3":         "does not fit a group of settings",
	} {
		if err := Set(base(), assignment); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want it to contain %q", assignment, err, want)
		}
	}
}

func TestApply(t *testing.T) {
	v := inner{Rate: 1}
	if err := Apply("fusion", map[string]any{"names": []string{"a"}}, &v); err != nil || v.Rate != 1 || len(v.Names) != 1 {
		t.Errorf("got %+v, %v", v, err)
	}
	err := Apply("fusion", map[string]any{"raet": 2}, &v)
	if err == nil || !strings.Contains(err.Error(), `fusion: invalid configuration: line 1: unknown key "raet" (did you mean "rate"?)`) {
		t.Errorf("got %v", err)
	}
}

func FuzzMerge(f *testing.F) {
	for _, s := range []string{"task: a", "train: {rate: 1}", "fusion: {kind: x, y: [1, 2]}", "a: &b [*b]", "- 1", "parts: {p: null}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		_ = Merge("fuzz", text, base())
		_ = Set(base(), string(text))
	})
}

func TestSchemaListsEverySetting(t *testing.T) {
	text, err := Schema("test", outer{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"task"`, `"rate"`, `"additionalProperties": false`, `"type": "number"`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("schema lacks %s:\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "hidden") {
		t.Error("schema lists a field that is not a setting")
	}
}
