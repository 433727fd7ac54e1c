package rpc

// disown gives back what a reply passes that comes when its call was given up: nobody
// takes it, and the callee would hold it until the session ends. dispense says that the
// call was a Dispense, whose reply names an object in its payload.
func (p *Peer) disown(msg message, dispense bool) {
	defer p.release(&msg)
	if msg.over != nil {
		return
	}
	if msg.flags&flagReferences != 0 {
		table, _, _ := parseReferences(msg.body)
		p.later(func() { (&taking{table: table}).discard(p) })
	}
	var reply dispenseReply
	if dispense && msg.flags&flagError == 0 && decodeValue(p.objects.root.codec, msg.body, &reply) == nil {
		p.releaseObject(reply.Object)
	}
}
