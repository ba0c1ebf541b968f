package score

// Argmax returns the class with the largest of each row's logits, [rows, classes] to [rows]; the first of equals.
func Argmax(logits []float32, classes int) ([]int32, error) {
	rows, err := rowsOf(len(logits), classes)
	if err != nil {
		return nil, err
	}
	if err := finite(logits); err != nil {
		return nil, err
	}
	best := make([]int32, rows)
	for row := range best {
		line := logits[row*classes : (row+1)*classes]
		for class, v := range line {
			if v > line[best[row]] {
				best[row] = int32(class)
			}
		}
	}
	return best, nil
}
