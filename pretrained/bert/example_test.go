package bert_test

import (
	"fmt"

	"cggm/backend"
	"cggm/pretrained/bert"
)

func ExampleModel_Encode() {
	engine, err := backend.Open()
	if err != nil {
		panic(err)
	}
	m, err := bert.Open(engine, "testdata/small")
	if err != nil {
		panic(err)
	}
	states, err := m.Encode([][]int32{{2, 7, 11, 3}})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(states[0])/m.Config().Width, "tokens of width", m.Config().Width)
	// Output: 4 tokens of width 24
}
