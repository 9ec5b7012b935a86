#!/usr/bin/env python3
"""The check of the layers finds what it is there to find, in small trees made for it."""

import pathlib
import tempfile
import unittest

import layers


class LayersTest(unittest.TestCase):

    def faults(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "src").mkdir()
            for name, text in files.items():
                path = root / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return list(layers.faults(root))

    def test_downward_and_sideways_includes_are_right(self):
        self.assertEqual([], self.faults({
            "src/training/loss.cpp": '#include "core/random.hpp"\n#include "training/loss.hpp"\n'
                                     '#include "sluice/error.hpp"\n#include <core/not_ours.h>\n',
            "include/sluice/model.hpp": '#include "sluice/error.hpp"\n'}))

    def test_an_upward_include_is_named_by_file_and_line(self):
        found = self.faults({"src/core/deep/a.hpp": '#pragma once\n#  include "formats/onnx.hpp"\n'})
        self.assertEqual(['src/core/deep/a.hpp:2: includes "formats/onnx.hpp": formats is above core'],
                         found)

    def test_the_next_row_up_is_already_too_high(self):
        for lower_row, upper_row in zip(layers.ROWS, layers.ROWS[1:]):
            for lower in lower_row:
                for upper in upper_row:
                    up = self.faults({f"src/{lower}/a.cpp": f'#include "{upper}/b.hpp"\n'})
                    self.assertEqual(1, len(up))
                    down = self.faults({f"src/{upper}/a.cpp": f'#include "{lower}/b.hpp"\n'})
                    self.assertEqual(lower == layers.JUDGE, len(down) == 1)

    def test_folders_side_by_side_do_not_see_each_other(self):
        self.assertEqual(['src/training/a.cpp:1: includes "streaming/b.hpp": streaming stands beside training'],
                         self.faults({"src/training/a.cpp": '#include "streaming/b.hpp"\n'}))

    def test_the_fast_path_does_not_see_the_judge(self):
        text = '#include "reference/lstm.hpp"\n'
        self.assertEqual(["src/forecasting/a.cpp:1: includes \"reference/lstm.hpp\": forecasting does not see the "
                          "reference"], self.faults({"src/forecasting/a.cpp": text}))
        self.assertEqual([], self.faults({"src/inspection/a.cpp": text}))

    def test_a_public_header_may_not_reach_into_the_sources(self):
        self.assertEqual(1, len(self.faults({"include/sluice/a.hpp": '#include "core/random.hpp"\n'})))

    def test_a_folder_or_include_of_no_layer_is_a_fault(self):
        self.assertEqual(1, len(self.faults({"src/core/a.cpp": "", "src/utils/a.cpp": ""})))
        self.assertEqual(1, len(self.faults({"src/core/a.cpp": '#include "cli/main.hpp"\n'})))
        self.assertEqual(1, len(self.faults({"src/core/a.cpp": '#include "random.hpp"\n'})))

    def test_an_empty_tree_is_a_fault(self):
        self.assertEqual(1, len(self.faults({})))


if __name__ == "__main__":
    unittest.main()
