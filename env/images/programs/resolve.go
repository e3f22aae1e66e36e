// Asks Go's own resolver (built without cgo) for one name, and prints what it said as one line of JSON.
// Usage: resolve NAME [0|4|6]. The exit status is 0 whatever the answer was.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"time"
)

type result struct {
	Addresses []string `json:"addresses"`
	Code      string   `json:"code,omitempty"`
	ElapsedMs float64  `json:"elapsedMs"`
	Version   string   `json:"version"`
	Detail    string   `json:"detail,omitempty"`
}

func codeOf(err error) string {
	var failure *net.DNSError
	switch {
	case !errors.As(err, &failure):
		return "UNKNOWN"
	case failure.IsNotFound:
		return "ENOTFOUND"
	case failure.IsTimeout:
		return "ETIMEOUT"
	case failure.IsTemporary:
		return "ESERVFAIL"
	default:
		return "UNKNOWN"
	}
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: resolve NAME [0|4|6]")
		os.Exit(64)
	}
	network := "ip"
	if len(os.Args) > 2 && os.Args[2] != "0" {
		network += os.Args[2]
	}
	began := time.Now()
	found, err := net.DefaultResolver.LookupIP(context.Background(), network, os.Args[1])
	answer := result{Addresses: []string{}, Version: runtime.Version()}
	answer.ElapsedMs = float64(time.Since(began).Microseconds()) / 1000
	for _, address := range found {
		answer.Addresses = append(answer.Addresses, address.String())
	}
	if err != nil {
		answer.Code, answer.Detail = codeOf(err), err.Error()
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		os.Exit(1)
	}
}
