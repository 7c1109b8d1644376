"""Words from which invented people get their names. Single names and apostrophes are common in Indonesia: keep some."""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MEN = words(
    "Adi Agus Ahmad Andi Arif Bagus Bambang Bayu Budi Cahyo Dedi Dimas Dwi Edi Eko Fajar Ferdi Gilang Hadi Hendra "
    "Indra Irfan Jaka Joko Kadek Ketut Lukman Made Muhammad Nanang Nyoman Oka Putra Rahmat Rendra Rizki Rudi Samuel "
    "Slamet Sugeng Suharto Surya Taufik Teguh Tono Umar Wahyu Wayan Yohanes Yusuf Zainal Ma'ruf"
)

WOMEN = words(
    "Aisyah Anisa Ayu Citra Desi Dewi Dian Dina Eka Elisabet Endang Fatimah Fitri Gita Hana Ida Indah Intan Kartika "
    "Komang Laila Lestari Lina Luh Maria Mega Melati Mira Nadia Ningsih Novi Nur Nur'aini Putri Rahayu Rani Ratna Rina "
    "Sari Siti Sri Sulastri Suryani Tari Tika Titik Utami Wati Widya Wulan Yanti Yuliana Yuni"
)

LAST = words(
    "Anggraini Aritonang Firmansyah Ginting Gunawan Halim Hasan Hidayat Irawan Kogoya Kurniawan Kusuma Lubis Mahendra "
    "Mandacan Manurung Maulana Nasution Nugroho Pangestu Permana Pertiwi Prabowo Pratama Purnomo Rumbiak Saputra "
    "Saragih Setiawan Siregar Situmorang Susanto Syahputra Tabuni Tanjung Utomo Wibowo Wicaksono Wijaya Wonda Yulianto"
)

CANARY = "Kenari"
"""Last name of canaries (the Indonesian word for the bird)."""
