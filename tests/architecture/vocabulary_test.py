#!/usr/bin/env python3
"""The check of the vocabulary finds what it is there to find."""

import pathlib
import tempfile
import unittest

import vocabulary


class VocabularyTest(unittest.TestCase):

    def faults(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            return list(vocabulary.faults(pathlib.Path(folder)))

    def test_a_phrase_is_named_by_file_and_line(self):
        self.assertEqual(['src/a.hpp:2: "way back": write backward pass'],
                         self.faults("src/a.hpp", "#pragma once\n// The way back.\n"))

    def test_a_phrase_over_the_end_of_a_line_is_found(self):
        self.assertEqual(1, len(self.faults("src/a.hpp", "/// Room for the way\n  /// back of a layer.\n")))

    def test_other_words_are_left_alone(self):
        self.assertEqual([], self.faults("docs/a.md", "The backward pass goes a long way. Back to the start.\n"))


if __name__ == "__main__":
    unittest.main()
