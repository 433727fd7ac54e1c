// Package private makes directories that only this user may enter, where nobody else can
// put another one in their place, and reads files that somebody else may have made,
// without waiting for what is no file.
package private
