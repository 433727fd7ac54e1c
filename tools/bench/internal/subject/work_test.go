package subject

import "testing"

func TestWorkHasOneName(t *testing.T) {
	tests := []struct {
		in, name string
		size     int
	}{
		{"0B", "0B", 0}, {"64B", "64B", 64}, {"64", "64B", 64}, {"1024B", "1KiB", 1 << 10}, {"1KiB", "1KiB", 1 << 10},
		{"64KiB", "64KiB", 64 << 10}, {"2MiB", "2MiB", MaxSize}, {"1500B", "1500B", 1500},
	}
	for _, tt := range tests {
		w, err := ParseWork(tt.in)
		if err != nil || w.String() != tt.name || w.Size != tt.size || len(w.Data) != tt.size {
			t.Errorf("ParseWork(%q): %v of %d bytes, %v", tt.in, w, w.Size, err)
		}
	}
	if w, err := ParseWork("struct"); err != nil || !w.Struct || w.String() != "struct" {
		t.Errorf("struct: %v, %v", w, err)
	}
}

func TestStreamsHaveNames(t *testing.T) {
	for name, messages := range map[string]int{"down:64KiB": 1, "up:64B": 64, "both:1KiB": 16, "turns:64B": 1, "reader:1MiB": 1} {
		w, err := ParseWork(name)
		if err != nil || w.String() != name || w.Messages() != messages {
			t.Errorf("ParseWork(%q): %v with %d messages, %v", name, w, w.Messages(), err)
		}
	}
	for _, name := range []string{"down:", "down:0B", "up:struct", "sideways:64B", "down:down:64B"} {
		if w, err := ParseWork(name); err == nil {
			t.Errorf("ParseWork(%q): %v", name, w)
		}
	}
}

func FuzzParseWork(f *testing.F) {
	for _, s := range []string{"64B", "1KiB", "struct", "", "-1B", "3MiB", "99999999999MiB", "0x10B", "down:64B", "both:"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		w, err := ParseWork(s)
		if err != nil {
			return
		}
		if w.Size > MaxSize || len(w.Data) != w.Size {
			t.Fatalf("%q is %d bytes, and %d are there", s, w.Size, len(w.Data))
		}
		again, err := ParseWork(w.String())
		if err != nil || again.Size != w.Size || again.Struct != w.Struct || again.Kind != w.Kind {
			t.Fatalf("%q is %v, which is %v, %v", s, w, again, err)
		}
	})
}
