package goplugin

import (
	"context"
	"encoding/binary"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/yamux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/mux"
	"github.com/tenon-dev/tenon/compat-goplugin/internal/wire"
	"google.golang.org/grpc"
)

// heap returns how many bytes are in use, after a collection.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestStreamsThatNobodyAccepts has a net/rpc plugin open brokered connections that the
// host does not accept, and fill each with as much as it takes.
func TestStreamsThatNobodyAccepts(t *testing.T) {
	conn, peer := TestConn(t)
	session, err := yamux.Server(peer, mux.Config(silent()))
	if err != nil {
		t.Fatal(err)
	}
	defer session.Close()
	client, err := NewRPCClient(conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.disconnect()
	for range 3 {
		if _, err := session.Accept(); err != nil {
			t.Fatal(err)
		}
	}
	before := heap()
	window := make([]byte, 255<<10)
	for id := range uint32(600) {
		stream, err := session.Open()
		if err != nil {
			break // it was disconnected
		}
		binary.LittleEndian.PutUint32(window, id+100)
		if _, err := stream.Write(window); err != nil {
			break
		}
	}
	select {
	case <-client.brokering:
	case <-time.After(time.Minute):
		t.Error("the host keeps the connection")
	}
	// Each of the streams that are kept has room for up to twice its window.
	if grown := heap() - before; grown > 220<<20 {
		t.Errorf("the host has grown by %d MiB", grown>>20)
	}
}

// TestBrokerIDsThatNobodyDials has a gRPC plugin announce connections that the host does
// not dial, with addresses and refusals of any length.
func TestBrokerIDsThatNobodyDials(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := grpc.NewServer()
	defer server.Stop()
	flooded := make(chan struct{})
	wire.RegisterBroker(server, func(s wire.BrokerStream) error {
		long := strings.Repeat("x", 512<<10)
		for id := range uint32(64) {
			for _, info := range []wire.ConnInfo{
				{ServiceID: id + 100, Network: "unix", Address: long},
				{ServiceID: id + 100, Knock: &wire.Knock{Knock: true, Ack: true, Error: long}},
				{ServiceID: id + 100, Network: "unix", Address: long[:addressLimit-4]},
				{ServiceID: id + 100, Knock: &wire.Knock{Knock: true}},
			} {
				if err := s.Send(info); err != nil {
					return err
				}
			}
		}
		// What somebody waits for arrives in spite of it.
		if err := s.Send(wire.ConnInfo{ServiceID: 7, Network: "ipx", Address: "here"}); err != nil {
			return err
		}
		close(flooded)
		<-s.Context().Done()
		return nil
	})
	go server.Serve(l)

	c := NewClient(&ClientConfig{Logger: hclog.NewNullLogger()})
	before := heap()
	client, err := newGRPCClient(context.Background(), c, &link{
		ctx: context.Background(), addr: l.Addr(), protocol: ProtocolGRPC, grace: func() {},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer client.hangUp()
	for {
		_, err := client.broker.Dial(7) // it waits for five seconds
		if err == nil || strings.Contains(err.Error(), `"ipx"`) {
			break
		}
		if !strings.Contains(err.Error(), "timeout") {
			t.Fatalf("the message behind the flood came as %v", err)
		}
	}
	select {
	case <-flooded:
	case <-time.After(time.Minute):
		t.Fatal("the host has stopped reading")
	}
	if grown := heap() - before; grown > 32<<20 {
		t.Errorf("the host has grown by %d MiB", grown>>20)
	}
}
