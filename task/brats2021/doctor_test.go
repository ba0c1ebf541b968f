package brats2021

import (
	"context"
	"strings"
	"testing"

	"cggm/task"
)

func TestDoctorOfSoundFiles(t *testing.T) {
	report, err := cropTo(8).Doctor(context.Background(), task.Options{Dir: write(t)})
	if err != nil {
		t.Fatal(err)
	}
	text := report.String()
	for _, want := range []string{
		"8 patients, extents map[12x10x5:8], 24 slices with tumour (3 to 3 a patient)",
		"10 patients, 1251 are published", "train/t1ce", "class 3, enhancing tumour:", "1 groups",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	// All patients of the test are alike, which the doctor must call an error.
	if !strings.Contains(text, "identical in all modalities") {
		t.Errorf("identical patients unnoticed in\n%s", text)
	}
}
