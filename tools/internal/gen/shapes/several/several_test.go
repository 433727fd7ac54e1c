package several

import (
	"context"
	"testing"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/tenontest"
)

type hub struct{ joined []Spoke }

func (h *hub) Spoke(_ context.Context, n int) (Spoke, error) { return spoke{h, n}, nil }
func (h *hub) Join(_ context.Context, s Spoke) (Hub, error) {
	h.joined = append(h.joined, s)
	return h, nil
}

type spoke struct {
	hub *hub
	n   int
}

func (s spoke) Number(context.Context) (int, error) { return s.n, nil }
func (s spoke) Hub(context.Context) (Hub, error)    { return s.hub, nil }
func (spoke) Close() error                          { return nil }

type book struct{}

func (book) Visit(ctx context.Context, h Hub, s Spoke) (int, error) {
	if _, err := h.Join(ctx, s); err != nil {
		return 0, err
	}
	return s.Number(ctx)
}

// TestSeveral passes roots between services, and through another file's glue.
func TestSeveral(t *testing.T) {
	ctx := t.Context()
	client := tenontest.Serve(t, tenon.Services{
		"hub":  HubService(func(context.Context) (*hub, error) { return &hub{}, nil }),
		"book": URLBookService(func(context.Context) (book, error) { return book{}, nil }),
	})
	h, err := DispenseHub(ctx, client, "hub")
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.Spoke(ctx, 7)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	again, err := s.Hub(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if back, err := again.Join(ctx, s); err != nil || back == nil {
		t.Errorf("Join: %v, %v", back, err)
	}
	b, err := DispenseURLBook(ctx, client, "book")
	if err != nil {
		t.Fatal(err)
	}
	mine := &hub{}
	if n, err := b.Visit(ctx, mine, s); err != nil || n != 7 || len(mine.joined) != 1 {
		t.Errorf("Visit: %d, %v, %d joined", n, err, len(mine.joined))
	}
}
