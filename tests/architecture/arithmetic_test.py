#!/usr/bin/env python3
"""The check of the arithmetic finds what it is there to find."""

import pathlib
import tempfile
import unittest

import arithmetic


class ArithmeticTest(unittest.TestCase):

    def faults(self, name, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            return list(arithmetic.faults(pathlib.Path(folder)))

    def test_a_function_of_the_c_library_is_named_by_file_and_line(self):
        self.assertEqual(["src/data/a.cpp:2: std::exp differs between processors"],
                         self.faults("src/data/a.cpp", "// std::log\nreturn std::exp(x);\n"))

    def test_an_unfused_multiply_add_is_found(self):
        self.assertEqual(1, len(self.faults("src/kernels/a.cpp", "sum = hn::MulAdd(a, b, sum);\n")))
        self.assertEqual(1, len(self.faults("src/kernels/a.cpp", "return hn::SumOfLanes(d, sum);\n")))

    def test_folders_whose_results_reach_no_model_are_free(self):
        self.assertEqual([], self.faults("src/reference/a.cpp", "return std::tanh(x);\n"))

    def test_the_measured_peak_is_free_but_not_what_follows(self):
        peak = "float multiply_adds(std::size_t n) {\n  s = hn::MulAdd(s, x, y);\n}\n"
        self.assertEqual([], self.faults("src/kernels/products.cpp", peak))
        self.assertEqual(1, len(self.faults("src/kernels/products.cpp", peak + "s = hn::MulAdd(s, x, y);\n")))


if __name__ == "__main__":
    unittest.main()
