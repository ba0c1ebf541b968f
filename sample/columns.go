package sample

// Columns returns the columns of the set and its presence flags. They share
// the set's memory: do not change them.
func (s *Set) Columns() (inputs []Column, label Column, present []float32) {
	return append([]Column(nil), s.inputs...), s.label, s.present
}
