#!/usr/bin/env python3
"""Draws hoa_sen.svg: the ground of a certificate, engraved like a banknote.

A guilloche braid in gold between red rules, medallions with an open lotus in the corners,
small rosettes in the middle of the sides and beside the emblem, lotus scrolls inside the
corners, a pale lotus with its leaves on a pale panel.
Own work, from numbers only. Python 3, standard library:

    python3 hoa_sen.py                  writes hoa_sen.svg, 297 x 210 mm
    python3 hoa_sen.py --kho 360x270    writes hoa_sen_360x270.svg

Lengths are mm; the file counts in 0.01 mm. Frame, medallions and scrolls keep their true
size on any sheet, the braid takes as many whole periods as fit, the ground is scaled round.
"""

import argparse
from math import atan2, ceil, cos, floor, hypot, pi, sin, sqrt, tan, tau
from pathlib import Path as File

# --- paints ------------------------------------------------------------------

WHITE = "#fffefd"
RED = "#b5161d"
GOLD = "#c8922a"
DARK = "#a8741a"
LIGHT = "#f3dea6"  # ribbons under the guilloche
BAND = "#fcf4dc"  # ground of the frame
PANEL = "#fffbee"  # ground inside the frame
SHADE = "#fcf3d8"  # grounds of the faint drawing: far
PETAL = "#fdf7e3"  # and near
VEIN = "#f6e6bc"  # its lines

# --- measures, mm --------------------------------------------------------------

EDGE = 8.25  # middle of the outer red rule, from the sheet's edge
INNER = 20.55  # middle of the inner red rule
MID = (EDGE + INNER) / 2  # middle line of the band
RULE = 0.5  # red rules
HAIR = 0.18  # gold rules
HAIR_IN = 0.85  # from the red rule to the gold one, between the middles

LINE = 0.15  # guilloche
THREAD = 0.2  # the red threads of the braid
HALO = 0.65  # white round a rosette

BEND = 12.8  # radius of the outer rule's corners
CENTRE = EDGE + BEND  # middle of a corner medallion, from both edges
BIG, BIG_WAVE, BIG_LOBES = 11.0, 0.4, 16  # a medallion's outline: radius, depth and number of its lobes
SMALL, SMALL_WAVE, SMALL_LOBES = 6.65, 0.3, 12  # a small rosette's

EMBLEM_Y = 22.0  # the place of the national emblem, kept clean
EMBLEM_R = 15.0
EMBLEM_AIR = 0.8  # between that place and the rosette beside it

PERIOD = 19.0  # of the braid, about
SWING = 2.9  # of a strand
BODY = 1.85  # half the width of a strand
STRANDS = 6  # lines in a strand
SEED = 1.35  # half the length of the red seeds in its eyes


# --- curves --------------------------------------------------------------------
# A curve is a list of points in mm: one start, then three for each cubic.

def at_times(f, times):
    """The curve t -> f(t) through the given times, in cubics with the right tangents."""
    e = 1e-5
    points = [f(t) for t in times]
    slopes = []
    for t in times:
        (x0, y0), (x1, y1) = f(t - e), f(t + e)
        slopes.append(((x1 - x0) / (2 * e), (y1 - y0) / (2 * e)))
    out = [points[0]]
    for i in range(len(times) - 1):
        h = (times[i + 1] - times[i]) / 3
        (x0, y0), (x1, y1) = points[i], points[i + 1]
        (u0, v0), (u1, v1) = slopes[i], slopes[i + 1]
        out += [(x0 + u0 * h, y0 + v0 * h), (x1 - u1 * h, y1 - v1 * h), (x1, y1)]
    return out


def along(f, a, b, n):
    """The curve t -> f(t) from a to b in n equal steps."""
    return at_times(f, [a + (b - a) * i / n for i in range(n + 1)])


def through(points):
    """A Catmull-Rom curve through the points."""
    n = len(points)
    out = [points[0]]
    for i in range(n - 1):
        p0, p1, p2, p3 = (points[min(max(i + k, 0), n - 1)] for k in (-1, 0, 1, 2))
        out += [(p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6),
                (p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6), p2]
    return out


def straight(points):
    """A curve of straight lines; Path writes such cubics as lines."""
    out = [points[0]]
    for p, q in zip(points, points[1:]):
        out += [p, q, q]
    return out


def backwards(curve):
    return curve[::-1]


def joined(*curves):
    """One curve out of several; a gap becomes a straight line."""
    out = list(curves[0])
    for curve in curves[1:]:
        if hypot(out[-1][0] - curve[0][0], out[-1][1] - curve[0][1]) > 1e-6:
            out += [out[-1], curve[0], curve[0]]
        out += curve[1:]
    return out


def arc(x, y, r, a, b):
    """Part of a circle; angles from the right, clockwise on the sheet."""
    n = max(1, ceil(abs(b - a) / (pi / 2) - 1e-9))
    return along(lambda t: (x + r * cos(t), y + r * sin(t)), a, b, n)


def circle(x, y, r):
    k = 0.5523 * r
    return [(x - r, y), (x - r, y - k), (x - k, y - r), (x, y - r), (x + k, y - r), (x + r, y - k), (x + r, y),
            (x + r, y + k), (x + k, y + r), (x, y + r), (x - k, y + r), (x - r, y + k), (x - r, y)]


def moved(curve, place):
    return [place(x, y) for x, y in curve]


def turned(curve, x, y, a):
    """The curve turned by a round the origin, then carried to (x, y)."""
    return [(x + u * cos(a) - v * sin(a), y + u * sin(a) + v * cos(a)) for u, v in curve]


# --- the drawing ---------------------------------------------------------------

class Path:
    """Curves of one paint, written in whole units and relative commands."""

    def __init__(self, paint):
        self.paint = paint
        self.parts = []
        self.numbers = 0

    def add(self, curve, closed=False):
        units = [(floor(x * 100 + .5), floor(y * 100 + .5)) for x, y in curve]
        self.add_units(units, closed)

    def add_units(self, units, closed=False):
        if closed and "stroke" not in self.paint:
            area = sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(units, units[1:] + units[:1]))
            if area < 0:  # all outlines of a filled path run one way
                units = units[::-1]
        at = units[0]
        self.parts.append(f"M{at[0]} {at[1]}")
        self.numbers += 2
        for i in range(1, len(units), 3):
            a, b, c = units[i:i + 3]
            if a == at and b == c:
                if c != at:
                    self._write("l", at, (c,))
            else:
                self._write("c", at, (a, b, c))
            at = c
        if closed:
            self.parts.append("z")

    def _write(self, command, at, points):
        text = ""
        for x, y in points:
            for value in (x - at[0], y - at[1]):
                text += str(value) if not text or value < 0 else f" {value}"
        self.parts.append(command + text)
        self.numbers += 2 * len(points)

    def __str__(self):
        return f'<path {self.paint} d="{"".join(self.parts)}"/>'


def fill(colour):
    return f'fill="{colour}"'


def stroke(colour, width):
    return (f'fill="none" stroke="{colour}" stroke-width="{round(width * 100)}" '
            f'stroke-linecap="round" stroke-linejoin="round"')


class Sheet:
    """A sheet W x H mm: layers from the bottom to the top."""

    def __init__(self, width, height):
        self.w, self.h = width, height
        self.cx = width / 2
        self.layers = []

    def layer(self, paint):
        path = Path(paint)
        self.layers.append(path)
        return path

    def four(self, path, curve, closed=False):
        """The curve and its mirror images, whole units mirrored: exact symmetry."""
        units = [(floor(x * 100 + .5), floor(y * 100 + .5)) for x, y in curve]
        w, h = round(self.w * 100), round(self.h * 100)
        path.add_units(units, closed)
        path.add_units([(w - x, y) for x, y in units], closed)
        path.add_units([(x, h - y) for x, y in units], closed)
        path.add_units([(w - x, h - y) for x, y in units], closed)

    def two(self, path, curve, closed=False):
        """The curve and its image on the other side of the vertical axis."""
        units = [(floor(x * 100 + .5), floor(y * 100 + .5)) for x, y in curve]
        path.add_units(units, closed)
        path.add_units([(round(self.w * 100) - x, y) for x, y in units], closed)

    def terminal(self):
        """The middle of the rosette left of the emblem."""
        reach = EMBLEM_R + EMBLEM_AIR + SMALL + SMALL_WAVE
        return self.cx - sqrt(reach ** 2 - (EMBLEM_Y - MID) ** 2)

    def write(self, file):
        w, h = round(self.w * 100), round(self.h * 100)
        body = "\n".join(str(path) for path in self.layers if path.parts)
        file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.w:g}mm" height="{self.h:g}mm" '
                        f'viewBox="0 0 {w} {h}">\n{body}\n</svg>\n', encoding="utf-8")
        return sum(path.numbers for path in self.layers), len(self.layers)


# --- frame -----------------------------------------------------------------------

def frame_ground(sheet):
    """The pale ground of the band; the rosettes cover its ends."""
    w, h, c, end = sheet.w, sheet.h, CENTRE, sheet.terminal()
    path = sheet.layer(fill(BAND))
    path.add(joined(
        straight([(end, INNER), (end, EDGE)]),
        arc(c, c, BEND, -pi / 2, -pi),
        arc(c, h - c, BEND, pi, pi / 2),
        arc(w - c, h - c, BEND, pi / 2, 0),
        arc(w - c, c, BEND, 0, -pi / 2),
        straight([(w - end, EDGE), (w - end, INNER), (w - INNER, INNER), (w - INNER, h - INNER),
                  (INNER, h - INNER), (INNER, INNER), (end, INNER)]),
    ), closed=True)


def frame_rules(sheet):
    """Red rules, and a gold hair inside each."""
    w, h, c, end = sheet.w, sheet.h, CENTRE, sheet.terminal()
    gold = sheet.layer(stroke(GOLD, HAIR))
    red = sheet.layer(stroke(RED, RULE))

    outer, inner = EDGE + HAIR_IN, INNER - HAIR_IN
    for y in (outer, inner):
        sheet.two(gold, straight([(c, y), (end, y)]))
        gold.add(straight([(c, h - y), (w - c, h - y)]))
    for x in (outer, inner):
        sheet.two(gold, straight([(x, c), (x, h - c)]))
    sheet.two(red, joined(
        straight([(end, EDGE), (c, EDGE)]),
        arc(c, c, BEND, -pi / 2, -pi),
        arc(c, h - c, BEND, pi, pi / 2),
        straight([(c, h - EDGE), (sheet.cx, h - EDGE)]),
    ))
    sheet.two(red, joined(
        straight([(end, INNER), (INNER, INNER), (INNER, h - INNER), (sheet.cx, h - INNER)])))


def braid(sheet):
    """Two strands of guilloche that cross; a red thread runs in the middle of each."""
    ribbon = sheet.layer(fill(LIGHT))
    a = sheet.layer(stroke(GOLD, LINE))
    b = sheet.layer(stroke(DARK, LINE))
    thread = sheet.layer(stroke(RED, THREAD))
    seed = sheet.layer(fill(RED))
    rim = BIG - BIG_WAVE
    start = CENTRE + sqrt(rim ** 2 - (CENTRE - MID + BODY) ** 2)  # under the medallion's rim, with the whole strand

    def half_side(end_centre, put, copies):
        """From one rosette to the next, crossing at both ends."""
        end = end_centre - SMALL + SMALL_WAVE
        count = max(1, round((end - start) / PERIOD))
        period = (end - start) / count
        k = tau / period

        def lay(path, f, step, shift=0.0):
            """The line t = f(s - start), with a point at every step from the shift on."""
            inner = [start + (i + shift) * step for i in range(-1, ceil((end - start) / step) + 1)]
            times = [start] + [s for s in inner if start + .01 < s < end - .01] + [end]
            copies(path, at_times(lambda s: put(s, f(s - start)), times))
        for sign in (1, -1):
            sides = [along(lambda s: put(s, sign * SWING * sin(k * (s - start)) + d), start, end, 4 * count)
                     for d in (BODY, -BODY)]
            copies(ribbon, joined(sides[0], backwards(sides[1])), True)
        for path, sign in ((a, 1), (b, -1)):
            for i in range(STRANDS):
                turn = (i + .5) / STRANDS
                lay(path, lambda s: sign * SWING * sin(k * s) + BODY * cos(3 * k * s - tau * turn),
                    period / 6, (2 * turn) % 1)
        for sign in (1, -1):
            lay(thread, lambda s: sign * SWING * sin(k * s), period / 4)
        for i in range(2 * count):
            s = start + (i + .5) * period / 2
            half = [(s - SEED, 0), (s - SEED * .4, SEED * .1), (s - SEED * .2, SEED * .36), (s, SEED * .36),
                    (s + SEED * .2, SEED * .36), (s + SEED * .4, SEED * .1), (s + SEED, 0)]
            other = [(u, -v) for u, v in half]
            copies(seed, moved(joined(half, backwards(other)), put), True)

    def level(s, t):
        return s, MID - t

    def below(s, t):
        return s, sheet.h - MID + t

    def upright(s, t):
        return MID - t, s

    half_side(sheet.terminal(), level, sheet.two)
    half_side(sheet.cx, below, sheet.two)
    half_side(sheet.h / 2, upright, sheet.four)


# --- rosettes ----------------------------------------------------------------------

def rose(x, y, low, high, lobes, shift=0.0, wave=0.0, waves=0):
    """A closed line that swings between two radii; the outer one may wave."""
    def point(t):
        top = high + wave * cos(waves * t)
        r = (low + top) / 2 + (top - low) / 2 * cos(lobes * t + shift)
        return x + r * sin(t), y - r * cos(t)
    first = -shift / lobes
    return along(point, first, first + tau, 2 * max(lobes, waves))


def wavy(x, y, r, wave, waves):
    """A circle with soft lobes."""
    def point(t):
        s = r + wave * cos(waves * t)
        return x + s * sin(t), y - s * cos(t)
    return along(point, 0, tau, 2 * waves)


def petal(length, half):
    """A pointed petal from the origin up; the point is drawn out."""
    right = [(0, 0), (half * .7, -length * .12), (half * 1.08, -length * .36), (half * .88, -length * .6),
             (half * .74, -length * .78), (half * .2, -length * .86), (0, -length)]
    left = [(-u, v) for u, v in right]
    return joined(right, backwards(left))


def rosettes(sheet):
    """Medallions in the corners, small rosettes in the middle of the sides and beside the emblem."""
    h, c, end = sheet.h, CENTRE, sheet.terminal()
    halo = sheet.layer(fill(WHITE))
    ground = sheet.layer(fill(BAND))
    gold = sheet.layer(stroke(GOLD, LINE))
    thread = sheet.layer(stroke(RED, LINE))
    rim = sheet.layer(stroke(RED, .3))
    disc = sheet.layer(fill(RED))
    circles = sheet.layer(stroke(GOLD, HAIR))
    outer = sheet.layer(fill(GOLD))
    inner = sheet.layer(fill(BAND))
    lines = sheet.layer(stroke(DARK, .14))
    heart = sheet.layer(fill(GOLD))
    seeds = sheet.layer(fill(RED))

    four = sheet.four
    four(halo, wavy(c, c, BIG + HALO, BIG_WAVE, BIG_LOBES), True)
    four(ground, wavy(c, c, BIG, BIG_WAVE, BIG_LOBES), True)
    four(rim, wavy(c, c, BIG, BIG_WAVE, BIG_LOBES), True)
    for i in range(6):
        four(gold, rose(c, c, 6.5, BIG - .55, 8, tau * i / 6, BIG_WAVE, BIG_LOBES), True)
    for i in range(4):
        four(thread, rose(c, c, 6.5, 8.9, 12, tau * i / 4), True)
    four(disc, circle(c, c, 6.0), True)
    four(circles, circle(c, c, 5.55), True)
    for i in range(8):
        four(outer, turned(petal(5.15, 1.2), c, c, (i + .5) * tau / 8), True)
    for i in range(8):
        four(inner, turned(petal(4.0, 1.12), c, c, i * tau / 8), True)
        four(lines, turned(petal(4.0, 1.12), c, c, i * tau / 8), True)
    four(heart, circle(c, c, 1.1), True)
    for i in range(6):
        a = i * tau / 6
        four(seeds, circle(c + .66 * sin(a), c - .66 * cos(a), .15), True)
    four(seeds, circle(c, c, .15), True)

    def single(path, curve, closed):
        path.add(curve, closed)

    for x, y, copies in ((end, MID, sheet.two), (MID, h / 2, sheet.two), (sheet.cx, h - MID, single)):
        copies(halo, wavy(x, y, SMALL + HALO, SMALL_WAVE, SMALL_LOBES), True)
        copies(ground, wavy(x, y, SMALL, SMALL_WAVE, SMALL_LOBES), True)
        copies(rim, wavy(x, y, SMALL, SMALL_WAVE, SMALL_LOBES), True)
        for i in range(6):
            copies(gold, rose(x, y, 3.0, SMALL - .6, 6, tau * i / 6), True)
        copies(disc, circle(x, y, 2.8), True)
        for i in range(8):
            copies(outer, turned(petal(2.3, .6), x, y, i * tau / 8), True)
        copies(seeds, circle(x, y, .45), True)


def panel(sheet):
    """The pale ground inside the frame, hollowed round the medallions and the emblem."""
    w, h, c = sheet.w, sheet.h, CENTRE
    at, r, e = INNER + 1.6, BIG + BIG_WAVE + HALO + 1.0, EMBLEM_R + 1.6
    path = sheet.layer(fill(PANEL))
    d = at - c
    a = atan2(d, sqrt(r * r - d * d))

    def hollow(x, y, turn):
        return arc(x, y, r, turn + pi / 2 - a, turn + a)
    b = atan2(at - EMBLEM_Y, sqrt(e * e - (at - EMBLEM_Y) ** 2))
    path.add(joined(
        hollow(c, c, 0), arc(sheet.cx, EMBLEM_Y, e, pi - b, b), hollow(w - c, c, pi / 2),
        hollow(w - c, h - c, pi), hollow(c, h - c, 3 * pi / 2)), closed=True)


# --- corner scrolls ------------------------------------------------------------------

def vine(x, y, heading, length, bend, steps):
    """A line that starts at (x, y); its curvature at s (0..1) is bend(s) per mm. Gives (x, y, heading, s)."""
    points, sub = [(x, y, heading, 0.0)], 40
    for i in range(steps):
        s0, s1 = 1 - (1 - i / steps) ** 1.6, 1 - (1 - (i + 1) / steps) ** 1.6
        ds = (s1 - s0) / sub
        for j in range(sub):
            heading += bend(s0 + (j + .5) * ds) * length * ds
            x += cos(heading) * length * ds
            y += sin(heading) * length * ds
        points.append((x, y, heading, s1))
    return points


def brushed(line, thin, fat, peak):
    """The outline of a stroke along a vine: thin, fattest at `peak`, thin again; half widths."""
    def width(s):
        t = s / peak if s < peak else (1 - s) / (1 - peak)
        return thin + (fat - thin) * sin(pi / 2 * t) ** 1.5

    def side(sign):
        edge = [(x - sign * sin(a) * width(s), y + sign * cos(a) * width(s)) for x, y, a, s in line]
        out = [edge[0]]
        for (x0, y0), (x1, y1), (_, _, a0, _), (_, _, a1, _) in zip(edge, edge[1:], line, line[1:]):
            turn = max(abs(a1 - a0), 1e-6)  # handles of a circle's arc
            reach = hypot(x1 - x0, y1 - y0) * 2 / 3 * tan(turn / 4) / sin(turn / 2)
            out += [(x0 + reach * cos(a0), y0 + reach * sin(a0)),
                    (x1 - reach * cos(a1), y1 - reach * sin(a1)), (x1, y1)]
        return out
    return joined(side(1), backwards(side(-1)))


def blade(x, y, heading, length, half):
    """A pointed leaf from (x, y)."""
    shape = [(0, 0), (.2, .9), (.5, 1.1), (1, 0), (.62, -.55), (.28, -.7), (0, 0)]
    return turned([(u * length, v * half) for u, v in shape], x, y, heading)


def ease(s, a, b):
    """0 before a, 1 after b, smooth between."""
    t = min(max((s - a) / (b - a), 0), 1)
    return t * t * (3 - 2 * t)


def scrolls(sheet):
    """Gold vines that leave a lotus bud on the diagonal and run along both sides."""
    gold = sheet.layer(fill(GOLD))
    shapes, dots = [], []

    def grow(x, y, heading, length, bend, steps, fat, peak, dot=0.0):
        line = vine(x, y, heading, length, bend, steps)
        shapes.append(brushed(line, .075, fat, peak))
        if dot:
            dots.append((*line[-1][:2], dot))
        return line

    # millimetres from the medallion's middle, along the side and into the sheet
    stem = grow(9.3, 9.3, -pi / 4 - .1, 44, lambda s: .062 * (1 - ease(s, .24, .42)) + 1.2 * s ** 5.6, 17, .45, .55, .6)
    x, y, a, _ = stem[2]
    inner = grow(x, y, a + .45, 21, lambda s: .02 + 1.35 * s ** 3, 13, .32, .45, .5)
    x, y, a, _ = stem[5]
    runner = grow(x, y, a - .16, 25, lambda s: .022 - .034 * ease(s, .2, .6), 7, .32, .25)
    x, y, a, _ = runner[3]
    grow(x, y, a + .3, 12.5, lambda s: 2.1 * s ** 3, 11, .26, .4, .42)
    for line, i, turn, size in (
            (stem, 6, .5, 4.2), (inner, 5, -.5, 3.0), (runner, 2, -.4, 2.8), (runner, 4, -.45, 2.6),
            (runner, 4, .5, 2.8), (runner, 5, -.4, 2.2), (runner, 5, .45, 2.2)):
        x, y, a, _ = line[i]
        shapes.append(blade(x, y, a + turn, size, size * .19 * (1 if turn > 0 else -1)))
    x, y, a, _ = runner[-1]
    for d, r in ((.4, .5), (1.8, .36), (2.9, .26)):
        dots.append((x + d * cos(a), y + d * sin(a), r))
    for curve in shapes + [circle(*dot) for dot in dots]:
        sheet.four(gold, moved(curve, lambda u, v: (CENTRE + u, CENTRE + v)), True)
        sheet.four(gold, moved(curve, lambda u, v: (CENTRE + v, CENTRE + u)), True)
    # the bud on the diagonal
    d = CENTRE + 9.6
    for angles, length, half in (((1.15, -1.15), 5.4, .95), ((.62, -.62), 7.0, 1.35), ((0,), 8.2, 1.75)):
        path, line = sheet.layer(fill(GOLD)), sheet.layer(stroke(PANEL, .3))
        for angle in angles:
            curve = turned(petal(length, half), d, d, 3 * pi / 4 + angle)
            sheet.four(path, curve, True)
            sheet.four(line, curve, True)
    cup = sheet.layer(fill(GOLD))
    sheet.four(cup, circle(d - .1, d - .1, .8), True)


# --- the faint ground ------------------------------------------------------------------

def hull(u):
    """Half the width of a lotus petal at u (0 base .. 1 point), in parts of its greatest."""
    table = ((0, .1), (.12, .46), (.3, .86), (.5, 1.0), (.68, .92), (.82, .6), (.92, .22), (1, 0))
    for i in range(len(table) - 1):
        if u <= table[i + 1][0]:
            break
    p = [table[min(max(i + j, 0), len(table) - 1)] for j in (-1, 0, 1, 2)]

    def slope(a, b):
        return (b[1] - a[1]) / (b[0] - a[0]) if b[0] != a[0] else 0
    h = p[2][0] - p[1][0]
    t = (u - p[1][0]) / h
    m1, m2 = slope(p[0], p[2]) * h, slope(p[1], p[3]) * h
    return ((2 * t ** 3 - 3 * t * t + 1) * p[1][1] + (t ** 3 - 2 * t * t + t) * m1
            + (3 * t * t - 2 * t ** 3) * p[2][1] + (t ** 3 - t * t) * m2)


def lotus_leaf(rx, ry):
    """A round leaf lying on the water: a waved rim, veins from the middle that fork."""
    def rim(t, part=1.0):
        r = part * (1 + .03 * cos(5 * t) + .02 * sin(3 * t))
        return rx * r * sin(t), -ry * r * cos(t)
    lines = []
    for i in range(14):
        t = (i + .5) * tau / 14
        u, v = rim(t, .62)
        lines.append(straight([rim(t, .1), (u, v)]))
        for side in (-1, 1):
            near, tip = rim(t + .03 * side, .74), rim(t + .13 * side, .93)
            lines.append([(u, v), near, near, tip])
    return along(rim, 0, tau, 20), lines


def lotus_petal(x, y, lean, length, half, bend=0.0, veins=7, first=.13):
    """Outline and veins of a petal seen from the side. `lean` from upright; `bend` adds to it
    towards the point."""
    def axis(u):
        if abs(bend) < 1e-6:
            return x + length * u * sin(lean), y - length * u * cos(lean)
        return (x + length / bend * (cos(lean) - cos(lean + bend * u)),
                y - length / bend * (sin(lean + bend * u) - sin(lean)))

    def at(u, v):
        a = lean + bend * u
        px, py = axis(u)
        w = half * hull(u) * v
        return px + w * cos(a), py + w * sin(a)
    us = (0, .2, .45, .68, .87, 1)
    edge = joined(at_times(lambda u: at(u, 1), us), backwards(at_times(lambda u: at(u, -1), us)))
    lines = []
    for i in range(veins):
        v = 2 * (i + 1) / (veins + 1) - 1
        last = .9 - .22 * v * v - (.14 if i % 2 else 0)
        lines.append(along(lambda u: at(u, v), first, last, 2 if first < .3 else 1))
    return edge, lines


def lotus(sheet):
    """A blossom seen from the side, buds, leaves, water; mm from the blossom's base on an A4 sheet."""
    scale = min(sheet.w / 297, sheet.h / 210)
    ox, oy = sheet.cx, sheet.h * .5 + 36 * scale

    def put(x, y):
        return ox + x * scale, oy + y * scale

    def lay(ground, edge, lines):
        """A shape hides those before it."""
        sheet.layer(fill(ground)).add(moved(edge, put), True)
        path = sheet.layer(stroke(VEIN, .25))
        path.add(moved(edge, put), True)
        for line in lines:
            path.add(moved(line, put))

    def pair(ground, x, y, lean, length, half, bend=0.0, veins=7, first=.13):
        for side in (1, -1):
            lay(ground, *lotus_petal(side * x, y, side * lean, length, half, side * bend, veins, first))

    def leaf(x, y, rx, ry, tilt):
        edge, lines = lotus_leaf(rx, ry)
        for side in (1, -1) if x else (1,):
            def there(curve):
                return [(side * u, v) for u, v in turned(curve, x, y, tilt)]
            lay(SHADE, there(edge), [there(line) for line in lines])

    def stalk(points, half):
        for side in (1, -1) if points[0][0] else (1,):
            line = [(side * u, v) for u, v in points]
            left, right = [(u - half, v) for u, v in line], [(u + half, v) for u, v in line]
            lay(SHADE, joined(through(left), backwards(through(right))), [])

    water = sheet.layer(stroke(VEIN, .2))
    for y, reach, wave in ((17, 102, 24), (25, 84, 22), (32, 60, 20)):
        n = round(reach / (wave / 2))
        for i in range(4):
            far = reach * (1 - .14 * min(i, 4 - i))
            water.add(moved(along(lambda x: (x, y + 1.5 * cos(pi / 2 * x / far) * cos(tau * x / wave + tau * i / 4)),
                                  -far, far, 3 * n), put))
    stalk([(61, 18), (60, 4), (62, -10), (65, -22)], .6)
    for lean, length, half in ((.34, 17, 3.6), (-.1, 18, 3.6), (.12, 20, 4.4)):
        pair(PETAL, 65, -21, lean, length, half, veins=3)
    stalk([(80, 17), (81, 10), (83, 0), (83, -8)], .6)
    leaf(83, -10, 17.5, 6.2, -.16)
    leaf(55, 14, 32, 7.5, .02)
    stalk([(0, 2), (0, 20)], .9)
    leaf(0, 21, 33, 7.5, 0)

    for lean, length, half in ((.66, 61, 10), (.34, 64, 11)):  # the back row
        pair(SHADE, 1, 0, lean, length, half, .1, first=.55)
    lay(SHADE, *lotus_petal(0, 0, 0, 65, 11.5, first=.6))
    for lean, length, half in ((1.14, 54, 9), (.82, 57, 10.5), (.49, 58, 11.5), (.16, 59, 12)):  # the middle row
        pair(SHADE, 2, 0, lean, length, half, .1, first=.45)
    pair(PETAL, 3, 2.5, 1.74, 43, 7, -.45)  # low petals, their points turned up
    pair(PETAL, 2.5, 1.5, 1.40, 50, 9, -.06)
    cup = [(-5, 1), (-5.4, 3), (-3, 5), (0, 5), (3, 5), (5.4, 3), (5, 1)]
    cup += [(3.4, -.6), (1.7, -1), (0, -1), (-1.7, -1), (-3.4, -.6), (-5, 1)]
    lay(SHADE, cup, [])
    for lean, length, half in ((1.06, 47, 10.5), (.70, 47, 11.5), (.34, 46, 12)):  # the front row
        pair(PETAL, 3 * lean, 1, lean, length, half, .04)
    lay(PETAL, *lotus_petal(0, 1.5, 0, 44, 12.5, veins=9))


def main():
    parser = argparse.ArgumentParser(description="Draws hoa_sen.svg")
    parser.add_argument("--kho", default="297x210", help="width x height, mm")
    size = parser.parse_args().kho
    width, height = (float(v) for v in size.split("x"))
    sheet = Sheet(width, height)
    panel(sheet)
    lotus(sheet)
    scrolls(sheet)
    frame_ground(sheet)
    braid(sheet)
    frame_rules(sheet)
    rosettes(sheet)
    name = "hoa_sen.svg" if size == "297x210" else f"hoa_sen_{size}.svg"
    numbers, layers = sheet.write(File(__file__).with_name(name))
    print(f"{name}: {numbers} numbers, {layers} paths")


if __name__ == "__main__":
    main()
