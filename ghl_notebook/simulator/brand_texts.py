"""The texts of the brands' posts, each in the brand's own languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Brand:
    """Texts, their subjects in turn, and the texts of a campaign."""

    texts: tuple[str, ...]
    about: tuple[str, ...]
    campaign: tuple[str, ...]


# The numbers of texts and subjects have no common factor, so that every pair occurs before one
# repeats.
_BRANDS = {
    "Café Lumière": _Brand(
        (
            "Fresh out of the oven: {}. Come by before noon.",
            "Aujourd'hui au comptoir : {}.",
            "What goes with the first coffee of the day? {}, we think.",
            "Fermé lundi. À mardi, dès 8 h, avec {} !",
            "Our baker was up at four for this: {}.",
        ),
        (
            "almond croissants", "tarte au citron", "brioche aux pralines", "pain au levain",
            "canelés", "quiche lorraine", "éclairs au café",
        ),
        (
            "❄️ The winter menu is here. On it this week: {}.",
            "La carte d'hiver : {}, et une place près du poêle.",
        ),
    ),
    "東京ラーメン日記": _Brand(
        (
            "本日の一杯は{}。", "{}、はじめました。", "仕込み風景。今夜は{}です。",
            "{}、残りわずかです。",
        ),
        ("味噌ラーメン", "塩ラーメン", "醤油ラーメン", "つけ麺", "担々麺"),
        ("❄️ 冬のメニューに{}が仲間入り。", "寒い夜には{}。冬のメニューは24日まで。"),
    ),
    "مقهى الياسمين": _Brand(
        (
            "صباح الخير! معنا اليوم {}.", "جديد هذا الأسبوع: {}.",
            "عرض نهاية الأسبوع: القهوة علينا مع {} ☕", "لقاؤنا مساءً مع {}.",
        ),
        ("الكنافة", "قهوة الهيل", "شاي النعناع", "المعمول", "البسبوسة"),
        ("❄️ قائمة الشتاء وصلت: {}.", "دفء الشتاء عندنا: {}."),
    ),
    "🌿 Green Corner Garden Centre & Florist: Weddings, Events, Everyday Flowers": _Brand(
        (
            "🌿 In the workshop today: {}.", "How we tie {}, in three pictures.",
            "From the market: {}, until they are gone.", "A wedding in white, with {}.",
        ),
        ("ranunculus", "hellebores", "eucalyptus", "dried hydrangeas", "amaryllis"),
        ("❄️ Winter wreaths with {}: workshop on Saturday.", "The winter table, with {}."),
    ),
    "Nordljus Studio": _Brand(
        (
            "Behind the lens: {}.", "En morgon i ljuset: {}.", "From last week's shoot: {}.",
            "Three frames, one light: {}.",
        ),
        ("the harbour at six", "en bagare i Malmö", "hands and flour", "vinterljus", "a dance"),
        ("❄️ Winter portraits: {}.", "Vinterns porträtt: {}."),
    ),
}  # fmt: skip

_ANY = _Brand(
    (
        "News from the team: {}.", "This week: {}.", "Ask us about {}.", "今週のお知らせ、{}",
        "Thank you for your kind words about {}!", "Cette semaine : {}.",
    ),
    (
        "new opening hours", "a day at work, in three pictures", "our new colleague",
        "ten years in town", "what our clients ask most",
    ),
    ("❄️ Winter special: {}.",),
)  # fmt: skip


def text_of(brand: str, turn: int, *, is_campaign: bool = False) -> str:
    """Return the text of a brand's nth post; unknown brands share one set of texts."""
    found = _BRANDS.get(brand, _ANY)
    texts = found.campaign if is_campaign else found.texts
    text = texts[turn % len(texts)].format(found.about[turn % len(found.about)])
    return text[0].upper() + text[1:]
