#!/bin/sh
# Draws the pictures of this folder anew: `docs/hinh/ve.sh [program]`. Needs python3 and ImageMagick.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
program=${1:-$here/../../target/release/vinhdanh}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Each design with a short, a usual and the longest text.
for design in co_dien_a4 hoa_sen_a4 trong_dong_a4; do
  for sample in minimal plain overflow; do
    "$program" sample giay_khen --name $sample >"$work/data.json"
    python3 - "$work/data.json" $design <<'P'
import json, sys
path, design = sys.argv[1:]
data = json.load(open(path, encoding="utf-8"))
data["trinh_bay"] = {"ho_so": design}
json.dump(data, open(path, "w", encoding="utf-8"), ensure_ascii=False)
P
    "$program" preview giay_khen "$work/data.json" -o "$work/$design-$sample.png" --ppi 50 2>/dev/null
  done
done
montage "$work"/co_dien_a4-minimal.png "$work"/co_dien_a4-plain.png "$work"/co_dien_a4-overflow.png \
  "$work"/hoa_sen_a4-minimal.png "$work"/hoa_sen_a4-plain.png "$work"/hoa_sen_a4-overflow.png \
  "$work"/trong_dong_a4-minimal.png "$work"/trong_dong_a4-plain.png "$work"/trong_dong_a4-overflow.png \
  -tile 3x3 -geometry +6+6 -background '#d8d8d8' +dither -colors 255 -strip "PNG8:$here/giay_khen.png"

# Bằng khen in its sizes and designs over bằng chứng nhận.
for one in bang_khen:plain bang_khen:tap-the bang_khen:ho-gia-dinh \
  giay_chung_nhan:plain giay_chung_nhan:tap-the giay_chung_nhan:ho-gia-dinh; do
  id=${one%%:*} sample=${one#*:}
  "$program" sample "$id" --name "$sample" >"$work/data.json"
  "$program" preview "$id" "$work/data.json" -o "$work/$id-$sample.png" --ppi 50 2>/dev/null
  convert "$work/$id-$sample.png" -resize 585x "$work/$id-$sample.png"
done
montage "$work"/bang_khen-plain.png "$work"/bang_khen-tap-the.png "$work"/bang_khen-ho-gia-dinh.png \
  "$work"/giay_chung_nhan-plain.png "$work"/giay_chung_nhan-tap-the.png "$work"/giay_chung_nhan-ho-gia-dinh.png \
  -tile 3x2 -geometry +6+6 -background '#d8d8d8' +dither -quantize YUV -colors 255 -strip "PNG8:$here/bang_khen.png"

# The words of mode=phoi over a picture of the blank, as the preview shows them; and the words alone.
"$program" sample giay_khen --name phoi >"$work/phoi.json"
python3 - "$work" <<'P'
import base64, json, sys
work = sys.argv[1]
data = json.load(open(f"{work}/phoi.json", encoding="utf-8"))
blank = dict(data, trinh_bay={"ho_so": "co_dien_a4"})
json.dump(blank, open(f"{work}/blank.json", "w", encoding="utf-8"), ensure_ascii=False)
P
"$program" preview giay_khen "$work/blank.json" -o "$work/whole.png" --ppi 110 2>/dev/null
# A blank as a print shop delivers it: everything but what mode=phoi prints.
convert "$work/whole.png" -fill '#fffdf5' -draw 'rectangle 330,155 960,300' -draw 'rectangle 150,395 1130,830' "$work/scan.png"
python3 - "$work" <<'P'
import base64, json, sys
work = sys.argv[1]
data = json.load(open(f"{work}/phoi.json", encoding="utf-8"))
data["trinh_bay"]["anh_phoi"] = base64.b64encode(open(f"{work}/scan.png", "rb").read()).decode()
json.dump(data, open(f"{work}/over.json", "w", encoding="utf-8"), ensure_ascii=False)
P
"$program" preview giay_khen "$work/over.json" --mode phoi -o "$work/over.png" --ppi 70 2>/dev/null
"$program" preview giay_khen "$work/phoi.json" --mode phoi -o "$work/words.png" --ppi 70 2>/dev/null
"$program" sample to_can_chinh >"$work/can_chinh.json"
"$program" preview to_can_chinh "$work/can_chinh.json" -o "$work/can_chinh.png" --ppi 70 2>/dev/null
montage "$work/words.png" "$work/over.png" "$work/can_chinh.png" -tile 3x1 -geometry +6+6 -background '#d8d8d8' +dither -colors 255 -strip "PNG8:$here/phoi.png"
