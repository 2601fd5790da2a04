package httpserver

import (
	"crypto/tls"
	"fmt"
)

// Certificate is that of a server.
type Certificate struct{ kept *kept[*tls.Certificate] }

// ReadCertificate reads a certificate with its chain and its key, in PEM. They are
// read anew when they have changed; where that fails the ones before hold on.
func ReadCertificate(certFile, keyFile string, warn func(error)) (*Certificate, error) {
	k, err := keep(func() (*tls.Certificate, error) {
		if err := checkSecret(keyFile); err != nil {
			return nil, err
		}
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, fmt.Errorf("read the certificate %s and its key %s: %w", certFile, keyFile, err)
		}
		return &pair, nil
	}, warn, certFile, keyFile)
	if err != nil {
		return nil, err
	}
	return &Certificate{k}, nil
}

func (c *Certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.kept.current(), nil },
	}
}
