package rpc

import (
	"errors"
	"unicode/utf8"

	"github.com/tenon-dev/tenon/core/codec/jsoncodec"
	"github.com/tenon-dev/tenon/core/internal/wirejson"
)

// rootCodec is the JSON of the calls of the root object. What every start of a plugin
// passes writes and reads itself, see [wirejson]; the rest is left to the codec.
type rootCodec struct{ *jsoncodec.Codec }

// rootMessage is what writes and reads itself. The tags of the fields say what the
// methods do; a test holds them to it.
type rootMessage interface {
	write(w *wirejson.Writer)
	read(r *wirejson.Reader)
}

func newRootCodec() rootCodec { return rootCodec{jsoncodec.NewWith(limitCatalogue)} }

func (c rootCodec) Append(dst []byte, v any) ([]byte, error) {
	m, ok := v.(rootMessage)
	if !ok {
		return c.Codec.Append(dst, v)
	}
	w := wirejson.NewWriter(dst)
	m.write(w)
	return w.Bytes(), nil
}

func (c rootCodec) Decode(src []byte, v any) error {
	m, ok := v.(rootMessage)
	if !ok {
		return c.Codec.Decode(src, v)
	}
	if !utf8.Valid(src) {
		return errors.New("json: the message is not valid UTF-8")
	}
	if _, ok := v.(*dispenseReply); ok && len(src) > limitDispensed.Max {
		return overWire(limitDispensed)
	}
	r := wirejson.NewReader(src)
	m.read(r)
	return r.Err()
}

func (q *dispenseRequest) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("service")
	w.Text(q.Service)
	w.Member("codecs")
	w.Texts(q.Codecs)
	if len(q.Config) > 0 {
		w.Member("config")
		w.Base64(q.Config)
	}
	if q.Codec != "" {
		w.Member("config_codec")
		w.Text(q.Codec)
	}
	w.End('}')
}

func (q *dispenseRequest) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "service":
			q.Service = r.Name()
		case "codecs":
			q.Codecs = r.Names(limitCodecs)
		case "config":
			q.Config = r.Base64()
		case "config_codec":
			q.Codec = r.Name()
		default:
			r.Skip()
		}
	})
}

func (d *dispenseReply) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("object")
	w.Uint(d.Object)
	w.Member("service")
	w.Text(d.Service)
	w.Member("codec")
	w.Text(d.Codec)
	w.Member("methods")
	if d.Methods == nil {
		w.Null()
	} else {
		w.Begin('[')
		for i := range d.Methods {
			d.Methods[i].write(w)
		}
		w.End(']')
	}
	w.End('}')
}

func (d *dispenseReply) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "object":
			d.Object = r.Uint()
		case "service":
			d.Service = r.Name()
		case "codec":
			d.Codec = r.Name()
		case "methods":
			d.Methods = nil
			if r.Null() {
				return
			}
			d.Methods = []methodNumber{}
			r.List(limitMethods, func() {
				d.Methods = append(d.Methods, methodNumber{})
				d.Methods[len(d.Methods)-1].read(r)
			})
		default:
			r.Skip()
		}
	})
}

func (m *methodNumber) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("name")
	w.Text(m.Name)
	if len(m.Params) > 0 {
		w.Member("params")
		w.Texts(m.Params)
	}
	if m.Live != nil {
		w.Member("live")
		m.Live.write(w)
	}
	w.End('}')
}

func (m *methodNumber) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "name":
			m.Name = r.Name()
		case "params":
			m.Params = r.Names(limitParams)
		case "live":
			m.Live = nil
			if !r.Null() {
				m.Live = new(places)
				m.Live.read(r)
			}
		default:
			r.Skip()
		}
	})
}

func (p *places) write(w *wirejson.Writer) {
	w.Begin('{')
	if len(p.Takes) > 0 {
		w.Member("takes")
		w.Texts(p.Takes)
	}
	if len(p.Gives) > 0 {
		w.Member("gives")
		w.Texts(p.Gives)
	}
	w.End('}')
}

func (p *places) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "takes":
			p.Takes = r.Names(limitParams)
		case "gives":
			p.Gives = r.Names(limitParams)
		default:
			r.Skip()
		}
	})
}
