package cpu

import (
	"fmt"

	"github.com/gomlx/compute"
)

// island compiles one operation on the Go engine, for operations without a
// kernel here.
func (c *compiler) island(n *node) (step, error) {
	b := c.backend.other.Builder("island")
	main := b.Main()
	e := &emission{builder: b, values: make(map[*value]compute.Value), named: make(map[*function]compute.Function)}
	s := step{name: n.op.String()}
	shapesOf := make(map[*value]int)
	var params []*value
	for _, v := range n.inputs {
		if _, ok := shapesOf[v]; ok {
			continue
		}
		p, err := main.Parameter(fmt.Sprintf("p%d", len(params)), v.shape, nil)
		if err != nil {
			return s, err
		}
		shapesOf[v] = len(params)
		params = append(params, v)
		e.values[v] = p
		s.reads = append(s.reads, c.store(v))
	}
	if err := e.node(main, n); err != nil {
		return s, err
	}
	var outputs []compute.Value
	for _, v := range n.outputs {
		outputs = append(outputs, e.values[v])
		s.writes = append(s.writes, c.store(v))
	}
	if err := main.Return(outputs, nil); err != nil {
		return s, err
	}
	exe, err := b.Compile()
	if err != nil {
		return s, err
	}
	other, reads, writes := c.backend.other, s.reads, s.writes
	s.run = func(fr *frame) error {
		in, donate := make([]compute.Buffer, len(params)), make([]bool, len(params))
		for i, v := range params {
			data := fr.bufs[reads[i]]
			var err error
			if in[i], err = other.BufferFromFlatData(0, data, v.shape); err != nil {
				return err
			}
			donate[i] = true
		}
		out, err := exe.Execute(in, donate, 0)
		if err != nil {
			return err
		}
		for i, o := range out {
			if err := o.ToFlatData(fr.bufs[writes[i]]); err != nil {
				return err
			}
			if err := o.Finalize(); err != nil {
				return err
			}
		}
		return nil
	}
	return s, nil
}
