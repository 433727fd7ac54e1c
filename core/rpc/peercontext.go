package rpc

import "context"

type peerKey struct{}

// PeerFrom returns, in a handler and in a service's New, the peer that made the
// call: through it, what the other side serves can be dispensed. ctx may be any
// context that was derived from the call's. The peer outlives the call, up to the
// end of the session.
func PeerFrom(ctx context.Context) (*Peer, bool) {
	p, ok := ctx.Value(peerKey{}).(*Peer)
	return p, ok
}
