#!/usr/bin/env python3
"""Draws trong_dong.svg: a certificate's ground after the Đông Sơn bronze drums.

A faint drum face: sun with fourteen rays, dancers and houses, deer, flying Lạc birds.
A frame of the drum's bands unrolled: circles joined by tangents, birds that fly
from the foot to the emblem's place at the top, saw teeth; a small sun in each corner.
Own work, from numbers only:

    python3 trong_dong.py [--kho 360x270]
"""

from math import acos, pi, sqrt, tau

from ve import Circles, Sheet, after, bent, comb, feathers, meander, placed, run, same, saw, saw_row, sun

CREAM = "#fffdf5"  # paper inside the frame
PALE = "#faf1d6"  # the drum
RED = "#b5161d"
GOLD = "#c8922a"
LIGHT = "#f3d896"  # gold on red

# The frame, from the sheet's edge inwards, mm.
EDGE, RULE = 8.0, .75  # red rule: its outer side, its width
CELL = (9.2, 11.3, 18.7)  # gold lines: round the cell, between circles and birds, round the cell
CIRCLES = 10.25
BIRDS = (11.6, 18.4)  # red ground
TEETH = (20.05, 19.0)  # foot and point
FOOT_LINE = (20.05, 20.3)
THIN = (21.5, 22.05)  # gold rules round the page

CORNER, CORNER_R = 19.5, 11.5  # the suns in the corners: centre, radius
FOOT, FOOT_R = 14.15, 6.15  # the sun in the middle of the lower side
EMBLEM, EMBLEM_R = 22.0, 15.4  # the emblem's place: centre, radius of the arcs that close the bands
CELL_GAP, BIRDS_GAP = .5, .85  # from a sun's rim
ARC_CELL, ARC_BIRDS = 2.2, 2.55  # from the emblem's arc
CIRCLE_PITCH = 3.2
BIRD, BIRD_PITCH = .7, 16.2  # a bird's scale, from one to the next
FLAT = .05  # curves flatter than this may be straight


# --- motifs: x forwards, y upwards -----------------------------------------

LAC = [  # a Lạc bird on the wing, seen from above, from the bill round
    (11.2, .3, 1), (8.6, .62), (6.5, 1.0, 1), (5.95, 1.32), (5.3, 1.35, 1),
    (4.2, 2.1), (2.9, 2.55), (1.3, 2.6, 1), (3.0, 2.0), (3.9, 1.45), (4.35, .78, 1),
    (3.4, .55), (2.3, .6), (1.5, .78, 1),
    (.5, 2.2), (-1.1, 3.9), (-3.9, 5.2, 1), (-3.55, 4.3), (-3.55, 3.6, 1), (-3.2, 3.15), (-3.1, 2.55, 1),
    (-2.75, 2.15), (-2.7, 1.6, 1), (-2.35, 1.2), (-2.3, .6, 1),
    (-3.6, .42), (-5.2, .5), (-7.4, 1.1), (-9.9, 2.1, 1), (-9.75, 1.55), (-10.0, 1.05, 1), (-9.85, .5), (-10.1, 0, 1),
    (-9.85, -.5), (-10.0, -1.05, 1), (-9.75, -1.55), (-9.9, -2.1, 1),
    (-7.4, -1.1), (-5.2, -.5), (-3.6, -.42), (-2.3, -.6, 1),
    (-2.35, -1.2), (-2.7, -1.6, 1), (-2.75, -2.15), (-3.1, -2.55, 1), (-3.2, -3.15), (-3.55, -3.6, 1),
    (-3.55, -4.3), (-3.9, -5.2, 1), (-1.1, -3.9), (.5, -2.2), (1.5, -.62, 1),
    (2.6, -.2), (4.4, .05), (5.8, .08), (6.55, .2, 1), (8.6, .12),
]
LAC_SLITS = [  # in the upper wing and the upper half of the tail
    [(1.05, 1.0, 1), (.1, 2.2), (-2.9, 4.35, 1), (-.55, 2.2)],
    [(.2, 1.0, 1), (-.6, 2.0), (-2.75, 3.5, 1), (-1.25, 1.95)],
    [(-.7, 1.0, 1), (-1.2, 1.65), (-2.5, 2.55, 1), (-1.75, 1.6)],
    [(-4.9, .2, 1), (-7.2, .5), (-9.3, 1.15, 1), (-9.2, .62, 1), (-7.2, .2)],
]
LAC_BODY = [(1.7, .1, 1), (-.6, .3), (-3.2, 0, 1), (-.6, -.26)]
LAC_EYE = (5.65, .7)

WADER = [  # a bird standing in the rice field
    (4.6, 3.5, 1), (3.0, 3.95), (1.9, 4.3, 1), (1.3, 4.5), (.4, 4.75), (-1.0, 4.5, 1), (.1, 4.2), (.75, 3.7),
    (.75, 3.0), (.3, 2.1), (-.3, 1.4),
    (-1.7, .9), (-3.0, -.1), (-4.4, -1.5, 1), (-2.9, -1.05), (-1.6, -1.0),
    (-.85, -1.2, 1), (-.95, -2.9), (-.75, -4.2, 1), (-.1, -4.5, 1), (-.45, -4.15, 1), (-.65, -2.9), (-.4, -1.25, 1),
    (-.05, -1.2, 1), (.1, -2.9), (.4, -4.2, 1), (1.05, -4.5, 1), (.7, -4.15, 1), (.42, -2.9), (.45, -1.05, 1),
    (1.3, -.2), (1.55, .9), (1.6, 2.0), (1.65, 2.9), (2.0, 3.45, 1), (3.0, 3.5),
]
WADER_SLITS = [
    [(.9, .9, 1), (-.6, .75), (-2.6, -.45, 1), (-.7, .2)],
    [(.8, .2, 1), (-.5, -.05), (-2.2, -.8, 1), (-.5, -.55)],
]
WADER_EYE = (1.35, 3.85)

DEER = [
    (5.9, 2.2, 1), (5.75, 1.85), (5.0, 1.75), (4.3, 1.75), (3.7, 1.2), (3.2, .1), (2.8, -.6),
    (2.95, -1.9), (3.55, -3.4, 1), (3.1, -3.4, 1), (2.5, -2.0), (2.0, -.85, 1),
    (1.75, -2.0), (1.5, -3.4, 1), (1.05, -3.4, 1), (1.3, -2.0), (1.25, -.7, 1),
    (0, -.25), (-1.5, -.45, 1),
    (-1.8, -1.3), (-2.3, -2.05), (-1.85, -3.4, 1), (-2.3, -3.4, 1), (-2.75, -2.1), (-2.55, -1.1, 1),
    (-3.1, -1.6), (-3.75, -2.15), (-3.65, -3.4, 1), (-4.1, -3.4, 1), (-4.2, -2.1), (-3.65, -1.0), (-3.5, -.1, 1),
    (-4.0, -.35, 1), (-4.1, .45, 1), (-3.3, .95), (-2.2, 1.0), (0, .75), (1.6, .9), (2.6, 1.7), (3.15, 2.65, 1),
    (2.2, 3.1, 1), (3.4, 3.1, 1), (4.2, 2.95), (5.1, 2.55),
]
DEER_MARKS = (1.9, .9, -.1, -1.1, -2.1)
DEER_EYE = (4.05, 2.45)
ANTLERS = [
    (3.75, 2.9, 1), (3.2, 3.8), (2.2, 4.45), (.4, 4.75, 1), (1.9, 4.95), (2.75, 4.65),
    (2.75, 5.4), (2.4, 6.1, 1), (3.15, 5.4), (3.35, 4.4), (3.8, 3.85),
    (4.5, 4.5), (4.75, 5.4, 1), (4.95, 4.4), (4.2, 3.55), (4.15, 2.85, 1),
]

DANCER = [
    # head, trunk, arms
    [(.95, 1.35, 1), (.85, 1.75), (.35, 2.05), (-.2, 1.75), (-.25, 1.25), (-.05, .85, 1),
     (-.8, .75), (-1.55, .2), (-2.0, -.2), (-2.35, .5), (-3.1, 1.1, 1), (-2.75, .35, 1), (-3.2, .2, 1), (-2.55, -.15),
     (-2.1, -.85), (-1.4, -.55), (-.6, 0, 1), (-.42, -.9, 1), (.42, -.9, 1),
     (.6, 0, 1), (1.5, -.5), (2.2, -.05), (2.65, .95), (2.9, 1.25, 1), (3.4, 1.6, 1), (2.8, 1.75, 1), (2.6, 2.35, 1),
     (2.3, 1.5), (1.85, .3), (1.5, .2), (.85, .75), (.35, .85, 1), (.4, 1.05), (.8, 1.1, 1)],
    # the feathers on the head
    [(.75, 2.1, 1), (1.35, 3.4), (1.25, 4.7), (.6, 6.0, 1), (.55, 4.6), (.35, 3.3), (.35, 2.3, 1)],
    [(.15, 2.3, 1), (.15, 3.5), (-.2, 4.4), (-1.2, 5.4, 1), (-.9, 4.2), (-.6, 3.2), (-.15, 2.15, 1)],
    [(-.3, 2.0, 1), (-.85, 3.0), (-1.5, 3.6), (-2.7, 4.1, 1), (-1.9, 3.2), (-1.2, 2.4), (-.45, 1.6, 1)],
    # skirt, legs
    [(-.45, -1.1, 1), (-1.2, -1.9), (-2.2, -2.8), (-3.6, -3.2, 1), (-2.6, -3.5), (-1.5, -3.4), (-.6, -2.6), (0, -1.8),
     (.6, -2.6), (1.5, -3.1), (2.5, -3.1, 1), (1.6, -2.5), (1.0, -1.9), (.45, -1.1, 1)],
    [(-.75, -2.75, 1), (-.8, -3.5), (-1.15, -4.5, 1), (-.1, -4.5, 1), (-.55, -4.2), (-.3, -3.4), (-.1, -2.1, 1)],
    [(.25, -2.3, 1), (.75, -3.4), (.75, -4.5, 1), (1.8, -4.5, 1), (1.3, -4.2), (1.25, -3.5), (.8, -2.7, 1)],
]
DANCER_EYE = (.38, 1.5)

HOUSE_HALF = [  # a house on stilts under a saddle roof, its right half
    [(0, 2.9, 1), (2.6, 3.05), (4.6, 3.9), (6.3, 5.6, 1), (5.9, 3.6), (4.9, 2.0), (4.1, 1.0, 1),
     (4.45, 2.2), (3.4, 2.1), (0, 2.0, 1)],
    [(0, 1.6, 1), (2.4, 1.65), (3.9, 1.7, 1), (3.5, .6, 1), (3.3, -.4, 1), (2.7, -.4, 1), (2.75, .4),
     (2.7, 1.15, 1), (0, 1.1, 1)],
    [(1.2, .8, 1), (1.75, .8, 1), (1.75, -2.0, 1), (1.2, -2.0, 1)],
    [(2.5, -2.9, 1), (3.1, -2.9, 1), (3.1, -4.5, 1), (2.5, -4.5, 1)],
    [(.7, -2.9, 1), (1.3, -2.9, 1), (1.3, -4.5, 1), (.7, -4.5, 1)],
]
HOUSE_WHOLE = [
    [(-4.2, -2.0, 1), (4.2, -2.0, 1), (3.8, -2.65, 1), (-3.8, -2.65, 1)],
    [(0, .7, 1), (.55, -.2), (.5, -1.0), (0, -1.85, 1), (-.5, -1.0), (-.55, -.2)],
    [(0, 5.0, 1), (.55, 4.1), (0, 3.2, 1), (-.55, 4.1)],
]


def over(points):
    """The motif upside down."""
    return [(p[0], -p[1], *p[2:]) for p in points]


def lac(path, put, body=True):
    """A flying bird, 21 long, 10 across."""
    path.outline(LAC, put)
    for slit in LAC_SLITS:
        path.outline(slit, put, hole=True)
        path.outline(over(slit), put, hole=True)
    if body:
        path.outline(LAC_BODY, put, hole=True)


def wader(path, put):
    path.outline(WADER, put)
    for slit in WADER_SLITS:
        path.outline(slit, put, hole=True)


def deer(path, put, stag):
    path.outline(DEER, put)
    for x in DEER_MARKS:
        path.polygon([(x, .55), (x - .12, .15), (x - .47, -.1), (x - .35, .3)], put, hole=True)
    if stag:
        path.outline(ANTLERS, put)


def dancer(path, put):
    for part in DANCER:
        path.outline(part, put)


def house(path, put):
    for part in HOUSE_HALF:
        path.outline(part, put)
        path.outline([(-p[0], *p[1:]) for p in part], put)
    for part in HOUSE_WHOLE:
        path.outline(part, put)


# --- the drum face ---------------------------------------------------------

DRUM_R = 72.0
RINGS = (14.8, 16.8, 20.0, 29.7, 33.3, 43.4, 45.6, 49.2, 62.3, 64.7, 68.5)


def drum(sheet, x, y, k):
    """The face of a drum, its radius 72 k mm."""
    solid, line = sheet.fill(PALE, flat=.06), sheet.stroke(PALE, .38 * k)
    circles = Circles(sheet, PALE, CREAM, 1.25 * k, .36 * k, line)
    eyes = sheet.stroke(CREAM, .5 * k, cap="round")

    def motif(draw, eye, radius, angle, scale, *rest):
        put = bent(x, y, radius * k, angle, scale * k, flip=True)
        draw(solid, put, *rest)
        eyes.dot(*eye, put)

    for r in RINGS:
        line.circle(x, y, r * k)
    sun(solid, x, y, 14.2 * k, 4.6 * k, 14)
    feathers(solid, x, y, 6.9 * k, 14.1 * k, 14)
    comb(line, x, y, 15.3 * k, 16.5 * k, 90)
    circles.ring(x, y, 18.4 * k, 30)
    for i in range(4):
        house(solid, bent(x, y, 24.5 * k, i * tau / 4, .76 * k))
        for j in range(3):
            motif(dancer, DANCER_EYE, 24.1, (i + .265 + .235 * j) * tau / 4, .79)
    key = [(u, v - 1.0 * k) for u, v in meander(tau * 31.5 * k, 2.0 * k, 60)]
    line.lines(key, bent(x, y, 31.5 * k, 0))
    for i in range(20):
        motif(deer, DEER_EYE, 37.4, i * tau / 20, .86, i % 2 == 0)
    comb(line, x, y, 43.9 * k, 45.1 * k, 160)
    circles.ring(x, y, 47.4 * k, 72)
    for i in range(12):
        motif(lac, LAC_EYE, 55.7, i * tau / 12, .98)
        motif(wader, WADER_EYE, 55.7, (i + .51) * tau / 12, .82)
    comb(line, x, y, 62.8 * k, 64.2 * k, 200)
    circles.ring(x, y, 66.6 * k, 100)
    saw(solid, x, y, 69.0 * k, 70.7 * k, 124)
    solid.ring(x, y, 72 * k, 71.15 * k)


# --- the frame -------------------------------------------------------------

class Frame:
    """Where the bands of the left half begin and end; every `d` is a distance from the sheet's edge."""

    def __init__(self, sheet):
        self.w, self.h = sheet.width, sheet.height
        self.middle = self.w / 2

    def corner(self, d, gap):
        """Along the side: where a line at depth d leaves the corner's sun, `gap` from its rim."""
        return CORNER + sqrt((CORNER_R + gap) ** 2 - (d - CORNER) ** 2)

    def emblem(self, d, gap):
        """Along the upper side: where it meets the emblem's arc."""
        return self.middle - sqrt((EMBLEM_R + gap) ** 2 - (d - EMBLEM) ** 2)

    def foot(self, d, gap):
        """Along the lower side: where it meets the sun in the middle."""
        return self.middle - sqrt(max(0.0, (FOOT_R + gap) ** 2 - (d - FOOT) ** 2))

    def cells(self, d0, d1, gap, arc_gap):
        """Outlines of a band from depth d0 to d1: upper side, left side, lower side."""
        h, rc, re, rf = self.h, CORNER_R + gap, EMBLEM_R + arc_gap, FOOT_R + gap
        c0, c1 = self.corner(d0, gap), self.corner(d1, gap)
        e0, e1 = self.emblem(d0, arc_gap), self.emblem(d1, arc_gap)
        f0, f1 = self.foot(d0, gap), self.foot(d1, gap)
        return (
            [(c0, d0), (e0, d0), (e1, d1, -re), (c1, d1), (c0, d0, -rc)],
            [(d0, c0), (d1, c1, -rc), (d1, h - c1), (d0, h - c0, -rc), (d0, c0)],
            [(c0, h - d0), (c1, h - d1, -rc), (f1, h - d1), (f0, h - d0, -rf), (c0, h - d0)],
        )

    def sides(self, d0, d1, gap, arc_gap):
        """The room for motifs between depths d0 and d1: from, to, and their laying (along the side, depth)."""
        c = max(self.corner(d, gap) for d in (d0, d1))
        return (
            (c, min(self.emblem(d, arc_gap) for d in (d0, d1)), lambda p: (p[0], p[1])),
            (c, self.h - c, lambda p: (p[1], p[0])),
            (c, min(self.foot(d, gap) for d in (d0, d1, FOOT) if d0 <= d <= d1), lambda p: (p[0], self.h - p[1])),
        )


def medallion(red, gold, lines, circles, x, y, r, mirror=same):
    """A small drum: rim, circles, teeth and a golden sun on red."""
    centre, (x, y) = (x, y), mirror((x, y))
    red.ring(x, y, r, r - RULE)
    lines.circle(x, y, r - RULE - .4)
    if r > 8:
        circles.ring(*centre, r - 2.05, 24, mirror)
        lines.circle(x, y, r - 2.95)
        saw(red, x, y, r - 4.1, r - 3.2, 42)
        r -= 4.05
        feathers(gold, x, y, r * .47, r * .95, 14)
    else:
        r -= RULE + .75
    red.circle(x, y, r)
    sun(gold, x, y, r * .95, r * .3, 14)


def red_parts(red, frame, mirror):
    """The outer rule, the emblem's arc, the ground under the birds, the inner line; teeth."""
    w, h, inside, last = frame.w, frame.h, EDGE + RULE, FOOT_LINE[1]
    e0, e1 = frame.emblem(EDGE, 0), frame.emblem(EDGE, RULE)
    red.trace([(e0, EDGE), (EDGE, EDGE), (EDGE, h - EDGE), (w / 2, h - EDGE), (w / 2, h - inside), (inside, h - inside),
               (inside, inside), (frame.emblem(inside, 0), inside), (e0, EDGE, EMBLEM_R)], mirror)
    red.trace([(e0, EDGE), (e1, EDGE), (frame.emblem(last, RULE), last, -EMBLEM_R - RULE),
               (frame.emblem(last, 0), last), (e0, EDGE, EMBLEM_R)], mirror)
    for cell in frame.cells(*BIRDS, BIRDS_GAP, ARC_BIRDS):
        red.trace(cell, mirror)
    for cell in frame.cells(*FOOT_LINE, -.2, .2):
        red.trace(cell, mirror)
    for a, b, lay in frame.sides(TEETH[1], TEETH[0], .3, ARC_CELL):
        saw_row(red, a, b, *TEETH, round((b - a) / 1.35), after(mirror, lay))
    a0, a1 = (-acos((EMBLEM - d) / (EMBLEM_R + RULE)) for d in (TEETH[0] - .3, CELL[0] + .6))
    saw(red, w / 2, EMBLEM, EMBLEM_R + RULE - .05, EMBLEM_R + RULE + .95, 12, a0, a1, mirror)
    # the outermost corners
    tip, r = CELL[0] - .05, CORNER_R + .5
    far = 2 * CORNER - frame.corner(tip, .5)
    for flip in (same, lambda p: (p[0], h - p[1])):
        red.trace([(tip, tip), (far, tip), (tip, far, -r), (tip, tip)], after(mirror, flip))


def gold_parts(lines, circles, frame, mirror):
    """The gold lines of the frame and the row of circles."""
    h = frame.h
    for cell in frame.cells(CELL[0], CELL[2], CELL_GAP, ARC_CELL):
        lines.trace(cell, mirror)
    for a, b, lay in frame.sides(CELL[1], CELL[1], CELL_GAP, ARC_CELL):
        lines.lines([(a, CELL[1]), (b, CELL[1])], after(mirror, lay))
    room = frame.sides(CELL[0], CELL[1], CELL_GAP, ARC_CELL)
    for i, (a, b, lay) in enumerate(room):
        a, b = a + 1.1, b - 1.1
        if i == 1:  # from both ends to the middle, so that all corners are alike
            b = h / 2
            count = round((b - a) / CIRCLE_PITCH)
            circles.row(a, b, CIRCLES, count, after(mirror, lay), last=False)
            lay = lambda p: (p[1], h - p[0])
        circles.row(a, b, CIRCLES, round((b - a) / CIRCLE_PITCH), after(mirror, lay))


def birds(solid, eyes, circles, frame, mirror):
    """Birds flying from the foot round the corners to the emblem, circles between them."""
    middle, h = sum(BIRDS) / 2, frame.h
    lays = (
        lambda s: placed(s, middle, 0, BIRD),
        lambda s: placed(middle, h - s, -pi / 2, BIRD),
        lambda s: placed(s, h - middle, pi, BIRD, flip=True),
    )
    for (a, b, _), lay in zip(frame.sides(*BIRDS, BIRDS_GAP, ARC_BIRDS), lays):
        count = round((b - a) / BIRD_PITCH)
        step = (b - a) / count
        for i in range(count):
            put = after(mirror, lay(a + (i + .5) * step))
            lean = after(put, lambda p: (p[0], p[1] * .86))
            lac(solid, lean, body=False)
            eyes.dot(*LAC_EYE, lean)
            if i + 1 < count:
                for y in (-1.9, 1.9):
                    circles.one(step / 2 / BIRD - 1.6, y / BIRD, put)


def page_rule(lines, thick, circles, frame, mirror):
    """The thin gold rules round the page, hollowed round the corners' suns."""
    h = frame.h
    for path, d, gap in ((thick, THIN[0], 1.7), (lines, THIN[1], 2.25)):
        c, e = frame.corner(d, gap), frame.emblem(THIN[0], RULE + 2.8)
        r = CORNER_R + gap
        path.trace([(e, d), (c, d), (d, c, r), (d, h - c), (c, h - d, r), (frame.middle, h - d)], mirror, closed=False)
    circles.one(frame.emblem(THIN[0], RULE + 2.8) + circles.r, sum(THIN) / 2, mirror)


def corner_rays(gold, circles, corner):
    """In the hollow of the page's rule: the corner's sun goes on as a fan of drops."""
    base, count = CORNER_R + 3.1, 4
    for i in range(-count, count + 1):
        fade = 1 - abs(i) / (count + 1)
        put = after(corner, placed(CORNER, CORNER, pi / 4 + i * .125, flip=True))
        long, half = 1.1 + 2.7 * fade, .26 + .16 * fade
        gold.outline([(base, 0, 1), (base + long * .4, half), (base + long, 0, 1), (base + long * .4, -half)], put)
        if i % 2 == 0 and fade > .5:
            circles.one(base + long + 1.0, 0, put)


def draw(w, h):
    sheet = Sheet(w, h)
    frame = Frame(sheet)
    sheet.fill(CREAM).rect(EDGE, EDGE, w - EDGE, h - EDGE)
    k = (h - 66) / 2 / DRUM_R
    drum(sheet, w / 2, h - 29 - DRUM_R * k, k)
    red, light, gold = sheet.fill(RED), sheet.fill(LIGHT, flat=FLAT), sheet.fill(GOLD)
    lines, thick = sheet.stroke(GOLD, .22), sheet.stroke(GOLD, .34)
    circles = Circles(sheet, GOLD, CREAM, .74, .25, lines)
    light_circles = Circles(sheet, LIGHT, RED, .8, .26)
    eyes = sheet.stroke(RED, .38, cap="round")
    for mirror in sheet.corners()[:2]:
        red_parts(red, frame, mirror)
        gold_parts(lines, circles, frame, mirror)
        birds(light, eyes, light_circles, frame, mirror)
        page_rule(lines, thick, circles, frame, mirror)
    for corner in sheet.corners():
        corner_rays(gold, circles, corner)
        medallion(red, gold, lines, circles, CORNER, CORNER, CORNER_R, corner)
    medallion(red, gold, lines, circles, w / 2, h - FOOT, FOOT_R)
    return sheet


if __name__ == "__main__":
    run("trong_dong", draw)
