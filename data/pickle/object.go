package pickle

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// object does the opcodes that name classes and make objects.
func (m *machine) object(code byte) (ok bool, err error) {
	switch code {
	case opGlobal:
		err = m.global()
	case opStackGlobal:
		var items []any
		if items, err = m.popN(2); err == nil {
			module, ok1 := items[0].(string)
			name, ok2 := items[1].(string)
			if !ok1 || !ok2 {
				return true, bad(describe(items[0])+" and "+describe(items[1]), "the names of a module and a class", nil)
			}
			err = m.find(module, name)
		}
	case opReduce, opNewObj:
		var items []any
		if items, err = m.popN(2); err == nil {
			err = m.call(items[0], items[1])
		}
	case opNewObjEx:
		var items []any
		if items, err = m.popN(3); err == nil {
			if named, ok := items[2].(*Dict); !ok || len(named.Keys) > 0 {
				return true, bad("named arguments of a class", "positional ones", nil)
			}
			err = m.call(items[0], items[1])
		}
	case opInst:
		var args []any
		if args, err = m.popMark(); err == nil {
			if err = m.global(); err == nil {
				err = m.callTop(args)
			}
		}
	case opObj:
		var items []any
		if items, err = m.popMark(); err == nil {
			if len(items) == 0 {
				return true, bad("nothing", "a class", nil)
			}
			err = m.call(items[0], Tuple(items[1:]))
		}
	case opBuild:
		err = m.build()
	case opPersID, opBinPersID:
		err = m.persistent(code)
	default:
		return false, nil
	}
	return true, err
}

// global pushes the class whose module and name are the next two lines.
func (m *machine) global() error {
	module, err := m.line()
	if err != nil {
		return err
	}
	name, err := m.line()
	if err != nil {
		return err
	}
	return m.find(module, name)
}

// find pushes a class.
func (m *machine) find(module, name string) error {
	full := module + "." + name
	if c, ok := m.loader.Classes[full]; ok {
		m.push(c)
		return nil
	}
	if c, ok := known[full]; ok {
		m.push(Class(func(args []any) (any, error) { return c(m, args) }))
		return nil
	}
	names := slices.Sorted(maps.Keys(known))
	for n := range maps.Keys(m.loader.Classes) {
		names = append(names, n)
	}
	slices.Sort(names)
	return bad(fmt.Sprintf("the class %.80q", full),
		"one of "+strings.Join(names, ", ")+"; save dictionaries, lists and numpy arrays instead, or an npz file", nil)
}

// call pushes what the class makes of a tuple of arguments.
func (m *machine) call(class, args any) error {
	m.push(class)
	tuple, ok := args.(Tuple)
	if !ok {
		return bad(describe(args), "a tuple of arguments", nil)
	}
	return m.callTop(tuple)
}

// callTop replaces the class on top of the stack by what it makes of the
// arguments.
func (m *machine) callTop(args []any) error {
	v, err := m.pop()
	if err != nil {
		return err
	}
	class, ok := v.(Class)
	if !ok {
		return bad(describe(v), "a class", nil)
	}
	out, err := class(args)
	if err != nil {
		return err
	}
	m.push(out)
	return nil
}

// build gives an object its state.
func (m *machine) build() error {
	state, err := m.pop()
	if err != nil {
		return err
	}
	v, err := m.top()
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case *ndarray:
		return v.build(m, state)
	case *dtype:
		return v.build(state)
	case *Dict:
		// Attributes beside the contents, as PyTorch writes them.
		return nil
	}
	return bad("a state for "+describe(v), "one for an array or a dtype", nil)
}

// persistent pushes an object that the pickle only refers to.
func (m *machine) persistent(code byte) error {
	var id any
	var err error
	if code == opPersID {
		id, err = m.line()
	} else {
		id, err = m.pop()
	}
	if err != nil {
		return err
	}
	if m.loader.Persistent == nil {
		return bad("a reference to an object outside", "a pickle that holds everything; files of torch.save have their own reader", nil)
	}
	v, err := m.loader.Persistent(id)
	if err != nil {
		return err
	}
	m.push(v)
	return nil
}
