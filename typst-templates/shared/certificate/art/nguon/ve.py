"""Drawing in millimetres for the grounds of certificates: outlines, strokes, a sheet that writes SVG.

Coordinates are millimetres from the sheet's upper left corner; the file's unit is 0.01 mm.
A motif is a list of points in its own coordinates. `put`, a function from point to point,
lays it on the sheet: moved, turned, mirrored, bent round a ring. Whatever `put` does,
outlines run clockwise and holes counter-clockwise, so every path fills by the non-zero rule.
Python 3, standard library.
"""

import argparse
from math import acos, cos, floor, hypot, log, pi, sin, tau
from pathlib import Path as File

UNITS = 100  # to the millimetre


def units(value):
    """Millimetres in whole units of the file."""
    return floor(value * UNITS + .5)


# --- laying motifs ---------------------------------------------------------

def same(point):
    """The motif's coordinates are the sheet's."""
    return point[0], point[1]


def placed(x, y, angle=0.0, scale=1.0, flip=False):
    """Origin to (x, y), the motif's x axis turned by `angle`, y turned up; `flip` turns y down."""
    c, s = cos(angle) * scale, sin(angle) * scale
    f = 1 if flip else -1

    def put(point):
        u, v = point[0], point[1] * f
        return x + u * c - v * s, y + u * s + v * c
    return put


def bent(x, y, radius, at, scale=1.0, flip=False):
    """Round the ring of `radius` about (x, y): the motif's x runs clockwise, its y outwards.

    `at` is the angle of the origin from the top; `flip` lets x run counter-clockwise.
    """
    f = -1 if flip else 1

    def put(point):
        a = at + f * point[0] * scale / radius
        return polar(x, y, radius + point[1] * scale, a)
    return put


def polar(x, y, r, a):
    """The point at distance r from (x, y), the angle from the top, clockwise."""
    return x + r * sin(a), y - r * cos(a)


def after(second, first):
    """The laying that applies `first`, then `second`."""
    return lambda point: second(first(point))


def area(points):
    """Twice the signed area; positive when clockwise on the sheet."""
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1]))


# --- paths -----------------------------------------------------------------

ROUND = 1.08 / 3  # of the chord: the handles of a smooth curve


def _tangent(before, at, then):
    """The direction of a smooth curve at its middle point, of length one."""
    ax, ay, bx, by = at[0] - before[0], at[1] - before[1], then[0] - at[0], then[1] - at[1]
    a, b = hypot(ax, ay) or 1e-9, hypot(bx, by) or 1e-9
    x, y = ax / a / a + bx / b / b, ay / a / a + by / b / b
    length = hypot(x, y) or 1e-9
    return x / length, y / length


class Path:
    """A compound path in relative commands; rounding never adds up.

    A piece of a curve that stays within `flat` millimetres of its chord is written as the chord.
    """

    def __init__(self, flat=.012):
        self.parts = []
        self.at = (0, 0)
        self.coordinates = 0
        self.flat = flat

    # commands

    def _join(self, values):
        self.coordinates += len(values)
        out = ""
        for value in values:
            out += str(value) if not out or value < 0 else f" {value}"
        return out

    def _step(self, point):
        x, y = units(point[0]), units(point[1])
        step = (x - self.at[0], y - self.at[1])
        self.at = (x, y)
        return step

    def _move(self, point):
        self.parts.append("m" + self._join(self._step(point)))
        return self.at

    def _line(self, point):
        dx, dy = self._step(point)
        if dx and dy:
            self.parts.append("l" + self._join((dx, dy)))
        elif dx:
            self.parts.append("h" + self._join((dx,)))
        elif dy:
            self.parts.append("v" + self._join((dy,)))

    def _cubic(self, a, b, end):
        origin, steps = self.at, []
        for point in (a, b, end):
            self.at = origin
            steps += self._step(point)
        self.parts.append("c" + self._join(steps))

    def _close(self, start):
        self.parts.append("z")
        self.at = start

    # shapes

    def lines(self, points, put=same):
        """An open polyline, to be stroked."""
        points = [put(p) for p in points]
        self._move(points[0])
        for point in points[1:]:
            self._line(point)

    def polygon(self, points, put=same, hole=False):
        """Straight lines, closed."""
        points = [put(p) for p in points]
        if (area(points) > 0) == hole:
            points.reverse()
        start = self._move(points[0])
        for point in points[1:]:
            self._line(point)
        self._close(start)

    def outline(self, points, put=same, hole=False):
        """A closed curve, smooth at (x, y), with a corner at (x, y, 1); straight from corner to corner."""
        points = [(*put(p), len(p) > 2) for p in points]
        if (area(points) > 0) == hole:
            points.reverse()
        start = self._move(points[0])
        n = len(points)
        for i in range(n):
            self._span(points[i - 1], points[i], points[(i + 1) % n], points[(i + 2) % n])
        self._close(start)

    def _span(self, before, a, b, then):
        """From a to b. The curve leaves a corner so that the piece is a plain arc."""
        if a[2] and b[2]:
            self._line(b)
            return
        chord = hypot(b[0] - a[0], b[1] - a[1]) * ROUND
        ta = None if a[2] else _tangent(before, a, b)
        tb = None if b[2] else _tangent(a, b, then)
        ta, tb = ta or _mirrored(tb, a, b), tb or _mirrored(ta, a, b)
        dx, dy = (b[0] - a[0]) * ROUND, (b[1] - a[1]) * ROUND
        if max(abs(t[0] * dy - t[1] * dx) for t in (ta, tb)) * .75 < self.flat:
            self._line(b)
            return
        self._cubic((a[0] + ta[0] * chord, a[1] + ta[1] * chord), (b[0] - tb[0] * chord, b[1] - tb[1] * chord), b)

    def circle(self, x, y, r, hole=False, put=same):
        """A whole circle; `put` moves its centre."""
        x, y = put((x, y))
        start = self._move((x - r, y))
        r, sweep = units(r), 0 if hole else 1
        self.coordinates += 14
        self.parts.append(f"a{r} {r} 0 0{sweep}{2 * r} 0a{r} {r} 0 0{sweep}-{2 * r} 0")
        self._close(start)

    def ring(self, x, y, outer, inner):
        """A filled ring."""
        self.circle(x, y, outer)
        self.circle(x, y, inner, hole=True)

    def dot(self, x, y, put=same):
        """A point, to be stroked with round caps: a disc as wide as the stroke."""
        self._move(put((x, y)))
        self.parts.append("h" + self._join((1,)))
        self.at = (self.at[0] + 1, self.at[1])

    def rect(self, x0, y0, x1, y1, hole=False):
        """A rectangle with its sides along the sheet's."""
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], hole=hole)

    def _arc(self, r, large, clockwise, end):
        r = units(r)
        step = self._step(end)
        self.coordinates += 5
        self.parts.append(f"a{r} {r} 0 {int(large)}{int(clockwise)}" + self._join(step))

    def trace(self, steps, put=same, closed=True):
        """Lines and arcs: a point (x, y) is a line to it, (x, y, r) an arc of radius |r| (r > 0: clockwise).

        `put` may move and mirror, no more. A closed trace runs clockwise, like every outline.
        """
        (x0, y0), (x1, y0_), (x2, y2) = put((0, 0)), put((1, 0)), put((0, 1))
        flip = (x1 - x0) * (y2 - y0) < (y0_ - y0) * (x2 - x0)
        steps = [(*put(p), -p[2] if flip else p[2]) if len(p) > 2 else put(p) for p in steps]
        if closed and area(steps) < 0:
            ends = [p[:2] for p in steps]
            arcs = [-p[2] if len(p) > 2 else None for p in steps[1:]]
            steps = [ends[-1]] + [p if r is None else (*p, r) for p, r in zip(ends[-2::-1], arcs[::-1])]
        start = self._move(steps[0])
        for step in steps[1:]:
            if len(step) == 2:
                self._line(step)
            else:
                self._arc(abs(step[2]), False, step[2] > 0, step)
        if closed:
            self._close(start)

    def __str__(self):
        return "".join(self.parts)


def _mirrored(tangent, a, b):
    """The tangent at the other end of an arc from a to b."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = hypot(dx, dy) or 1e-9
    dx, dy = dx / length, dy / length
    along = 2 * (tangent[0] * dx + tangent[1] * dy)
    return along * dx - tangent[0], along * dy - tangent[1]


# --- brush strokes ---------------------------------------------------------

def spiral(start, heading, length, curvature, steps, tighten=1.7):
    """A line from `start` whose curvature at s (0..1) is curvature(s) per mm.

    Returns points (x, y, heading, s), closer to each other towards the end.
    """
    x, y, a = *start, heading
    points, sub = [(x, y, a, 0.0)], 40
    for i in range(steps):
        s0, s1 = 1 - (1 - i / steps) ** tighten, 1 - (1 - (i + 1) / steps) ** tighten
        ds = (s1 - s0) / sub
        for j in range(sub):
            a += curvature(s0 + (j + .5) * ds) * length * ds
            x += cos(a) * length * ds
            y += sin(a) * length * ds
        points.append((x, y, a, s1))
    return points


def brush(line, half):
    """The outline of a stroke along `line` whose half width at s is half(s)."""
    left = [(x - sin(a) * half(s), y + cos(a) * half(s)) for x, y, a, s in line]
    right = [(x + sin(a) * half(s), y - cos(a) * half(s)) for x, y, a, s in line]
    for side in (left, right):
        for i in (0, -1):
            side[i] = (*side[i], 1)
    return left + right[::-1]


def swell(thin, fat, peak, end):
    """Half width: `thin` at the start, `fat` at `peak`, `end` at the end."""

    def half(s):
        t, low = (s / peak, thin) if s < peak else ((1 - s) / (1 - peak), end)
        return low + (fat - low) * sin(pi / 2 * t) ** 1.5
    return half


def volute(start, heading, stem, bend, coil, turns, early=.09, steps=(4, 11)):
    """A line as of `spiral`: a stem that turns by `bend` radians, then a coil of so many turns, tighter and tighter."""
    whole, from_ = tau * turns / log((1 + early) / early), stem / (stem + coil)

    def curvature(s):
        if s < from_:
            return bend / stem
        return whole / coil / (1 + early - (s - from_) / (1 - from_))
    return spiral(start, heading, stem + coil, curvature, sum(steps))


def acanthus(line, half, lobes, sides=(1, 1), notch=.5):
    """A leaf along `line` (of `spiral`): its outline, and the slits of its ribs.

    half(s) is half its width; each side has `lobes` lobes that lean forward,
    `sides` widens or narrows each of the two.
    """
    def at(s, offset):
        s = min(max(s, 0.0), 1.0)
        for a, b in zip(line, line[1:]):
            if s <= b[3] or b is line[-1]:
                break
        t = (s - a[3]) / (b[3] - a[3])
        x, y, h = (a[i] + (b[i] - a[i]) * t for i in range(3))
        return x - sin(h) * offset, y + cos(h) * offset

    first, step = .14, .86 / lobes
    outlines, slits = [], []
    for sign, wide in ((1, sides[0]), (-1, sides[1])):
        side = [(*at(0, sign * wide * half(0)), 1)]
        for i in range(lobes):
            s = first + i * step
            last = i == lobes - 1
            w = [sign * wide * half(min(s + step * t, 1)) for t in (0, .45, .95, 1.25)]
            side.append((*at(s, w[0] * notch), 1))
            side.append(at(s + step * .30, w[1] * .92))
            if not last:
                side.append(at(s + step * .85, w[2]))
                side.append((*at(s + step * 1.28, w[3] * .96), 1))
                side.append(at(s + step * 1.12, w[3] * .74))
            middle = s + step * .25
            if not last and wide > .4:
                v = sign * wide * half(middle)
                slits.append([(*at(middle - step * .15, v * .2), 1), at(s + step * .55, w[1] * .40),
                              (*at(s + step * 1.0, w[2] * .78), 1), at(s + step * .70, w[2] * .40)])
        outlines.append(side)
    tip = (*at(1, 0), 1)
    return outlines[0] + [tip] + outlines[1][::-1], slits


# --- bands of a bronze drum ------------------------------------------------

def sun(path, x, y, tip, valley, rays):
    """A star, one ray upwards."""
    path.polygon([polar(x, y, valley if i % 2 else tip, i * pi / rays) for i in range(2 * rays)])


def feathers(path, x, y, r0, r1, rays):
    """Between the rays of a sun: peacock feathers, each two chevrons that open outwards."""
    half, d = pi / rays * .8, r1 - r0
    for i in range(rays):
        middle = (i + .5) * tau / rays
        for foot, notch, outer, inner in ((0, .30, 1, .66), (.47, .70, .40, .17)):
            path.polygon([
                polar(x, y, r0 + d * foot, middle),
                polar(x, y, r1, middle + half * outer), polar(x, y, r1, middle + half * inner),
                polar(x, y, r0 + d * notch, middle),
                polar(x, y, r1, middle - half * inner), polar(x, y, r1, middle - half * outer)])


def saw(path, x, y, r0, r1, count, a0=0.0, a1=tau, put=same):
    """Teeth standing on the circle r0, their points on the circle r1."""
    step = (a1 - a0) / count
    for i in range(count):
        a = a0 + (i + .5) * step
        path.polygon([polar(x, y, r0, a - step * .44), polar(x, y, r1, a), polar(x, y, r0, a + step * .44)], put)


def saw_row(path, x0, x1, base, tip, count, put):
    """The same teeth along a straight band, from x0 to x1."""
    step = (x1 - x0) / count
    for i in range(count):
        x = x0 + (i + .5) * step
        path.polygon([(x - step * .44, base), (x, tip), (x + step * .44, base)], put)


def comb(path, x, y, r0, r1, count):
    """Radial strokes."""
    for i in range(count):
        a = (i + .5) * tau / count
        path.lines([polar(x, y, r0, a), polar(x, y, r1, a)])


class Circles:
    """Circles round dots, as three discs on each other: cheaper than outlines, and they cover line ends."""

    def __init__(self, sheet, colour, ground, r, line, links=None):
        """Radius r, a line `line` wide; `links` is the stroke layer of the tangents between circles."""
        self.r = r - line / 2
        self.links = links
        self.layers = [sheet.stroke(paint, width, cap="round")
                       for paint, width in ((colour, 2 * r), (ground, 2 * (r - line)), (colour, .76 * r))]

    def one(self, x, y, put=same):
        for layer in self.layers:
            layer.dot(x, y, put)

    def ring(self, x, y, radius, count, put=same):
        """Round a ring, a slanting tangent from each circle to the next."""
        step = tau / count
        turn = acos(self.r / (radius * sin(step / 2)))
        u, v = self.r * cos(turn), self.r * sin(turn)
        for i in range(count):
            here, then = (after(put, bent(x, y, radius, j * step)) for j in (i, i + 1))
            self.one(0, 0, here)
            self.links.lines([here((u, v)), then((-u, -v))])

    def row(self, x0, x1, y, count, put, last=True):
        """Along a straight band: `count` steps from a circle at x0 to a circle at x1."""
        step = (x1 - x0) / count
        turn = acos(2 * self.r / step)
        u, v = self.r * cos(turn), self.r * sin(turn)
        for i in range(count + 1):
            x = x0 + i * step
            if i < count or last:
                self.one(x, y, put)
            if i < count:
                self.links.lines([(x + u, y + v), (x + step - u, y - v)], put)


def meander(length, height, count):
    """The centre line of a running key from x = 0 to `length`, from y = 0 to `height`."""
    d, e = length / count / 4, height / 3
    points = [(0.0, 0.0)]
    for i in range(count):
        x = i * 4 * d
        points += [
            (x + 3 * d, 0), (x + 3 * d, 2 * e), (x + 2 * d, 2 * e), (x + 2 * d, e), (x + d, e),
            (x + d, 3 * e), (x + 4 * d, 3 * e), (x + 4 * d, 0),
        ]
    return points


# --- the sheet -------------------------------------------------------------

class Sheet:
    """Layers from the ground up, each one path of one paint."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.layers = []

    def fill(self, colour, **options):
        """A new layer of filled outlines."""
        return self._layer(f'fill="{colour}"', options)

    def stroke(self, colour, width, cap="butt", **options):
        """A new layer of strokes, `width` in millimetres."""
        attributes = f'fill="none" stroke="{colour}" stroke-width="{width * UNITS:g}"'
        if cap != "butt":
            attributes += f' stroke-linecap="{cap}"'
        return self._layer(attributes, options)

    def _layer(self, attributes, options):
        path = Path(**options)
        self.layers.append((attributes, path))
        return path

    def corners(self):
        """Four layings of a motif drawn in the upper left corner: itself and its mirror images."""
        w, h = self.width, self.height
        return [
            same,
            lambda p: (w - p[0], p[1]),
            lambda p: (w - p[0], h - p[1]),
            lambda p: (p[0], h - p[1]),
        ]

    def write(self, file):
        """The raw SVG; says on standard output how large it is."""
        w, h = self.width, self.height
        body = "".join(f'<path {attributes} d="{path}"/>\n' for attributes, path in self.layers if path.parts)
        File(file).write_text(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{w:g}mm" height="{h:g}mm" '
            f'viewBox="0 0 {units(w)} {units(h)}">\n{body}</svg>\n', encoding="utf-8")
        print(f"{file}: {sum(path.coordinates for _, path in self.layers)} coordinates")


def run(name, draw):
    """The command line of a design: draws it at 297 × 210 mm, or at the size given by --kho."""
    parser = argparse.ArgumentParser(description=f"Draws {name}.svg")
    parser.add_argument("--kho", metavar="WxH", help="the sheet's size in millimetres, as 360x270")
    size = parser.parse_args().kho
    width, height = (float(side) for side in (size or "297x210").lower().split("x"))
    folder = File(__file__).resolve().parent
    draw(width, height).write(folder / (f"{name}_{size}.svg" if size else f"{name}.svg"))
