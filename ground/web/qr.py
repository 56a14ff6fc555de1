"""QR codes as pictures of a page: black on white, whatever the theme is, for a camera must read them.

The part `.qr` of a page adds the rest of the quiet zone.
"""

import base64
import io

import qrcode
from qrcode.image.svg import SvgPathFillImage


def qr_picture(text: str) -> str:
    """The address of a picture (SVG in a `data:` URL) that a camera reads as this text."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=2, image_factory=SvgPathFillImage)
    code.add_data(text)
    code.make(fit=True)
    picture = io.BytesIO()
    code.make_image().save(picture)
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode("ascii")
