package tlslink

const DialTries = dialTries
