// Judges a ledger with Go's own implementation of transparency logs: golang.org/x/mod/sumdb/tlog (RFC 6962) and note
// (C2SP signed-note). It shares nothing with Signet but the formats.
//
//	go run main.go ledger  EXPORT              every root and every signature of an export
//	go run main.go receipt KEY RECEIPT         a receipt's inclusion proof
//	go run main.go consistency KEY OLD NEW PROOF   a proof (one base64 hash a line) between two checkpoints
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	var err error
	switch os.Args[1] {
	case "ledger":
		err = judgeLedger(os.Args[2])
	case "receipt":
		err = judgeReceipt(os.Args[2], os.Args[3])
	case "consistency":
		err = judgeConsistency(os.Args[2], os.Args[3], os.Args[4], os.Args[5])
	default:
		err = fmt.Errorf("unknown command %s", os.Args[1])
	}
	if err != nil {
		fmt.Println("REFUSED:", err)
		os.Exit(2)
	}
	fmt.Println("ACCEPTED")
}

// open checks a checkpoint's signature and reads its size and root.
func open(text, key string) (int64, tlog.Hash, error) {
	var root tlog.Hash
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return 0, root, err
	}
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return 0, root, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return 0, root, fmt.Errorf("not a checkpoint of %s", verifier.Name())
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return 0, root, err
	}
	hash, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(hash) != tlog.HashSize {
		return 0, root, fmt.Errorf("no root")
	}
	copy(root[:], hash)
	return size, root, nil
}

func judgeLedger(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = stored[index]
		}
		return found, nil
	})
	key, records, covered := "", int64(0), int64(0)
	for lines.Scan() {
		var entry struct{ Record, Checkpoint, VerifierKey string }
		if err := json.Unmarshal(lines.Bytes(), &entry); err != nil {
			return err
		}
		switch {
		case key == "":
			key = entry.VerifierKey
		case entry.Record != "":
			hashes, err := tlog.StoredHashes(records, []byte(entry.Record), reader)
			if err != nil {
				return err
			}
			stored = append(stored, hashes...)
			records++
		default:
			size, root, err := open(entry.Checkpoint, key)
			if err != nil {
				return err
			}
			want, err := tlog.TreeHash(records, reader)
			if err != nil {
				return err
			}
			if size != records || root != want {
				return fmt.Errorf("checkpoint for %d records does not fit the %d before it", size, records)
			}
			covered = records
		}
	}
	if covered != records || records == 0 {
		return fmt.Errorf("%d of %d records are covered", covered, records)
	}
	fmt.Println(records, "records")
	return lines.Err()
}

func judgeReceipt(key, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var receipt struct {
		Checkpoint, Format, Record string
		InclusionProof             [][]byte
		LeafIndex                  int64
	}
	if err := json.Unmarshal(text, &receipt); err != nil {
		return err
	}
	size, root, err := open(receipt.Checkpoint, key)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(proof(receipt.InclusionProof), size, root, receipt.LeafIndex, tlog.RecordHash([]byte(receipt.Record)))
}

func judgeConsistency(key, oldPath, newPath, proofPath string) error {
	oldText, err := os.ReadFile(oldPath)
	if err != nil {
		return err
	}
	newText, err := os.ReadFile(newPath)
	if err != nil {
		return err
	}
	oldSize, oldRoot, err := open(string(oldText), key)
	if err != nil {
		return err
	}
	newSize, newRoot, err := open(string(newText), key)
	if err != nil {
		return err
	}
	proofText, err := os.ReadFile(proofPath)
	if err != nil {
		return err
	}
	var hashes [][]byte
	for _, line := range strings.Fields(string(proofText)) {
		hash, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(hash) != sha256.Size {
			return fmt.Errorf("no proof")
		}
		hashes = append(hashes, hash)
	}
	return tlog.CheckTree(proof(hashes), newSize, newRoot, oldSize, oldRoot)
}

func proof(hashes [][]byte) []tlog.Hash {
	var converted []tlog.Hash
	for _, hash := range hashes {
		var one tlog.Hash
		copy(one[:], hash)
		converted = append(converted, one)
	}
	return converted
}
