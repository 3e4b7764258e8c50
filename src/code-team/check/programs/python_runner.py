"""Runs unittest (Python 3.9 and later) and writes what ran as lines of JSON, in the form of node-reporter.mjs.

Arguments: the test files; without any, everything that `python3 -m unittest` finds. The tests may write wherever this writes:
so at the end, when they are over, all is written anew from its own memory, and sealed with a key that is taken away before any
test is loaded.
"""

import hmac
import importlib
import json
import os
import re
import site
import sys
import unittest

# Characters of one failure: a traceback's end
MESSAGE_LENGTH = 4000


class Report(unittest.TextTestResult):
    def __init__(self, *arguments, **settings):
        super().__init__(*arguments, **settings)
        self.path = os.path.join(os.environ["TROUPE_REPORT"], "tests.jsonl")
        self.lines = []
        self.failed_parts = set()

    def write(self, test, status, message=None):
        crashed = type(test).__name__ in ("_FailedTest", "CrashedFile") or not isinstance(test, unittest.TestCase)
        file, name = place_of(test, crashed)
        entry = {"kind": "test", "file": file, "name": name, "status": status}
        if crashed:
            entry["crashed"] = True
        if message:
            if len(message) > MESSAGE_LENGTH:
                told = f"[the last {MESSAGE_LENGTH} of {len(message)} characters]"
                message = f"{told}\n{message[-MESSAGE_LENGTH:]}"
            entry["message"] = message
        self.write_line(entry)

    def write_line(self, entry):
        self.lines.append(json.dumps({"seq": len(self.lines), **entry}) + "\n")
        # What is there when the run is cut off
        with open(self.path, "a", encoding="utf-8") as report:
            report.write(self.lines[-1])

    def close(self, key):
        seal = hmac.new(key, "".join(self.lines).encode(), "sha256").hexdigest()
        self.write_line({"kind": "end", "tests": len(self.lines), "seal": seal})
        with open(self.path + ".whole", "w", encoding="utf-8") as report:
            report.writelines(self.lines)
        os.replace(self.path + ".whole", self.path)

    def fail(self, test, error, prefix=""):
        self.write(test, "failed", prefix + self._exc_info_to_string(error, test).strip())

    def addSuccess(self, test):
        super().addSuccess(test)
        if test.id() not in self.failed_parts:
            self.write(test, "passed")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.fail(test, error)

    def addError(self, test, error):
        super().addError(test, error)
        self.fail(test, error)

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.failed_parts.add(test.id())
            self.fail(test, error, str(subtest) + "\n")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.write(test, "skipped")

    def addExpectedFailure(self, test, error):
        super().addExpectedFailure(test, error)
        self.write(test, "skipped")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.write(test, "failed", "it was expected to fail, and passed")


class CrashedFile(unittest.TestCase):
    """Stands for a file that could not be imported."""

    def __init__(self, path, error):
        super().__init__()
        self.path = path
        self.error = error

    def runTest(self):
        raise self.error


def place_of(test, crashed):
    """The file of a test, and its title with the names around it."""
    if crashed:
        path = test.path if isinstance(test, CrashedFile) else file_of(str(test))
        return path, path or str(test)
    module = sys.modules.get(type(test).__module__)
    file = os.path.relpath(getattr(module, "__file__", None) or "", os.getcwd()).replace(os.sep, "/")
    title = test.shortDescription() or getattr(test, "_testMethodName", str(test))
    return file, type(test).__name__ + " > " + title


def file_of(description):
    """`setUpClass (tests.test_money.Cents)` and `tests.test_money (unittest.loader._FailedTest.…)` name a module."""
    for name in re.findall(r"[\w.]+", description):
        steps = name.split(".")
        while steps:
            path = "/".join(steps) + ".py"
            if os.path.exists(path):
                return path
            steps.pop()
    return ""


def suite_of(files):
    if not files:
        return unittest.defaultTestLoader.discover(".", top_level_dir=".")
    suite = unittest.TestSuite()
    for path in files:
        try:
            module = importlib.import_module(path[: -len(".py")].replace("/", "."))
            suite.addTest(unittest.defaultTestLoader.loadTestsFromModule(module))
        except BaseException as error:
            suite.addTest(CrashedFile(path, error))
    return suite


def take_key():
    path = os.path.join(os.environ["TROUPE_REPORT"], "key")
    with open(path, "rb") as file:
        key = file.read()
    os.remove(path)
    return key


def main():
    key = take_key()
    # Programs are imported from the directory that they lie in, and not from the one that this runner lies in
    sys.path.pop(0)
    # Installed packages come only now: a file of theirs may name a directory of the program, with a sitecustomize in it
    site.main()
    sys.path.insert(0, os.getcwd())
    result = unittest.TextTestRunner(resultclass=Report, verbosity=2).run(suite_of(sys.argv[1:]))
    result.close(key)
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
