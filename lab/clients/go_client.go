// Driver of Go's net/http: http.DefaultClient with a timeout. Built with: go build go_client.go
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println(strings.TrimPrefix(runtime.Version(), "go"))
		return
	}
	client := &http.Client{Timeout: 8 * time.Second}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		call := strings.Split(lines.Text(), "\t")
		status, length, failure := send(client, call)
		fmt.Printf("%s\t%s\t%s\t%s\n", call[0], status, length, failure)
	}
}

// send sends a call: status, length and error, empty where there is none.
func send(client *http.Client, call []string) (string, string, string) {
	var body io.Reader
	if call[4] != "" {
		body = strings.NewReader(call[4])
	}
	request, err := http.NewRequest(call[1], call[2], body)
	if err != nil {
		return "", "", name(err)
	}
	for _, header := range strings.Split(call[3], "|") {
		if key, value, found := strings.Cut(header, ": "); found {
			request.Header.Set(key, value)
		}
	}
	response, err := client.Do(request)
	if err != nil {
		return "", "", name(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Sprint(response.StatusCode), "", name(err)
	}
	return fmt.Sprint(response.StatusCode), fmt.Sprint(len(content)), ""
}

// name says which error it is without the addresses in its text.
func name(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if errors.Is(err, io.EOF) {
		return "EOF"
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", err), "*")
}
