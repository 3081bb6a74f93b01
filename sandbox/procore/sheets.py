"""One-page PDF files for the attachments of the seed."""

from __future__ import annotations


def sheet(text: str) -> bytes:
    """A letter-size page with one line of text (printable ASCII)."""
    line = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    drawing = f"BT /F1 14 Tf 72 720 Td ({line}) Tj ET".encode("ascii", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawing), drawing),
    )
    document = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    count = len(objects) + 1
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(document))
    return document + b"xref\n0 %d\n0000000000 65535 f \n%s" % (count, table) + trailer
