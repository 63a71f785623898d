// Reads `a<TAB>b` a line and prints -1, 0, 1, or undecided: golang.org/x/mod/semver.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/semver"
)

func named(text string) string {
	if strings.HasPrefix(text, "v") {
		return text
	}
	return "v" + text
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		pair := strings.Split(lines.Text(), "\t")
		first, second := named(pair[0]), named(pair[1])
		if semver.IsValid(first) && semver.IsValid(second) {
			fmt.Println(semver.Compare(first, second))
		} else {
			fmt.Println("undecided")
		}
	}
}
