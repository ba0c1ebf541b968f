package split

import (
	"fmt"
	"slices"
)

// Grouped splits the rows so that no group has rows in two sets: all utterances of a video, all slices of a patient, or
// all recordings of a speaker stay together. Within that bound the mix of labels of the sets is kept as equal as a
// greedy pass allows: groups are placed from the hardest (large and of one class) to the easiest (small and mixed), each
// where it brings the class counts nearest to their shares.
//
// groups and labels hold one value per row; nil labels balance the number of rows only. The error wraps ErrEmpty when
// a set that has a part gets no row, as with fewer groups than sets.
func Grouped(groups []string, labels []int32, parts Parts, seed uint64) (Sets, error) {
	share, sum, err := parts.of()
	if err != nil {
		return Sets{}, err
	}
	if err := checkRows(len(groups)); err != nil {
		return Sets{}, err
	}
	if labels == nil {
		labels = make([]int32, len(groups))
	}
	if len(labels) != len(groups) {
		return Sets{}, fmt.Errorf("split: %d labels for %d groups: give one of each per row", len(labels), len(groups))
	}
	classOf, count := classes(labels)
	members := gatherGroups(groups)

	order := make([]int, len(members))
	for i := range order {
		order[i] = i
	}
	shuffle(generator(seed), order)
	p := newPlacement(classOf, count, share, sum)
	weight := make([]int, len(members))
	for group, rows := range members {
		weight[group] = p.weight(rows)
	}
	slices.SortStableFunc(order, func(a, b int) int { return weight[b] - weight[a] })

	setOf := make([]uint8, len(groups))
	for i, group := range order {
		set := p.place(members[group], len(order)-i)
		for _, row := range members[group] {
			setOf[row] = uint8(set)
		}
	}
	return gather(setOf, share)
}

// gatherGroups returns the rows of each group, groups in the order of their first row.
func gatherGroups(groups []string) [][]int {
	number := make(map[string]int)
	var members [][]int
	for row, name := range groups {
		group, ok := number[name]
		if !ok {
			group = len(members)
			number[name] = group
			members = append(members, nil)
		}
		members[group] = append(members[group], row)
	}
	return members
}

// placement is the state of the greedy pass.
type placement struct {
	classOf []int
	size    []int    // rows of each class
	need    [3][]int // rows x sum that each set still misses, per class
	share   [3]int
	sum     int
	filled  [3]bool
	counts  []int // scratch: rows of the group per class
}

func newPlacement(classOf []int, count int, share [3]int, sum int) *placement {
	p := &placement{classOf: classOf, size: make([]int, count), counts: make([]int, count), share: share, sum: sum}
	for _, class := range classOf {
		p.size[class]++
	}
	for set := range p.need {
		p.need[set] = make([]int, count)
		for class, n := range p.size {
			p.need[set][class] = n * share[set]
		}
	}
	return p
}

// count fills p.counts with the class counts of the rows of one group.
func (p *placement) count(rows []int) {
	clear(p.counts)
	for _, row := range rows {
		p.counts[p.classOf[row]]++
	}
}

// weight returns the sum of the squared class counts of a group: large for large groups and for groups of one class.
func (p *placement) weight(rows []int) int {
	p.count(rows)
	total := 0
	for _, n := range p.counts {
		total += n * n
	}
	return total
}

// place chooses the set of one group of rows. remaining counts the groups not placed yet, this one included: when they
// are only just enough, an empty set goes first.
func (p *placement) place(rows []int, remaining int) int {
	p.count(rows)
	empty := 0
	for set, part := range p.share {
		if part > 0 && !p.filled[set] {
			empty++
		}
	}
	best, bestCost := -1, 0.0
	for set, part := range p.share {
		if part == 0 || (empty >= remaining && p.filled[set] && empty > 0) {
			continue
		}
		if cost := p.cost(set); best < 0 || cost < bestCost {
			best, bestCost = set, cost
		}
	}
	p.filled[best] = true
	for class, n := range p.counts {
		p.need[best][class] -= n * p.sum
	}
	return best
}

// cost returns by how much the squared distance from the shares, relative to class size and share, changes when the
// group joins the set. Products are taken in integers and only quotients are added, so that no fused multiply-add can
// make the result depend on the processor.
func (p *placement) cost(set int) float64 {
	var total float64
	for class, n := range p.counts {
		if n > 0 {
			change := n * (n*p.sum - 2*p.need[set][class])
			total += float64(change) / float64(p.size[class]*p.share[set])
		}
	}
	return total
}
