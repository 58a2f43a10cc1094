# SPDX-License-Identifier: Apache-2.0
"""Opens the report of a campaign in headless Chromium, as a file and without a network.

usage: check_report.py WRITE_REPORT [FOLDER]

Screenshots in light and dark must have the colours of their scheme; no text may leave its picture;
the page may not be wider than its window; nothing may be asked of the network. With FOLDER, report
and screenshots are kept there. Skipped if there is no Chromium.
"""
import json
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

SKIPPED = 77
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WIDTH = 1200

# Blink's numbers of colour schemes.
SCHEMES = {"light": (1, (0xFF, 0xFF, 0xFF)), "dark": (0, (0x14, 0x19, 0x1F))}

# Run in a copy of the page, which itself has no scripts.
PROBE = """
<pre id="probe"></pre><script>
const found = [];
document.querySelectorAll("details").forEach(d => d.open = true);
document.querySelectorAll("svg").forEach(svg => {
  const box = svg.getBoundingClientRect();
  svg.querySelectorAll("text").forEach(text => {
    const t = text.getBoundingClientRect();
    if (t.left < box.left - 1 || t.right > box.right + 1 || t.top < box.top - 1 ||
        t.bottom > box.bottom + 1)
      found.push(svg.getAttribute("aria-label") + ": " + text.textContent);
  });
});
const names = [...document.querySelectorAll("svg")].flatMap(svg => {
  const boxes = [...svg.querySelectorAll("text.name, text.head")].map(
    t => [t.textContent, t.getBoundingClientRect()]);
  return boxes.flatMap(([a, p], i) => boxes.slice(i + 1)
    .filter(([b, q]) => p.left < q.right && q.left < p.right && p.top < q.bottom - 2 &&
                        q.top < p.bottom - 2)
    .map(([b]) => a + " / " + b));
});
document.getElementById("probe").textContent = JSON.stringify({
  outside: found, overlapping: names, width: document.documentElement.scrollWidth,
  svgs: document.querySelectorAll("svg").length,
  bars: document.querySelectorAll("svg .comp").length,
  resources: performance.getEntriesByType("resource").length});
</script>
"""


def browse(browser, profile, scheme, url, *arguments):
    command = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
               "--disable-dev-shm-usage", f"--user-data-dir={profile}",
               "--host-resolver-rules=MAP * ~NOTFOUND",
               f"--blink-settings=preferredColorScheme={SCHEMES[scheme][0]}", *arguments, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_png(path):
    """Rows of (r, g, b) of a PNG of 8 bits without interlacing."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n", path
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert depth == 8 and colour in (2, 6) and not interlaced
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    pixel = 3 if colour == 2 else 4
    raw, stride = zlib.decompress(packed), width * pixel
    rows, above = [], bytearray(stride)
    for y in range(height):
        method, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:][:stride])
        for x in range(stride):
            left = line[x - pixel] if x >= pixel else 0
            up = above[x]
            corner = above[x - pixel] if x >= pixel else 0
            if method == 1:
                line[x] = (line[x] + left) & 255
            elif method == 2:
                line[x] = (line[x] + up) & 255
            elif method == 3:
                line[x] = (line[x] + (left + up) // 2) & 255
            elif method == 4:
                guess = left + up - corner
                a, b, c = abs(guess - left), abs(guess - up), abs(guess - corner)
                line[x] = (line[x] + (left if a <= b and a <= c else up if b <= c else corner)) & 255
        rows.append([tuple(line[i:i + 3]) for i in range(0, stride, pixel)])
        above = line
    return rows


def colour_of(style, scheme, name):
    """The value of a variable of the style for a scheme."""
    values = re.findall(r"--" + name + r":#([0-9a-f]{6})", style)
    assert len(values) == 2, (name, values)
    return tuple(bytes.fromhex(values[0 if scheme == "light" else 1]))


def check_colours(image, scheme, style, names):
    rows = read_png(image)
    assert rows[2][2] == SCHEMES[scheme][1], (image, rows[2][2])
    seen = {pixel for row in rows for pixel in row}
    for name in names:
        assert colour_of(style, scheme, name) in seen, f"{image} has nothing in --{name}"


def check(browser, write_report, folder):
    subprocess.run([write_report, folder], check=True)
    page = folder / "report.html"
    text = page.read_text(encoding="utf-8")
    profile = folder / "profile"
    opened = folder / "opened.html"  # all that can be opened is open; still without scripts
    opened.write_text(text.replace("<details", "<details open=\"open\""), encoding="utf-8")
    gantt = folder / "Gantts" / "C1@VM1_Run #7.svg"
    for scheme in SCHEMES:
        shot = folder / f"report_{scheme}.png"
        browse(browser, profile, scheme, page.as_uri(), f"--window-size={WIDTH},1500",
               f"--screenshot={shot}")
        check_colours(shot, scheme, text, ("s0", "s1", "bad"))
        shot = folder / f"gantt_{scheme}.png"
        browse(browser, profile, scheme, gantt.as_uri(), f"--window-size={WIDTH},600",
               f"--screenshot={shot}")
        check_colours(shot, scheme, text, ("wait", "pod", "over", "comp", "back", "bad"))
    for width in (WIDTH, 500):
        probed = folder / "probed.html"
        probed.write_text(text.replace("</main>", PROBE + "</main>"), encoding="utf-8")
        dom = browse(browser, profile, "light", probed.as_uri(), f"--window-size={width},900",
                     "--dump-dom")
        answer = json.loads(re.search(r'<pre id="probe">(.*?)</pre>', dom, re.DOTALL)[1]
                            .replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        assert answer["outside"] == [], answer["outside"][:10]
        assert answer["overlapping"] == [], answer["overlapping"][:10]
        assert answer["width"] <= width, f"{answer['width']} pixels in a window of {width}"
        assert answer["svgs"] == text.count("<svg ") > 40, answer
        assert answer["bars"] >= 36, answer
        assert answer["resources"] == 0, answer


def main():
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("skipped: there is no Chromium (tools/deps browser)")
        return SKIPPED
    if len(sys.argv) > 2:
        check(browser, sys.argv[1], Path(sys.argv[2]).absolute())
        return 0
    with tempfile.TemporaryDirectory() as folder:
        check(browser, sys.argv[1], Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main())
