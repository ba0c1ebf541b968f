package table

import (
	"strconv"
	"strings"
)

// class is the narrowest type that holds a cell; a column takes the widest of
// its cells.
type class int

const (
	whole class = iota
	decimal
	text
)

// classify returns the class of the text of a cell. A number with leading
// zeros is text: it is an identifier, and "007" is not "7".
func classify(s string) class {
	s = strings.TrimSpace(s)
	digits := strings.TrimLeft(s, "+-")
	if len(digits) > 1 && digits[0] == '0' && digits[1] != '.' && digits[1] != 'e' && digits[1] != 'E' {
		return text
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return whole
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return decimal
	}
	return text
}
