#!/usr/bin/env python3
"""Draws co_dien.svg: a certificate's ground in the classical manner.

A red meander (hồi văn) between red and gold rules, scrolls with acanthus leaves in the corners,
a faint rosette of engraved lines and running scrolls as the ground.
Own work, from numbers only:

    python3 co_dien.py [--kho 360x270]
"""

from math import cos, hypot, pi, sin, tau

from ve import Sheet, acanthus, after, bent, brush, meander, placed, run, same, spiral, swell, volute

CREAM = "#fffdf5"  # paper inside the frame
PALE = "#faf1d6"  # rosette, ground of the meander
RED = "#b5161d"
GOLD = "#c8922a"

# The frame, from the sheet's edge inwards, mm.
EDGE, RULE = 8.2, .95  # outer red rule: its outer side, its width
GOLD_LINES = (9.75, 18.55)
LINE = .32
GROUND = (10.3, 18.0)
KEY = (10.85, 17.45)  # the meander, with its stroke
INNER = (19.2, 19.75)  # inner red rule
SCROLL = .92  # scale of the corners' scrolls
KEY_PITCH = 7.6
BAR = KEY[1] - KEY[0]
STROKE = BAR / 7

EMBLEM_GAP = 16.4  # half the opening of the frame where the emblem stands


# --- the frame -------------------------------------------------------------

def thick(points, half):
    """The outline of a line of right angles, 2 half wide."""
    def side(sign):
        out = []
        for i, (x, y) in enumerate(points):
            a, b = points[max(i - 1, 0)], points[min(i + 1, len(points) - 1)]
            one, two = (x - a[0], y - a[1]), (b[0] - x, b[1] - y)
            if i == 0:
                one = two
            if i == len(points) - 1:
                two = one
            normals = {(v[1] / hypot(*v), -v[0] / hypot(*v)) for v in (one, two)}
            out.append((x + sign * half * sum(n[0] for n in normals), y + sign * half * sum(n[1] for n in normals)))
        return out
    return side(1) + side(-1)[::-1]


def key(path, length, put):
    """A running key along a side, upright bars at both ends; (along, depth) is laid by `put`."""
    height = BAR - STROKE
    length -= STROKE
    line = meander(length, height, max(1, round(length / KEY_PITCH)))
    line = [(0.0, height)] + line
    path.polygon(thick([(u + STROKE / 2, KEY[1] - STROKE / 2 - v) for u, v in line], STROKE / 2), put)


FLOWER = [(0, .35, 1), (.64, 1.2), (.44, 2.0), (0, 2.5, 1), (-.44, 2.0), (-.64, 1.2)]
FLOWER_LEAF = [(0, 1.0, 1), (.36, 1.95), (0, 3.1, 1), (-.36, 1.95)]


def corner_block(red, gold, corner):
    """A flower of four petals in a square."""
    middle = sum(KEY) / 2
    for inset, hole in ((0, False), (.62, True)):
        a, b = KEY[0] + inset, KEY[1] - inset
        red.polygon([(a, a), (b, a), (b, b), (a, b)], corner, hole=hole)
    for i in range(4):
        red.outline(FLOWER, after(corner, placed(middle, middle, i * tau / 4)))
        gold.outline(FLOWER_LEAF, after(corner, placed(middle, middle, (i + .5) * tau / 4)))
    gold.circle(middle, middle, .55, put=corner)


def lozenge(red, gold, x, y, along):
    """The sign in the middle of a side; it points along the band."""
    put = placed(x, y, along)
    red.polygon([(2.9, 0), (0, 1.75), (-2.9, 0), (0, -1.75)], put)
    gold.polygon([(1.5, 0), (0, .9), (-1.5, 0), (0, -.9)], put)
    for side in (1, -1):
        red.circle(0, side * 2.65, .5, put=put)


def rules(path, outer, inner, width, inner_width, end, mirror, w, h):
    """Rules round the left half of the frame at two depths, joined at x = end beside the opening."""
    for d, line in ((outer, width), (inner, inner_width)):
        e, y = d + line, h - d
        path.polygon([(end, d), (d, d), (d, y), (w / 2, y), (w / 2, y - line), (e, y - line), (e, e), (end, e)], mirror)
    bottom = inner + inner_width
    path.polygon([(end - width, outer), (end, outer), (end, bottom), (end - width, bottom)], mirror)


def half_frame(red, gold, pale, mirror, w, h):
    """The left half; `mirror` makes the right one."""
    red_end = w / 2 - EMBLEM_GAP
    gold_end = red_end - RULE - .65
    rules(red, EDGE, INNER[0], RULE, INNER[1] - INNER[0], red_end, mirror, w, h)
    rules(gold, GOLD_LINES[0] - LINE / 2, GOLD_LINES[1] - LINE / 2, LINE, LINE, gold_end, mirror, w, h)
    (a, b), end = GROUND, gold_end - LINE - .4
    pale.polygon([(a, a), (end, a), (end, b), (b, b), (b, h - b), (w / 2, h - b), (w / 2, h - a), (a, h - a)], mirror)
    start, middle = KEY[1] + STROKE, 3.9
    key(red, end - .6 - start, after(mirror, lambda p: (start + p[0], p[1])))
    key(red, w / 2 - middle - start, after(mirror, lambda p: (start + p[0], h - p[1])))
    for flip in (same, lambda p: (p[0], h - p[1])):
        key(red, h / 2 - middle - start, after(mirror, after(flip, lambda p: (p[1], start + p[0]))))


# --- scrolls ---------------------------------------------------------------

class Vine:
    """Draws stems, coils and leaves; `put` lays its millimetres on the sheet."""

    def __init__(self, path, put):
        self.path, self.put = path, put

    def coil(self, line, thin, fat, ball):
        """A stem that ends in a coil round a ball."""
        self.path.outline(brush(line, swell(thin, fat, .42, .12)), self.put)
        self.path.circle(*line[-1][:2], ball, put=self.put)

    def leaf(self, point, turn, length, half, lobes, bend):
        """An acanthus leaf from a point of a line, its own line bent by `bend` radians."""
        x, y, heading, _ = point
        line = spiral((x, y), heading + turn, length, lambda s: bend / length, 10, 1.2)
        outline, slits = acanthus(line, lambda s: .11 + half * sin(pi * s ** .95), lobes)
        self.path.outline(outline, self.put)
        for slit in slits:
            self.path.outline(slit, self.put, hole=True)
        return line[-1]

    def dots(self, point, *dots):
        """Dots ahead of a line's end: (how far, radius)."""
        x, y, heading, _ = point
        for ahead, r in dots:
            self.path.circle(x + ahead * cos(heading), y + ahead * sin(heading), r, put=self.put)


def corner_scroll(path, corner):
    """Two vines along the sides, a palmette between them on the diagonal."""
    at = after(corner, placed(INNER[1] + .2, INNER[1] + .2, 0, SCROLL, flip=True))
    for lay in (at, after(at, lambda p: (p[1], p[0]))):
        vine = Vine(path, lay)
        main = volute((2.6, 2.0), -.06, 15.5, .24, 29, 1.5, .07, (5, 13))
        vine.coil(main, .16, .66, .62)
        x, y, heading, _ = main[3]
        second = volute((x, y), heading - .2, 20, .22, 18, 1.4, .07, (5, 12))
        vine.coil(second, .1, .5, .5)
        vine.leaf(main[6], -.15, 10, 1.7, 4, -.25)
        vine.leaf(main[2], .42, 8.5, 1.45, 4, 1.25)
        vine.leaf(second[3], .36, 6.5, 1.05, 3, 1.1)
        vine.leaf(second[7], -.12, 7.5, 1.2, 3, -.25)
        vine.dots(vine.leaf(second[4], -.16, 15, 1.0, 4, .16), (1.5, .42), (3.0, .3))
    diagonal = after(at, placed(2.2, 2.2, pi / 4, flip=True))
    for turn, length, half in ((0, 9.4, 1.25), (.42, 7.8, .98), (-.42, 7.8, .98)):
        put = after(diagonal, placed(0, 0, turn))
        path.outline([(1.9, 0, 1), (length * .38, half * .5), (length * .62, half), (length, 0, 1),
                      (length * .62, -half), (length * .38, -half * .5)], put)
        path.outline([(3.4, 0, 1), (length * .6, half * .2), (length * .8, 0, 1), (length * .6, -half * .2)],
                     put, hole=True)
    for ahead, r in ((0, .95), (11.2, .55), (13.0, .4), (14.4, .28)):
        path.circle(ahead, 0, r * SCROLL, put=diagonal)


def emblem_scroll(path, mirror, w):
    """A short vine from the emblem outwards, under the end of the frame."""
    vine = Vine(path, after(mirror, lambda p: (w / 2 - EMBLEM_GAP - p[0], INNER[1] + p[1])))
    main = volute((-.6, 2.0), -.02, 8, .16, 16, 1.35, .07, (4, 12))
    vine.coil(main, .12, .5, .5)
    path.circle(*main[0][:2], .5, put=vine.put)
    vine.leaf(main[5], -.12, 7.0, 1.15, 3, -.2)
    vine.dots(vine.leaf(main[2], -.16, 14, .95, 4, .14), (1.4, .38), (2.7, .27))


# --- the rosette -----------------------------------------------------------

ROSETTE_R = 70.0


def wave(path, x, y, radius, depth, waves, turn=0.0):
    """A wavy circle: radius + depth cos(waves a), turned by `turn`."""
    steps = waves * 4
    path.outline([(x + (radius + depth * cos(j * pi / 2)) * sin(j * tau / steps + turn),
                   y - (radius + depth * cos(j * pi / 2)) * cos(j * tau / steps + turn)) for j in range(steps)])


def net(path, x, y, radius, depth, waves, lines):
    """Equal waves, each turned a little against the last."""
    for i in range(lines):
        wave(path, x, y, radius, depth, waves, i * tau / waves / lines)


def spindles(path, x, y, radius, depth, waves, lines, turn=0.0):
    """Waves with common nodes, each deeper than the last, with their mirror images."""
    for i in range(1, lines + 1):
        for side in (1, -1):
            wave(path, x, y, radius, side * depth * i / lines, waves, turn)


def petals(path, x, y, r0, r1, count, half, phase=0.0):
    """A ring of petals, each with a slit."""
    for i in range(count):
        put = placed(x, y, (i + phase) * tau / count)
        d = r1 - r0
        path.outline([(r0, 0, 1), (r0 + d * .55, half), (r1 - d * .08, half * .62), (r1, 0, 1),
                      (r1 - d * .08, -half * .62), (r0 + d * .55, -half)], put)
        path.outline([(r0 + d * .25, 0, 1), (r0 + d * .6, half * .3), (r0 + d * .85, 0, 1), (r0 + d * .6, -half * .3)],
                     put, hole=True)


def scroll_ring(path, x, y, radius, k, waves):
    """A vine that runs round the ring in waves, a coil and leaves in each."""
    half = tau * radius / waves / 2 / k  # of a wave, in the vine's own mm
    rise = 3.9
    for i in range(2 * waves):
        put = bent(x, y, radius, i * pi / waves, k)
        lay = put if i % 2 == 0 else after(put, lambda p: (p[0], -p[1]))
        vine = Vine(path, lay)
        stem = [((s - .5) * half, rise * sin(pi * s), pi * rise / half * cos(pi * s), s)
                for s in (n / 6 for n in range(7))]
        path.outline(brush(stem, lambda s: .4), lay)
        start = stem[1]
        coil = volute((start[0], start[1] - .1), start[2] - .42, 3.8, -.5, 18.5, -1.5, .08, (2, 11))
        vine.coil(coil, .14, .48, .6)
        vine.leaf(stem[4], .50, 6.6, 1.2, 3, -.75)


def rosette(sheet, x, y, k):
    """The faint ground, its radius 70 k mm."""
    solid, line = sheet.fill(PALE, flat=.05), sheet.stroke(PALE, .3 * k)
    petals(solid, x, y, 3.2 * k, 9.6 * k, 12, 1.35 * k)
    petals(solid, x, y, 9.2 * k, 15.2 * k, 24, 1.25 * k, .5)
    solid.circle(x, y, 2.4 * k)
    for r in (16.6, 17.6, 31.0, 32.0, 48.6, 49.6):
        line.circle(x, y, r * k)
    net(line, x, y, 24.3 * k, 6.2 * k, 12, 6)
    scroll_ring(solid, x, y, 40.3 * k, k, 12)
    spindles(line, x, y, 59.8 * k, 9.4 * k, 24, 4)
    spindles(line, x, y, 59.8 * k, 9.4 * k, 24, 1, pi / 48)


def draw(w, h):
    sheet = Sheet(w, h)
    cream = sheet.fill(CREAM)
    cream.rect(EDGE, EDGE, w - EDGE, h - EDGE)
    k = (h - 70) / 2 / ROSETTE_R
    rosette(sheet, w / 2, h - 31 - ROSETTE_R * k, k)
    pale, red, gold = sheet.fill(PALE), sheet.fill(RED), sheet.fill(GOLD, flat=.02)
    for mirror in sheet.corners()[:2]:
        half_frame(red, gold, pale, mirror, w, h)
        emblem_scroll(gold, mirror, w)
    for corner in sheet.corners():
        corner_block(red, gold, corner)
        corner_scroll(gold, corner)
    middle = sum(KEY) / 2
    for lx, ly, along in ((w / 2, h - middle, 0), (middle, h / 2, pi / 2), (w - middle, h / 2, pi / 2)):
        lozenge(red, gold, lx, ly, along)
    return sheet


if __name__ == "__main__":
    run("co_dien", draw)
