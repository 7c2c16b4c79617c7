#!/usr/bin/env python3
"""Draws co_dien.svg: the ground of a certificate, 297 × 210 mm, one unit = 1 mm.

A red meander (hồi văn) between red and gold rules, gold scrolls in the corners,
a star in a roundel that breaks the top border, the face of a bronze drum as a faint ground.
Own work, from numbers only. Python 3, standard library:

    python3 co_dien.py > co_dien.svg

Filled outlines only, one compound path a colour, the whole in one isolated group:
that is what keeps a page at 2 ms (docs/templates.md, rule 2).
Every path fills by the non-zero rule: outer outlines run one way, holes the other.
"""

from math import cos, floor, hypot, pi, sin, tau

W, H = 297.0, 210.0
CX = W / 2

CREAM = "#fffdf4"
PALE = "#fbf3d9"
GOLD = "#bf8f2c"
RED = "#b5161d"
STAR = "#e3b44e"

# Distances from the edge of the sheet, mm. Printers need 5, framers cover 6 to 8.
OUTER = 9.0  # outer red rule
BAND = (11.7, 18.3)  # the meander's band
INNER = 20.7  # inner edge of the whole border
STAR_Y, STAR_R = 21.3, 12.0  # the roundel with its rays: 9.3 to 33.3


# --- paths -----------------------------------------------------------------

UNITS = 40  # of the drawing to the millimetre: whole numbers make short paths


def units(value):
    return floor(value * UNITS + .5)


class Path:
    """A compound path written in relative commands; rounding never adds up."""

    def __init__(self):
        self.parts = []
        self.at = (0, 0)

    def _step(self, point):
        """From here to the point, in units; the point becomes here."""
        x, y = units(point[0]), units(point[1])
        step = (x - self.at[0], y - self.at[1])
        self.at = (x, y)
        return step

    def _move(self, point):
        self.parts.append("m" + self._join(self._step(point)))
        return self.at

    def _close(self, start):
        self.parts.append("z")
        self.at = start

    @staticmethod
    def _join(values):
        out = ""
        for value in values:
            out += str(value) if not out or value < 0 else f" {value}"
        return out

    def polygon(self, points):
        """Straight lines, closed."""
        start = self._move(points[0])
        for point in points[1:]:
            dx, dy = self._step(point)
            if dx and dy:
                self.parts.append("l" + self._join((dx, dy)))
            elif dx:
                self.parts.append(f"h{dx}")
            elif dy:
                self.parts.append(f"v{dy}")
        self._close(start)

    def smooth(self, points):
        """A closed Catmull-Rom curve through the points, as cubics."""
        n = len(points)
        start = self._move(points[0])
        for i in range(n):
            self._cubic(*(points[(i + k) % n] for k in (-1, 0, 1, 2)))
        self._close(start)

    def stroke(self, left, right):
        """A brush stroke: up the left side, round the tip, down the right side."""
        start = self._move(left[0])
        for side in (left, right[::-1]):
            if side is not left:
                self.parts.append("l" + self._join(self._step(side[0])))
            n = len(side)
            for i in range(n - 1):
                self._cubic(side[max(i - 1, 0)], side[i], side[i + 1], side[min(i + 2, n - 1)])
        self._close(start)

    def _cubic(self, p0, p1, p2, p3):
        a = (p1[0] + (p2[0] - p0[0]) / 6, p1[1] + (p2[1] - p0[1]) / 6)
        b = (p2[0] - (p3[0] - p1[0]) / 6, p2[1] - (p3[1] - p1[1]) / 6)
        origin = self.at
        steps = []
        for point in (a, b, p2):
            self.at = origin
            steps += self._step(point)
        self.parts.append("c" + self._join(steps))

    def circle(self, x, y, r, hole=False):
        sweep = 0 if hole else 1
        start = self._move((x - r, y))
        r, d = units(r), 2 * units(r)
        self.parts.append(f"a{r} {r} 0 0{sweep}{d} 0a{r} {r} 0 0{sweep}-{d} 0")
        self._close(start)

    def ring(self, x, y, outer, inner):
        self.circle(x, y, outer)
        self.circle(x, y, inner, hole=True)

    def rect(self, x0, y0, x1, y1, hole=False):
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        self.polygon(corners[::-1] if hole else corners)

    def __str__(self):
        return "".join(self.parts)


def polar(x, y, r, a):
    """Angle from the top, clockwise, in turns of tau."""
    return x + r * sin(a), y - r * cos(a)


def clockwise(points):
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(points, points[1:] + points[:1]))
    return points if area > 0 else points[::-1]


# --- border ----------------------------------------------------------------

def frame_rule(path, at, width, gap):
    """A rule round the sheet, open for `gap` mm on both sides of the middle of the top side."""
    x0, y0, x1, y1 = at, at, W - at, H - at
    a, b = CX - gap, CX + gap
    path.polygon(clockwise([
        (a, y0), (a, y0 + width), (x0 + width, y0 + width), (x0 + width, y1 - width),
        (x1 - width, y1 - width), (x1 - width, y0 + width), (b, y0 + width), (b, y0),
        (x1, y0), (x1, y1), (x0, y1), (x0, y0),
    ]))


def meander(length, height, pitch):
    """The centre line of a running key from 0 to `length`, height 0 at the inner edge."""
    count = max(1, round(length / pitch))
    d, e = length / count / 4, height / 3
    points = [(0.0, 0.0)]
    for i in range(count):
        x = i * 4 * d
        points += [
            (x + 3 * d, 0), (x + 3 * d, 2 * e), (x + 2 * d, 2 * e), (x + 2 * d, e), (x + d, e),
            (x + d, 3 * e), (x + 4 * d, 3 * e), (x + 4 * d, 0),
        ]
    return points


def thick(points, half):
    """The outline of a polyline that turns at right angles only."""
    def side(sign):
        out = []
        for i, (x, y) in enumerate(points):
            before = points[max(i - 1, 0)] if i else points[0]
            after = points[i + 1] if i + 1 < len(points) else points[i]
            into = (x - before[0], y - before[1]) if i else (after[0] - x, after[1] - y)
            out_of = (after[0] - x, after[1] - y) if i + 1 < len(points) else into
            n1 = (into[1] / hypot(*into), -into[0] / hypot(*into))
            n2 = (out_of[1] / hypot(*out_of), -out_of[0] / hypot(*out_of))
            nx, ny = (n1[0] + n2[0], n1[1] + n2[1]) if n1 != n2 else n1
            out.append((x + sign * half * nx, y + sign * half * ny))
        return out
    return side(1) + side(-1)[::-1]


def key_band(red, gold):
    """Eight half sides of meander, from each corner block to the middle of its side."""
    b0, b1 = BAND
    stroke = (b1 - b0) / 7
    height = b1 - b0 - stroke
    corner = b1 + 0.95  # the first key starts here, measured from the sheet's edge
    middle = 2.6  # half of the gap for the ornament in the middle of a side
    pitch = height * 4 / 3
    for flip_x in (False, True):
        for flip_y in (False, True):
            def put(points):
                moved = [(W - x if flip_x else x, H - y if flip_y else y) for x, y in points]
                return clockwise(moved)
            top_gap = STAR_R + 2.65 if not flip_y else middle
            length = CX - top_gap - corner - stroke / 2
            line = meander(length, height, pitch)
            red.polygon(put(thick([(corner + stroke / 2 + x, b1 - stroke / 2 - y) for x, y in line], stroke / 2)))
            length = H / 2 - middle - corner - stroke / 2
            line = meander(length, height, pitch)
            red.polygon(put(thick([(b1 - stroke / 2 - y, corner + stroke / 2 + x) for x, y in line], stroke / 2)))
    # the middle of the three whole sides: a lozenge between two dots
    c = (b0 + b1) / 2
    for x, y, along in ((CX, H - c, 0), (c, H / 2, 1), (W - c, H / 2, 1)):
        a, b = (1.5, 2.7) if not along else (2.7, 1.5)
        red.polygon([(x, y - b), (x + a, y), (x, y + b), (x - a, y)])
        gold.polygon([(x, y - b * .52), (x + a * .52, y), (x, y + b * .52), (x - a * .52, y)])
    # corner blocks: a flower of four petals in a square
    for x in (c, W - c):
        for y in (c, H - c):
            h = (b1 - b0) / 2
            red.rect(x - h, y - h, x + h, y + h)
            red.rect(x - h + .6, y - h + .6, x + h - .6, y + h - .6, hole=True)
            for k in range(4):
                a = k * tau / 4
                petal = [(0, .35), (.62, 1.25), (.42, 2.0), (0, 2.45), (-.42, 2.0), (-.62, 1.25)]
                red.smooth(clockwise([(x + px * cos(a) - py * sin(a), y + px * sin(a) + py * cos(a)) for px, py in petal]))
                a += tau / 8
                leaf = [(0, 1.1), (.34, 1.9), (0, 3.0), (-.34, 1.9)]
                gold.smooth(clockwise([(x + px * cos(a) - py * sin(a), y + px * sin(a) + py * cos(a)) for px, py in leaf]))
            gold.circle(x, y, .5)


# --- corner scrolls --------------------------------------------------------

def spiral(start, heading, length, curve, steps):
    """A line whose curvature at s (0..1) is curve(s) per mm; points lie closer towards its end."""
    x, y, a = *start, heading
    points, sub = [(x, y, a, 0.0)], 40
    for i in range(steps):
        s0, s1 = 1 - (1 - i / steps) ** 1.7, 1 - (1 - (i + 1) / steps) ** 1.7
        ds = (s1 - s0) / sub
        for j in range(sub):
            a += curve(s0 + (j + .5) * ds) * length * ds
            x += cos(a) * length * ds
            y += sin(a) * length * ds
        points.append((x, y, a, s1))
    return points


def brush(line, width):
    """Two sides of a stroke whose half width at s is width(s)."""
    left = [(x - sin(a) * width(s), y + cos(a) * width(s)) for x, y, a, s in line]
    right = [(x + sin(a) * width(s), y - cos(a) * width(s)) for x, y, a, s in line]
    return left, right


def swell(thin, fat, peak=.35):
    """Half width: thin at the start, fattest at `peak`, thin at the end."""
    def width(s):
        t = s / peak if s < peak else (1 - s) / (1 - peak)
        return thin + (fat - thin) * (sin(pi / 2 * t) ** 1.5)
    return width


def leaf(x, y, angle, length, half):
    """A pointed leaf growing from (x, y)."""
    shape = [(0, 0), (.28, .75), (.6, .8), (1, 0), (.6, -.62), (.28, -.7)]
    return [(x + cos(angle) * u * length - sin(angle) * v * half,
             y + sin(angle) * u * length + cos(angle) * v * half) for u, v in shape]


def corner_strokes():
    """One half of a corner, towards +x, in the corner's own millimetres."""
    # the main volute: out along the edge, then curling inwards
    main = spiral((4.0, 3.4), .16, 33, lambda s: -.012 + 1.05 * s ** 4.6, 14)
    # a smaller one from its inner side
    inner = spiral(main[2][:2], .28, 18, lambda s: .03 + 1.3 * s ** 3.4, 11)
    # the running tail
    x, y, a, _ = main[5]
    tail = spiral((x, y), a - .1, 20, lambda s: .014 - .036 * s, 6)
    strokes = [brush(main, swell(.12, .66, .5)), brush(inner, swell(.1, .5, .45)), brush(tail, swell(.1, .4, .3))]
    leaves = [leaf(*main[4][:2], -.34, 4.6, .8)]
    for i, turn, size in ((2, .55, 4.0), (2, -.5, 2.8), (4, .5, 2.8), (4, -.45, 2.0)):
        x, y, a, _ = tail[i]
        leaves.append(leaf(x, y, a + turn, size, size * .2))
    x, y = tail[-1][:2]
    dots = [(*main[-1][:2], .72), (*inner[-1][:2], .6), (x + 1.2, y - .1, .42), (x + 2.7, y - .2, .3)]
    return strokes, leaves, dots


def corners(gold):
    strokes, leaves, dots = corner_strokes()
    # on the diagonal: a bud
    bud = [(2.2, 2.2), (4.6, 3.2), (7.2, 5.2), (9.4, 9.4), (5.2, 7.2), (3.2, 4.6)]
    for right in (False, True):
        for bottom in (False, True):
            for swap in (False, True):
                def put(p):
                    u, v = (p[1], p[0]) if swap else (p[0], p[1])
                    u, v = u + INNER + .6, v + INNER + .6
                    return (W - u if right else u), (H - v if bottom else v)
                for left, rgt in strokes:
                    a, b = [put(p) for p in left], [put(p) for p in rgt]
                    if right ^ bottom ^ swap:
                        a, b = b, a
                    gold.stroke(b, a)
                for shape in leaves:
                    gold.smooth(clockwise([put(p) for p in shape]))
                for x, y, r in dots:
                    gold.circle(*put((x, y)), r)
            swap = False
            gold.smooth(clockwise([put(p) for p in bud]))
            gold.circle(*put((11.6, 11.6)), .6)
            gold.circle(*put((13.6, 13.6)), .4)


# --- the star in its roundel -------------------------------------------------

def emblem(gold, red, star):
    x, y = CX, STAR_Y
    for i in range(40):
        a = i * tau / 40
        r0, r1, half = (8.3, STAR_R, .52) if i % 2 == 0 else (8.3, 10.7, .42)
        grain = [polar(x, y, r0, a), polar(x, y, r0 + (r1 - r0) * .45, a + half / 9.6),
                 polar(x, y, r1, a), polar(x, y, r0 + (r1 - r0) * .45, a - half / 9.6)]
        gold.smooth(clockwise(grain))
    gold.ring(x, y, 8.2, 7.6)
    red.circle(x, y, 7.25)
    points = []
    for i in range(10):
        points.append(polar(x, y, 5.7 if i % 2 == 0 else 5.7 * .382, i * tau / 10))
    star.polygon(clockwise(points))
    star.ring(x, y, 6.75, 6.5)


# --- the faint ground --------------------------------------------------------

def band_of(path, x, y, radius, half, lobes, depth, steps, phase=0.0):
    """A closed wavy band: radius + depth·cos(lobes·a)."""
    def line(offset):
        return [polar(x, y, radius + offset + depth * cos(lobes * i * tau / steps + phase), i * tau / steps)
                for i in range(steps)]
    path.smooth(line(half))
    path.smooth(line(-half)[::-1])


def drum(path):
    """The face of a Đông Sơn drum: star, rings, tangent circles, combs, flying birds."""
    x, y = CX, 112.0
    star = []
    for i in range(28):
        star.append(polar(x, y, 14.5 if i % 2 == 0 else 5.2, i * tau / 28))
    path.polygon(clockwise(star))
    for i in range(14):  # feathers between the rays
        a = (i + .5) * tau / 14
        path.polygon(clockwise([polar(x, y, 9.6, a), polar(x, y, 14.3, a + .075), polar(x, y, 14.3, a + .035),
                                polar(x, y, 11.6, a), polar(x, y, 14.3, a - .035), polar(x, y, 14.3, a - .075)]))
    for radius in (15.6, 16.6, 22.2, 23.2, 29.6, 48.8, 49.8, 55.4, 56.4, 61.6, 62.6):
        path.ring(x, y, radius, radius - .4)
    for base, count, size in ((19.4, 32, 1.5), (52.6, 66, 1.9)):  # circles round a dot
        for i in range(count):
            px, py = polar(x, y, base, i * tau / count)
            path.ring(px, py, size, size - .45)
            path.circle(px, py, .55)
    for i in range(48):  # inner comb
        a = i * tau / 48
        path.polygon(clockwise([polar(x, y, 24.2, a - .012), polar(x, y, 28.4, a - .012),
                                polar(x, y, 28.4, a + .012), polar(x, y, 24.2, a + .012)]))
    for i in range(84):  # outer ring of teeth
        a = i * tau / 84
        path.polygon(clockwise([polar(x, y, 57.2, a - .02), polar(x, y, 60.6, a), polar(x, y, 57.2, a + .02)]))
    birds(path, x, y, 39.4, 12)
    band_of(path, x, y, 68.0, .2, 30, 3.2, 60)
    band_of(path, x, y, 68.0, .2, 30, 3.2, 60, phase=pi)


def birds(path, x, y, radius, count):
    """Long-beaked birds in flight round the drum, as on the bronze."""
    body = [
        (10.2, .2), (5.6, .75), (4.6, 1.5), (3.2, 1.9), (.9, 2.5), (-1.6, 3.1), (1.0, 1.5), (2.2, .9),
        (1.4, .6), (.3, .8), (-.6, 3.2), (-1.9, 6.2), (-3.3, 7.0), (-2.7, 4.2), (-2.9, 1.0),
        (-5.0, .9), (-9.4, 2.3), (-9.9, 0), (-9.4, -2.3), (-5.0, -1.0),
        (-2.9, -1.1), (-2.6, -4.2), (-3.2, -7.0), (-1.8, -6.2), (-.5, -3.2), (.5, -.8), (2.0, -.5), (4.6, -.35), (5.6, -.2),
    ]
    for i in range(count):
        at = i * tau / count
        shape = []
        for u, v in body:
            a = at - u * .98 / radius
            shape.append(polar(x, y, radius + v * 1.02, a))
        path.polygon(clockwise(shape))
        path.circle(*polar(x, y, radius + 1.35, at - 3.75 / radius), .3, hole=True)


def main():
    cream, pale, gold, red, star = (Path() for _ in range(5))
    gap = STAR_R + 1.2
    ends = (CX - gap, CX + gap)  # where the border stops beside the roundel
    cream.polygon([(OUTER, OUTER), (ends[0], OUTER), (ends[0], INNER), (ends[1], INNER), (ends[1], OUTER),
                   (W - OUTER, OUTER), (W - OUTER, H - OUTER), (OUTER, H - OUTER)])
    cream.circle(CX, STAR_Y, gap)
    b0, b1 = BAND[0] - .55, BAND[1] + .55
    pale.polygon([(ends[0], b0), (ends[0], b1), (b1, b1), (b1, H - b1), (W - b1, H - b1), (W - b1, b1), (ends[1], b1),
                  (ends[1], b0), (W - b0, b0), (W - b0, H - b0), (b0, H - b0), (b0, b0)][::-1])
    drum(pale)
    frame_rule(red, OUTER, .95, gap)
    frame_rule(gold, OUTER + 1.5, .35, gap + .95)
    frame_rule(gold, 19.05, .35, gap + .95)
    frame_rule(red, 19.95, .55, gap)
    for x in (ends[0] - .55, ends[1]):
        red.rect(x, OUTER, x + .55, 20.5)
    key_band(red, gold)
    corners(gold)
    emblem(gold, red, star)
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{W:.0f}mm" height="{H:.0f}mm" '
          f'viewBox="0 0 {units(W)} {units(H)}"><g style="isolation:isolate">')
    for colour, path in ((CREAM, cream), (PALE, pale), (GOLD, gold), (RED, red), (STAR, star)):
        print(f'<path fill="{colour}" d="{path}"/>')
    print("</g></svg>")


if __name__ == "__main__":
    main()
