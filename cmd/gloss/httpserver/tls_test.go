package httpserver

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// certify writes a certificate of this machine and its key.
func certify(t *testing.T, serial int64, certFile, keyFile string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "gloss"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), BasicConstraintsValid: true, IsCA: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, b []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}) }
	if err := errors.Join(os.WriteFile(certFile, block("CERTIFICATE", der), 0o600), os.WriteFile(keyFile, block("PRIVATE KEY", secret), 0o600)); err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A token goes over TLS; a new certificate is shown as soon as it is there, and a
// broken one never.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	first := certify(t, 1, certFile, keyFile)
	warned := make(chan error, 8)
	certificate, err := ReadCertificate(certFile, keyFile, func(err error) { warned <- err })
	if err != nil {
		t.Fatal(err)
	}
	tokens, err := ParseTokens(token)
	if err != nil {
		t.Fatal(err)
	}
	s := serveTest(t, "127.0.0.1:0", func(o *Options) { o.TLS, o.Tokens = certificate, tokens })
	body := `{"functions":[{"language":"go","name":"sub","code":"func sub(a, b int) int {\n\treturn a - b\n}"}]}`
	shown := func(trusted *x509.Certificate) int64 {
		t.Helper()
		pool := x509.NewCertPool()
		pool.AddCert(trusted)
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
		defer transport.CloseIdleConnections()
		s.client = &http.Client{Transport: transport}
		if a := s.ask("POST", "/v1/summaries", body, nil); a.status != http.StatusUnauthorized {
			t.Errorf("without a token: %+v", a)
		}
		a := s.ask("POST", "/v1/summaries", body, func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) })
		if a.status != http.StatusOK || len(a.lines(t)) != 1 {
			t.Errorf("%+v", a)
		}
		c, err := tls.Dial("tcp", s.url[len("https://"):], &tls.Config{RootCAs: pool})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		return c.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	look := func() { // at once, and not after a second
		certificate.kept.mu.Lock()
		defer certificate.kept.mu.Unlock()
		certificate.kept.looked = time.Time{}
	}
	if n := shown(first); n != 1 {
		t.Errorf("shows %d", n)
	}
	second := certify(t, 2, certFile, keyFile)
	look()
	if n := shown(second); n != 2 {
		t.Errorf("after the change it shows %d", n)
	}
	if err := os.WriteFile(keyFile, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	look()
	if n := shown(second); n != 2 || len(warned) != 1 {
		t.Errorf("with a broken key it shows %d, and warns %d times", n, len(warned))
	}
	old := &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11} //nolint:gosec // it is to be refused
	if c, err := tls.Dial("tcp", s.url[len("https://"):], old); err == nil {
		_ = c.Close()
		t.Error("TLS 1.1 is taken")
	}
	if runtime.GOOS != "windows" {
		if err := os.Chmod(keyFile, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCertificate(certFile, keyFile, nil); err == nil {
			t.Error("a key that all can read is taken")
		}
	}
}
