package run

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"sort"
	"strconv"
)

// Events is the append-only log of a run.
type Events struct {
	file *os.File
	size int64
}

// Event is one line of the log. Kind is "event" in the line; numbers that are
// not finite are written as the strings "NaN", "+Inf" and "-Inf".
type Event struct {
	Kind   string
	Fields map[string]any
}

// Events opens the log of the run for appending.
func (d *Dir) Events() (*Events, error) {
	if d.events != nil {
		return d.events, nil
	}
	f, err := os.OpenFile(d.File(EventsFile), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("run: open the event log: %w", err)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("run: open the event log: %w", err)
	}
	d.events = &Events{file: f, size: size}
	return d.events, nil
}

// Size returns the length of the log in bytes.
func (e *Events) Size() int64 { return e.size }

// Append writes one event as one line in one call, so that a crash leaves
// whole lines, the last one apart.
func (e *Events) Append(event Event) error {
	line := []byte(`{"event":`)
	line = strconv.AppendQuote(line, event.Kind)
	names := make([]string, 0, len(event.Fields))
	for name := range event.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		line = append(line, ',')
		line = strconv.AppendQuote(line, name)
		line = append(line, ':')
		value, err := json.Marshal(finite(event.Fields[name]))
		if err != nil {
			return fmt.Errorf("run: event %s: field %s: %w", event.Kind, name, err)
		}
		line = append(line, value...)
	}
	line = append(line, '}', '\n')
	n, err := e.file.Write(line)
	if err != nil {
		// Take back what was written of the line; the log stays readable.
		_ = e.file.Truncate(e.size)
		_, _ = e.file.Seek(e.size, io.SeekStart)
		return fmt.Errorf("run: append to the event log: %w: the run can be resumed from its last checkpoint", err)
	}
	e.size += int64(n)
	return nil
}

// Truncate cuts the log back to size bytes.
func (e *Events) Truncate(size int64) error {
	if size < 0 || size > e.size {
		return fmt.Errorf("run: the event log has %d bytes, the checkpoint was made at %d: the log was changed since", e.size, size)
	}
	if err := e.file.Truncate(size); err != nil {
		return fmt.Errorf("run: cut the event log back: %w", err)
	}
	if _, err := e.file.Seek(size, io.SeekStart); err != nil {
		return fmt.Errorf("run: cut the event log back: %w", err)
	}
	e.size = size
	return nil
}

// Close syncs and closes the log.
func (e *Events) Close() error {
	err := e.file.Sync()
	if closeErr := e.file.Close(); err == nil {
		err = closeErr
	}
	return err
}

func finite(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return strconv.FormatFloat(v, 'g', -1, 64)
		}
	case map[string]float64:
		out := make(map[string]any, len(v))
		for name, x := range v {
			out[name] = finite(x)
		}
		return out
	}
	return v
}
