# SPDX-License-Identifier: Apache-2.0
"""Stands for the ssh program: ssh_stand_in.py CONTROL_URL [OPTIONS] [USER@]HOST COMMAND...

Options are read as ssh reads them; those that the real program would not know are refused.
"""
import getopt
import json
import sys
import urllib.request


def main():
    control, words = sys.argv[1], sys.argv[2:]
    try:
        options, rest = getopt.getopt(words, "46AaCfGgKkMNnqsTtVvXxYyB:b:c:D:E:e:F:I:i:J:L:l:m:O:"
                                      "o:p:Q:R:S:W:w:")
    except getopt.GetoptError as error:
        print(f"ssh: {error}", file=sys.stderr)
        return 255
    names = {value.partition("=")[0] for flag, value in options if flag == "-o"}
    if "BatchMode" not in names or len(rest) < 2:
        print("ssh: the double wants BatchMode, a host and a command", file=sys.stderr)
        return 255
    host = rest[0].rpartition("@")[2]
    body = json.dumps({"host": host, "command": " ".join(rest[1:])}).encode()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(f"{control}/ssh", body), timeout=60) as answer:
            result = json.load(answer)
    except OSError:
        print(f"ssh: connect to host {host}: Connection refused", file=sys.stderr)
        return 255
    sys.stdout.write(result["output"])
    sys.stderr.write(result["error"])
    return result["exit_code"]


if __name__ == "__main__":
    sys.exit(main())
