package emoji

import (
	"fmt"
	"slices"
	"strings"
)

// columns is the first line of the table; one emoji a line follows.
const columns = "code\tname\tcategory\tset"

// readTable reads the table of emoji into a Set without pictures.
func readTable(table string) (*Set, error) {
	head, body, ok := strings.Cut(table, "\n")
	if !ok || head != columns {
		return nil, fmt.Errorf("emoji: the table begins with %.60q, want %q", head, columns)
	}
	s := &Set{}
	var categories []string
	for line := range strings.Lines(body) {
		number := len(s.Names) + 2
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 4 || slices.Contains(fields, "") {
			return nil, fmt.Errorf("emoji: line %d: %.80q: want 4 fields that are not empty", number, line)
		}
		row := len(s.Names)
		switch fields[3] {
		case "train":
			s.Train = append(s.Train, row)
		case "val":
			s.Val = append(s.Val, row)
		case "test":
			s.Test = append(s.Test, row)
		default:
			return nil, fmt.Errorf("emoji: line %d: set %.20q, valid are train, val and test", number, fields[3])
		}
		s.Codes = append(s.Codes, fields[0])
		s.Names = append(s.Names, fields[1])
		categories = append(categories, fields[2])
	}
	s.Classes = slices.Clone(categories)
	slices.Sort(s.Classes)
	s.Classes = slices.Compact(s.Classes)
	s.Labels = make([]int32, len(categories))
	for row, category := range categories {
		class, _ := slices.BinarySearch(s.Classes, category)
		s.Labels[row] = int32(class)
	}
	return s, nil
}
