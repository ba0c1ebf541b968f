package experiment_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"cggm/balance"
	"cggm/experiment"
	"cggm/run"
)

// A run in a folder of its own keeps the test set closed until it is asked to
// open it; then it trains no more.
func TestClosedTestSetOpensLater(t *testing.T) {
	c := tiny(t, "train.epochs=3")
	request := experiment.Request{Config: c, Dir: filepath.Join(t.TempDir(), "one"), TestClosed: true}
	closed, err := experiment.Run(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if closed.Scores.Test != nil || closed.Modalities[0].Test != nil || len(closed.Scores.Val) == 0 {
		t.Errorf("scores of a closed run: %+v", closed.Scores)
	}
	if _, err := os.Stat(filepath.Join(request.Dir, run.ResultFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a closed run leaves a result: %v", err)
	}
	if _, err := experiment.Evaluate(context.Background(), request.Dir); err == nil {
		t.Error("eval opens the test set of a closed run")
	}
	request.TestClosed = false
	opened, err := experiment.Run(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if opened.Seconds != closed.Seconds || opened.Scores.Val["accuracy"] != closed.Scores.Val["accuracy"] {
		t.Errorf("opened after %v s with %v, closed after %v s with %v", opened.Seconds, opened.Scores.Val, closed.Seconds, closed.Scores.Val)
	}
	whole, err := experiment.Run(context.Background(), experiment.Request{Config: c, Root: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	if opened.Scores.Test["accuracy"] != whole.Scores.Test["accuracy"] {
		t.Errorf("test scores %v, in one go %v", opened.Scores.Test, whole.Scores.Test)
	}
}

func TestExamine(t *testing.T) {
	c := tiny(t, "only=[fast]")
	f, err := experiment.Examine(context.Background(), c, []string{"joint", "ogm", "nothing+joint"})
	if err == nil {
		t.Errorf("an unknown method is examined: %+v", f)
	}
	f, err = experiment.Examine(context.Background(), c, []string{"joint", "ogm", "ogm+ogm-ge"})
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Refused) != 2 || !errors.Is(f.Refused["ogm"], balance.ErrUnfit) || !errors.Is(f.Refused["ogm+ogm-ge"], balance.ErrUnfit) {
		t.Errorf("refused on one modality: %v", f.Refused)
	}
	if f.Primary != "accuracy" || !f.Larger || f.Fingerprints[0] == f.Fingerprints[1] || f.ValIsTest {
		t.Errorf("facts %+v", f)
	}
}

// A neutral configuration has what the user sets for methods, not the preset.
func TestLoadNeutral(t *testing.T) {
	preset, err := experiment.Load("digits", "", nil)
	if err != nil || len(preset.Options) == 0 {
		t.Fatalf("the preset sets nothing for methods: %v, %v", preset, err)
	}
	c, err := experiment.LoadNeutral("digits", "", []string{"options.ogm.alpha=0.5"})
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Options) != 1 || c.Options["ogm"]["alpha"] != .5 {
		t.Errorf("options %v", c.Options)
	}
}
