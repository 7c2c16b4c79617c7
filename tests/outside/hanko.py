"""pyHanko's own command line, many commands from one start: it takes a second to begin and a tenth of one to judge.

Runs in the virtual environment. Each line in is a JSON list of arguments; each line out `[exit, stdout, stderr]`.
Every command has a process of its own, so none inherits anything from another. Two commands are ours:
`edit KIND FROM TO` adds to a file what a stranger might, properly, as an update after its end; `cms DIGEST P12 PASSWORD
TO` makes a CMS over a digest."""

import asyncio
import json
import os
import sys
import tempfile

from pyhanko.cli import launch
from pyhanko.pdf_utils import generic, incremental_writer
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.keys import load_certs_from_pemder
from pyhanko.sign import signers


def page(writer):
    """A line of text over the first page, in a font every reader has."""
    font = generic.DictionaryObject({pdf_name("/Type"): pdf_name("/Font"), pdf_name("/Subtype"): pdf_name("/Type1"),
                                     pdf_name("/BaseFont"): pdf_name("/Courier")})
    resources = generic.DictionaryObject({pdf_name("/Font"): generic.DictionaryObject(
        {pdf_name("/Xx"): writer.add_object(font)})})
    over = generic.StreamObject(stream_data=b"q BT /Xx 14 Tf 100 400 Td (kem theo ba trieu dong) Tj ET Q")
    writer.add_stream_to_page(0, writer.add_object(over), resources)


def note(writer):
    """A note on the first page."""
    reference = writer.find_page_for_modification(0)[0]
    words = generic.DictionaryObject({
        pdf_name("/Type"): pdf_name("/Annot"), pdf_name("/Subtype"): pdf_name("/Text"), pdf_name("/F"): generic.NumberObject(28),
        pdf_name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (100, 400, 120, 420))),
        pdf_name("/Contents"): generic.TextStringObject("kèm theo ba triệu đồng"), pdf_name("/P"): reference})
    dictionary = reference.get_object()
    notes = generic.ArrayObject([*dictionary.get("/Annots", ()), writer.add_object(words)])
    dictionary[pdf_name("/Annots")] = notes
    writer.mark_update(reference)


def look(writer):
    """Another picture in the place of the first signature."""
    field = writer.root["/AcroForm"]["/Fields"].raw_get(0)
    form = generic.StreamObject({pdf_name("/Type"): pdf_name("/XObject"), pdf_name("/Subtype"): pdf_name("/Form"),
                                 pdf_name("/BBox"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 100, 100)))},
                                stream_data=b"0 0 100 100 re f")
    field.get_object()[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(form)})
    writer.mark_update(field.reference)


def cms(digest, pkcs12, password, target, *more):
    """A CMS over a digest as PAdES wants it; each file of `more` is another certificate put in."""
    signer = signers.SimpleSigner.load_pkcs12(pkcs12, passphrase=password.encode())
    signer.cert_registry.register_multiple(load_certs_from_pemder(more))
    made = asyncio.run(signer.async_sign(bytes.fromhex(digest), "sha256", use_pades=True))
    with open(target, "wb") as out:
        out.write(made.dump())


EDITS = {"page": page, "note": note, "look": look}


def edit(kind, source, target):
    with open(source, "rb") as file:
        writer = incremental_writer.IncrementalPdfFileWriter(file)
        EDITS[kind](writer)
        with open(target, "wb") as out:
            writer.write(out)


def command(arguments):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            status = 70
            try:
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(out.fileno(), 1)
                os.dup2(err.fileno(), 2)
                if arguments[0] in ("edit", "cms"):
                    {"edit": edit, "cms": cms}[arguments[0]](*arguments[1:])
                else:
                    sys.argv = ["pyhanko", *arguments]
                    launch()
                status = 0
            except SystemExit as end:
                status = end.code if isinstance(end.code, int) else int(end.code is not None)
            except BaseException as fault:  # whatever it is, it is the command's end and its last words
                print(repr(fault), file=sys.stderr)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
        _, status = os.waitpid(child, 0)
        said = []
        for file in (out, err):
            file.seek(0)
            said.append(file.read().decode("utf-8", "replace"))
        return [os.waitstatus_to_exitcode(status), *said]


for line in sys.stdin:
    print(json.dumps(command(json.loads(line))), flush=True)
