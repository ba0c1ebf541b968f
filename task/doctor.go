package task

import (
	"context"
	"fmt"
	"strings"
)

// Severity says how much a finding matters.
type Severity string

// The severities of a finding. Training on data with an error fails or means
// nothing; a warning is for the user to judge.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Finding is one thing that a check of the data found.
type Finding struct {
	Severity Severity `json:"severity"`
	// Subject is what the finding is about: a file, a split, a modality.
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

// Report lists what a check of a task's data found.
type Report struct {
	Rows []Finding `json:"rows"`
}

// Doctor checks the data of a task where it is, in more depth than Open does.
// What is wrong with the data is in the report; the error is that of a
// cancelled context.
type Doctor interface {
	Doctor(ctx context.Context, o Options) (*Report, error)
}

// Errorf adds a finding of severity error.
func (r *Report) Errorf(subject, format string, args ...any) {
	r.Rows = append(r.Rows, Finding{SeverityError, subject, fmt.Sprintf(format, args...)})
}

// Warnf adds a finding of severity warning.
func (r *Report) Warnf(subject, format string, args ...any) {
	r.Rows = append(r.Rows, Finding{SeverityWarning, subject, fmt.Sprintf(format, args...)})
}

// Infof adds a finding of severity info.
func (r *Report) Infof(subject, format string, args ...any) {
	r.Rows = append(r.Rows, Finding{SeverityInfo, subject, fmt.Sprintf(format, args...)})
}

// Count returns the number of findings of a severity.
func (r *Report) Count(s Severity) int {
	n := 0
	for _, f := range r.Rows {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// String returns the findings as lines of severity, subject and text.
func (r *Report) String() string {
	width := 0
	for _, f := range r.Rows {
		width = max(width, len(f.Subject))
	}
	var b strings.Builder
	for _, f := range r.Rows {
		fmt.Fprintf(&b, "%-7s  %-*s  %s\n", f.Severity, width, f.Subject, f.Text)
	}
	return b.String()
}

// Diagnose opens a task and examines its data. An error of open becomes one
// finding per joined error.
func Diagnose(ctx context.Context, o Options, open func(context.Context, Options) (*Data, *Groups, error)) (*Report, error) {
	data, groups, err := open(ctx, o)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err == nil {
		return Examine(ctx, data, groups)
	}
	r := &Report{}
	r.Complain("data", err)
	return r, nil
}

// mostComplaints bounds the findings of one error.
const mostComplaints = 10

// Complain adds an error as findings, one for each of several that are joined.
func (r *Report) Complain(subject string, err error) {
	all := Split(err)
	for i, e := range all {
		if i == mostComplaints {
			r.Errorf(subject, "%d more errors", len(all)-i)
			return
		}
		r.Errorf(subject, "%v", e)
	}
}

// Split returns the errors of which errors.Join made err. Other errors that
// wrap several, whose text is their own, stay whole.
func Split(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var texts []string
	var out []error
	for _, e := range joined.Unwrap() {
		texts = append(texts, e.Error())
		out = append(out, Split(e)...)
	}
	if strings.Join(texts, "\n") != err.Error() {
		return []error{err}
	}
	return out
}
