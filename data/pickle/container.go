package pickle

import "fmt"

// container does the opcodes that build tuples, lists, sets and dictionaries.
func (m *machine) container(code byte) (ok bool, err error) {
	var items []any
	switch code {
	case opEmptyTuple:
		m.push(Tuple{})
	case opTuple1, opTuple2, opTuple3:
		if items, err = m.popN(int(code) - opTuple1 + 1); err == nil {
			m.push(Tuple(items))
		}
	case opTuple:
		if items, err = m.popMark(); err == nil {
			m.push(Tuple(items))
		}
	case opEmptyList, opEmptySet:
		m.push(&List{})
	case opList, opFrozenSet:
		if items, err = m.popMark(); err == nil {
			m.push(&List{Items: items})
		}
	case opAppend:
		if items, err = m.popN(1); err == nil {
			err = m.extend(items)
		}
	case opAppends, opAddItems:
		if items, err = m.popMark(); err == nil {
			err = m.extend(items)
		}
	case opEmptyDict:
		m.push(&Dict{})
	case opDict:
		if items, err = m.popMark(); err == nil {
			m.push(&Dict{})
			err = m.update(items)
		}
	case opSetItem:
		if items, err = m.popN(2); err == nil {
			err = m.update(items)
		}
	case opSetItems:
		if items, err = m.popMark(); err == nil {
			err = m.update(items)
		}
	default:
		return false, nil
	}
	return true, err
}

// extend appends to the list on top of the stack.
func (m *machine) extend(items []any) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	list, ok := v.(*List)
	if !ok {
		return bad(describe(v), "a list to append to", nil)
	}
	list.Items = append(list.Items, items...)
	return nil
}

// update sets the keys and values, in turn, in the dictionary on top of the
// stack.
func (m *machine) update(items []any) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	dict, ok := v.(*Dict)
	if !ok || len(items)%2 != 0 {
		return bad(fmt.Sprintf("%s and %d values", describe(v), len(items)), "a dictionary, and a value for each key", nil)
	}
	for i := 0; i < len(items); i += 2 {
		dict.set(items[i], items[i+1])
	}
	return nil
}
