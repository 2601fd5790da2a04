package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"time"
)

// llamaPeer is llama.cpp's server, which keeps the prefix of the last prompt.
type llamaPeer struct {
	cmd  *exec.Cmd
	url  string
	exit chan struct{} // closed when the process has ended
}

// startLlama starts the server and waits until it has loaded the model.
func startLlama(ctx context.Context, o options, model string) (*llamaPeer, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	var log bytes.Buffer
	cmd := exec.CommandContext(ctx, o.llama,
		"--model", model, "--ctx-size", "1024", "--parallel", "1", "--threads", strconv.Itoa(o.threads),
		"--host", "127.0.0.1", "--port", strconv.Itoa(port))
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &llamaPeer{cmd: cmd, url: fmt.Sprintf("http://127.0.0.1:%d", port), exit: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.exit)
	}()
	ready, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for poll := time.NewTicker(100 * time.Millisecond); ; {
		select {
		case <-p.exit:
			return nil, fmt.Errorf("%s ended at its start:\n%s", o.llama, log.Bytes())
		case <-ready.Done():
			p.close()
			return nil, fmt.Errorf("%s did not get ready:\n%s", o.llama, log.Bytes())
		case <-poll.C:
		}
		if p.healthy(ready) {
			poll.Stop()
			return p, nil
		}
	}
}

// freePort returns a port that nobody listens on at this moment.
func freePort(ctx context.Context) (int, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

func (p *llamaPeer) healthy(ctx context.Context) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/health", nil)
	if err != nil {
		return false
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (p *llamaPeer) generate(ctx context.Context, requests []request) (answers [][]int64, err error) {
	for _, r := range requests {
		ids, err := p.complete(ctx, r)
		if err != nil {
			return nil, err
		}
		answers = append(answers, ids)
	}
	return answers, nil
}

func (p *llamaPeer) complete(ctx context.Context, r request) ([]int64, error) {
	body, err := json.Marshal(map[string]any{
		"prompt": r.IDs, "n_predict": r.MaxNewTokens, "ignore_eos": true, "cache_prompt": true,
		"temperature": 0, "samplers": []string{"top_k"}, "top_k": 1,
	})
	if err != nil {
		return nil, err
	}
	question, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+"/completion", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	question.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(question)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	var completion struct {
		Predicted int `json:"tokens_predicted"`
	}
	if err := json.Unmarshal(text, &completion); err != nil || answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", answer.Status, text)
	}
	return make([]int64, completion.Predicted), nil
}

func (p *llamaPeer) close() {
	_ = p.cmd.Process.Kill()
	<-p.exit
}
