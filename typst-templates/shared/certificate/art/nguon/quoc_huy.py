#!/usr/bin/env python3
"""Draws quoc_huy.svg: the national emblem of Viet Nam (Quốc huy).

Constitution of 2013, article 13: round, red ground, a five-pointed golden star in
the middle, ears of rice around, below half a cogwheel and the country's name.
Own drawing, from numbers only. One unit = 0.01 mm at the printed width of 30 mm.

    python3 quoc_huy.py      writes quoc_huy.svg beside this script

Needs fontTools: the letters of the ribbon are outlines of Tinos Bold.
Filled outlines only, non-zero rule. The left half is computed, the right half is
its mirror image; only the letters are not mirrored.
"""

from bisect import bisect_left
from math import atan2, cos, hypot, pi, radians, sin, tan
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
FONT = HERE.parents[4] / "fonts" / "Tinos" / "Tinos-Bold.ttf"

W, H = 3000, 3100
CX = W / 2

RED = "#da251d"
SHADE = "#9c1410"   # folds and back of the ribbon
GOLD = "#ffcd00"
OCHRE = "#e8a317"   # shaded side of a grain
LINE = "#94600f"    # outlines on gold

# The ring: an ellipse a little taller than wide; "depth" is measured inwards from it.
CY = 1535
RING_X, RING_Y = 1484, 1522
RIM = (0, 9, 33, 41)    # depths of the rim: dark edge, gold, dark edge

STAR_Y, STAR_R = 1235, 648

COG_Y, COG_TIP, COG_ROOT, COG_RIM = 2505, 590, 500, 395
COG_TEETH = 20      # all around; ten of them show
HUB, HUB_HOLE = 165, 80
SPOKE = 34          # half the width of a spoke

# The name's band: an arc around (CX, BAND_Y).
BAND_BOTTOM = 3075
BAND_OUT, BAND_IN = 1640, 1230
BAND_Y = BAND_BOTTOM - BAND_OUT
BAND_END = 42       # degrees from straight down
HEM, HEM_IN = 14, 18    # gold hem: width, distance from the edge
END = .09           # how far the ends of a winding bulge, parts of its length

# Rice, five ears and fifty-four grains a side, in two lanes:
# ring angle of the foot and of the topmost tip, depth of the stem, grains of each ear from the foot.
LANES = ((62, 177.6, lambda t: 157 + 6 * smooth((t - 150) / 25), (11, 11, 11)),
         (57, 158, lambda t: 374 + 34 * smooth((t - 135) / 25), (11, 10)))
GRAIN, PLUMP = 222, 51
TILT = 24           # degrees between grain and stem
EDGE = 10           # dark outline of a grain

FOOT = (26, 64)     # ring angles of the straw below the ears
STRAW = 41          # its outer depth
STRAWS = 9


class Shape:
    """A compound path in whole units and relative commands; rounding never adds up."""

    def __init__(self):
        self.out, self.at, self.start, self.count = [], (0, 0), (0, 0), 0

    @staticmethod
    def whole(p):
        x = p[0] - CX       # symmetric rounding about the axis
        x = int(abs(x) + .5) * (1 if x >= 0 else -1)
        return int(x + CX), int(p[1] + .5)

    def _put(self, letter, points):
        base, text = self.at, ""
        for p in points:
            q = self.whole(p)
            for v in (q[0] - base[0], q[1] - base[1]):
                text += str(v) if not text or v < 0 else f" {v}"
            self.at = q
        self.count += 2 * len(points)
        self.out.append(letter + text)

    def move(self, p):
        self._put("m", [p])
        self.start = self.at

    def line(self, *points):
        for p in points:
            self._put("l", [p])

    def quad(self, a, b):
        self._put("q", [a, b])

    def cubic(self, a, b, c):
        self._put("c", [a, b, c])

    def close(self):
        self.out.append("z")
        self.at = self.start

    def raw(self, contour):
        """A contour: start point, then tuples of 1, 2 or 3 points (line, quad, cubic)."""
        self.move(contour[0])
        for points in contour[1:]:
            if len(points) == 1:
                self.line(points[0])
            elif len(points) == 2:
                self.quad(*points)
            else:
                self.cubic(*points)
        self.close()
        return self

    def draw(self, contour, hole=False):
        """The contour, turned to run clockwise (a hole: the other way)."""
        return self.raw(contour if (area(contour) > 0) != hole else backwards(contour))

    def both(self, contour):
        """The contour and its mirror image about the axis."""
        flip = lambda p: (W - p[0], p[1])
        self.draw(contour)
        return self.draw([flip(contour[0])] + [tuple(map(flip, s)) for s in contour[1:]])

    def text(self):
        return "".join(self.out)


def area(contour):
    """Twice the signed area of the control polygon; clockwise on the page is positive."""
    points = [contour[0]] + [p for s in contour[1:] for p in s]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1]))


def backwards(contour):
    starts = [contour[0]] + [s[-1] for s in contour[1:]]
    return [starts[-1]] + [s[-2::-1] + (p,) for s, p in zip(contour[:0:-1], starts[-2::-1])]


LAYERS = []


def layer(colour, shape):
    """Put a shape on top; neighbours of one colour become one path."""
    if LAYERS and LAYERS[-1][0] == colour:
        LAYERS[-1][1].append(shape)
    else:
        LAYERS.append((colour, [shape]))


# --- geometry --------------------------------------------------------------

def arc(centre, rx, ry, a, b):
    """Cubic segments of an ellipse from angle a to b; angle 0 is straight down,
    90 is left. Returns (start point, segments)."""
    n = max(1, int(abs(b - a) / 60 + .999))
    step = radians(b - a) / n
    k = 4 / 3 * tan(step / 4)

    def at(t):
        return centre[0] - rx * sin(t), centre[1] + ry * cos(t)

    def way(t):
        return -rx * cos(t), -ry * sin(t)

    t, segments = radians(a), []
    for _ in range(n):
        p, q, u, v = at(t), at(t + step), way(t), way(t + step)
        segments.append(((p[0] + k * u[0], p[1] + k * u[1]),
                         (q[0] - k * v[0], q[1] - k * v[1]), q))
        t += step
    return at(radians(a)), segments


def circle(centre, r):
    start, segments = arc(centre, r, r, 0, 360)
    return [start] + segments


def sector(centre, r_out, r_in, a, b):
    """A bent bar between two radii."""
    start, outer = arc(centre, r_out, r_out, a, b)
    back, inner = arc(centre, r_in, r_in, b, a)
    return [start] + outer + [(back,)] + inner


def polygon(points):
    return [points[0]] + [(p,) for p in points[1:]]


def curve(points):
    """Cubic segments through the points (Catmull-Rom), without the first point."""
    ends = [points[0]] + points + [points[-1]]
    return [((b[0] + (c[0] - a[0]) / 6, b[1] + (c[1] - a[1]) / 6),
             (c[0] - (d[0] - b[0]) / 6, c[1] - (d[1] - b[1]) / 6), c)
            for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:])]


def ribbed(first, last, steps, near, far):
    """A closed strip along the ring between two depths, each a function of the angle."""
    turns = [first + (last - first) * i / steps for i in range(steps + 1)]
    a = [ring(t, near(t)) for t in turns]
    b = [ring(t, far(t)) for t in turns[::-1]]
    return [a[0]] + curve(a) + [(b[0],)] + curve(b)


def smooth(t):
    """0 below 0, 1 above 1, an even slope between."""
    t = max(0, min(1, t))
    return t * t * (3 - 2 * t)


def along(p, angle, s, h):
    """The point s ahead and h to the left of p when looking along the angle."""
    return (p[0] + s * cos(angle) - h * sin(angle), p[1] + s * sin(angle) + h * cos(angle))


def almond(p, angle, length, half):
    """A grain: blunt foot at p, pointed tip."""
    f = lambda s, h: along(p, angle, s * length, h * half)
    return [f(0, 0), (f(0, 1.25), f(.56, 1.5), f(1, 0)), (f(.56, -1.5), f(0, -1.25), f(0, 0))]


# --- rice ------------------------------------------------------------------

def ring(theta, depth):
    """The point at angle theta (degrees from straight down, leftwards), depth inside the ring."""
    t = radians(theta)
    return CX - (RING_X - depth) * sin(t), CY + (RING_Y - depth) * cos(t)


def lane(first, last, depth, ears):
    """The grains of a lane of ears from the top down:
    (foot, angle, length, half width, side); side 1 is inside, -1 outside, 0 the tip of an ear.
    The rows run on evenly through all ears; the tip of an ear lies on the foot of the next."""
    fine = [ring(first + (last - first) * i / 2000, depth(first + (last - first) * i / 2000))
            for i in range(2001)]
    run = [0]
    for a, b in zip(fine, fine[1:]):
        run.append(run[-1] + hypot(b[0] - a[0], b[1] - a[1]))

    def stem(s):
        i = min(bisect_left(run, s), 1999)
        a, b = fine[max(0, i - 8)], fine[min(2000, i + 8)]
        return fine[i], atan2(b[1] - a[1], b[0] - a[0])

    step = (run[-1] - GRAIN) / sum(n - 1 for n in ears)
    grains, j = [], 0
    for n in ears:
        for i in range(1, n):
            to_tip = n - 1 - i
            size = min(1, .93 + .02 * to_tip)
            tilt = min(TILT + 1, TILT - 4 + to_tip * 1.2)
            p, angle = stem(j * step)
            side = 1 if j % 2 else -1
            grains.append((along(p, angle, 0, 14 * side), angle + radians(tilt) * side,
                           GRAIN * size, PLUMP * size, side))
            j += 1
        p, angle = stem((j - .05) * step)
        grains.append((p, angle, GRAIN * .94, PLUMP * .9, 0))
    return grains[::-1]


def apart(g, others):
    """Whether a grain lies clear of all others."""
    def spine(g):
        return [along(g[0], g[1], g[2] * k, 0) for k in (.05, .3, .5, .7, .95)]
    return all(hypot(a[0] - b[0], a[1] - b[1]) > 2.3 * PLUMP + 2 * EDGE
               for o in others for a in spine(g) for b in spine(o))


def rice():
    """Painted from the tips down, so that every grain covers the foot of the next one up.
    Grains that do not touch share a path."""
    grains = [g for numbers in LANES for g in lane(*numbers)]
    grains.sort(key=lambda g: atan2(CY - g[0][1], CX - g[0][0]), reverse=True)
    ranks = [[]]
    for g in grains:
        if not apart(g, ranks[-1]):
            ranks.append([])
        ranks[-1].append(g)
    for rank in ranks:
        dark, gold, shade = Shape(), Shape(), Shape()
        for p, angle, length, half, side in rank:
            dark.both(almond(along(p, angle, -EDGE, 0), angle, length + 2.9 * EDGE, half + EDGE))
            gold.both(almond(p, angle, length, half))
            shade.both(crescent(p, angle, length, half * (side or -1)))
        layer(LINE, dark)
        layer(GOLD, gold)
        layer(OCHRE, shade)


def crescent(p, angle, length, half):
    """The shaded side of a grain."""
    f = lambda s, h: along(p, angle, s * length, h * half)
    return [f(0, 0), (f(.2, .45), f(.6, .25), f(1, 0)), (f(.56, 1.5), f(0, 1.25), f(0, 0))]


def shadow():
    """Dark ground of the sheaves and the stalks of the upper ears, seen between the grains."""
    layer(LINE, Shape().both(ribbed(64, 163, 9, lambda t: 110,
                                    lambda t: 450 - 250 * smooth((t - 125) / 35))))
    stalks = Shape()
    for depth in (250, 283):
        stalks.both(ribbed(58, 146, 8, lambda t: depth - 12, lambda t: depth + 12))
    layer(GOLD, stalks)


def straw_depth(t):
    """The straw's inner depth; it runs together towards the foot."""
    return 425 - 120 * smooth((56 - t) / 30)


def straw():
    """Straw between the windings of the ribbon."""
    layer(LINE, Shape().both(ribbed(*FOOT, 6, lambda t: STRAW - EDGE, lambda t: straw_depth(t) + EDGE)))
    layer(GOLD, Shape().both(ribbed(*FOOT, 6, lambda t: STRAW, straw_depth)))
    lines = Shape()
    for i in range(1, STRAWS):
        middle = lambda t: STRAW + (straw_depth(t) - STRAW) * i / STRAWS
        lines.both(ribbed(*FOOT, 4, lambda t: middle(t) - 5, lambda t: middle(t) + 5))
    layer(LINE, lines)


def leaf():
    """A leaf inside each sheaf, its tip turned to the field."""
    first, last, half = 57, 112, 37

    def depth(t):
        return 455 + 40 * smooth((t - 60) / 25) + 90 * smooth((t - 84) / 32)

    def blade(k, grow):
        def edge(t):
            width = half * max(0, 1 - max(0, (t - 72) / (last - 72)) ** 1.6)
            return depth(t) + k * (width + grow * (1 - ((t - first) / (last + 2 - first)) ** 8))
        return edge
    layer(LINE, Shape().both(ribbed(first, last + 1.9, 10, blade(-1, 9), blade(1, 9))))
    layer(GOLD, Shape().both(ribbed(first, last, 10, blade(-1, 0), blade(1, 0))))
    rib = lambda k: lambda t: depth(t) + k * 5 * min(1, (103 - t) / 20)
    layer(LINE, Shape().both(ribbed(first, 103, 8, rib(-1), rib(1))))


# --- cogwheel --------------------------------------------------------------

def cog_outline(grow):
    """Upper part of the wheel, teeth included, made wider by grow."""
    c, points = (CX, COG_Y), []
    pitch = 360 / COG_TEETH
    for i in range(-5, 5):
        mid = 180 + (i + .5) * pitch
        for r, off in ((COG_ROOT, -.31), (COG_TIP, -.2), (COG_TIP, .2), (COG_ROOT, .31)):
            a = radians(mid + off * pitch)
            g = grow / r * (1 if off > 0 else -1)
            points.append((c[0] - (r + grow) * sin(a + g), c[1] + (r + grow) * cos(a + g)))
    for t in (85, 60, 45, -45, -60, -85):   # the rim's foot, behind the ribbon
        a = radians(-t)
        points.append((c[0] - (COG_ROOT + grow) * sin(a), c[1] + (COG_ROOT + grow) * cos(a)))
    return polygon(points)


def cog():
    c = (CX, COG_Y)
    layer(LINE, Shape().draw(cog_outline(11)))
    layer(GOLD, Shape().draw(cog_outline(0)))
    layer(LINE, Shape().draw(circle(c, COG_ROOT - 28)).draw(circle(c, COG_ROOT - 37), True)
          .draw(circle(c, COG_RIM + 10)))
    layer(RED, Shape().draw(circle(c, COG_RIM)))
    dark, gold = Shape(), Shape()
    for i in range(-2, 3):
        a = pi / 2 + radians(i * 45)
        for shape, w in ((dark, SPOKE + 10), (gold, SPOKE)):
            f = lambda s, h: along(c, -a, s, h)
            shape.draw(polygon([f(100, w * 1.25), f(COG_RIM + 4, w), f(COG_RIM + 4, -w), f(100, -w * 1.25)]))
    dark.draw(circle(c, HUB + 11))
    layer(LINE, dark)
    gold.draw(circle(c, HUB))
    layer(GOLD, gold)
    layer(LINE, Shape().draw(circle(c, HUB - 30)).draw(circle(c, HUB - 39), True)
          .draw(circle(c, HUB_HOLE + 10)))
    layer(RED, Shape().draw(circle(c, HUB_HOLE)))


# --- ribbon ----------------------------------------------------------------

class Wrap:
    """A winding of the ribbon over a sheaf: four corners, all edges bulging."""

    def __init__(self, low_in, high_in, low_out, high_out, bulge):
        self.low, self.high, self.bulge = (low_in, low_out), (high_in, high_out), bulge

    def at(self, s, t):
        """s runs from the inner to the outer end, t from the lower to the upper edge."""
        mix = lambda p, q, k: (p[0] + (q[0] - p[0]) * k, p[1] + (q[1] - p[1]) * k)
        a, b = mix(self.low[0], self.high[0], t), mix(self.low[1], self.high[1], t)
        p = mix(a, b, s)
        k = 4 * s * (1 - s) * self.bulge
        return p[0] + (b[1] - a[1]) * k, p[1] - (b[0] - a[0]) * k

    def edge(self, s0, s1, t):
        """(start, quadratic segment): exact, since the bulge is a parabola."""
        a, m, b = (self.at(s, t) for s in (s0, (s0 + s1) / 2, s1))
        return a, ((2 * m[0] - (a[0] + b[0]) / 2, 2 * m[1] - (a[1] + b[1]) / 2), b)

    def over(self, t):
        """How far the ends reach beyond the corners at t."""
        return 2 * t * (1 - t) * END

    def whole(self, grow, t0, t1):
        """The winding, made longer by grow at both ends."""
        a, low = self.edge(-grow, 1 + grow, t0)
        b, high = self.edge(1 + grow, -grow, t1)
        return [a, low, (self.at(1 + grow + END, .5), b), high, (self.at(-grow - END, .5), a)]

    def hem(self, t0, t1):
        """A stripe from end to end between two heights."""
        o = self.over((t0 + t1) / 2)
        a, low = self.edge(-o, 1 + o, t0)
        b, high = self.edge(1 + o, -o, t1)
        return [a, low, (b,), high]

    def pleat(self, s1, t, half, outer=False):
        """A dark fold, wide at an end of the winding, pointed at s1."""
        s0 = 1 + self.over(t) if outer else -self.over(t)
        a, low = self.edge(s0, s1, t)
        return [a, low, (self.at((s0 + s1) / 2, t + half * .3), self.at(s0, t + half))]


WRAP = Wrap(ring(49.5, 455), ring(62.5, 492), ring(57, -2), ring(69.5, -2), -.07)


def ribbon():
    layer(SHADE, Shape().both(WRAP.whole(.02, -.04, 1.04)))
    layer(RED, Shape().both(WRAP.whole(0, 0, 1)))
    layer(SHADE, Shape().both(WRAP.pleat(.5, .3, .1)).both(WRAP.pleat(.35, .6, .1))
          .both(WRAP.pleat(.5, .32, .1, True)).both(WRAP.pleat(.62, .62, .1, True)))
    layer(GOLD, Shape().both(WRAP.hem(.07, .125)).both(WRAP.hem(.875, .93)))

    layer(SHADE, Shape().draw(front(8, .3)))
    layer(RED, Shape().draw(front(0, 0)))
    fold = lambda r, w, l: [band(BAND_END + .9, BAND_IN + r), (band(BAND_END - l, BAND_IN + r + w / 3),),
                            (band(BAND_END + .9, BAND_IN + r + w),)]
    layer(SHADE, Shape().both(fold(90, 34, 2.6)).both(fold(190, 44, 5)).both(fold(290, 36, 9)))
    low, high = BAND_OUT - HEM_IN, BAND_IN + HEM_IN + HEM
    layer(GOLD, Shape().draw(sector((CX, BAND_Y), low, low - HEM, -BAND_END - .1, BAND_END + .1))
          .draw(sector((CX, BAND_Y), high, high - HEM, -BAND_END - .1, BAND_END + .1)))


def band(t, r):
    """A point of the name's band: angle and radius."""
    return CX - r * sin(radians(t)), BAND_Y + r * cos(radians(t))


def ribbon_back():
    """The ribbon's back where it turns behind the sheaves."""
    layer(SHADE, Shape()
          .both([band(41, BAND_OUT - 4), (ring(46.5, -40), ring(53, 0)), (ring(55, 90),),
                 (band(40, BAND_OUT - 240),)])
          .both([ring(44, 385), (ring(49, 520), ring(58, 496)), (ring(52, 380),)]))


def front(grow, more):
    """The name's band, its ends bulging."""
    t, r0, r1 = BAND_END + more, BAND_IN - grow, BAND_OUT + grow
    start, outer = arc((CX, BAND_Y), r1, r1, -t, t)
    back, inner = arc((CX, BAND_Y), r0, r0, t, -t)
    m = (r0 + r1) / 2
    return [start] + outer + [(band(t + 2, m), back)] + inner + [(band(-t - 2, m), start)]


# --- letters ---------------------------------------------------------------

class Outline(BasePen):
    """Collects a glyph's contours, accents decomposed."""

    def __init__(self, glyphs):
        super().__init__(glyphs)
        self.contours = []

    def _moveTo(self, p):
        self.contours.append([p])

    def _lineTo(self, p):
        self.contours[-1].append((p,))

    def _qCurveToOne(self, a, b):
        self.contours[-1].append((a, b))

    def _curveToOne(self, a, b, c):
        self.contours[-1].append((a, b, c))


def letters(shape, font, text, radius, size, spacing):
    """A line of capitals on an arc that opens upwards, centred."""
    glyphs, table = font.getGlyphSet(), font.getBestCmap()
    em = font["head"].unitsPerEm
    k = size / em
    names = [table[ord(x)] for x in text]
    widths = [glyphs[n].width * k + spacing for n in names]
    x = -(sum(widths) - spacing) / 2
    for name, width in zip(names, widths):
        half = glyphs[name].width * k / 2
        t = (x + half) / radius
        pen = Outline(glyphs)
        glyphs[name].draw(pen)

        def place(p):
            u, v = p[0] * k - half, radius - p[1] * k
            return CX + u * cos(t) + v * sin(t), BAND_Y - u * sin(t) + v * cos(t)

        for contour in pen.contours:
            shape.raw([place(contour[0])] + [tuple(place(p) for p in s) for s in contour[1:]])
        x += width


def name():
    font, shape = TTFont(FONT), Shape()
    letters(shape, font, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA", BAND_IN + 161, 114, 3)
    letters(shape, font, "VIỆT NAM", BAND_IN + 337, 170, 10)
    layer(GOLD, shape)


# --- the whole -------------------------------------------------------------

def star():
    points = []
    for i in range(10):
        r = STAR_R if i % 2 == 0 else STAR_R * sin(radians(18)) / sin(radians(54))
        a = radians(36 * i)
        points.append((CX + r * sin(a), STAR_Y - r * cos(a)))
    layer(GOLD, Shape().draw(polygon(points)))


def main():
    for colour, depth in zip((LINE, GOLD, LINE, RED), RIM):
        start, segments = arc((CX, CY), RING_X - depth, RING_Y - depth, 0, 360)
        layer(colour, Shape().draw([start] + segments))
    star()
    ribbon_back()
    straw()
    cog()
    leaf()
    shadow()
    rice()
    ribbon()
    name()

    paths, count = [], 0
    for colour, shapes in LAYERS:
        d = Shape()
        for shape in filter(lambda x: x.out, shapes):
            count += shape.count
            # every shape starts at the origin: an absolute first move
            d.out.append("M" + shape.out[0][1:] + "".join(shape.out[1:]))
        paths.append(f'<path fill="{colour}" d="{d.text()}"/>')
    (HERE / "quoc_huy.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{W / 100:g}mm" height="{H / 100:g}mm" '
        f'viewBox="0 0 {W} {H}">\n' + "\n".join(paths) + "\n</svg>\n", encoding="utf-8")
    print(f"{len(paths)} paths, {count} numbers")


if __name__ == "__main__":
    main()
