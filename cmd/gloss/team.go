package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gloss-lsp/gloss/inference/cache/team"
	"github.com/gloss-lsp/gloss/lsp/settings"
)

// teamOptions are what settings say of the cache that a team shares.
func teamOptions(s settings.Redis) team.Options {
	return team.Options{
		URL:          s.URL,
		Username:     s.Username,
		PasswordFile: s.PasswordFile,
		PasswordEnv:  s.PasswordEnv,
		KeyFile:      s.KeyFile,
		KeyEnv:       s.KeyEnv,
		CAFile:       s.CAFile,
		TTL:          time.Duration(s.TTL),
		Timeout:      time.Duration(s.Timeout),
		ReadOnly:     s.ReadOnly,
	}
}

// checkTeam tries the team's cache, where the user has one.
func (f *remoteFlags) checkTeam(ctx context.Context, s settings.Redis) (string, error) {
	if s.URL == "" {
		return "no cache is shared with a team (setting cache.redis.url)", nil
	}
	if f.backend == backendOpenAI {
		if err := f.servers.Teamwide(); err != nil {
			return "", fmt.Errorf("summaries are not shared with the team: %w", err)
		}
	}
	r, err := team.Probe(ctx, teamOptions(s))
	if err != nil {
		return "", err
	}
	does := "takes and gives"
	if s.ReadOnly {
		does = "gives"
	}
	found := fmt.Sprintf("%s answers in %s and %s; hashes and summaries, encrypted with the team's key, leave this machine for it, and no code", r.Place, r.Latency.Round(10*time.Microsecond), does)
	if r.Latency > time.Duration(s.Timeout) {
		found += fmt.Sprintf("\nsummaries wait for it %s at most (cache.redis.timeout), so little comes from it", time.Duration(s.Timeout))
	}
	if r.Open {
		found += "\nwithout TLS (rediss://) the password can be read on the way"
	}
	return found, nil
}
