package manual

import (
	"os"
	"strings"
	"testing"

	"cggm/experiment"
)

// TestTasksPage demands that docs/tasks.md has every task in its table.
func TestTasksPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/tasks.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range experiment.TaskNames() {
		if !strings.Contains(string(page), "\n| ["+name+"](#") {
			t.Errorf("docs/tasks.md has no row for the task %s", name)
		}
	}
}
