package kernel

// axis describes how one axis of a correlation is read: output position o meets tap k at (o*stride + k*dil - pad) / inDil.
type axis struct{ out, taps, stride, dil, inDil, pad int }

// tap is one position of the kernel that a phase uses, and the input position it meets at the first output.
type tap struct{ index, offset int }

// phase holds every inDil-th output of an axis, those that meet the same taps. Output first + q*step meets the tap t at
// q*stride + t.offset.
type phase struct {
	first, step, count, stride int
	taps                       []tap
}

// phases splits an axis. Without input dilation there is one phase, with all taps.
func (a axis) phases() []phase {
	out := make([]phase, 0, a.inDil)
	for first := range min(a.inDil, a.out) {
		p := phase{first: first, step: a.inDil, count: (a.out - first + a.inDil - 1) / a.inDil, stride: a.stride}
		for k := range a.taps {
			if at := first*a.stride + k*a.dil - a.pad; at%a.inDil == 0 {
				p.taps = append(p.taps, tap{k, at / a.inDil})
			}
		}
		out = append(out, p)
	}
	return out
}

// inside returns the outputs [lo, hi) among [q0, q1) that meet a tap inside an input of the given size.
func (p *phase) inside(t tap, q0, q1, size int) (lo, hi int) {
	// q*stride + offset >= 0 and < size; stride is positive.
	lo, hi = q0, q1
	if t.offset < 0 {
		lo = max(lo, (-t.offset+p.stride-1)/p.stride)
	}
	if t.offset >= size {
		return q0, q0
	}
	hi = min(hi, (size-1-t.offset)/p.stride+1)
	if hi <= lo {
		return q0, q0
	}
	return lo, hi
}
