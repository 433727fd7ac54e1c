package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// notes is a provider of one kind of resource.
type notes struct{}

func newProvider() provider.Provider { return notes{} }

func (notes) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "notes"
}

func (notes) Schema(context.Context, provider.SchemaRequest, *provider.SchemaResponse) {}

func (notes) Configure(context.Context, provider.ConfigureRequest, *provider.ConfigureResponse) {}

func (notes) DataSources(context.Context) []func() datasource.DataSource { return nil }

func (notes) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{func() resource.Resource { return note{} }}
}

// note is a resource that exists in the state only.
type note struct{}

type noteModel struct {
	ID      types.String `tfsdk:"id"`
	Text    types.String `tfsdk:"text"`
	Library types.String `tfsdk:"library"`
}

func (note) Metadata(_ context.Context, _ resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = "notes_note"
}

func (note) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{Attributes: map[string]schema.Attribute{
		"id":      schema.StringAttribute{Computed: true},
		"text":    schema.StringAttribute{Required: true},
		"library": schema.StringAttribute{Computed: true},
	}}
}

func (note) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var m noteModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &m)...)
	m.ID = types.StringValue("note-" + m.Text.ValueString())
	m.Library = types.StringValue(library())
	resp.Diagnostics.Append(resp.State.Set(ctx, &m)...)
}

func (note) Read(context.Context, resource.ReadRequest, *resource.ReadResponse) {}

func (note) Update(context.Context, resource.UpdateRequest, *resource.UpdateResponse) {}

func (note) Delete(context.Context, resource.DeleteRequest, *resource.DeleteResponse) {}
