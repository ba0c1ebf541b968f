package mosiutterance

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// folder is what the files hold.
type folder struct {
	parts [2]*part // train and test
}

// part is one released split.
type part struct {
	values [3][]float32 // [rows, width] per modality
	widths [3]int
	labels []int32
	videos []string
}

// maxRows bounds what a damaged file can make us read.
const maxRows = 1 << 20

func read(ctx context.Context, dir string) (*folder, error) {
	if info, err := os.Stat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder: name the folder that holds text_train0.csv", dir)
	}
	var transcripts []utterance
	if err := open(filepath.Join(dir, "transcripts.csv"), func(r io.Reader) (err error) {
		transcripts, err = readTranscripts(r)
		return err
	}); err != nil {
		return nil, err
	}
	f := &folder{}
	var errs []error
	owner := make(map[int]string)
	for i, name := range [2]string{"train", "test"} {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, err := readPart(dir, name)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if err := p.align(filepath.Join(dir, name+"_index.txt"), transcripts, owner); err != nil {
			errs = append(errs, err)
		}
		f.parts[i] = p
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	for m, name := range modalities {
		if a, b := f.parts[0].widths[m], f.parts[1].widths[m]; a != b {
			return nil, fmt.Errorf("%s: %s_test0.csv has %d features, %s_train0.csv %d", dir, name, b, name, a)
		}
	}
	return f, nil
}

// readPart reads the three feature files of a split, which must agree in
// their rows and labels.
func readPart(dir, split string) (*part, error) {
	p := &part{}
	first := ""
	for m, name := range modalities {
		path := filepath.Join(dir, name+"_"+split+"0.csv")
		var values []float32
		var labels []int32
		if err := open(path, func(r io.Reader) (err error) {
			values, labels, err = readFeatures(r)
			return err
		}); err != nil {
			return nil, err
		}
		p.values[m], p.widths[m] = values, len(values)/len(labels)
		if m == 0 {
			p.labels, first = labels, path
			continue
		}
		if len(labels) != len(p.labels) {
			return nil, fmt.Errorf("%s has %d rows, %s %d: the modalities must have the same utterances in the same order",
				path, len(labels), first, len(p.labels))
		}
		for row, y := range labels {
			if y != p.labels[row] {
				return nil, fmt.Errorf("%s, row %d: label %d, but %d in %s: the modalities are not aligned",
					path, row+1, y, p.labels[row], first)
			}
		}
	}
	return p, nil
}

// readFeatures reads rows of numbers whose last one is a label, 0 or 1.
func readFeatures(r io.Reader) (values []float32, labels []int32, err error) {
	err = records(r, 0, func(row int, fields []string) error {
		if len(fields) < 2 {
			return fmt.Errorf("row %d: %d columns, want features and a label", row, len(fields))
		}
		for k, field := range fields[:len(fields)-1] {
			v, err := strconv.ParseFloat(field, 32)
			if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("row %d, column %d: %q is not a finite number", row, k+1, field)
			}
			values = append(values, float32(v))
		}
		y, err := label(fields[len(fields)-1])
		if err != nil {
			return fmt.Errorf("row %d, column %d: %w", row, len(fields), err)
		}
		labels = append(labels, y)
		return nil
	})
	return values, labels, err
}

// label reads 0 or 1, also written as 0.0 or 1.0.
func label(field string) (int32, error) {
	v, err := strconv.ParseFloat(field, 64)
	if err != nil || (v != 0 && v != 1) {
		return 0, fmt.Errorf("label %q: want 0 (negative) or 1 (positive)", field)
	}
	return int32(v), nil
}

// utterance is a row of transcripts.csv.
type utterance struct {
	video string
	label int32
}

func readTranscripts(r io.Reader) ([]utterance, error) {
	var out []utterance
	err := records(r, 4, func(row int, fields []string) error {
		// Video ids may hold '_' themselves.
		cut := strings.LastIndexByte(fields[0], '_')
		if cut < 1 {
			return fmt.Errorf("row %d, column 1: %q is not VIDEO_SEGMENT", row, fields[0])
		}
		y, err := label(fields[3])
		if err != nil {
			return fmt.Errorf("row %d, column 4: %w", row, err)
		}
		out = append(out, utterance{fields[0][:cut], y})
		return nil
	})
	return out, err
}

// open reads a file and names it in errors.
func open(path string, read func(io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // nothing was written
	if err := read(bufio.NewReader(file)); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// records calls f with every record of a CSV file, from row 1. All records
// must have the given number of columns, 0: as many as the first. An empty
// file is an error.
func records(in io.Reader, columns int, f func(row int, fields []string) error) error {
	r := csv.NewReader(in)
	r.FieldsPerRecord, r.ReuseRecord = columns, true
	for row := 1; ; row++ {
		fields, err := r.Read()
		switch {
		case errors.Is(err, io.EOF) && row == 1:
			return errors.New("the file is empty")
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case row > maxRows:
			return fmt.Errorf("more than %d rows", maxRows)
		}
		if err := f(row, fields); err != nil {
			return err
		}
	}
}

// align finds the video of every row through the index file. owner holds the
// index file that claimed each row of the transcripts so far.
func (p *part) align(path string, transcripts []utterance, owner map[int]string) error {
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: it gives the row in transcripts.csv of each of the %d utterances, without it the validation split cannot keep videos together",
			err, len(p.labels))
	}
	if err != nil {
		return err
	}
	lines := strings.Fields(string(raw))
	if len(lines) != len(p.labels) {
		return fmt.Errorf("%s: %d lines for %d utterances", path, len(lines), len(p.labels))
	}
	for row, line := range lines {
		at, err := strconv.Atoi(line)
		if err != nil || at < 0 || at >= len(transcripts) {
			return fmt.Errorf("%s, line %d: %q is not a row of transcripts.csv: want 0 to %d", path, row+1, line, len(transcripts)-1)
		}
		if other, ok := owner[at]; ok {
			return fmt.Errorf("%s, line %d: row %d of transcripts.csv is already named in %s", path, row+1, at, other)
		}
		owner[at] = path
		if want := transcripts[at].label; want != p.labels[row] {
			return fmt.Errorf("%s, line %d: row %d of transcripts.csv has label %d, the features %d: the files do not belong together",
				path, row+1, at, want, p.labels[row])
		}
		p.videos = append(p.videos, transcripts[at].video)
	}
	return nil
}

// warnings tells where the files differ from the release and which videos are
// in train and in test.
func (f *folder) warnings() []string {
	var out []string
	for i, name := range [2]string{"train", "test"} {
		if got := len(f.parts[i].labels); got != published.rows[i] {
			out = append(out, fmt.Sprintf("%d %s utterances, %d in the release", got, name, published.rows[i]))
		}
	}
	for m, name := range modalities {
		if got := f.parts[0].widths[m]; got != published.widths[m] {
			out = append(out, fmt.Sprintf("%d %s features, %d in the release", got, name, published.widths[m]))
		}
	}
	return out
}
