package view

import (
	"strings"
	"testing"
)

func TestResult(t *testing.T) {
	golden(t, "result.txt", Result(sampleResult("cggm", 1, "classifier", 0), 100))
}

func TestResultWithoutCoefficients(t *testing.T) {
	golden(t, "result_joint.txt", Result(sampleResult("joint", 1, "split", 0), 100))
}

func TestResultValIsTest(t *testing.T) {
	r := sampleResult("cggm", 1, "classifier", 0)
	r.ValIsTest = true
	text := Result(r, 100)
	golden(t, "result_val_is_test.txt", text)
	if strings.Contains(text, " val ") {
		t.Errorf("a column still claims to be validation:\n%s", text)
	}
}

func TestResultNarrow(t *testing.T) {
	text := Result(sampleResult("cggm", 1, "classifier", 0), 60)
	golden(t, "result_narrow.txt", text)
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "fused") && len(line) > 61 {
			t.Errorf("table of %d columns, want at most 60: %q", len(line)-1, line)
		}
	}
}

// A modality without scores, such as one that no method scores, shows dashes.
func TestResultMissingScores(t *testing.T) {
	r := sampleResult("joint", 1, "", 0)
	r.Modalities[0].Val, r.Modalities[0].Test = nil, nil
	for line := range strings.Lines(Result(r, 100)) {
		if strings.HasPrefix(line, "picture") {
			if got := strings.Count(line, " -"); got != 4 {
				t.Errorf("%d dashes in %q, want 4", got, line)
			}
		}
	}
}
