# SPDX-License-Identifier: Apache-2.0
"""Programs of tests that answer each line of their input with a line of JSON."""
import json
import subprocess


class LineTool:
    """A running program. A question is words; an answer has "value" if the call succeeded."""

    PATIENCE_SECONDS = 60

    def __init__(self, command, **more):
        self.process = subprocess.Popen(command, text=True, encoding="utf-8",
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, **more)

    @staticmethod
    def line_of(words):
        """What is sent for a question: its words as a list in JSON."""
        return json.dumps(words)

    def __call__(self, *words):
        """The whole answer."""
        print(self.line_of(words), file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def value(self, *words):
        """The result of a call that must succeed."""
        answer = self(*words)
        if "value" not in answer:
            raise AssertionError(f"{words[:4]}: {answer}")
        return answer["value"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=self.PATIENCE_SECONDS)
        self.process.stdout.close()


class WordTool(LineTool):
    """One that takes words with blanks between them, as client_tool does."""

    @staticmethod
    def line_of(words):
        return " ".join(str(word) for word in words)
