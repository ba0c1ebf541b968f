package view

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"cggm/experiment"
	"cggm/trainer"
)

// clockwork is a clock that moves when told.
type clockwork struct{ now time.Time }

func (c *clockwork) Now() time.Time          { return c.now }
func (c *clockwork) advance(d time.Duration) { c.now = c.now.Add(d) }

func sampleBeginning() experiment.Beginning {
	return experiment.Beginning{
		Task: "emoji", Method: "cggm", Run: "runs/x", Seed: 1, Modalities: []string{"picture", "name"},
		Train: 1143, Val: 381, Test: 382, Parameters: 123456, Epochs: 4, BatchesEpoch: 10, Backend: "go",
	}
}

func step(epoch, batch int) trainer.StepEvent {
	return trainer.StepEvent{
		Step: epoch*10 + batch, Epoch: epoch, Batch: batch, Batches: 10,
		Values: map[string]float64{
			"loss": 2, "grad_norm": 1, "coefficient/picture": .5 + float64(batch), "coefficient/name": 1.5,
		},
	}
}

func sampleEpoch(epoch int, best bool) trainer.EpochEvent {
	return trainer.EpochEvent{
		Epoch: epoch, Epochs: 4, Step: 10 * (epoch + 1), Best: best, Time: 1500 * time.Millisecond,
		Train: map[string]float64{"loss": 1.25, "coefficient/picture": .975, "coefficient/name": .325},
		Val: &trainer.Evaluation{
			Scores: map[string]float64{"accuracy": .7211, "macro_f1": .7},
			Modalities: []trainer.ModalityScores{
				{Name: "picture", Scores: map[string]float64{"accuracy": .65}},
				{Name: "name", Scores: map[string]float64{"accuracy": .64}},
			},
		},
	}
}

// follow sends a training of the given number of batches to a view, a batch
// every gap.
func follow(v View, c *clockwork, batches int, gap time.Duration) {
	for i := range batches {
		c.advance(gap)
		v.Step(step(i/10, i%10))
		if i%10 == 9 {
			v.Epoch(sampleEpoch(i/10, true))
		}
	}
}

func newBar(t *testing.T, o Options) (*Bar, *screen, *clockwork) {
	s, c := &screen{t: t, width: 80}, &clockwork{now: time.Unix(0, 0)}
	o.Out, o.Now = s, c.Now
	if o.Width == nil {
		o.Width = func() int { return 80 }
	}
	return NewBar(o), s, c
}

func TestBar(t *testing.T) {
	b, s, c := newBar(t, Options{Runs: 2})
	b.Begin(sampleBeginning())
	golden(t, "bar_begin.txt", s.String()+"\n")
	// 15 batches of 1 s: 25 remain, at 1 s each.
	follow(b, c, 15, time.Second)
	golden(t, "bar.txt", s.String()+"\n")
	b.End(sampleResult("cggm", 1, "classifier", 0))
	if got, want := s.String(), "cggm, seed 1: accuracy val 0.7500, test 0.7400, 41.2 s, runs/cggm"; got != want {
		t.Errorf("after the end the screen shows\n%s\nwant\n%s", got, want)
	}
	b.Begin(sampleBeginning())
	if !strings.Contains(s.String(), "run 2 of 2") {
		t.Errorf("second run:\n%s", s)
	}
	b.Close()
	b.Close()
	if strings.Contains(s.String(), "epoch") {
		t.Errorf("bar remains after Close:\n%s", s)
	}
}

// 40 batches of 10 ms are 400 ms: at most one picture per 100 ms beside those
// of the begin and of the 4 epochs.
func TestBarRedrawsTenTimesASecond(t *testing.T) {
	b, s, c := newBar(t, Options{})
	b.Begin(sampleBeginning())
	follow(b, c, 40, 10*time.Millisecond)
	if s.writes > 4+1+4 {
		t.Errorf("%d pictures in 400 ms", s.writes)
	}
	if s.writes < 5 {
		t.Errorf("%d pictures, want one an epoch at least", s.writes)
	}
}

// The screen fails the test on a line that would wrap.
func TestBarFitsAnyWidth(t *testing.T) {
	for _, width := range []int{1, 2, 10, 37, 80, 200} {
		b, s, c := newBar(t, Options{Width: func() int { return width }})
		s.width = width
		b.Begin(sampleBeginning())
		follow(b, c, 25, time.Second)
		b.Close()
	}
}

// A resumed run's pace is that of this process: 5 batches in 5 s, 5 remain.
func TestBarResumed(t *testing.T) {
	b, s, c := newBar(t, Options{})
	begin := sampleBeginning()
	begin.Resumed = true
	b.Begin(begin)
	for batch := range 5 {
		c.advance(time.Second)
		b.Step(step(3, batch))
	}
	if !strings.Contains(s.String(), "88 %  ETA 0:05") {
		t.Errorf("no share of 88 %% and 5 s to go in:\n%s", s)
	}
}

func TestBarMarksValIsTest(t *testing.T) {
	b, s, _ := newBar(t, Options{ValIsTest: true})
	b.Begin(sampleBeginning())
	if !strings.Contains(s.String(), "[val=test]") {
		t.Errorf("not marked:\n%s", s)
	}
}

func TestPlain(t *testing.T) {
	var out bytes.Buffer
	p, c := NewPlain(Options{Out: &out, Score: "macro_f1", Runs: 2}), &clockwork{}
	p.Begin(sampleBeginning())
	follow(p, c, 20, time.Second)
	p.End(sampleResult("cggm", 1, "classifier", 0))
	p.Close()
	golden(t, "plain.txt", out.String())
}

// Of 400 batches the first takes 100 s and is not counted, the others 27 s.
func TestPlainTellsTheTimeToGo(t *testing.T) {
	for _, test := range []struct {
		gap  time.Duration
		want string
	}{
		{27 * time.Second, "about 3.0 h for 40 epochs, 27.0 s a batch; Ctrl-C stops, cggm train --resume runs/x continues\n"},
		{time.Second, "about 7 min for 40 epochs, 1.0 s a batch"},
		{900 * time.Second, "about 4.1 days for 40 epochs, 15:00 a batch"},
		{100 * time.Millisecond, ""},
	} {
		var out bytes.Buffer
		c := &clockwork{now: time.Unix(0, 0)}
		p := NewPlain(Options{Out: &out, Now: c.Now})
		begin := sampleBeginning()
		begin.Epochs = 40
		p.Begin(begin)
		c.advance(100 * time.Second)
		p.Step(step(0, 0))
		if got, want := out.String(), "\nat most 11.1 h for 40 epochs, 1:40 a batch so far; Ctrl-C stops,"; !strings.Contains(got, want) {
			t.Errorf("after a first batch of 100 s: %q, want %q", got, want)
		}
		out.Reset()
		for batch := 1; batch < 60; batch++ {
			c.advance(test.gap)
			p.Step(step(batch/10, batch%10))
		}
		if got := out.String(); !strings.HasPrefix(got, test.want) || (test.want == "") != (got == "") || strings.Count(got, "about") > 1 {
			t.Errorf("batches of %v: got %q, want %q", test.gap, got, test.want)
		}
	}
}

// Of what an epoch and a training waited for their input the reader hears when
// it is much.
func TestWaitingForInput(t *testing.T) {
	var out bytes.Buffer
	p := NewPlain(Options{Out: &out})
	p.Begin(sampleBeginning())
	for wait, want := range map[time.Duration]string{
		1400 * time.Millisecond: "1.5 s, 93 % of it waiting for input  best\n", 15 * time.Millisecond: "1.5 s  best\n",
	} {
		e := sampleEpoch(0, true)
		e.Wait = wait
		out.Reset()
		if p.Epoch(e); !strings.HasSuffix(out.String(), want) {
			t.Errorf("waited %v: %q, want %q", wait, out.String(), want)
		}
	}
	r := sampleResult("cggm", 1, "classifier", 0)
	r.Starved = r.Seconds / 4
	if got, want := Result(r, 80), "30 epochs in 41.2 s, 25 % of it waiting for input ("; !strings.Contains(got, want) {
		t.Errorf("%s\nlacks %q", got, want)
	}
}

func TestPlainMarksValIsTest(t *testing.T) {
	var out bytes.Buffer
	p, c := NewPlain(Options{Out: &out, ValIsTest: true}), &clockwork{}
	p.Begin(sampleBeginning())
	follow(p, c, 10, time.Second)
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "run ") && line != "\n" && !strings.Contains(line, "val=test") {
			t.Errorf("not marked: %q", line)
		}
	}
}

func TestEvents(t *testing.T) {
	var out bytes.Buffer
	v, c := NewEvents(Options{Out: &out, Runs: 2, ValIsTest: true}), &clockwork{}
	v.Begin(sampleBeginning())
	follow(v, c, 20, time.Second)
	v.End(sampleResult("cggm", 1, "classifier", 0))
	v.Close()
	golden(t, "events.jsonl", out.String())
	for line := range strings.Lines(out.String()) {
		var event struct {
			Event string `json:"event"`
		}
		if err := json.Unmarshal([]byte(line), &event); err != nil || event.Event == "" {
			t.Errorf("%q: event %q, %v", line, event.Event, err)
		}
	}
}

// Coefficients can pass any bound; JSON has no infinity.
func TestEventsNotFinite(t *testing.T) {
	var out bytes.Buffer
	v := NewEvents(Options{Out: &out})
	e := sampleEpoch(0, true)
	zero := 0.0
	e.Train["coefficient/picture"] = 1 / zero
	v.Epoch(e)
	if !json.Valid(out.Bytes()) || strings.Contains(out.String(), `"picture":`) {
		t.Errorf("got %q", out.String())
	}
}
