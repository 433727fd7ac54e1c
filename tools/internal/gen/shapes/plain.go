package shapes

import (
	"context"
	"encoding/json"
	"math/big"
	"net/netip"
	"time"

	"github.com/tenon-dev/tenon/tools/internal/gen/shapes/other"
)

// An Entry is a value that crosses.
type Entry struct {
	Key   string
	Value []byte
	Size  int64 `json:",omitempty"`
}

// A Tree contains itself.
type Tree struct {
	Name     string
	Children []*Tree
}

// A Page is generic.
type Page[T any] struct {
	Items []T
	Next  string
}

// A Pair is generic in two ways.
type Pair[K comparable, V any] struct {
	Key   K
	Value V
}

// A Base is embedded.
type Base struct{ ID int }

// A Derived embeds a struct.
type Derived struct {
	Base
	Name string
}

// A Cached has a field that stays behind.
type Cached struct {
	Text   string
	cached int //tenon:local
	_      [0]func()
}

// Secret encodes itself, so its fields do not matter.
type Secret struct{ text string }

// MarshalText implements [encoding.TextMarshaler].
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.text), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Secret) UnmarshalText(b []byte) error { s.text = string(b); return nil }

// MarshalBinary implements [encoding.BinaryMarshaler].
func (s Secret) MarshalBinary() ([]byte, error) { return s.MarshalText() }

// UnmarshalBinary implements [encoding.BinaryUnmarshaler].
func (s *Secret) UnmarshalBinary(b []byte) error { return s.UnmarshalText(b) }

// A Level is a named number.
type Level int

// Levels are named too.
type Levels []Level

// Alias is another name of a type.
type Alias = map[string]Entry

// One has one argument and one result.
type One interface {
	// Get returns the value under key.
	//
	// There is more to say of it, which is not the first sentence.
	Get(ctx context.Context, key string) ([]byte, error)
}

// None has no arguments and no results.
type None interface {
	Sync(ctx context.Context) error
}

// OnlyArgs has arguments alone.
type OnlyArgs interface {
	Put(ctx context.Context, key string, value []byte) error
	Delete(ctx context.Context, key string) error
}

// OnlyResults has results alone.
type OnlyResults interface {
	Stat(ctx context.Context) (count int, size int64, at time.Time, err error)

	// Len says how many there are, at once.
	//
	//tenon:quick
	Len(ctx context.Context) (int, error)
}

// Many has many of both.
type Many interface {
	Move(ctx context.Context, from, to string, count int, force bool) (moved int, left []string, err error)
}

// Unnamed names none of its arguments.
type Unnamed interface {
	Put(context.Context, string, []byte) error
	Get(context.Context, string) (int, string, error)
	Skip(_ context.Context, _ int, _ string) error
}

// NoContext takes no contexts.
type NoContext interface {
	Get(key string) (string, error)
	Put(key, value string) error
	Touch() error
}

// Variadic takes any number of arguments.
type Variadic interface {
	Join(ctx context.Context, sep string, parts ...string) (string, error)
	Sum(ctx context.Context, numbers ...int) (int, error)
}

// Basics has every basic type that crosses.
type Basics interface {
	All(ctx context.Context, b bool, i int, i8 int8, i16 int16, i32 int32, i64 int64, u uint, u8 uint8, u16 uint16, u32 uint32, u64 uint64, f32 float32, f64 float64, s string, r rune, c byte) (bool, error)
	Echo(ctx context.Context, f float64) (float64, error)
}

// Structs takes structs, by value and by pointer.
type Structs interface {
	ByValue(ctx context.Context, e Entry) (Entry, error)
	ByPointer(ctx context.Context, e *Entry) (*Entry, error)
	Nested(ctx context.Context, d Derived, t *Tree) (Derived, *Tree, error)
	Bare(ctx context.Context, p struct{ X, Y int }) (struct{ Sum int }, error)
}

// Containers takes slices, arrays and maps.
type Containers interface {
	Slices(ctx context.Context, e []Entry, p []*Entry) ([][]int, error)
	Arrays(ctx context.Context, sum [32]byte) ([2]string, error)
	Maps(ctx context.Context, m map[string][]int) (map[int]Entry, error)
	Aliased(ctx context.Context, a Alias) (Alias, error)
}

// Namings takes named types that are no structs.
type Namings interface {
	SetLevel(ctx context.Context, l Level) (Level, error)
	SetAll(ctx context.Context, all Levels, d time.Duration) (Levels, error)
}

// Generics takes instances of generic types.
type Generics interface {
	Page(ctx context.Context, after string) (Page[Entry], error)
	Pairs(ctx context.Context, p Pair[string, Page[int]]) ([]Pair[int, *Entry], error)
}

// A Store1 is generic, and is instantiated below.
type Store1[K comparable, V any] interface {
	// Load returns the value of a key.
	Load(ctx context.Context, key K) (V, error)
	Save(ctx context.Context, key K, value V) error
}

// Instance embeds an instance of a generic interface.
type Instance interface {
	Store1[string, Entry]
	Size(ctx context.Context) (int, error)
}

// InstanceAlias is an instance of a generic interface by another name.
type InstanceAlias = Store1[int, Page[Entry]]

// Imported takes types of other packages.
type Imported interface {
	At(ctx context.Context, p other.Place, t time.Time) (*other.Place, error)
	Exact(ctx context.Context, a netip.Addr, n *big.Int, raw json.RawMessage) (json.Number, error)
}

// SelfEncoding takes types that encode themselves.
type SelfEncoding interface {
	Hide(ctx context.Context, s Secret) (Secret, error)
	Drop(ctx context.Context, c Cached) (Cached, error)
}

// Anything takes what only the codec knows.
type Anything interface {
	Set(ctx context.Context, name string, v any) (any, error)
}

// Embedding embeds an interface of this package and one of another.
type Embedding interface {
	One
	other.Named
	Own(ctx context.Context) error
}

// Shadowing has arguments named as packages, types and the variables of glue are.
type Shadowing interface {
	Do(ctx context.Context, rpc string, context int, c, v bool, err string, reply, call int, string []byte, a0 int) (object string, args int, error error)
	Type(ctx context.Context, type_ string, entry Entry, Entry_ int) (len int, nil_ string, err error)
}

// LostZero says what a lost connection gives.
type LostZero interface {
	// Len returns how many there are, 0 when the connection is lost.
	//
	//tenon:lost zero
	Len(ctx context.Context) int
	// Notify returns nothing.
	//tenon:lost zero
	Notify(event string)
	//tenon:lost panic
	Must(ctx context.Context, key string) (string, bool)
}

// LostAll says it for all of its methods.
//
//tenon:lost zero
type LostAll interface {
	Enabled(level Level) bool
	Position() (x, y int)
	//tenon:lost panic
	Check()
}

// Config is the configuration of interfaces that say nothing else.
type Config struct{ Path string }

// OwnConfigConfig is the configuration of OwnConfig.
type OwnConfigConfig struct{ Depth int }

// OwnConfig has a configuration of its own.
type OwnConfig interface {
	Get(ctx context.Context) (string, error)
}

// Place has a configuration of another package.
//
//tenon:config *other.Place
type Place interface {
	Where(ctx context.Context) (string, error)
}

// Unconfigured has none.
//
//tenon:config none
type Unconfigured interface {
	Get(ctx context.Context) (string, error)
}

// Greeter is the first version of an interface.
//
//tenon:config none
type Greeter interface {
	Greet(ctx context.Context, name string) (string, error)
}

// GreeterV2 is the second version.
//
//tenon:config none
type GreeterV2 interface {
	Greeter
	GreetAll(ctx context.Context, names []string) ([]string, error)
}

// GreeterV10 comes after the ninth.
//
//tenon:config none
type GreeterV10 interface {
	Greet(ctx context.Context, language, name string) (string, error)
}
