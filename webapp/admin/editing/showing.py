"""A seat plan as a picture for a page: outlines, and a path of dots for each grade."""

from typing import Any
from unicodedata import east_asian_width

from webapp.concerts import seat_plans
from webapp.concerts.models import SeatPlan
from webapp.concerts.plans import Plan, Section
from webapp.languages import either

LETTER_WIDTH, SYLLABLE_WIDTH = 0.75, 1.1  # of its height, with some air


def picture(document: Plan, grades: list[str]) -> dict[str, Any]:
    """What the template draws. `grades` are in the order of their colours; a dot is a line of no length."""
    letters = max(document["width"] / 40, 9)
    dots: dict[str, list[str]] = {grade: [] for grade in grades}
    for section in document["sections"]:
        for row in section["rows"]:
            dots[row["grade"]] += [f"M{x} {y}h0" for _number, _place, x, y in row["seats"]]
    return {
        "width": document["width"],
        "height": document["height"],
        "stage": document["stage"],
        "sections": [_section(one, letters) for one in document["sections"]],
        "dots": [{"grade": index, "path": "".join(dots[grade])} for index, grade in enumerate(grades)],
        "letters": letters,
    }


def _section(section: Section, letters: float) -> dict[str, Any]:
    """Its name is as large as its width lets it be."""
    across = [x for x, _y in section["outline"]]
    name = either(section["name"], section.get("name_ko", ""))
    room = (max(across) - min(across)) / sum(
        SYLLABLE_WIDTH if east_asian_width(one) == "W" else LETTER_WIDTH for one in name
    )
    outline = " ".join(f"{x},{y}" for x, y in section["outline"])
    return {"name": name, "outline": outline, "label": section["label"], "letters": min(letters, room)}


def figures(plan: SeatPlan, prices: dict[str, int]) -> dict[str, Any]:
    """Seats by grade and by section, and what the whole house would bring at these prices."""
    portions = seat_plans.portions_of(plan.document)
    grades = by_price(plan, prices)
    counts = {grade: sum(one.seats for one in portions if one.grade == grade) for grade in grades}
    rows = [{"grade": grade, "price": prices.get(grade), "seats": counts[grade]} for grade in grades]
    worth = sum(prices[grade] * counts[grade] for grade in grades) if prices.keys() >= set(grades) else None
    return {
        "grades": rows,
        "sections": portions,
        "seats": sum(counts.values()),
        "worth": worth,
    }


def by_price(plan: SeatPlan, prices: dict[str, int]) -> list[str]:
    """The plan's grades, dearest first, as pages show them; those without a price in the plan's own order behind."""
    return sorted(seat_plans.grades_of(plan.document), key=lambda grade: -prices.get(grade, 0))
