package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// limit is the value of a flag for a time that must be above zero.
type limit time.Duration

func (l *limit) String() string { return time.Duration(*l).String() }
func (l *limit) Type() string   { return "duration" }

func (l *limit) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err == nil && d <= 0 {
		err = errors.New("it must be above zero")
	}
	if err == nil {
		*l = limit(d)
	}
	return err
}

// limitVar adds a flag for a time that must be above zero.
func limitVar(flags *pflag.FlagSet, d *time.Duration, name string, value time.Duration, usage string) {
	*d = value
	flags.Var((*limit)(d), name, usage)
}

// entries is the value of a flag for variables of an environment, one each time.
type entries []string

func (e *entries) String() string { return strings.Join(*e, ",") }
func (e *entries) Type() string   { return "stringArray" }

func (e *entries) Set(s string) error {
	if i := strings.IndexByte(s, '='); i < 1 || strings.IndexByte(s, 0) >= 0 {
		return fmt.Errorf("it is not of the form KEY=VALUE")
	}
	*e = append(*e, s)
	return nil
}
