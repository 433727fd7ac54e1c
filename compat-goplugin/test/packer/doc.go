// Package packer runs a plugin that is made with Packer's SDK from a host of Tenon.
package packer
