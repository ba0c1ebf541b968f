package cache_test

import (
	"os"
	"os/exec"
	"testing"
	"time"

	"cggm/data"
	"cggm/pretrained/cache"
)

// writer names the folder that the test binary fills, when it is started to be
// killed.
const writer = "CGGM_TEST_CACHE_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writer); dir != "" {
		s, err := cache.Open(dir)
		for i := 0; err == nil; i++ {
			err = s.Put(key(i), data.Array{Shape: []int{1 << 16}, Values: make([]float32, 1<<16)})
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// A process that is killed while it writes leaves sound entries only.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), writer+"="+dir)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s := open(t, dir)
	for deadline := time.Now().Add(10 * time.Second); ; {
		if _, ok, _ := s.Get(key(20)); ok || time.Now().After(deadline) {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	s = open(t, dir)
	for i := 0; ; i++ {
		_, ok, err := s.Get(key(i))
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
	}
	if c := s.Counts(); c.Hits < 21 || c.Damaged != 0 {
		t.Errorf("after the kill: %+v, want at least 21 sound entries and none damaged", c)
	}
}
