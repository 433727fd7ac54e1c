package main

import (
	"net"

	"github.com/tenon-dev/tenon/core/transport"
)

// An attack is something that a hostile peer does.
type attack struct {
	name, what string

	// only says which side does it; "" for both.
	only string

	// over is the transport that it needs; "" for any.
	over string

	// codec is what is agreed. Default: json.
	codec string

	// link takes the place of the handshake; flood comes after it, on the bare link; play
	// comes when the transport has started.
	link  func(link net.Conn) error
	flood func(m *mux) error
	play  func(r *raw) error

	// deaf: it does not read replies.
	deaf bool

	// heedless: it does not read the control lane.
	heedless bool

	// want is what the victim must say, in an error or in its log: a regular expression.
	// "" where nothing need be said, since nothing is wrong by the protocol.
	want string

	// survives: the attacker's own session goes on, and later calls over it are answered.
	survives bool

	// waits: a plugin that it is played against gives it a minute.
	waits bool

	// hangs: calls to the attacker are not answered, and end with their contexts.
	hangs bool
}

func (a attack) by(side transport.Side) bool { return a.only == "" || a.only == side.String() }

func (a attack) usesCodec() string {
	if a.codec == "" {
		return "json"
	}
	return a.codec
}

// attacks are all of them.
func attacks() []attack {
	var all []attack
	for _, list := range [][]attack{frameAttacks(), lengthAttacks(), referenceAttacks(), timeAttacks(), multiplexerAttacks(), bombAttacks(), engineAttacks(), gobAttacks(), outputAttacks(), combinedAttacks(), togetherAttacks()} {
		all = append(all, list...)
	}
	return all
}

func attackNamed(name string) (attack, bool) {
	for _, a := range attacks() {
		if a.name == name {
			return a, true
		}
	}
	return attack{}, false
}
