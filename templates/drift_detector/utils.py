# SPDX-License-Identifier: Apache-2.0
"""Parts of the drift detector: statistical tests, queries to InfluxDB, store of the state."""

import bisect
import csv
import datetime
import fractions
import hashlib
import hmac
import io
import json
import math
import os
import ssl
import time
import urllib.error
import urllib.parse
import urllib.request
from array import array
from typing import Callable, Dict, List, Optional, Sequence, Tuple, Union

Sample = Sequence[Union[float, str]]

ORGANISATION = "ai-sprint"
TIMEOUT_S = 30.0
ATTEMPTS = 3
REGION = "us-east-1"  # of the store; MinIO's default


# Statistical tests. Each takes the reference sample and the new sample and returns the statistic
# and the p-value: the probability of a difference at least as large without any drift.


def kolmogorov_smirnov(reference: Sample, new: Sample) -> Tuple[float, float]:
    """Two-sample test on the largest distance of the empirical distribution functions."""
    first, second = _numbers(reference), _numbers(new)
    n, m = len(first), len(second)
    distance = max(
        abs(bisect.bisect_right(first, x) * m - bisect.bisect_right(second, x) * n)
        for x in first + second
    ) / (n * m)
    return distance, kolmogorov_survival(max(1, int(round(n * m / (n + m)))), distance)


def cramer_von_mises(reference: Sample, new: Sample) -> Tuple[float, float]:
    """Two-sample test on the squared distance of the empirical distribution functions.

    Exact for samples of up to 20 values, otherwise by the limit of Anderson (1962).
    """
    first, second = _numbers(reference), _numbers(new)
    n, m = len(first), len(second)
    pool = sorted(first + second)
    u = n * _rank_deviation(first, pool) + m * _rank_deviation(second, pool)
    total = n + m
    statistic = float(u / (n * m * total) - fractions.Fraction(4 * n * m - 1, 6 * total))
    if max(n, m) <= 20:
        return statistic, _cramer_exact(u, n, m)
    mean = (1 + 1 / total) / 6
    variance = (total + 1) * (4 * n * m * total - 3 * (n * n + m * m) - 2 * n * m)
    variance /= 180 * total**2 * n * m
    scaled = 1 / 6 + (statistic - mean) / math.sqrt(45 * variance)
    return statistic, 1.0 if scaled < 0.003 else max(0.0, 1.0 - _cramer_limit(scaled))


def fisher_exact_test(reference: Sample, new: Sample) -> Tuple[float, float]:
    """One-sided test for more ones in the new sample; all values are 0 or 1.

    The statistic is the odds ratio.
    """
    first, second = _numbers(reference), _numbers(new)
    for value in first + second:
        if value not in (0.0, 1.0):
            raise ValueError("fisher-exact-test needs values 0 and 1, found {!r}".format(value))
    old_ones, new_ones = int(sum(first)), int(sum(second))
    old_zeros, new_zeros = len(first) - old_ones, len(second) - new_ones
    denominator = old_ones * new_zeros
    odds = new_ones * old_zeros / denominator if denominator else math.inf
    ones, zeros = old_ones + new_ones, old_zeros + new_zeros
    whole = _log_choose(ones + zeros, len(second))
    probability = sum(
        math.exp(_log_choose(ones, k) + _log_choose(zeros, len(second) - k) - whole)
        for k in range(new_ones, min(ones, len(second)) + 1)
    )
    return odds, min(1.0, probability)


def chi_squared(reference: Sample, new: Sample) -> Tuple[float, float]:
    """Test on the counts of the categories in both samples (Yates' correction for two)."""
    categories = sorted(set(reference) | set(new), key=lambda value: (str(type(value)), value))
    rows = [[list(sample).count(value) for value in categories] for sample in (reference, new)]
    if len(categories) < 2:
        return 0.0, 1.0
    total = sum(map(sum, rows))
    statistic = 0.0
    for row in rows:
        for column, observed in enumerate(row):
            expected = sum(row) * (rows[0][column] + rows[1][column]) / total
            difference = abs(observed - expected)
            if len(categories) == 2:
                difference -= min(0.5, difference)
            statistic += difference**2 / expected
    return statistic, _gamma_survival((len(categories) - 1) / 2, statistic / 2)


TESTS: Dict[str, Callable[[Sample, Sample], Tuple[float, float]]] = {
    "kolmogorov-smirnov": kolmogorov_smirnov,
    "cramer-von-mises": cramer_von_mises,
    "fisher-exact-test": fisher_exact_test,
    "chi-squared": chi_squared,
}


def kolmogorov_survival(n: int, distance: float) -> float:
    """Return P(D_n >= distance) of the two-sided one-sample statistic for n values."""
    if distance * n <= 0.5:
        return 1.0
    if distance >= 1.0:
        return 0.0
    scaled = n * distance * distance
    if scaled > 18.0:
        return 0.0  # below 1e-15
    if distance >= 0.5 or scaled > 4.0:  # exact, or off by less than 1e-6 of the value
        return min(1.0, 2.0 * _smirnov_survival(n, distance))
    if n <= 400:
        return max(0.0, 1.0 - _kolmogorov_matrix(n, distance))
    return min(1.0, max(0.0, 1.0 - _kolmogorov_series(n, distance)))


def _numbers(sample: Sample) -> List[float]:
    for value in sample:
        if isinstance(value, str):
            raise ValueError("the test needs numbers, found the text {!r}".format(value))
    return sorted(float(value) for value in sample)


def _smirnov_survival(n: int, distance: float) -> float:
    """One-sided distribution: the sum of Birnbaum and Tingey (1951)."""
    total = 0.0
    for j in range(int(math.floor(n * (1.0 - distance))) + 1):
        rest = 1.0 - distance - j / n
        if rest <= 0.0:
            continue
        total += math.exp(
            _log_choose(n, j) + (j - 1) * math.log(distance + j / n) + (n - j) * math.log(rest)
        )
    return distance * total


def _kolmogorov_matrix(n: int, distance: float) -> float:
    """Two-sided distribution: the matrix of Marsaglia, Tsang and Wang (2003)."""
    k = int(n * distance) + 1
    size = 2 * k - 1
    h = k - n * distance
    matrix = [[1.0 if i - j + 1 >= 0 else 0.0 for j in range(size)] for i in range(size)]
    for i in range(size):
        matrix[i][0] -= h ** (i + 1)
        matrix[size - 1][i] -= h ** (size - i)
    if 2 * h > 1:
        matrix[size - 1][0] += (2 * h - 1) ** size
    for i in range(size):
        for j in range(min(i + 1, size - 1) + 1):
            matrix[i][j] /= math.factorial(i - j + 1)
    vector = [1.0 if i == k - 1 else 0.0 for i in range(size)]
    for i in range(1, n + 1):  # one row of the n-th power, with the factor n!/n^n spread over it
        vector = [sum(vector[r] * matrix[r][c] for r in range(size)) * i / n for c in range(size)]
    return vector[k - 1]


def _kolmogorov_series(n: int, distance: float) -> float:
    """Two-sided distribution for large n: the expansion of Pelz and Good (1976)."""
    z = math.sqrt(n) * distance
    p2 = math.pi**2
    sums = [0.0, 0.0, 0.0, 0.0]
    for k in range(-40, 41):
        a = (k + 0.5) ** 2 * p2
        weight = math.exp(-a / (2 * z * z))
        sums[0] += weight
        sums[1] += (a - z**2) * weight
        sums[2] += (
            6 * z**6 + 2 * z**4 + (2 * z**4 - 5 * z**2) * a + (1 - 2 * z**2) * a * a
        ) * weight
        sums[3] += (
            -30 * z**6
            - 90 * z**8
            + (135 * z**4 - 96 * z**6) * a
            + (212 * z**4 - 60 * z**2) * a * a
            + (5 - 30 * z**2) * a**3
        ) * weight
    extra2 = extra3 = 0.0
    for k in range(-40, 41):
        a = k * k * p2
        weight = math.exp(-a / (2 * z * z))
        extra2 += a * weight
        extra3 += (3 * z**2 * a - a * a) * weight
    root = math.sqrt(math.pi / 2)
    terms = (
        root / z * sums[0],
        root / (6 * z**4) * sums[1],
        root / (72 * z**7) * sums[2] - root / (36 * z**3) * extra2,
        root / (6480 * z**10) * sums[3] + root / (216 * z**6) * extra3,
    )
    return sum(term / n ** (power / 2) for power, term in enumerate(terms))


def _rank_deviation(sample: List[float], pool: List[float]) -> fractions.Fraction:
    """Sum of squares of rank in the pool (ties: the mean) minus rank in the sample."""
    doubled = 0  # ranks are multiples of one half
    for index, value in enumerate(sample, 1):
        low, high = bisect.bisect_left(pool, value), bisect.bisect_right(pool, value)
        doubled += (low + 1 + high - 2 * index) ** 2
    return fractions.Fraction(doubled, 4)


def _cramer_exact(u: fractions.Fraction, n: int, m: int) -> float:
    """Share of the ways to split n + m ranks whose deviation is at least that of ``u``.

    A split is a path from (0, 0) to (n, m); its deviation is the sum of (i m - j n)^2 along it.
    The paths to a point are counted by deviation in one long integer, 64 bits per value.
    """
    total = n + m
    divisor = math.gcd(n, m)
    limit = (u * total - fractions.Fraction(n * m * total * (4 * n * m - 1), 6)) / divisor**2
    limit = int(math.ceil(limit))
    if limit <= 0:
        return 1.0
    mask = (1 << (64 * limit)) - 1
    counts = [0] * (m + 1)
    for i in range(n + 1):
        for j in range(m + 1):
            paths = 1 if i == j == 0 else counts[j] * (i > 0) + (counts[j - 1] if j else 0)
            step = ((i * m - j * n) // divisor) ** 2
            counts[j] = (paths << (64 * step)) & mask if step < limit else 0
    below = sum(array("Q", counts[m].to_bytes(8 * limit, "little")))
    whole = math.factorial(total) // (math.factorial(n) * math.factorial(m))
    return float(fractions.Fraction(whole - below, whole))


def _cramer_limit(t: float) -> float:
    """Limit distribution of the Cramer-von Mises statistic (Anderson and Darling 1952)."""
    total = 0.0
    for k in range(1000):
        root = 4 * k + 1
        q = root * root / (16 * t)
        weight = math.exp(math.lgamma(k + 0.5) - math.lgamma(k + 1.0))
        term = weight * math.sqrt(root) * _damped_bessel(q)
        total += term
        if term < 1e-16 * total or q > 350.0:
            break
    return total / (math.pi**1.5 * math.sqrt(t))


def _damped_bessel(q: float) -> float:
    """exp(-q) K_1/4(q), by the trapezoidal rule on its integral."""
    step = 1.0 / 64
    total = 0.5 * math.exp(-2.0 * q)
    for index in range(1, 64 * 40):
        x = index * step
        exponent = q * (1.0 + math.cosh(x))
        if exponent > 745.0:
            break
        total += math.exp(-exponent) * math.cosh(x / 4)
    return total * step


def _log_choose(n: int, k: int) -> float:
    if k < 0 or k > n:
        return -math.inf
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def _gamma_survival(a: float, x: float) -> float:
    """Regularised upper incomplete gamma function Q(a, x)."""
    if x <= 0.0:
        return 1.0
    scale = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1.0:
        term = total = 1.0 / a
        index = a
        while abs(term) > 1e-17 * abs(total):
            index += 1.0
            term *= x / index
            total += term
        return max(0.0, 1.0 - scale * total)
    tiny = 1e-300  # continued fraction, evaluated by Lentz's method
    b = x + 1.0 - a
    c = 1.0 / tiny
    d = 1.0 / b
    value = d
    for index in range(1, 10000):
        numerator = -index * (index - a)
        b += 2.0
        d = 1.0 / (numerator * d + b or tiny)
        c = b + numerator / c or tiny
        value *= d * c
        if abs(d * c - 1.0) < 1e-16:
            break
    return scale * value


# InfluxDB 2.


class Influx:
    """Queries a bucket of InfluxDB 2 over HTTP."""

    def __init__(self, url: str, token: str, bucket: str) -> None:
        self._url = "{}/api/v2/query?org={}".format(url.rstrip("/"), ORGANISATION)
        self._token = token
        self._bucket = bucket

    def values(self, metric: str, field: str, minutes: int) -> List[Union[float, str]]:
        """Return the values of a field in the last ``minutes``, oldest first.

        Raises OSError when the data base does not answer, ValueError when it answers an error.
        """
        query = (
            "from(bucket: {})\n"
            "  |> range(start: -{}m)\n"
            "  |> filter(fn: (r) => r._measurement == {} and r._field == {})\n"
            '  |> keep(columns: ["_time", "_value"])\n'
            '  |> sort(columns: ["_time"])'
        ).format(flux_text(self._bucket), minutes, flux_text(metric), flux_text(field))
        body = {"query": query, "type": "flux", "dialect": {"header": True, "annotations": []}}
        answer = request(
            "POST",
            self._url,
            {
                "Authorization": "Token " + self._token,
                "Content-Type": "application/json",
                "Accept": "application/csv",
            },
            json.dumps(body).encode("utf-8"),
        )
        return parse_flux_csv(answer.decode("utf-8"))


def flux_text(text: str) -> str:
    """Return ``text`` as a string literal of Flux."""
    for character in ("\\", '"', "$"):
        text = text.replace(character, "\\" + character)
    return '"' + text.replace("\n", "\\n") + '"'


def parse_flux_csv(text: str) -> List[Union[float, str]]:
    """Return the column ``_value`` of all tables: numbers, and booleans as 0 and 1; else text."""
    values: List[Union[float, str]] = []
    columns: Optional[List[str]] = None
    for row in csv.reader(io.StringIO(text)):
        if not any(row):
            columns = None  # an empty line ends a table with its header
        elif row[0].startswith("#"):
            continue
        elif columns is None:
            columns = row
        elif "error" in columns:
            raise ValueError("InfluxDB: " + row[columns.index("error")])
        elif "_value" in columns:
            value = row[columns.index("_value")]
            if value:
                values.append(_value(value))
    return values


def _value(text: str) -> Union[float, str]:
    if text in ("true", "false"):
        return float(text == "true")
    try:
        number = float(text)
    except ValueError:
        return text
    return number if math.isfinite(number) else text


# The store of the state: a bucket of an S3 compatible store, or a folder.


class Folder:
    """Objects as files of a folder; for tests and for running the detector by hand."""

    def __init__(self, path: str) -> None:
        self._path = path

    def get(self, key: str) -> Optional[bytes]:
        """Return the content of an object, None if there is none."""
        try:
            with open(os.path.join(self._path, key), "rb") as stream:
                return stream.read()
        except FileNotFoundError:
            return None

    def put(self, key: str, data: bytes) -> None:
        """Create or replace an object."""
        os.makedirs(self._path, exist_ok=True)
        path = os.path.join(self._path, key)
        with open(path + ".tmp", "wb") as stream:
            stream.write(data)
        os.replace(path + ".tmp", path)


class Bucket:
    """Objects of a bucket of an S3 compatible store, addressed as URL/BUCKET/KEY."""

    def __init__(self, url: str, name: str, access_key: str, secret_key: str) -> None:
        self._base = "{}/{}".format(url.rstrip("/"), urllib.parse.quote(name, safe=""))
        self._keys = (access_key, secret_key)

    def get(self, key: str) -> Optional[bytes]:
        """Return the content of an object, None if there is none; raises OSError."""
        try:
            return self._request("GET", key, b"")
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise

    def put(self, key: str, data: bytes) -> None:
        """Create or replace an object; raises OSError."""
        self._request("PUT", key, data)

    def _request(self, method: str, key: str, data: bytes) -> bytes:
        url = "{}/{}".format(self._base, urllib.parse.quote(key, safe="/-_.~"))
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = sign(method, url, {}, data, self._keys[0], self._keys[1], now)
        return request(method, url, headers, data if method == "PUT" else None)


def make_store(environment: Dict[str, str]) -> Union[Folder, Bucket]:
    """Return the store that the environment names; raises KeyError with the missing variable."""
    url = environment["DRIFT_DETECTOR_MINIO_URL"]
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "file":
        return Folder(urllib.request.url2pathname(parts.path))
    return Bucket(
        url,
        environment["DRIFT_DETECTOR_MINIO_BUCKET"],
        environment["DRIFT_DETECTOR_MINIO_AK"],
        environment["DRIFT_DETECTOR_MINIO_SK"],
    )


def request(
    method: str, url: str, headers: Dict[str, str], data: Optional[bytes], attempts: int = ATTEMPTS
) -> bytes:
    """Send a request and return the body of the answer.

    Server errors and failed connections are tried again. Raises OSError, whose text has the
    answer's beginning for HTTP errors.
    """
    insecure = os.environ.get("DRIFT_DETECTOR_INSECURE_TLS", "").lower() in ("1", "true", "yes")
    context = ssl._create_unverified_context() if insecure else None
    for attempt in range(1, attempts + 1):
        message = urllib.request.Request(url, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(message, timeout=TIMEOUT_S, context=context) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            if error.code < 500 or attempt == attempts:
                detail = error.read(500).decode("utf-8", "replace").strip()
                error.msg = "{} ({} {})".format(detail or error.msg, method, url)
                raise
        except OSError:
            if attempt == attempts:
                raise
        time.sleep(0.5 * attempt)
    raise AssertionError("the last attempt returns or raises")


def sign(
    method: str,
    url: str,
    headers: Dict[str, str],
    payload: bytes,
    access_key: str,
    secret_key: str,
    now: datetime.datetime,
) -> Dict[str, str]:
    """Return ``headers`` with those of an AWS signature, version 4, for the service s3 added."""
    parts = urllib.parse.urlsplit(url)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    signed = {name.lower(): value.strip() for name, value in headers.items()}
    signed["host"] = parts.netloc
    signed["x-amz-content-sha256"] = hashlib.sha256(payload).hexdigest()
    signed["x-amz-date"] = stamp
    names = ";".join(sorted(signed))
    lines = [method, parts.path or "/", parts.query]
    lines += ["{}:{}".format(name, signed[name]) for name in sorted(signed)]
    lines += ["", names, signed["x-amz-content-sha256"]]
    scope = "{}/{}/s3/aws4_request".format(stamp[:8], REGION)
    digest = hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])
    key = ("AWS4" + secret_key).encode("utf-8")
    for part in scope.split("/"):
        key = hmac.new(key, part.encode("utf-8"), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode("utf-8"), hashlib.sha256).hexdigest()
    result = dict(headers)
    result.update({name: signed[name] for name in ("x-amz-content-sha256", "x-amz-date")})
    result["Authorization"] = (
        "AWS4-HMAC-SHA256 Credential={}/{},SignedHeaders={},Signature={}".format(
            access_key, scope, names, signature
        )
    )
    return result
