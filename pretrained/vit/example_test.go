package vit_test

import (
	"fmt"

	"cggm/backend"
	"cggm/data"
	"cggm/pretrained/vit"
)

func ExampleModel_Encode() {
	engine, err := backend.Open()
	if err != nil {
		panic(err)
	}
	m, err := vit.Open(engine, "testdata/small")
	if err != nil {
		panic(err)
	}
	p, err := vit.ReadProcessor("testdata/small/preprocessor_config.json")
	if err != nil {
		panic(err)
	}
	picture, err := p.Process(data.Array{Shape: []int{40, 30, 3}, Values: make([]uint8, 40*30*3)})
	if err != nil {
		panic(err)
	}
	states, err := m.Encode([][]float32{picture})
	if err != nil {
		panic(err)
	}
	fmt.Println(len(states[0])/m.Config().Width, "tokens of width", m.Config().Width)
	// Output: 10 tokens of width 24
}
