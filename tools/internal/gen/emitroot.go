package gen

import (
	"fmt"
	"go/doc"
	"strings"
)

// synopsis is the first sentence of a comment.
func synopsis(text string) string { return new(doc.Package).Synopsis(text) }

// root writes what users of a root call.
func (f *file) root(i *iface) {
	exported := upper(i.name)
	rpc, tenon, ctx := f.rpc(), f.tenon(), f.ctx()
	config, pass, arg := "", "nil", ""
	if i.config != nil {
		config, pass, arg = ", config "+f.t(i.config), "config", ", config"
	}

	f.f("\n// Dispense%[1]s asks a plugin, or a host, for %[2]s: an object of the service of\n"+
		"// that name, or of the default service where it is \"\". Close the client to release it.\n", exported, article(i.name))
	f.f("func Dispense%s(ctx %s.Context, from %s.Dispenser, service string%s) (*%sClient, error) {\n", exported, ctx, rpc, config, exported)
	f.f("object, err := %s.DispenseAs(ctx, from, service, %s, %s.ObjectService(%sMethods()...))\n", rpc, pass, rpc, i.prefix)
	f.f("if err != nil {\nreturn nil, err\n}\nreturn &%sClient{object}, nil\n}\n", exported)

	f.f("\n// New%[1]sClient returns %[2]s that the plugin in the file at path serves. It does no\n"+
		"// I/O: the first call starts the plugin, and Close stops it. configure may change how\n"+
		"// the plugin is run. A host that asks more of a plugin has a [tenon.Client], and\n"+
		"// calls [Dispense%[1]s].\n", exported, article(i.name))
	f.f("func New%[1]sClient(path string%[2]s, configure ...func(*%[3]s.ClientConfig)) *%[1]sClient {\n", exported, config, tenon)
	codecs := f.codecs()
	f.f("host := %s.ClientConfig{Cookie: %sCookie, Launcher: %s.Command(path)%s}\n", tenon, exported, f.pkg(launchPath, "launch"), codecs)
	f.f("for _, change := range configure {\nchange(&host)\n}\n")
	f.f("return &%sClient{%s.Alone(host, %s, %s.ObjectService(%sMethods()...))}\n}\n", exported, tenon, pass, rpc, i.prefix)

	f.f("\n// %sService serves %s, which create makes anew for every object that a host\n"+
		"// dispenses. One that is an io.Closer is closed when its object is released.\n", exported, article(i.name))
	f.f("func %sService[T %s](create func(%s) (T, error)) *%s.Service {\n", exported, f.t(i.typ), f.createParams(i), tenon)
	if i.config != nil {
		f.f("return %s.NewService(func(ctx %s.Context, config %s) (%s, error) { return create(ctx%s) }, %sMethods()...)", rpc, ctx, f.t(i.config), f.t(i.typ), arg, i.prefix)
	} else {
		f.f("return %s.NewService(func(ctx %s.Context, _ struct{}) (%s, error) { return create(ctx) }, %sMethods()...)", rpc, ctx, f.t(i.typ), i.prefix)
	}
	if i.doc != "" {
		f.f(".\nDoc(%q)", synopsis(i.doc))
	}
	f.f("\n}\n")

	f.f("\n// %[1]sPlugin is the configuration of a plugin that serves %[2]s, and nothing else,\n"+
		"// for [tenon.Main]. What more it offers can be added.\n", exported, article(i.name))
	f.f("func %[1]sPlugin[T %[2]s](create func(%[3]s) (T, error)) %[4]s.ServeConfig {\n", exported, f.t(i.typ), f.createParams(i), tenon)
	f.f("return %s.ServeConfig{Cookie: %sCookie, Services: %s.Services{%q: %sService(create)}%s}\n}\n", tenon, exported, tenon, i.prefix, exported, codecs)

	f.f("\n// %sCookie tells a plugin that a host started it, and not a person.\n", exported)
	f.f("var %sCookie = %s.Cookie{Key: %q, Value: %q}\n", exported, tenon, cookieKey(i.name), f.plan.pkg.types.Path()+"."+i.name)
}

// codecs is what a configuration says of codecs, where only one will do.
func (f *file) codecs() string {
	if f.codec[0] == "" {
		return ""
	}
	return fmt.Sprintf(", Codecs: []%s.Codec{%s.New()}", f.pkg(corePath+"/codec", "codec"), f.pkg(f.codec[0], f.codec[1]))
}

func (f *file) createParams(i *iface) string {
	if i.config == nil {
		return "ctx " + f.ctx() + ".Context"
	}
	return "ctx " + f.ctx() + ".Context, config " + f.t(i.config)
}

// cookieKey is the name of an environment variable: "URLStore" gives
// "URLSTORE_PLUGIN".
func cookieKey(name string) string { return strings.ToUpper(name) + "_PLUGIN" }

// family writes what there is for an interface that has further versions.
func (f *file) family(v family) {
	tenon, name := f.tenon(), upper(v.name)
	f.f("\n// The protocol versions of %s, for the Versions of a [tenon.ClientConfig].\nconst (\n", v.name)
	for _, one := range v.versions {
		f.f("%sVersion = %d\n", upper(one.name), one.number)
	}
	f.f(")\n")
	var params, list []string
	for _, one := range v.versions {
		params = append(params, fmt.Sprintf("v%d", one.number))
		list = append(list, fmt.Sprintf("%sVersion: v%d", upper(one.name), one.number))
	}
	f.f("\n// %[1]sVersions serves the versions of %[2]s under one name, each to hosts that agree\n"+
		"// on it: for the Versions of a [tenon.ServeConfig]. A version that is nil is not\n// served.\n", name, v.name)
	f.f("func %sVersions(name string, %s *%s.Service) map[int]%s.Services {\n", name, strings.Join(params, ", "), tenon, tenon)
	f.f("versions := map[int]%s.Services{}\n", tenon)
	f.f("for number, service := range map[int]*%s.Service{%s} {\n", tenon, strings.Join(list, ", "))
	f.f("if service != nil {\nversions[number] = %s.Services{name: service}\n}\n}\nreturn versions\n}\n", tenon)
}
