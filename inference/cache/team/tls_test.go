package team

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// certificate writes a certificate for localhost that signs itself, and its key.
func certificate(t *testing.T) (certFile, keyFile string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return write("cert", "CERTIFICATE", cert), write("private", "PRIVATE KEY", der)
}

// A server's certificate is verified before a password goes anywhere.
func TestTLS(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	cert, private := certificate(t)
	start(t, "--bind", "127.0.0.1", "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", private, "--tls-ca-cert-file", cert, "--tls-auth-clients", "no")
	trusting := func(o *Options) { o.CAFile = cert }

	m := join(t, "rediss://localhost:"+port+"/1", trusting)
	m.put("f", "Parses the header.")
	m.want("f", "Parses the header.")
	m.wantNoWarning()

	other, _ := certificate(t)
	for what, m := range map[string]*member{
		"an authority of nobody's": join(t, "rediss://localhost:"+port, nil),
		"another authority":        join(t, "rediss://localhost:"+port, func(o *Options) { o.CAFile = other }),
		"another host":             join(t, "rediss://127.0.0.1:"+port, trusting),
	} {
		m.want("f", "")
		if said := m.warnings(); strings.Count(said, "\n") > 0 || !strings.Contains(said, "nothing was sent") {
			t.Errorf("%s: %q", what, said)
		}
	}
	plain := join(t, "redis://localhost:"+port, nil)
	plain.want("f", "")
	if plain.warnings() == "" {
		t.Error("a server that wants TLS is asked without, and nobody is told")
	}
}
