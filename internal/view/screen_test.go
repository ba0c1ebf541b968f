package view

import (
	"fmt"
	"strings"
	"testing"
)

// screen is a terminal that understands what Bar sends: carriage return, new
// line, cursor up, erase line, erase below. It counts writes.
type screen struct {
	t      *testing.T
	width  int
	lines  [][]rune
	row    int
	column int
	writes int
}

func (s *screen) Write(p []byte) (int, error) {
	s.writes++
	text := []rune(string(p))
	for i := 0; i < len(text); i++ {
		s.reach()
		switch text[i] {
		case '\r':
			s.column = 0
		case '\n':
			s.row++
			s.column = 0
		case '\x1b':
			var n int
			var verb rune
			rest := string(text[i:])
			if _, err := fmt.Sscanf(rest, "\x1b[%d%c", &n, &verb); err != nil {
				if _, err := fmt.Sscanf(rest, "\x1b[%c", &verb); err != nil {
					s.t.Fatalf("unknown sequence %q", rest)
				}
			}
			i += strings.IndexRune(rest, verb)
			s.control(verb, n)
		default:
			s.put(text[i])
		}
	}
	return len(p), nil
}

func (s *screen) control(verb rune, n int) {
	switch {
	case verb == 'A' && n > 0:
		if s.row -= n; s.row < 0 {
			s.t.Fatalf("moved %d lines above the screen", -s.row)
		}
	case verb == 'K' && n == 2:
		s.lines[s.row] = nil
	case verb == 'J' && n == 0:
		s.lines[s.row] = s.lines[s.row][:min(s.column, len(s.lines[s.row]))]
		s.lines = s.lines[:s.row+1]
	default:
		s.t.Fatalf("unknown control %d%c", n, verb)
	}
}

func (s *screen) reach() {
	for len(s.lines) <= s.row {
		s.lines = append(s.lines, nil)
	}
}

func (s *screen) put(r rune) {
	line := s.lines[s.row]
	for len(line) <= s.column {
		line = append(line, ' ')
	}
	line[s.column] = r
	s.lines[s.row] = line
	if s.column++; s.column >= s.width {
		s.t.Fatalf("line of %d columns would wrap: %q", s.column, string(line))
	}
}

// String returns what is to be seen.
func (s *screen) String() string {
	var b strings.Builder
	for _, line := range s.lines {
		b.WriteString(strings.TrimRight(string(line), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}
