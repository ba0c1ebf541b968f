package split

// Stratified splits the rows so that every set has nearly the same mix of labels: the number of rows of a class in a
// set differs from its exact share by less than one, and every class has a row in the training set. The other odd rows
// of a class go where the most rows are missing overall.
//
// labels holds one label per row; give every row the same label for a plain random split. The error wraps ErrEmpty when
// a set that has a part gets no row.
func Stratified(labels []int32, parts Parts, seed uint64) (Sets, error) {
	share, sum, err := parts.of()
	if err != nil {
		return Sets{}, err
	}
	if err := checkRows(len(labels)); err != nil {
		return Sets{}, err
	}
	classOf, count := classes(labels)
	members := make([][]int, count)
	for row, class := range classOf {
		members[class] = append(members[class], row)
	}
	rng := generator(seed)
	setOf := make([]uint8, len(labels))
	var missing [3]int // rows x sum that each set should have got so far and has not
	for _, rows := range members {
		shuffle(rng, rows)
		for set, n := range apportion(len(rows), share, sum, &missing) {
			for _, row := range rows[:n] {
				setOf[row] = uint8(set)
			}
			rows = rows[n:]
		}
	}
	return gather(setOf, share)
}

// apportion divides n rows of one class among the sets and updates what the sets are missing.
func apportion(n int, share [3]int, sum int, missing *[3]int) (counts [3]int) {
	left := n
	var odd [3]bool // sets whose exact share is not whole and that may get one of the odd rows
	for set, part := range share {
		counts[set] = n * part / sum
		odd[set] = n*part%sum != 0
		left -= counts[set]
		missing[set] += n*part - counts[set]*sum
	}
	for ; left > 0; left-- {
		best := -1
		for set := range share {
			switch {
			case !odd[set]:
			case set == 0 && counts[0] == 0:
				best = 0
			case best == 0 && counts[0] == 0:
			case best < 0 || missing[set] > missing[best]:
				best = set
			}
		}
		odd[best] = false
		counts[best]++
		missing[best] -= sum
	}
	return counts
}
