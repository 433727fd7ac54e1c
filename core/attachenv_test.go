package tenon

import "testing"

func FuzzAttached(f *testing.F) {
	f.Add("bolt=/run/x.sock, other=name", "bolt")
	f.Add("=,a=,,b", "")
	f.Fuzz(func(t *testing.T, value, name string) {
		l, err := attached(value, name)
		if l != nil && (err != nil || name == "") {
			t.Fatalf("%q gives a launcher for %q, and %v", value, name, err)
		}
		if err != nil && err.Error() == "" {
			t.Fatal("an error without a word")
		}
	})
}
