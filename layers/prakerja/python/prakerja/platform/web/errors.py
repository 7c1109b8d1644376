"""What can be wrong with a form, beyond what its fields hold.

::

    NotAllowed 403 ── ForeignForm · StaleForm
    TooLarge 413 ── FormTooLarge
    UnsupportedMediaType 415 ── NotAForm
"""

from __future__ import annotations

from prakerja.platform.problems import NotAllowed, TooLarge, UnsupportedMediaType


class ForeignForm(NotAllowed):
    slug = "foreign-form"
    title, title_id = "This form was not sent from our page", "Formulir ini tidak dikirim dari halaman kami"
    detail = "Nothing was changed. Open the page at our own address and send the form there."
    detail_id = "Tidak ada yang berubah. Buka halaman di alamat kami sendiri, lalu kirim formulir dari sana."


class StaleForm(NotAllowed):
    slug = "stale-form"
    title, title_id = "The page was open for too long", "Halaman sudah terlalu lama terbuka"
    detail = "Nothing was changed. Go back, load the page again, and send the form. Cookies must be allowed."
    detail_id = "Tidak ada yang berubah. Kembali, muat ulang halaman, lalu kirim formulir. Cookie harus diizinkan."


class FormTooLarge(TooLarge):
    slug = "form-too-large"
    title, title_id = "That is too large", "Kiriman terlalu besar"
    detail = "At most {megabytes} MB can be sent. Go back. For a photo, first choose a smaller size in the camera's settings."
    detail_id = (
        "Paling besar {megabytes} MB. Kembali; untuk foto, pilih dahulu ukuran lebih kecil di pengaturan kamera."
    )


class NotAForm(UnsupportedMediaType):
    slug = "not-a-form"
    title, title_id = "This is not a form", "Ini bukan formulir"
    detail = "Load the page again and send its form as it is."
    detail_id = "Muat ulang halaman, lalu kirim formulirnya apa adanya."
