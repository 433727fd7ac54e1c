package main

import (
	stdcontext "context"
	"iter"
	"strings"

	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	tenon "github.com/tenon-dev/tenon/core"
	"github.com/tenon-dev/tenon/core/rpc"
)

type words struct{}

var (
	upper = rpc.Method[*wrapperspb.StringValue, *wrapperspb.StringValue]{Name: "Upper"}
	count = rpc.Method[*structpb.ListValue, *structpb.Struct]{Name: "Count"}
	split = rpc.ServerStream[*wrapperspb.StringValue, *wrapperspb.StringValue]{Name: "Split"}
)

// wordService is a service of protobuf messages.
func wordService() *tenon.Service {
	return rpc.NewService(
		func(stdcontext.Context, struct{}) (words, error) { return words{}, nil },
		rpc.Handle(upper, func(_ words, _ context, s *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
			return wrapperspb.String(strings.ToUpper(s.Value)), nil
		}),
		rpc.Handle(count, func(_ words, _ context, list *structpb.ListValue) (*structpb.Struct, error) {
			counts := map[string]any{}
			for _, v := range list.Values {
				n, _ := counts[v.GetStringValue()].(float64)
				counts[v.GetStringValue()] = n + 1
			}
			return structpb.NewStruct(counts)
		}),
		rpc.HandleServerStream(split, func(_ words, _ context, s *wrapperspb.StringValue) iter.Seq2[*wrapperspb.StringValue, error] {
			return func(yield func(*wrapperspb.StringValue, error) bool) {
				for _, word := range strings.Fields(s.Value) {
					if !yield(wrapperspb.String(word), nil) {
						return
					}
				}
			}
		}),
	)
}
