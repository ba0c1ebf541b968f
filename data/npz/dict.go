package npz

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// fields are the three entries of a header.
type fields struct {
	descr   string
	fortran bool
	shape   []int
}

// maxAxes bounds the axes of an array; numpy stops at 64.
const maxAxes = 64

// parseDict reads the header, a literal of Python:
// {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.
func parseDict(text string) (*fields, error) {
	p := &literal{rest: text}
	out := &fields{}
	seen := make(map[string]bool)
	if !p.take("{") {
		return nil, p.expected("{")
	}
	for !p.take("}") {
		key, err := p.quoted()
		if err != nil {
			return nil, err
		}
		if seen[key] {
			return nil, fmt.Errorf("key %q twice", key)
		}
		seen[key] = true
		if !p.take(":") {
			return nil, p.expected(":")
		}
		switch key {
		case "descr":
			out.descr, err = p.descr()
		case "fortran_order":
			out.fortran, err = p.boolean()
		case "shape":
			out.shape, err = p.tuple()
		default:
			err = fmt.Errorf("unknown key %q", key)
		}
		if err != nil {
			return nil, err
		}
		if !p.take(",") && !strings.HasPrefix(p.rest, "}") {
			return nil, p.expected(", or }")
		}
	}
	for _, key := range []string{"descr", "fortran_order", "shape"} {
		if !seen[key] {
			return nil, fmt.Errorf("no key %q", key)
		}
	}
	if rest := strings.TrimSpace(p.rest); rest != "" {
		return nil, fmt.Errorf("%q after the header", short(rest))
	}
	return out, nil
}

// literal is a position in the header text.
type literal struct{ rest string }

// take skips spaces and then the given text, if that comes next.
func (p *literal) take(s string) bool {
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	if !strings.HasPrefix(p.rest, s) {
		return false
	}
	p.rest = strings.TrimLeft(p.rest[len(s):], " \t\r\n")
	return true
}

func (p *literal) expected(what string) error {
	return fmt.Errorf("%q where %s should be", short(p.rest), what)
}

func (p *literal) quoted() (string, error) {
	p.take("")
	if p.rest == "" || (p.rest[0] != '\'' && p.rest[0] != '"') {
		return "", p.expected("a quoted string")
	}
	end := strings.IndexByte(p.rest[1:], p.rest[0])
	if end < 0 {
		return "", errors.New("a string without an end")
	}
	s := p.rest[1 : 1+end]
	p.rest = p.rest[end+2:]
	p.take("")
	return s, nil
}

// descr reads the type. A list describes records: its text comes back whole, to
// be named in the refusal.
func (p *literal) descr() (string, error) {
	if !strings.HasPrefix(p.rest, "[") {
		return p.quoted()
	}
	text := "|" + short(p.rest)
	end := strings.LastIndexByte(p.rest, ']')
	if end < 0 {
		return "", errors.New("a list without an end")
	}
	p.rest = p.rest[end+1:]
	p.take("")
	return text, nil
}

func (p *literal) boolean() (bool, error) {
	switch {
	case p.take("True"):
		return true, nil
	case p.take("False"):
		return false, nil
	}
	return false, p.expected("True or False")
}

func (p *literal) tuple() ([]int, error) {
	if !p.take("(") {
		return nil, p.expected("(")
	}
	shape := []int{}
	for !p.take(")") {
		end := strings.IndexAny(p.rest, ",) ")
		if end < 0 {
			return nil, errors.New("a shape without an end")
		}
		// Python 2 wrote long integers as 3L.
		n, err := number(strings.TrimSuffix(p.rest[:end], "L"))
		if err != nil {
			return nil, fmt.Errorf("shape: %w", err)
		}
		if shape = append(shape, n); len(shape) > maxAxes {
			return nil, fmt.Errorf("a shape of more than %d axes", maxAxes)
		}
		p.rest = p.rest[end:]
		if !p.take(",") && !strings.HasPrefix(p.rest, ")") {
			return nil, p.expected(", or )")
		}
	}
	return shape, nil
}

// number reads a count small enough to be multiplied by an element size.
func number(s string) (int, error) {
	n, err := strconv.ParseUint(s, 10, 60)
	if err != nil {
		return 0, fmt.Errorf("%q is not a size", short(s))
	}
	return int(n), nil
}

func short(s string) string {
	const most = 40
	if len(s) > most {
		return s[:most] + "..."
	}
	return s
}
