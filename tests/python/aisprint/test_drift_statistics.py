# SPDX-License-Identifier: Apache-2.0
"""Tests of the statistics of the drift detector (templates/drift_detector/utils.py)."""

import fractions
import itertools
import random
import unittest

import support  # noqa: F401  (sets the path)
import utils

REFERENCE = [((37 * i) % 101) / 101 for i in range(60)]
NEW = [((53 * i) % 97) / 97 for i in range(50)]


def sample_of(counts):
    return [str(category) for category, count in enumerate(counts) for _ in range(count)]


class GoldenValues(unittest.TestCase):
    """Values of an independent implementation."""

    def check(self, result, statistic, p_value):
        self.assertAlmostEqual(result[0], statistic, 6)
        self.assertAlmostEqual(result[1], p_value, 6)

    def test_continuous(self):
        for new, ks, cvm in (
            (NEW, (0.0666667, 0.9990837), (0.0251742, 0.9932811)),
            ([x**1.3 for x in NEW], (0.1633333, 0.4222333), (0.2476894, 0.1928475)),
            ([0.2 + 0.8 * x for x in NEW], (0.2166667, 0.1361831), (0.2837273, 0.1512874)),
        ):
            self.check(utils.kolmogorov_smirnov(REFERENCE, new), *ks)
            self.check(utils.cramer_von_mises(REFERENCE, new), *cvm)

    def test_small_exact(self):
        result = utils.cramer_von_mises([0.1, 0.4, 0.5, 0.9, 1.3, 1.7], [0.45, 0.8, 1.1, 1.9, 2.2])
        self.assertAlmostEqual(result[0], 0.1454545, 6)
        self.assertEqual(result[1], 227 / 462)

    def test_binary(self):
        result = utils.fisher_exact_test([1] * 10 + [0] * 40, [1] * 15 + [0] * 25)
        self.check(result, 2.4, 0.0544243)

    def test_categorical(self):
        first, second = sample_of([20, 30, 50]), sample_of([30, 30, 20])
        self.check(utils.chi_squared(first, second), 12.792857, 0.0016675)
        first, second = sample_of([40, 10]), sample_of([25, 15])
        self.check(utils.chi_squared(first, second), 2.576077, 0.1084902)

    def test_kolmogorov_distribution(self):
        """Tabulated critical values: P(D_n >= d) = 0.05 and 0.01 (Birnbaum 1952)."""
        for n, at_5, at_1 in (
            (5, 0.5633, 0.6685),
            (10, 0.4093, 0.4889),
            (20, 0.2941, 0.3524),
            (50, 0.1884, 0.2260),
            (100, 0.1340, 0.1608),
        ):
            self.assertAlmostEqual(utils.kolmogorov_survival(n, at_5), 0.05, delta=1.5e-4)
            self.assertAlmostEqual(utils.kolmogorov_survival(n, at_1), 0.01, delta=5e-5)


class Properties(unittest.TestCase):
    """What holds for every input."""

    def test_exact_cramer_by_brute_force(self):
        source = random.Random(1)
        for n, m in ((2, 2), (3, 5), (4, 4), (6, 3), (5, 6)):
            values = [source.random() for _ in range(n + m)]
            observed = utils.cramer_von_mises(values[:n], values[n:])
            pool = sorted(values)
            u = n * utils._rank_deviation(sorted(values[:n]), pool)
            u += m * utils._rank_deviation(sorted(values[n:]), pool)
            statistics = [
                n * utils._rank_deviation(sorted(values[i] for i in chosen), pool)
                + m
                * utils._rank_deviation(
                    sorted(values[i] for i in range(n + m) if i not in chosen), pool
                )
                for chosen in itertools.combinations(range(n + m), n)
            ]
            share = fractions.Fraction(sum(item >= u for item in statistics), len(statistics))
            self.assertEqual(observed[1], float(share), (n, m))

    def test_exact_and_limit_agree_where_they_meet(self):
        source = random.Random(2)
        first = sorted(source.random() for _ in range(20))
        second = sorted(source.random() ** 1.5 for _ in range(20))
        exact = utils.cramer_von_mises(first, second)[1]
        near = utils.cramer_von_mises(first + [0.5], second)[1]
        self.assertLess(abs(exact - near), 0.05)

    def test_kolmogorov_methods_agree_where_they_meet(self):
        for distance in (0.03, 0.04, 0.05, 0.06, 0.08):
            matrix = utils._kolmogorov_matrix(400, distance)
            series = utils._kolmogorov_series(400, distance)
            self.assertAlmostEqual(matrix, series, 6)
        for n, distance in ((30, 0.36), (100, 0.199)):
            one_sided = 2 * utils._smirnov_survival(n, distance)
            self.assertAlmostEqual(1 - utils._kolmogorov_matrix(n, distance), one_sided, 6)

    def test_survival_falls_from_one_to_zero(self):
        for n in (1, 8, 139, 401, 5000, 100000):
            values = [utils.kolmogorov_survival(n, d / 500) for d in range(501)]
            self.assertEqual((values[0], values[-1]), (1.0, 0.0))
            for before, after in zip(values, values[1:]):
                self.assertLessEqual(after, before + 2e-6)

    def test_one_value_against_the_closed_form(self):
        for distance in (0.5, 0.6, 0.9):
            self.assertAlmostEqual(utils.kolmogorov_survival(1, distance), 2 * (1 - distance), 12)

    def test_same_samples_show_no_drift(self):
        for name, test in utils.TESTS.items():
            sample = [0.0, 1.0] * 15
            self.assertGreater(test(sample, sample)[1], 0.4, name)
            self.assertGreater(test(sample[:8], sample[:9])[1], 0.4, name)

    def test_moved_samples_show_drift(self):
        source = random.Random(4)
        first = [source.gauss(0, 1) for _ in range(300)]
        second = [source.gauss(1, 1) for _ in range(250)]
        for test in (utils.kolmogorov_smirnov, utils.cramer_von_mises):
            self.assertLess(test(first, second)[1], 1e-9)
            self.assertLess(test(first[:15], [x + 1 for x in second[:12]])[1], 0.01)
        self.assertLess(utils.fisher_exact_test([0] * 40, [1] * 20 + [0] * 20)[1], 1e-6)
        self.assertGreater(utils.fisher_exact_test([1] * 20 + [0] * 20, [0] * 40)[1], 0.99)
        self.assertLess(utils.chi_squared(["a"] * 40, ["a"] * 20 + ["b"] * 20)[1], 1e-5)

    def test_share_of_false_alarms(self):
        """Without drift, p < 0.1 in about a tenth of the cases."""
        source = random.Random(6)
        alarms = {utils.kolmogorov_smirnov: 0, utils.cramer_von_mises: 0}
        for _ in range(400):
            first = [source.random() for _ in range(15)]
            second = [source.random() for _ in range(12)]
            for test in alarms:
                alarms[test] += test(first, second)[1] < 0.1
        for test, count in alarms.items():
            self.assertTrue(10 <= count <= 62, (test.__name__, count))

    def test_ties(self):
        first, second = [1.0] * 10, [1.0] * 9
        self.assertEqual(utils.kolmogorov_smirnov(first, second), (0.0, 1.0))
        self.assertEqual(utils.cramer_von_mises(first, second)[1], 1.0)

    def test_one_category(self):
        self.assertEqual(utils.chi_squared(["a"] * 9, ["a"] * 8), (0.0, 1.0))

    def test_numbers_and_text_as_categories(self):
        self.assertLess(utils.chi_squared([1.0] * 30, ["a"] * 30)[1], 1e-6)

    def test_wrong_values(self):
        with self.assertRaisesRegex(ValueError, "found the text 'a'"):
            utils.kolmogorov_smirnov([1.0], ["a"])
        with self.assertRaisesRegex(ValueError, "needs values 0 and 1, found 2.0"):
            utils.fisher_exact_test([1.0], [2.0])

    def test_worst_case_of_the_exact_test_is_bounded(self):
        """Two samples that lie apart need the longest counts; two splits are as extreme."""
        first, second = list(range(20)), list(range(20, 39))
        result = utils.cramer_von_mises(first, second)
        self.assertAlmostEqual(result[1] * 68923264410, 2.0, 6)


if __name__ == "__main__":
    unittest.main()
