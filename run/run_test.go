package run

import (
	"bytes"
	"errors"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
)

func example() *Checkpoint {
	return &Checkpoint{
		Events: 12, State: []byte(`{"epoch":3}`),
		Arrays: []Array{
			{"a", []int{2, 2}, []float32{1, -2, float32(math.Inf(1)), 0}},
			{"scalar", []int{}, []float32{7}},
			{"empty", []int{0, 3}, []float32{}},
		},
	}
}

func create(t *testing.T) *Dir {
	t.Helper()
	d, err := Create(t.TempDir(), "x")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestCheckpointRoundTrip(t *testing.T) {
	d := create(t)
	if err := d.Save(Last, example()); err != nil {
		t.Fatal(err)
	}
	got, err := d.Load(Last)
	if err != nil || !reflect.DeepEqual(got, example()) {
		t.Errorf("got %+v, %v", got, err)
	}
}

// Every shortened and every altered checkpoint is refused.
func TestDamagedCheckpointsAreRefused(t *testing.T) {
	var b bytes.Buffer
	if err := encode(&b, example()); err != nil {
		t.Fatal(err)
	}
	for n := range b.Len() {
		if _, err := decode(b.Bytes()[:n]); !errors.Is(err, ErrDamaged) {
			t.Fatalf("cut after %d of %d bytes: got %v", n, b.Len(), err)
		}
		altered := bytes.Clone(b.Bytes())
		altered[n] ^= 1
		if _, err := decode(altered); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d altered: got %v", n, err)
		}
	}
}

// A write that fails, as on a full disk, leaves the earlier file and no debris.
func TestFailedWriteKeepsTheEarlierFile(t *testing.T) {
	d := create(t)
	if err := d.Save(Last, example()); err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left on device")
	err := replace(d.checkpoint(Last), func(f *os.File) error {
		if _, err := f.WriteString("half"); err != nil {
			return err
		}
		return full
	})
	if !errors.Is(err, full) || !strings.Contains(err.Error(), "the earlier file is untouched") {
		t.Errorf("got %v", err)
	}
	if got, err := d.Load(Last); err != nil || !reflect.DeepEqual(got, example()) {
		t.Errorf("the earlier checkpoint: %v, %v", got, err)
	}
	if entries, _ := os.ReadDir(d.File(checkpointsDir)); len(entries) != 1 {
		t.Errorf("debris: %v", entries)
	}
}

// What a killed process was writing goes when the run is opened again.
func TestDebrisIsRemoved(t *testing.T) {
	d := create(t)
	if err := errors.Join(d.Write(ConfigFile, []byte("task: x\n")), d.Save(Last, example())); err != nil {
		t.Fatal(err)
	}
	debris := []string{d.checkpoint(Last) + ".tmp123", d.File(ConfigFile) + ".tmp4"}
	for _, path := range debris {
		if err := os.WriteFile(path, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range debris {
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is still there: %v", path, err)
		}
	}
	if got, err := again.Load(Last); err != nil || !reflect.DeepEqual(got, example()) {
		t.Errorf("the checkpoint: %v, %v", got, err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOneProcessAtATime(t *testing.T) {
	d := create(t)
	if err := d.Write(ConfigFile, []byte("task: x\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(d.Path()); !errors.Is(err, ErrLocked) {
		t.Errorf("got %v, want ErrLocked", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(d.Path())
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNotRun) {
		t.Errorf("an empty folder: got %v", err)
	}
}

func TestEvents(t *testing.T) {
	d := create(t)
	e, err := d.Events()
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Append(Event{"step", map[string]any{"b": math.NaN(), "a": 1.5}}); err != nil {
		t.Fatal(err)
	}
	size := e.Size()
	if err := e.Append(Event{"step", nil}); err != nil {
		t.Fatal(err)
	}
	if err := e.Truncate(size); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(d.File(EventsFile))
	if want := `{"event":"step","a":1.5,"b":"NaN"}` + "\n"; err != nil || string(text) != want {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if err := e.Truncate(size + 1); err == nil {
		t.Error("a log shorter than its checkpoint was accepted")
	}
}

func FuzzDecode(f *testing.F) {
	var b bytes.Buffer
	if err := encode(&b, example()); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("cggmckp\x01"))
	f.Fuzz(func(_ *testing.T, data []byte) { _, _ = decode(data) })
}
