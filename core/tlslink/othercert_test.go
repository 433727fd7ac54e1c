package tlslink_test

// otherCert and otherKey are anybody's: made once, with
// openssl req -x509 -newkey ed25519 -nodes -days 36500 -subj /CN=other
const (
	otherCert = `-----BEGIN CERTIFICATE-----
MIIBNjCB6aADAgECAhQ2OcniAVxAYPxvJIeVeXsvD7ddxzAFBgMrZXAwEDEOMAwG
A1UEAwwFb3RoZXIwIBcNMjYxMTI1MjMxMTQxWhgPMjEyNjExMDEyMzExNDFaMBAx
DjAMBgNVBAMMBW90aGVyMCowBQYDK2VwAyEAgCNNGpMPdiCl2czn6FGQUuOXU+Rb
UBnGDtxrJ+7VOrCjUzBRMB0GA1UdDgQWBBTcrY3V1siziSvL/XP77aUg8nilLDAf
BgNVHSMEGDAWgBTcrY3V1siziSvL/XP77aUg8nilLDAPBgNVHRMBAf8EBTADAQH/
MAUGAytlcANBAKMYhNx8I3U2hhqB97Urx9mLNAn4CEkcvIwbrtSL86n6Nh7kUpi+
J3FzjJx5vAnye4jKo5Hwwd6eT65IXkSi4gs=
-----END CERTIFICATE-----
`
	otherKey = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIHorOgKZb7AtJXc5ZOy5jh+qmmdRBLof6Iw4AiCbS72f
-----END PRIVATE KEY-----
`
)
