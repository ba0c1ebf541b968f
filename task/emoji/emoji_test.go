package emoji

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cggm/task/internal/pack"
)

func TestLoad(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Names) != 1906 || len(s.Codes) != 1906 || len(s.Labels) != 1906 || len(s.Pictures) != 1906*32*32*3 {
		t.Fatalf("%d names, %d codes, %d labels, %d bytes of pictures",
			len(s.Names), len(s.Codes), len(s.Labels), len(s.Pictures))
	}
	again, err := Load()
	if err != nil || again != s {
		t.Errorf("the second call decoded again: %v", err)
	}
}

// TestSplit: sizes of the categories from the package's emoji.json, shares of 60, 20 and 20 % of each to within one.
func TestSplit(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	sizes := map[string]int{
		"Activities": 85, "Animals & Nature": 159, "Flags": 270, "Food & Drink": 131, "Objects": 264,
		"People & Body": 386, "Smileys & Emotion": 169, "Symbols": 224, "Travel & Places": 218,
	}
	if len(s.Classes) != len(sizes) || !slices.IsSorted(s.Classes) {
		t.Errorf("classes %q", s.Classes)
	}
	seen := make([]bool, len(s.Names))
	total := make([]int, len(s.Classes))
	for _, set := range []struct {
		name  string
		rows  []int
		share int // in fifths
	}{{"train", s.Train, 3}, {"val", s.Val, 1}, {"test", s.Test, 1}} {
		histogram := make([]int, len(s.Classes))
		for _, row := range set.rows {
			if seen[row] {
				t.Fatalf("row %d twice", row)
			}
			seen[row] = true
			histogram[s.Labels[row]]++
			total[s.Labels[row]]++
		}
		for class, n := range histogram {
			if off := 5*n - set.share*sizes[s.Classes[class]]; off <= -5 || off >= 5 {
				t.Errorf("%s: %d emoji of %s", set.name, n, s.Classes[class])
			}
		}
	}
	for class, n := range total {
		if n != sizes[s.Classes[class]] {
			t.Errorf("%s: %d emoji, want %d", s.Classes[class], n, sizes[s.Classes[class]])
		}
	}
}

// TestPictures looks at emoji whose colours are known: middles of the flags of Poland (white over red) and of Japan
// (red disc), and a white corner.
func TestPictures(t *testing.T) {
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string, y, x int) [3]uint8 {
		row := slices.Index(s.Names, name)
		if row < 0 {
			t.Fatalf("no emoji is named %q", name)
		}
		p := s.Pictures[((row*Size+y)*Size+x)*3:]
		return [3]uint8{p[0], p[1], p[2]}
	}
	red := func(c [3]uint8) bool { return c[0] > 150 && c[1] < 90 && c[2] < 90 }
	if c := at("Poland Flag", 22, 16); !red(c) {
		t.Errorf("lower half of the Polish flag is %v", c)
	}
	if c := at("Poland Flag", 10, 16); c[0] < 220 || c[1] < 220 || c[2] < 220 {
		t.Errorf("upper half of the Polish flag is %v", c)
	}
	if c := at("Japan Flag", 16, 16); !red(c) {
		t.Errorf("middle of the Japanese flag is %v", c)
	}
	if c := at("SOCCER BALL", 0, 0); c != [3]uint8{255, 255, 255} {
		t.Errorf("corner of the ball is %v", c)
	}
}

func TestReadTableErrors(t *testing.T) {
	for _, c := range []struct{ name, table, message string }{
		{"empty", "", "begins with"},
		{"other columns", "code\tname\n", "begins with"},
		{"field missing", columns + "\n1F600\tGRINNING FACE\ttrain\n", "line 2"},
		{"empty field", columns + "\n1F600\t\tFlags\ttrain\n", "line 2"},
		{"other set", columns + "\n1F600\tA\tFlags\ttrain\n1F601\tB\tFlags\tdev\n", "line 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := readTable(c.table); err == nil || !strings.Contains(err.Error(), c.message) {
				t.Errorf("got %v, want %q", err, c.message)
			}
		})
	}
}

func TestReadSheetErrors(t *testing.T) {
	sheet, err := pack.ReadFile(files, "data/emoji.png")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readSheet(sheet[:1000], 1906); err == nil {
		t.Error("a cut file is accepted")
	}
	if _, err := readSheet(sheet, 44); err == nil {
		t.Error("a sheet of another size is accepted")
	}
}

func BenchmarkRead(b *testing.B) {
	sheet, err := pack.ReadFile(files, "data/emoji.png")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := readSheet(sheet, 1906); err != nil {
			b.Fatal(err)
		}
	}
}

func ExampleLoad() {
	set, err := Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	row := slices.Index(set.Names, "TEAPOT")
	fmt.Println(set.Names[row], "is of", set.Classes[set.Labels[row]])
	fmt.Println(len(set.Train), len(set.Val), len(set.Test))
	// Output:
	// TEAPOT is of Food & Drink
	// 1144 381 381
}
