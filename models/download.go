package models

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	// tries is how often in a row a server may fail.
	tries = 6
	// progressed is how much one try must bring to count as none that failed.
	progressed = 1 << 20
	// longestWait is how long a server may ask to be left alone.
	longestWait = 5 * time.Minute
)

// download is one file on its way to the disk. It lies in a file of its own
// until its hash is right; a cut leaves it there, and the next download goes
// on behind it.
type download struct {
	hub    *Hub
	file   *File
	url    *url.URL
	name   string           // url for messages, without a password
	report func(have int64) // is told how many bytes are there
	notice func(string)

	out    *os.File
	have   int64 // bytes in out
	sum    hash.Hash
	pieced bool // the bytes come from more than one answer
}

// get brings the file to path, which appears when it is right.
func (d *download) get(ctx context.Context, path string) (err error) {
	part := path + ".part"
	d.out, err = os.OpenFile(part, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return noRoom(part, err)
	}
	defer d.out.Close()
	if err := d.readBack(); err != nil {
		return fmt.Errorf("read what an earlier pull left: %w", err)
	}
	for restarted := false; !d.right(); restarted = true {
		if err := d.fetch(ctx); err != nil {
			return err
		}
		if d.right() {
			break
		}
		got, pieced := d.hex(), d.pieced
		if err := d.restart(); err != nil {
			return err
		}
		if !pieced || restarted {
			return fmt.Errorf("%s sends another file than the one that gloss knows (SHA-256 %s instead of %s); it was not kept", d.name, got, d.file.SHA256)
		}
		d.notice(d.file.Path + " does not fit together; fetching it from the start")
	}
	if err := errors.Join(d.out.Sync(), d.out.Close()); err != nil {
		return noRoom(part, err)
	}
	return os.Rename(part, path)
}

// readBack takes over what an earlier download has left.
func (d *download) readBack() error {
	d.sum = sha256.New()
	var err error
	d.have, err = io.Copy(d.sum, d.out)
	if err == nil && (d.have > d.file.most() || d.have == d.file.Size && !d.right()) {
		err = d.restart()
	}
	d.pieced = d.have > 0
	d.report(d.have)
	return err
}

// restart forgets what is there.
func (d *download) restart() error {
	d.have, d.pieced = 0, false
	d.sum.Reset()
	d.report(0)
	if err := d.out.Truncate(0); err != nil {
		return err
	}
	_, err := d.out.Seek(0, io.SeekStart)
	return err
}

func (d *download) hex() string { return hex.EncodeToString(d.sum.Sum(nil)) }

// right reports whether the whole file is there and is the one that is pinned.
func (d *download) right() bool { return d.file.fits(d.have) && d.hex() == d.file.SHA256 }

// fetch asks until the file is complete, and gives up where asking again
// cannot help or has not helped.
func (d *download) fetch(ctx context.Context) error {
	for failed := 0; ; {
		before := d.have
		err := d.try(ctx)
		var final *finalError
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%s: %w; the next pull goes on from %s", d.file.Path, ctx.Err(), megabytes(d.have))
		case errors.As(err, &final):
			return final.error
		}
		if d.have-before >= progressed {
			failed = 0
		}
		if failed++; failed == tries {
			return fmt.Errorf("gave up after %d tries: %w; the next pull goes on from %s", tries, err, megabytes(d.have))
		}
		pause := time.Second << (failed - 1)
		var later *laterError
		if errors.As(err, &later) && later.after > 0 {
			pause = later.after
		}
		if pause > longestWait {
			return fmt.Errorf("%w; it asks to be left alone for %s", err, pause)
		}
		d.notice(fmt.Sprintf("%v; trying again in %s", err, pause))
		if err := d.hub.wait(ctx, pause); err != nil {
			return err
		}
	}
}

// finalError is one that asking again cannot mend.
type finalError struct{ error }

func (e *finalError) Unwrap() error { return e.error }

func final(format string, args ...any) error { return &finalError{fmt.Errorf(format, args...)} }

// laterError is a server's wish to be asked again later.
type laterError struct {
	error
	after time.Duration // 0 when it does not say
}

// try asks once, for what is missing.
func (d *download) try(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	errQuiet := fmt.Errorf("%s has said nothing for %s", d.name, d.hub.quiet)
	timer := time.AfterFunc(d.hub.quiet, func() { cancel(errQuiet) })
	defer timer.Stop()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url.String(), nil)
	if err != nil {
		return &finalError{err}
	}
	request.Header.Set("User-Agent", d.hub.userAgent)
	request.Header.Set("Accept-Encoding", "identity") // ranges count the file's own bytes
	if d.have > 0 {
		request.Header.Set("Range", fmt.Sprintf("bytes=%d-", d.have))
	}
	response, err := d.hub.client.Do(request)
	switch {
	case context.Cause(ctx) == errQuiet:
		return errQuiet
	case isUnknownAuthority(err):
		return final("%w; "+vouch, err)
	case errors.Is(err, errRedirect) || isUntrusted(err):
		return &finalError{err}
	case isUnknownHost(err):
		return final("%w; without a network, see gloss model import; behind a proxy, set HTTPS_PROXY", err)
	case err != nil:
		return err
	}
	defer response.Body.Close()
	if err := d.accept(response); err != nil {
		return err
	}
	err = d.read(response.Body, func() { timer.Reset(d.hub.quiet) })
	if context.Cause(ctx) == errQuiet {
		return errQuiet
	}
	return err
}

func isUnknownHost(err error) bool {
	var dns *net.DNSError
	return errors.As(err, &dns) && dns.IsNotFound
}

func isUntrusted(err error) bool {
	var certificate *tls.CertificateVerificationError
	return errors.As(err, &certificate)
}

// isUnknownAuthority tells a proxy that opens what is encrypted, and signs it
// anew, from a certificate that has run out or is somebody else's.
func isUnknownAuthority(err error) bool {
	var unknown x509.UnknownAuthorityError
	return errors.As(err, &unknown)
}

// vouch says how to trust a proxy's certificates. Go reads these variables
// where the system has no store of its own.
var vouch = func() string {
	switch runtime.GOOS {
	case "darwin", "windows":
		return "if a proxy of your network signs connections anew, add its certificate to those that the system trusts"
	}
	return "if a proxy of your network signs connections anew, name the PEM file of its certificate in SSL_CERT_FILE, or a folder of such files in SSL_CERT_DIR"
}()

// accept looks at an answer's head.
func (d *download) accept(r *http.Response) error {
	where := d.name
	if to := r.Request.URL; to.Host != d.hub.endpoint.Host {
		where = fmt.Sprintf("%s (sent on to %s)", d.name, to.Host)
	}
	switch status := r.StatusCode; {
	case status == http.StatusOK:
		if d.have > 0 { // it knows no ranges
			if err := d.restart(); err != nil {
				return &finalError{err}
			}
		}
		if n := r.ContentLength; n >= 0 && !d.file.fits(n) {
			return d.wrongLength(where, n, r.Header.Get("Content-Type"))
		}
		return nil
	case status == http.StatusPartialContent:
		first, total, err := parseContentRange(r.Header.Get("Content-Range"))
		if err == nil && first != d.have {
			err = fmt.Errorf("it begins at byte %d instead of %d", first, d.have)
		}
		if err != nil {
			if restart := d.restart(); restart != nil {
				return &finalError{restart}
			}
			return fmt.Errorf("%s sends a part that was not asked for: %w", where, err)
		}
		if total >= 0 && !d.file.fits(total) {
			return d.wrongLength(where, total, r.Header.Get("Content-Type"))
		}
		d.pieced = true
		return nil
	case status == http.StatusRequestedRangeNotSatisfiable && d.have > 0:
		if err := d.restart(); err != nil {
			return &finalError{err}
		}
		return fmt.Errorf("%s has no bytes behind those that are here; fetching the file from the start", where)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return final("%s answers %s; if it needs an account, set HF_TOKEN to a token of yours", where, r.Status)
	case status == http.StatusNotFound || status == http.StatusGone:
		return final("%s answers %s; if HF_ENDPOINT names a mirror, it may not have this model", where, r.Status)
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout || status >= 500:
		return &laterError{fmt.Errorf("%s answers %s", where, r.Status), parseRetryAfter(r.Header.Get("Retry-After"), time.Now())}
	default:
		return final("%s answers %s", where, r.Status)
	}
}

func (d *download) wrongLength(where string, n int64, kind string) error {
	return final("%s sends %d bytes (%s) instead of %d: another file, or the page of a proxy that wants a login", where, n, oneLine(kind), d.file.Size)
}

// read takes an answer's body. alive is called whenever some of it has come.
func (d *download) read(body io.Reader, alive func()) error {
	buffer := make([]byte, 128<<10)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			alive()
			if d.have+int64(n) > d.file.most() {
				if err := d.restart(); err != nil {
					return &finalError{err}
				}
				return final("%s sends more than the %d bytes of the file; it was not kept", d.name, d.file.Size)
			}
			written, err := d.out.Write(buffer[:n])
			d.sum.Write(buffer[:written])
			d.have += int64(written)
			d.report(d.have)
			if err != nil {
				return &finalError{noRoom(d.out.Name(), err)}
			}
		}
		switch {
		case err == io.EOF && d.file.Approximate:
			return nil
		case err == io.EOF && d.have < d.file.Size, errors.Is(err, io.ErrUnexpectedEOF):
			return fmt.Errorf("%s was cut off after %d of %d bytes", d.name, d.have, d.file.Size)
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("%s was cut off after %d of %d bytes: %w", d.name, d.have, d.file.Size, err)
		}
	}
}

// parseContentRange reads "bytes 5-9/10"; an unknown total is -1.
func parseContentRange(s string) (first, total int64, err error) {
	bad := fmt.Errorf("Content-Range is %q", oneLine(s))
	span, ok := strings.CutPrefix(s, "bytes ")
	span, size, ok2 := strings.Cut(span, "/")
	from, to, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, bad
	}
	first, err1 := strconv.ParseInt(from, 10, 64)
	last, err2 := strconv.ParseInt(to, 10, 64)
	if err1 != nil || err2 != nil || first < 0 || last < first {
		return 0, 0, bad
	}
	if size == "*" {
		return first, -1, nil
	}
	total, err = strconv.ParseInt(size, 10, 64)
	if err != nil || total <= last {
		return 0, 0, bad
	}
	return first, total, nil
}

// parseRetryAfter reads a number of seconds or a date. What it cannot read, and
// what has passed, is 0.
func parseRetryAfter(s string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64); err == nil {
		return time.Duration(min(max(seconds, 0), int64(24*time.Hour/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(s); err == nil {
		return max(0, at.Sub(now).Round(time.Second))
	}
	return 0
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/1e6) }
