// Package terraform drives a Terraform provider, built on the framework that providers
// are made with, through a plan and its application: the host and the provider each
// with our library, by a replace line, and with the original.
package terraform
