package score_test

import (
	"fmt"

	"cggm/score"
)

func ExampleMacroF1() {
	logits := []float32{
		2, 0, 1,
		0, 3, 1,
		1, 0, 2,
		0, 1, 4,
	}
	truth := []int32{0, 1, 2, 1}
	pred, err := score.Argmax(logits, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	accuracy, err := score.Accuracy(pred, truth)
	if err != nil {
		fmt.Println(err)
		return
	}
	f1, err := score.MacroF1(pred, truth, 3)
	fmt.Printf("%.3f %.3f %v\n", accuracy, f1, err)
	// Output:
	// 0.750 0.778 <nil>
}

func ExampleBraTSDice() {
	truth := []int32{0, 1, 2, 3, 3, 2}
	pred := []int32{0, 1, 2, 3, 2, 2}
	dice, err := score.BraTSDice(pred, truth)
	fmt.Printf("WT %.2f, TC %.2f, ET %.2f, mean %.2f, %v\n", dice.WT, dice.TC, dice.ET, dice.Mean(), err)
	// Output:
	// WT 1.00, TC 0.80, ET 0.67, mean 0.82, <nil>
}
