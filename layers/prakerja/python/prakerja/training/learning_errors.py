"""What can go wrong on the way from a redeem code to a completed course.

::

    Problem
    ├── NotFound 404 ── AttendanceUnknown
    ├── InvalidInput 422 ── PhotoUnusable ── PhotoTooLarge
    ├── Unavailable 503 ── FaceCheckUnavailable
    └── Conflict 409
        ├── RedirectNotRegistered, EmailInUse                                  sending a participant to us
        ├── AttendanceClosed, EarlierSessionFirst, CourseOver                  when
        ├── AttendanceExpired, AttendanceLocked, FaceNotMatched                who
        ├── TaskNotSubmitted, TaskGraded                                       tasks and feedback
        └── NotATestCode                                                       trying one's software

A partner is told 400 for all of these.
"""

from __future__ import annotations

from prakerja.platform.problems import Conflict, InvalidInput, NotFound, Unavailable


class AttendanceUnknown(NotFound):
    slug = "attendance-unknown"
    title, title_id = "There is no such attendance", "Halaman kehadiran tidak ditemukan"
    detail = "This address is not one of yours. Go back to your institution's page and begin there."
    detail_id = "Alamat ini bukan milik Anda. Kembali ke halaman lembaga pelatihan dan mulai dari sana."


class RedirectNotRegistered(Conflict):
    slug = "redirect-not-registered"
    title, title_id = "This redirect_uri is not registered", "redirect_uri tidak terdaftar"
    detail = (
        "redirect_uri must be one of your registered addresses: same scheme, host, port and path; its query is free, "
        "but must be percent-encoded (no blanks, quotes, brackets or bars)."
    )
    detail_id = (
        "redirect_uri harus salah satu alamat Anda yang terdaftar: skema, host, port, dan path sama; query bebas, "
        "tetapi harus di-encode (percent-encoding: tanpa spasi, tanda kutip, kurung, atau garis tegak)."
    )


class EmailInUse(Conflict):
    slug = "email-in-use"
    title, title_id = "Another participant uses this e-mail", "E-mail dipakai peserta lain"
    detail = "Another participant learns this course with this e-mail. It may be used again for another course."
    detail_id = (
        "E-mail ini sudah dipakai peserta lain untuk pelatihan yang sama. E-mail boleh dipakai untuk pelatihan lain."
    )


class AttendanceClosed(Conflict):
    """Facts: ``opens``, ``closes``: WIB, for people."""

    slug = "attendance-closed"
    title, title_id = "Attendance is not open now", "Kehadiran belum atau tidak lagi dibuka"
    detail = "Attendance for this session is open from {opens} to {closes}."
    detail_id = "Kehadiran untuk pertemuan ini dibuka dari {opens} sampai {closes}."


class EarlierSessionFirst(Conflict):
    """Facts: ``sequence``, the one to attend first."""

    slug = "earlier-session-first"
    title, title_id = "Another session comes first", "Ikuti pertemuan sebelumnya dahulu"
    detail = "Attend session {sequence} first. A self-paced course has one learning day a day."
    detail_id = "Ikuti pertemuan {sequence} terlebih dahulu. Pelatihan mandiri memiliki satu hari belajar per hari."


class CourseOver(Conflict):
    slug = "course-over"
    title, title_id = "The time for this course is over", "Waktu pelatihan ini sudah berakhir"
    detail = "The schedule and its grace period have ended, so nothing more can be recorded."
    detail_id = "Jadwal dan masa tenggangnya sudah berakhir sehingga tidak ada lagi yang dapat dicatat."


class AttendanceExpired(Conflict):
    slug = "attendance-expired"
    title, title_id = "This page is too old", "Halaman ini sudah kedaluwarsa"
    detail = "Go back to your institution's page and begin again there."
    detail_id = "Kembali ke halaman lembaga pelatihan dan mulai lagi dari sana."


class AttendanceLocked(Conflict):
    slug = "attendance-locked"
    title, title_id = "Too many photos did not match", "Terlalu banyak foto yang tidak cocok"
    detail = "This page takes no more photos. Go back to your institution's page and begin again there."
    detail_id = "Halaman ini tidak menerima foto lagi. Kembali ke halaman lembaga pelatihan dan mulai lagi dari sana."


class FaceNotMatched(Conflict):
    """Facts: ``tries_left``."""

    slug = "face-not-matched"
    title, title_id = "The photo does not match", "Foto tidak cocok"
    detail = "Take a photo of your own face in good light. Tries left: {tries_left}."
    detail_id = "Ambil foto wajah Anda sendiri di tempat yang terang. Sisa percobaan: {tries_left}."


class FaceCheckUnavailable(Unavailable):
    slug = "face-check-unavailable"
    title, title_id = "The face check does not answer", "Pemeriksaan wajah sedang tidak tersedia"
    detail = "Nothing was recorded or counted. Try again shortly."
    detail_id = "Tidak ada yang dicatat atau dihitung. Coba lagi sebentar lagi."


class PhotoUnusable(InvalidInput):
    slug = "photo-unusable"
    title, title_id = "The photo cannot be used", "Foto tidak dapat dipakai"
    detail = "Send one photo of your face, taken now, as JPEG, PNG or WebP."
    detail_id = "Kirim satu foto wajah Anda yang diambil sekarang, berupa JPEG, PNG, atau WebP."


class PhotoTooLarge(PhotoUnusable):
    """Facts: ``megabytes``, the most there may be."""

    slug = "photo-too-large"
    title, title_id = "The photo is too large", "Foto terlalu besar"
    detail = "At most {megabytes} MB. Choose a smaller picture size in the camera's settings and take the photo again."
    detail_id = "Paling besar {megabytes} MB. Pilih ukuran foto lebih kecil di pengaturan kamera, lalu ambil foto lagi."


class TaskNotSubmitted(Conflict):
    slug = "task-not-submitted"
    title, title_id = "Nothing was submitted yet", "Tugas belum dikirim"
    detail = "Feedback is given to what a participant has submitted under this scope and sequence."
    detail_id = "Umpan balik diberikan untuk tugas yang sudah dikirim dengan scope dan sequence ini."


class TaskGraded(Conflict):
    slug = "task-graded"
    title, title_id = "The course is completed", "Pelatihan sudah selesai"
    detail = "The course is completed: neither its tasks nor the feedback to them can be changed any more."
    detail_id = "Pelatihan sudah selesai; tugas dan umpan baliknya tidak dapat diubah lagi."


class NotATestCode(Conflict):
    slug = "not-a-test-code"
    title, title_id = "This is not a test code", "Ini bukan kode uji coba"
    detail = "Only your test codes (PRAT-…) can be put back to their start."
    detail_id = "Hanya kode uji coba Anda (PRAT-…) yang dapat dikembalikan ke keadaan awal."
