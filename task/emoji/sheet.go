package emoji

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
)

// sheetColumns is the number of pictures beside each other on the sheet; they touch.
const sheetColumns = 44

// readSheet cuts the first n pictures out of the sheet, row by row.
func readSheet(encoded []byte, n int) ([]uint8, error) {
	decoded, err := png.Decode(bytes.NewReader(encoded))
	if err != nil {
		return nil, fmt.Errorf("emoji: decode the sheet: %w", err)
	}
	sheet, ok := decoded.(*image.RGBA) // what the decoder makes of 8-bit colour without transparency
	if !ok {
		return nil, fmt.Errorf("emoji: the sheet is a %T, want 8-bit colour without transparency", decoded)
	}
	want := image.Pt(sheetColumns*Size, (n+sheetColumns-1)/sheetColumns*Size)
	if got := sheet.Bounds().Size(); got != want {
		return nil, fmt.Errorf("emoji: the sheet has %v pixels, want %v for %d pictures", got, want, n)
	}
	pictures := make([]uint8, 0, n*pixels)
	for i := range n {
		left, top := i%sheetColumns*Size, i/sheetColumns*Size
		for y := range Size {
			line := sheet.Pix[sheet.PixOffset(left, top+y):]
			for x := range Size {
				pictures = append(pictures, line[4*x], line[4*x+1], line[4*x+2])
			}
		}
	}
	return pictures, nil
}
