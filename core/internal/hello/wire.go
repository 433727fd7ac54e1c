package hello

import "github.com/tenon-dev/tenon/core/internal/wirejson"

// A Message is an [Offer] or an [Answer]. The tags of their fields, and of those
// within, say what the methods do; a test holds them to it.
type Message interface {
	write(w *wirejson.Writer)
	read(r *wirejson.Reader)
}

func (o *Offer) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("tenon")
	w.Int(int64(o.Tenon))
	w.Member("versions")
	writeInts(w, o.Versions)
	w.Member("transports")
	w.Texts(o.Transports)
	w.Member("codecs")
	w.Texts(o.Codecs)
	w.Member("limits")
	writeLimits(w, &o.Limits)
	writeTexts(w, "features", o.Features)
	if o.Debug {
		w.Member("debug")
		w.Bool(true)
	}
	if o.Generation != 0 {
		w.Member("generation")
		w.Uint(o.Generation)
	}
	if o.Probe {
		w.Member("probe")
		w.Bool(true)
	}
	if o.Keep != nil {
		w.Member("keep")
		o.Keep.write(w)
	}
	w.End('}')
}

func (o *Offer) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "tenon":
			o.Tenon = readInt(r)
		case "versions":
			o.Versions = readInts(r)
		case "transports":
			o.Transports = r.Texts(listed)
		case "codecs":
			o.Codecs = r.Texts(listed)
		case "limits":
			readLimits(r, &o.Limits)
		case "features":
			o.Features = r.Texts(listed)
		case "debug":
			o.Debug = r.Bool()
		case "generation":
			o.Generation = r.Uint()
		case "probe":
			o.Probe = r.Bool()
		case "keep":
			o.Keep = nil
			if !r.Null() {
				o.Keep = new(Keep)
				o.Keep.read(r)
			}
		default:
			r.Skip()
		}
	})
}

func (k *Keep) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("dir")
	w.Text(k.Dir)
	w.Member("secret")
	w.Base64(k.Secret)
	w.Member("seconds")
	w.Int(k.Seconds)
	w.End('}')
}

func (k *Keep) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "dir":
			k.Dir = r.Text()
		case "secret":
			k.Secret = r.Base64()
		case "seconds":
			k.Seconds = r.Int(64)
		default:
			r.Skip()
		}
	})
}

func (a *Answer) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("tenon")
	w.Int(int64(a.Tenon))
	if a.Version != 0 {
		w.Member("version")
		w.Int(int64(a.Version))
	}
	writeText(w, "transport", a.Transport)
	writeTexts(w, "codecs", a.Codecs)
	w.Member("limits")
	writeLimits(w, &a.Limits)
	writeTexts(w, "features", a.Features)
	writeText(w, "name", a.Name)
	writeText(w, "release", a.Release)
	writeText(w, "instance", a.Instance)
	writeText(w, "kept", a.Kept)
	if a.Refusal != nil {
		w.Member("refusal")
		a.Refusal.write(w)
	}
	w.End('}')
}

func (a *Answer) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "tenon":
			a.Tenon = readInt(r)
		case "version":
			a.Version = readInt(r)
		case "transport":
			a.Transport = r.Text()
		case "codecs":
			a.Codecs = r.Texts(listed)
		case "limits":
			readLimits(r, &a.Limits)
		case "features":
			a.Features = r.Texts(listed)
		case "name":
			a.Name = r.Text()
		case "release":
			a.Release = r.Text()
		case "instance":
			a.Instance = r.Text()
		case "kept":
			a.Kept = r.Text()
		case "refusal":
			a.Refusal = nil
			if !r.Null() {
				a.Refusal = new(Refusal)
				a.Refusal.read(r)
			}
		default:
			r.Skip()
		}
	})
}

func (f *Refusal) write(w *wirejson.Writer) {
	w.Begin('{')
	w.Member("reason")
	w.Text(f.Reason)
	writeText(w, "what", f.What)
	writeTexts(w, "host", f.Host)
	writeTexts(w, "plugin", f.Plugin)
	w.End('}')
}

func (f *Refusal) read(r *wirejson.Reader) {
	r.Object(func(name string) {
		switch name {
		case "reason":
			f.Reason = r.Text()
		case "what":
			f.What = r.Text()
		case "host":
			f.Host = r.Texts(listed)
		case "plugin":
			f.Plugin = r.Texts(listed)
		default:
			r.Skip()
		}
	})
}

// writeText and writeTexts leave out what is empty.
func writeText(w *wirejson.Writer, name, s string) {
	if s != "" {
		w.Member(name)
		w.Text(s)
	}
}

func writeTexts(w *wirejson.Writer, name string, list []string) {
	if len(list) > 0 {
		w.Member(name)
		w.Texts(list)
	}
}
