package trainer_test

import (
	"math"
	"strings"
	"testing"

	"cggm/balance"
	"cggm/param"
	"cggm/trainer"
)

// Pulled a quarter of the way to saved copies w, parameters v become .25 w + .75
// v; only those of the saved groups. Forgotten ones start with empty slots.
func TestPullAndForget(t *testing.T) {
	var tr *trainer.Trainer
	encoder := param.Group{Kind: param.Encoder}
	get := func(name string) []float32 {
		v, err := tr.State().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	slots := func() (of, others int) {
		arrays, err := tr.State().Export()
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range arrays {
			switch {
			case strings.HasPrefix(a.Name, "slot/") && strings.Contains(a.Name, "encoder/0/"):
				of++
			case strings.HasPrefix(a.Name, "slot/"):
				others++
			}
		}
		return of, others
	}
	var first []float32
	m := &between{before: func(e *balance.Epoch) error {
		if e.Index == 0 {
			first = get("encoder/0/w")
			return e.Values.Save("first", encoder)
		}
		if e.Index > 1 {
			return nil
		}
		before, other := get("encoder/0/w"), get("encoder/1/w")
		if err := e.Values.Pull("first", .25); err != nil {
			t.Fatal(err)
		}
		moved := false
		for i, v := range get("encoder/0/w") {
			want := .25*float64(first[i]) + .75*float64(before[i])
			if math.Abs(float64(v)-want) > 1e-6 {
				t.Errorf("element %d is %v, want %v", i, v, want)
			}
			moved = moved || v != before[i]
		}
		if !moved {
			t.Error("an epoch of training moved nothing, so that nothing is pulled back")
		}
		for i, v := range get("encoder/1/w") {
			if v != other[i] {
				t.Error("encoder 1 moved with encoder 0")
			}
		}
		if of, others := slots(); of != 2 || others == 0 {
			t.Fatalf("%d slots of encoder 0 and %d others, want Adam's two and some", of, others)
		}
		if err := e.Values.Forget(encoder); err != nil {
			t.Fatal(err)
		}
		if of, others := slots(); of != 0 || others == 0 {
			t.Errorf("%d slots of encoder 0 and %d others are left, want none and all", of, others)
		}
		if n := get("state/updates/encoder/0")[0]; n != 0 {
			t.Errorf("%v updates of encoder 0 are counted, want 0", n)
		}
		if err := e.Values.Pull("nothing", .5); err == nil {
			t.Error("want an error for a label that nothing is saved under")
		}
		if err := e.Values.Pull("first", 1.5); err == nil {
			t.Error("want an error for a share above 1")
		}
		return nil
	}}
	tr = m.trainer(t, nil)
	fit(t, tr)
}
