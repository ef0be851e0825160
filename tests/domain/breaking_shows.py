"""The same for what is put on: drafts of houses and of concerts, and the archive."""

from tests.builders import NOW, concert, do, fan, house
from tests.domain.mending import sql
from webapp.waiting_room import joining


def house_of_a_draft() -> None:
    house()
    sql("UPDATE seat_plans SET saved_at = NULL")


def archived_and_open() -> None:
    house()
    sql("UPDATE concerts SET archived_at = now()")


def place_in_a_draft() -> None:
    do(joining.join, fan("waiter"), concert(capacity=0).id, NOW)
    sql(
        "ALTER TABLE concerts DISABLE TRIGGER what_fans_have_stays_published",
        "UPDATE concerts SET published_at = NULL",
        "ALTER TABLE concerts ENABLE TRIGGER what_fans_have_stays_published",
    )
