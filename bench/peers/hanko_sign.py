"""Signs files with pyHanko in one process that stays: PYTHON hanko_sign.py P12 PASSWORD FIELD FOLDER FILE…

Each file's field is filled as PAdES B-B with pyHanko's usual stamp; the result goes into FOLDER under the same name. The
key is opened once. Prints nothing."""

import sys
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

pkcs12, password, field, folder, *files = sys.argv[1:]
key = signers.SimpleSigner.load_pkcs12(pkcs12, passphrase=password.encode())
if key is None:
    sys.exit(f"{pkcs12} cannot be opened")
wanted = signers.PdfSignatureMetadata(field_name=field, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES)
for path in map(Path, files):
    with open(path, "rb") as file, open(Path(folder) / path.name, "wb+") as out:
        signers.PdfSigner(wanted, signer=key).sign_pdf(IncrementalPdfFileWriter(file), output=out)
