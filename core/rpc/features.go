package rpc

import "slices"

// featureHalfClose is that connections are passed with frames, which tell the ends of
// their two directions apart.
const featureHalfClose = "half_close"

// Features returns the names of what this release can do beyond the first version of
// the protocol, for a handshake to offer. What both sides have goes to
// [Config.Features].
func Features() []string { return []string{featureHalfClose} }

// halfClose reports whether both sides have connections that can be half closed.
func (p *Peer) halfClose() bool { return slices.Contains(p.cfg.Features, featureHalfClose) }
